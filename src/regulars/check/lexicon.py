"""The lexicon: by what words each metric of a table can be called, made from its labels, ids and aliases.

A word of a label counts the more, the fewer metrics share it; a word of the same family (``sales`` for
``revenue``) counts less than the label's own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt

from regulars.check.computed import SHARE
from regulars.check.locale import Language
from regulars.check.quantities import DAYS, RATES, Quantity, quantities, rate_in
from regulars.check.table import Column, Facts
from regulars.check.tokens import Token, tokens

BY_FAMILY = 0.7
"""A word of the family is a weaker sign than a word of the label."""
BY_ID = 0.5
"""So is a word that only its id has."""
PER_CUSTOMER = 0.25
"""What an amount per customer stands behind its total, where nobody says "each" or "on average"."""
MISSING, UNEXPLAINED = 0.25, 0.5
"""What a label's unsaid word and a text's unexplained word take off."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A word of the text that some metric goes by: its keys (its stem, and ``@`` its families) and tokens."""

    keys: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True)
class Entry:
    """One metric as it is spoken of: the keys of each word of its label, and all keys that point to it."""

    column: Column
    label: tuple[frozenset[str], ...]
    keys: frozenset[str]
    named: frozenset[str] = frozenset()
    """Of these, the keys of its label and aliases: words of its id alone count half."""
    windows: tuple[tuple[float, str], ...] = ()
    rate: str = ""
    is_negative: bool = False

    @property
    def is_foretold(self) -> bool:
        """Whether it is what a model expects."""
        return any("@foretold" in word for word in self.label)

    @property
    def is_each(self) -> bool:
        """Whether it is an amount per customer, or on average."""
        return self.column.is_money and any("@per_customer" in word for word in self.label)


@dataclass(frozen=True)
class Match:
    entry: Entry
    score: float
    explained: frozenset[int]
    """Tokens of the text that the metric explains."""


@dataclass(frozen=True)
class Lexicon:
    entries: tuple[Entry, ...]
    shared_by: Mapping[str, int] = field(default_factory=dict)
    label_stems: frozenset[str] = frozenset()
    """The stems of all words of labels, without those of ids and aliases."""

    def weight(self, key: str) -> float:
        """1 for a word of one metric only, less for one that many share."""
        kind = BY_FAMILY if key.startswith("@") else 1.0
        return kind / sqrt(self.shared_by.get(key, 1))

    def knows(self, stem: str) -> bool:
        return stem in self.shared_by

    def hits(self, said: Sequence[Token], at: Iterable[int], language: Language) -> list[Hit]:
        """The words of a text by which some metric goes, leaving out tokens not in ``at``."""
        wanted = set(at)
        found: dict[tuple[int, int], list[str]] = {}
        for start in sorted(wanted):
            for phrase in language.families.every_at(said, start):
                keys = [f"@{family}" for family in phrase.kinds if f"@{family}" in self.shared_by]
                if keys and all(n in wanted for n in range(phrase.start, phrase.end)):
                    found.setdefault((phrase.start, phrase.end), []).extend(keys)
                    break
            if said[start].stem in self.shared_by:
                found.setdefault((start, start + 1), []).insert(0, said[start].stem)
        return [Hit(tuple(keys), *span) for span, keys in found.items() if keys]

    def match(self, entry: Entry, hits: Sequence[Hit], language: Language) -> Match:
        """How well the words of a text fit one metric."""
        explained: set[int] = set()
        said: set[str] = set()
        score = 0.0
        for hit in hits:
            shared = [key for key in hit.keys if key in entry.keys]
            if shared:
                explained.update(range(hit.start, hit.end))
                fresh = [key for key in shared if key not in said]
                score += max((self._sign(key, entry) for key in fresh), default=0.0)
                said.update(shared)
        for hit in hits:
            if not explained.intersection(range(hit.start, hit.end)) and not self._is_light(hit, language):
                score -= UNEXPLAINED * max(self.weight(key) for key in hit.keys)
        for word in entry.label:
            if not word & said:
                score -= MISSING * max(self.weight(key) for key in word)
        return Match(entry, score, frozenset(explained))

    def _sign(self, key: str, entry: Entry) -> float:
        return self.weight(key) * (1.0 if key in entry.named else BY_ID)

    def _is_named(self, entry: Entry, hit: Hit) -> bool:
        return any(key in entry.keys and key not in _NEVER_ALONE for key in hit.keys)

    def _is_light(self, hit: Hit, language: Language) -> bool:
        return all(key in language.light or key in LIGHT for key in hit.keys)

    def ranked(self, hits: Sequence[Hit], units: Collection[str], language: Language) -> list[Match]:
        """The metrics of these units that the words can mean, best first; equal ones in the table's order."""
        found = [
            self.match(entry, hits, language)
            for entry in self.entries
            if kind_of(entry.column) in units and any(self._is_named(entry, hit) for hit in hits)
        ]
        is_each = any("@per_customer" in hit.keys for hit in hits)

        def standing(match: Match) -> float:
            return match.score - (PER_CUSTOMER if match.entry.is_each and not is_each else 0.0)

        return sorted(found, key=standing, reverse=True)


_NEVER_ALONE = frozenset(
    {"@not", "@per_customer", "@change", "@usage", "@top", "@first", "@latest", "@inactive"}
)
"""Keys that tell metrics apart, and by themselves name none."""
LIGHT = frozenset({"@per_customer", "@not", "@headcount", "@change", "@top", "@latest", "@first", "@usage"})


def kind_of(column: Column) -> str:
    """The unit of a column, with every currency ``money``."""
    return "money" if column.is_money else column.unit


def lexicon_of(facts: Facts, language: Language) -> Lexicon:
    """The lexicon of a table: its metrics, and the share of each total that has no metric of its own."""
    entries = [_entry(column, language) for column in facts.columns.values()]
    entries += _shares(entries)
    shared: dict[str, int] = {}
    for entry in entries:
        if not entry.column.id.startswith(SHARE):
            for key in entry.keys:
                shared[key] = shared.get(key, 0) + 1
    stems = frozenset(key for entry in entries for word in entry.label for key in word if key[0] != "@")
    return Lexicon(tuple(entries), shared, stems)


def _entry(column: Column, language: Language) -> Entry:
    label, windows, rate = _read(column.label, language)
    aliases = [word for each in column.aliases for word in _read(each, language)[0]]
    named = frozenset().union(*label, *aliases)
    keys = named.union(*_read(column.id.replace("_", " "), language)[0])
    is_negative = any("@not" in word for word in label)
    if is_negative and any(span for _, span in windows):
        keys |= {"@inactive"}
    return Entry(column, tuple(label), keys, named, windows, rate, is_negative)


def _read(text: str, language: Language) -> tuple[list[frozenset[str]], tuple[tuple[float, str], ...], str]:
    """The keys of each telling word of a label, the spans of time it names, and its rate."""
    said = tokens(text, language)
    taken: set[int] = set()
    spans = [each for each in quantities(said, language, taken) if each.measure == "duration"]
    words = _keys(said, language)
    for span in spans:  # of "last 12 months", "last" is no word of the metric either
        first = span.start - (span.start > 0 and said[span.start - 1].stem in language.light)
        words[first : span.end] = [set() for _ in range(first, span.end)]
    telling = [
        frozenset(keys)
        for at, keys in enumerate(words)
        if said[at].is_word and keys and (at not in taken or any(key.startswith("@") for key in keys))
    ]
    found = rate_in(said, language)
    worded = next((RATES[token.low] for token in said if token.low in RATES), "")
    rate = found[0] if found else worded or _yearly(spans)
    return telling, tuple((span.value, span.unit) for span in spans), rate or _joint_rate(said)


def _joint_rate(said: Sequence[Token]) -> str:
    """The rate behind another: "purchases per client and month"."""
    lows = [token.low for token in said]
    per = lows.index("per") if "per" in lows else len(lows)
    return next(
        (low for at, low in enumerate(lows) if at > per and low in DAYS and lows[at - 1] == "and"), ""
    )


_KEPT = frozenset({"not", "shares", "brings", "keeps", "up", "down", "copula"})
"""Marks whose words can be a metric's own, unlike those that compare: "lost", "brought in"."""


def _keys(said: Sequence[Token], language: Language) -> list[set[str]]:
    """Of each word of a label, its stem, where it tells something, and its families."""
    words: list[set[str]] = [set() if token.stem in language.light else {token.stem} for token in said]
    for mark in language.marks.all(said):
        if _KEPT.isdisjoint(mark.kinds):
            words[mark.start : mark.end] = [set() for _ in range(mark.start, mark.end)]
    for start in range(len(said)):
        for phrase in language.families.every_at(said, start):
            for at in range(phrase.start, phrase.end):
                words[at] |= {f"@{family}" for family in phrase.kinds}
    for mark in language.marks.all(said):
        if "not" in mark.kinds:
            words[mark.start] |= {"@not"}
    return words


def _yearly(spans: Sequence[Quantity]) -> str:
    return "year" if any(abs(span.value * span.days - DAYS["year"]) < 2 for span in spans) else ""


def _shares(entries: Sequence[Entry]) -> list[Entry]:
    """A share of each total, for totals that no metric of the table is a share of."""
    shares = [entry for entry in entries if entry.column.agg == "share"]
    made = []
    for entry in entries:
        column = entry.column
        if column.agg != "sum" or not entry.label:
            continue
        told = [_telling(each) for each in shares]
        if any(keys and keys <= _telling(entry) for keys in told):
            continue
        share = Column(f"{SHARE}{column.id}", f"Share of {column.label}", "percent", "share")
        made.append(Entry(share, entry.label, entry.keys, entry.named))
    return made


def _telling(entry: Entry) -> frozenset[str]:
    return frozenset(key for word in entry.label for key in word if not key.startswith("@"))
