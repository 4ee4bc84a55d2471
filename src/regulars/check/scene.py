"""A scene: one sentence with everything found in it that does not depend on what it claims."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from regulars.check.dates import Day, days
from regulars.check.lexicon import LIGHT, Hit, Lexicon, Match, lexicon_of
from regulars.check.locale import Found, Language
from regulars.check.quantities import Quantity, quantities, rate_in
from regulars.check.quoted import Labels, Quoted, labels_of, quoted
from regulars.check.subjects import Mention, Names, mentions, names_of
from regulars.check.table import Facts
from regulars.check.tokens import Token, tokens


@dataclass(frozen=True)
class Reader:
    """What a table and a language give to every sentence: its facts, its lexicon, its names."""

    facts: Facts
    language: Language
    lexicon: Lexicon
    names: Names
    categories: dict[tuple[str, ...], str]
    labels: Labels

    @staticmethod
    def of(facts: Facts, language: Language) -> Reader:
        return Reader(
            facts,
            language,
            lexicon_of(facts, language),
            names_of(facts, language),
            _categories(facts, language),
            labels_of(facts, language),
        )


def _categories(facts: Facts, language: Language) -> dict[tuple[str, ...], str]:
    """The categories that any cell of the table names, by the stems of their words."""
    found: dict[tuple[str, ...], str] = {}
    for column in facts.columns.values():
        if column.unit == "category":
            for group in (facts.overall, *facts.segments.values()):
                said = group.values.get(column.id)
                if isinstance(said, str) and said:
                    found.setdefault(tuple(language.of_phrase(said)), said)
    return found


@dataclass(frozen=True, slots=True)
class Category:
    """A category that the text names, in tokens ``start`` to ``end``."""

    name: str
    start: int
    end: int


@dataclass
class Scene:
    """One sentence as found: tokens, quantities, dates, mentions, categories and marking words."""

    reader: Reader
    source: str
    tokens: list[Token]
    names: set[int] = field(default_factory=set)
    figures: set[int] = field(default_factory=set)
    mentions: list[Mention] = field(default_factory=list)
    days: list[Day] = field(default_factory=list)
    quantities: list[Quantity] = field(default_factory=list)
    categories: list[Category] = field(default_factory=list)
    marks: list[Found] = field(default_factory=list)
    labels: list[Quoted] = field(default_factory=list)
    manners: list[Found] = field(default_factory=list)

    @property
    def facts(self) -> Facts:
        return self.reader.facts

    @property
    def quoted(self) -> set[int]:
        """The tokens of labels that stand in the sentence as a whole."""
        return {n for each in self.labels for n in range(each.start, each.end)}

    @property
    def language(self) -> Language:
        return self.reader.language

    def text(self, start: int, end: int) -> str:
        return " ".join(token.text for token in self.tokens[start:end])

    def written(self, start: int, end: int) -> str:
        """The characters of some tokens, as they stand in the sentence."""
        offset = self.tokens[0].start - (len(self.source) - len(self.source.lstrip()))
        return self.source[self.tokens[start].start - offset : self.tokens[end - 1].end - offset]

    def is_named(self, kind: str, start: int, end: int) -> Found | None:
        """The first mark of a kind within some tokens."""
        for mark in self.marks:
            if start <= mark.start and mark.end <= end and kind in mark.kinds:
                return mark
        return None


def scene(text: str, reader: Reader, start: int) -> Scene:
    """The scene of one sentence, which stands at ``start`` in its text."""
    made = Scene(reader, text, tokens(text, reader.language, start))
    made.labels = quoted(made.tokens, reader.labels)
    made.mentions = mentions(made.tokens, reader.names, reader.language, made.names, made.quoted)
    dated = set(made.quoted)
    made.days = days(made.tokens, reader.language, dated)
    made.figures = dated - made.quoted
    locked = set(_worded(made)) | made.quoted
    taken = made.names | made.figures | locked
    made.quantities = quantities(made.tokens, reader.language, taken)
    made.figures |= taken - made.names - locked
    made.categories = list(_named(made))
    marks = reader.language.marks.all(made.tokens, made.names | made.figures)
    made.marks = [_ranking(each, made) for each in marks if not _is_of_label(each, made)]
    made.marks += _exempting(made)
    made.manners = list(reader.language.manners.all(made.tokens, made.names | made.figures | made.quoted))
    return made


def _is_of_label(mark: Found, scene: Scene) -> bool:
    """Whether a mark is only a word of a label, or of the text itself: "customers with two or more orders"
    compares nothing, "on most measures" counts nothing."""
    is_label = "not" not in mark.kinds and not scene.quoted.isdisjoint(range(mark.start, mark.end))
    framing = scene.language.moods.at(scene.tokens, mark.start)
    return is_label or (framing is not None and framing.end > mark.end and "framing" in framing.kinds)


def _ranking(mark: Found, scene: Scene) -> Found:
    """A mark as it stands; but "the most of any segment" ranks, where "most of their orders" counts."""
    is_field = any(each.start == mark.end and each.kind in {"any", "every"} for each in scene.mentions)
    if "mostly" in mark.kinds and is_field and scene.tokens[mark.end - 1].low == "of":
        return Found(("most",), mark.start, mark.end - 1)
    return mark


def _exempting(scene: Scene) -> list[Found]:
    """The "but" that leaves a segment out: "every segment but one that is named"."""
    ends = {each.end for each in scene.mentions if each.kind in {"every", "none", "any"}}
    starts = {each.start for each in scene.mentions if each.kind == "segments"}
    return [
        Found(("except",), at, at + 1)
        for at, token in enumerate(scene.tokens)
        if token.low == "but" and at in ends and at + 1 in starts
    ]


def _worded(scene: Scene) -> Iterable[int]:
    """The tokens of number words that are words of a metric: "more than once", "ordered twice"."""
    shared = scene.reader.lexicon.shared_by
    for start in range(len(scene.tokens)):
        phrase = scene.language.families.at(scene.tokens, start)
        if (
            phrase
            and phrase.end - phrase.start > 1
            and any(f"@{family}" in shared for family in phrase.kinds)
            and _starts_no_rate(scene, phrase.end)
        ):
            yield from range(phrase.start, phrase.end)


def _starts_no_rate(scene: Scene, at: int) -> bool:
    """Whether no rate follows: "more than once" is a metric's word, "more than once a day" a figure."""
    rate = rate_in(scene.tokens[at : at + 2], scene.language)
    return rate is None or rate[1] > 0


def _named(scene: Scene) -> Iterable[Category]:
    for start in range(len(scene.tokens)):
        if start in scene.names or start in scene.figures:
            continue
        for words, name in scene.reader.categories.items():
            end = start + len(words)
            said = scene.tokens[start:end]
            # Who is saving has no "Savings".
            is_noun = said and (said[-1].low.endswith("ing") == name.lower().endswith("ing"))
            if tuple(token.stem for token in said) == words and is_noun:
                yield Category(name, start, end)


def hits_in(scene: Scene, at: Iterable[int]) -> list[Hit]:
    """The words by which some metric goes among some tokens."""
    free = [n for n in at if n not in scene.names and n not in scene.figures]
    found = [
        hit
        for hit in scene.reader.lexicon.hits(scene.tokens, free, scene.language)
        if not _is_whole_of(scene, hit)
    ]
    found = [_of_people(hit, scene) for hit in found]
    if "@not" in scene.reader.lexicon.shared_by:
        wanted = set(free)
        found += [
            Hit(("@not",), mark.start, mark.end)
            for mark in scene.marks
            if "not" in mark.kinds and mark.start in wanted
        ]
    return found


def _of_people(hit: Hit, scene: Scene) -> Hit:
    """Goods that come back are returned; people who come back buy again."""
    said = [token.stem for token in scene.tokens[hit.start : hit.end]]
    if "@return" not in hit.keys or said != scene.language.of_phrase("come back"):
        return hit
    first = max((n for n in range(hit.start) if scene.tokens[n].low in _JOINTS), default=0)
    before = range(first, hit.start)
    families = (each for n in before for each in scene.language.families.every_at(scene.tokens, n))
    is_goods = any(not _GOODS.isdisjoint(each.kinds) for each in families)
    return hit if is_goods else Hit(("@repeat",), hit.start, hit.end)


_JOINTS = frozenset({",", ";", ":", "and", "but", "or", "who"})
_GOODS = frozenset({"order", "order_value", "product", "goods"})


def _is_whole_of(scene: Scene, hit: Hit) -> bool:
    """Whether a word only says that all are meant: of "the bank", "bank" is no word of "online banking"."""
    if all(key in LIGHT for key in hit.keys):
        return False
    return any(
        each.kind == "overall" and each.start <= hit.start and hit.end <= each.end for each in scene.mentions
    )


def best(scene: Scene, hits: Sequence[Hit], units: Sequence[str]) -> list[Match]:
    """The metrics of some units that the words can mean, best first."""
    return scene.reader.lexicon.ranked(hits, units, scene.language)
