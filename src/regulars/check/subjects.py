"""Subjects: of whom a sentence speaks. Segments by name, id, code or alias; all customers; the others.

A mention of several segments in a row ("A, B and C") is one mention with three groups.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from regulars.check.locale import Language
from regulars.check.numbers import number_at
from regulars.check.table import OVERALL, Facts
from regulars.check.tokens import Token

Kind = Literal[
    "segments", "overall", "others", "rest", "every", "none", "any", "them", "count", "subset", "scope"
]


@dataclass(frozen=True, slots=True)
class Mention:
    """Who is spoken of, in tokens ``start`` to ``end``.

    ``groups`` are the segments that are named; ``count`` how many are meant ("two segments", "the three
    smallest"). One customer stands for all where it is singular ("a Loyal Regular").
    """

    kind: Kind
    start: int
    end: int
    groups: tuple[str, ...] = ()
    count: int = 0
    is_singular: bool = False


@dataclass(frozen=True)
class Names:
    """The names of a table's segments, longest first, as the stems of their words."""

    names: tuple[tuple[tuple[str, ...], str], ...]
    codes: dict[str, str]
    groups: tuple[str, ...] = ()

    def at(self, tokens: Sequence[Token], start: int) -> Mention | None:
        token = tokens[start]
        if token.text in self.codes:
            return Mention("segments", start, start + 1, (self.codes[token.text],))
        for words, group in self.names:
            end = _fits(tokens, start, words)
            if end and (len(words) > 1 or token.text[0].isupper()):
                return Mention("segments", start, end, (group,), is_singular=_is_singular(tokens, start, end))
        return None


def _fits(tokens: Sequence[Token], start: int, words: Sequence[str]) -> int | None:
    """Where the name ends that starts here; hyphens and commas count for nothing."""
    at = start
    for word in words:
        while at > start and at < len(tokens) and tokens[at].text in {"-", "‑", ","}:
            at += 1
        if at >= len(tokens) or tokens[at].stem != word:
            return None
        at += 1
    return at


_ONE = frozenset(["a", "an", "each", "every", "one", "per", "average", "typical", "median"])


def _is_singular(tokens: Sequence[Token], start: int, end: int) -> bool:
    """Whether one customer is meant: "a Loyal Regular", "the typical Dormant Customer"."""
    return start > 0 and tokens[start - 1].low in _ONE and not tokens[end - 1].low.endswith("s")


def names_of(facts: Facts, language: Language) -> Names:
    """The names of a table's segments: name, id, aliases; codes are matched as they are written."""
    named: dict[tuple[str, ...], str] = {}
    for group in facts.segments.values():
        for said in (group.name, group.id.replace("_", " "), *group.aliases):
            named.setdefault(tuple(language.of_phrase(said)), group.id)
    for words, name in list(named.items()):
        for also in _called(words, language):
            named.setdefault(also, name)
    known = sorted(named.items(), key=lambda each: -len(each[0]))
    codes = {group.code: group.id for group in facts.segments.values() if group.code}
    return Names(tuple((words, group) for words, group in known if words), codes, tuple(facts.segments))


def _called(words: tuple[str, ...], language: Language) -> list[tuple[str, ...]]:
    """A name with other nouns for its people: "dormant customers" for "Dormant accounts"."""
    head = list(words)
    while head and head[-1] in language.called:
        head.pop()
    is_told = head and len(head) < len(words) and any(word not in language.neutral for word in head)
    return [(*head, noun) for noun in sorted(language.called)] if is_told else []


def mentions(
    tokens: Sequence[Token], names: Names, language: Language, taken: set[int], quoted: Collection[int] = ()
) -> list[Mention]:
    """The mentions of a sentence from left to right. Tokens of names and counts are added to ``taken``.

    Who is named within a label that is ``quoted`` is not spoken of.
    """
    found: list[Mention] = []
    at = 0
    while at < len(tokens):
        mention = (
            names.at(tokens, at)
            or _counted(tokens, at, language, len(names.groups))
            or _spoken(tokens, at, language)
        )
        if mention is None or mention.start in quoted or mention.end - 1 in quoted:
            at += 1
            continue
        found.append(mention)
        at = mention.end
    joined = _joined(found, tokens)
    for each in joined:
        if each.kind not in {"overall", "them"}:
            taken.update(range(each.start, each.end))
    return joined


def _spoken(tokens: Sequence[Token], at: int, language: Language) -> Mention | None:
    if tokens[at].low == "all" and at + 2 < len(tokens) and tokens[at + 1].is_figure:
        counted = tokens[at + 2].stem in language.peoples or tokens[at + 2].low in {"clients", "members"}
        return Mention("overall", at, at + 1, (OVERALL,)) if counted else None  # of all 4,334 customers
    phrase = language.subjects.at(tokens, at)
    if phrase is None:
        return None
    after = tokens[phrase.end].low if phrase.end < len(tokens) else ""
    if phrase.kinds[0] == "none" and tokens[at].low == "nobody" and after in {"among", "in", "of"}:
        return None  # nobody among those who are named next
    kind: Kind = phrase.kinds[0]  # type: ignore[assignment]  # the file of words names the kinds
    return Mention(kind, phrase.start, phrase.end, (OVERALL,) if kind == "overall" else ())


_GROUPS = frozenset({"segment", "group", "cohort"})


def _goes_on(tokens: Sequence[Token], at: int) -> bool:
    return (
        at < len(tokens)
        and tokens[at].is_word
        and tokens[at].low not in {"by", "on", "for", "in", "and", "but"}
    )


def _counted(tokens: Sequence[Token], start: int, language: Language, segments: int) -> Mention | None:
    """Two segments, three of the five segments, the three smallest segments; "of the five segments" alone."""
    at, is_subset = start, False
    if tokens[at].low in {"the", "our"}:
        at, is_subset = at + 1, True
    is_scope = tokens[start].low == "of"
    if is_scope:
        at += 1
        at += at < len(tokens) and tokens[at].low in {"the", "our"}
    if not is_scope and not is_subset and tokens[at].low == "one" and _is_group(tokens, at + 1):
        return Mention("count", start, at + 2, count=1)
    number = number_at(tokens, at, language) if at < len(tokens) else None
    if number is None or number.kind != "stated" or number.value != int(number.value):
        return None
    count, at = int(number.value), number.end
    if is_scope:
        if _is_group(tokens, at):
            return Mention("scope", start, at + 1)
        return (
            Mention("scope", start, at)
            if count == segments and at > number.start + 0 and not _goes_on(tokens, at)
            else None
        )
    if at < len(tokens) and tokens[at].low == "of":
        of = at + 1 + (at + 1 < len(tokens) and tokens[at + 1].low in {"the", "our"})
        whole = number_at(tokens, of, language)
        at = whole.end if whole and _is_group(tokens, whole.end) else of
    elif at < len(tokens) and language.marks.at(tokens, at) and _is_group(tokens, at + 1):
        return Mention("subset", start, at + 2, count=count)
    if not _is_group(tokens, at):
        return None
    return Mention("scope" if is_subset and number.end == at else "count", start, at + 1, count=count)


def _is_group(tokens: Sequence[Token], at: int) -> bool:
    return at < len(tokens) and tokens[at].stem in _GROUPS


def _joined(found: Sequence[Mention], tokens: Sequence[Token]) -> list[Mention]:
    """Segments that are named in a row become one mention."""
    made: list[Mention] = []
    for each in found:
        before = made[-1] if made else None
        if before and before.kind == each.kind == "segments" and _is_row(tokens[before.end : each.start]):
            made[-1] = replace(before, groups=(*before.groups, *each.groups), end=each.end, is_singular=False)
        else:
            made.append(each)
    return [one for each in made for one in _parted(each, found, tokens)]


def _parted(row: Mention, found: Sequence[Mention], tokens: Sequence[Token]) -> list[Mention]:
    """Two names with only a comma between them are no row: "like A, B …"."""
    inside = [each for each in found if row.start <= each.start and each.end <= row.end]
    is_pair = row.kind == "segments" and len(inside) == 2
    if is_pair and all(token.low == "," for token in tokens[inside[0].end : inside[1].start]):
        return inside
    return [row]


def _is_row(between: Sequence[Token]) -> bool:
    return bool(between) and all(
        token.low in {",", "and", "or", "nor", "&", "the", "'s", "'", "’"} for token in between
    )
