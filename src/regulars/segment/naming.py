"""Names for clusters: what stands out in each, in the features' own words, no two alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from regulars.segment.rules.nearest import Nearest
from regulars.segment.rules.prepared import UNITS, Indicator, Preparation
from regulars.types import Feature

STANDS_OUT = 0.5
"""Standard deviations from the average customer: from here on a difference is worth a word (Cohen 1988)."""
IN_DOUBT = 0.1
"""Where two names would be alike, smaller differences may tell them apart, down to this."""
WORDS = 2
"""Words in a name; a third only where two names would be alike."""
TOLD = 3
"""Features in a segment's meaning: what a reader keeps in mind."""
MIDDLE = "Middle-of-the-road"


def names(rule: Nearest, features: Sequence[Feature], *, who: str = "buyers") -> dict[str, str]:
    """A name for each segment, such as "Weekend, wide-range buyers"; ``who`` they are ends it.

    The words are those of the features on which the centre lies farthest from the average customer; a
    centre that lies far on none is "Middle-of-the-road buyers".
    """
    known = {feature.name: feature for feature in features}
    words = {each: _words(rule, each, known) for each in rule.segment_ids}
    extra = dict.fromkeys(words, 0)
    while clash := _clash(words, extra):
        extra.update((each, extra[each] + 1) for each in clash)
    named: dict[str, str] = {}
    for each, told in words.items():
        name = f"{_name(told, extra[each])} {who}"
        # Nothing more sets them apart in words; the number does.
        named[each] = name if name not in named.values() else f"{name} {len(named) + 1}"
    return named


def meanings(rule: Nearest, features: Sequence[Feature]) -> dict[str, str]:
    """What each segment's customers are like, without figures: "high in products per order, low in …".

    The features on which the centre stands out, farthest first; none makes it the average customer.
    """
    labels = {feature.name: feature.label.lower() for feature in features}
    return {each: _meaning(rule, each, labels) for each in rule.segment_ids}


def _meaning(rule: Nearest, segment_id: str, labels: Mapping[str, str]) -> str:
    ends = sorted(zip(rule.prepared, rule.centres[segment_id], strict=True), key=lambda end: -abs(end[1]))
    far = [(_side(each, at), each, at) for each, at in ends if abs(at) >= STANDS_OUT * UNITS][:TOLD]
    said = [
        f"{side} {' and '.join(_told(each, labels) for met, each, _ in far if met == side)}"
        for side in ("high in", "low in", "mostly", "seldom")
        if any(met == side for met, _, _ in far)
    ]
    return ", ".join(said) or "close to the average customer in all that was measured"


def _side(each: Preparation, at: int) -> str:
    if isinstance(each, Indicator):
        return "mostly" if at > 0 else "seldom"
    return "high in" if at > 0 else "low in"


def _told(each: Preparation, labels: Mapping[str, str]) -> str:
    """A feature by its label; a category by what it is: ``region North``."""
    label = labels.get(each.feature, each.feature)
    return f"{label} {_category(each)}" if isinstance(each, Indicator) else label


def _category(each: Indicator) -> str:
    if each.is_rest:
        return "other"
    return " or ".join(category or "unknown" for category in each.categories)


def _words(rule: Nearest, segment_id: str, known: Mapping[str, Feature]) -> list[tuple[float, str]]:
    """How far and in which word, farthest first; equally far in the order of the features."""
    told: dict[str, float] = {}
    ends = zip(rule.prepared, rule.centres[segment_id], strict=True)
    for each, at in sorted(ends, key=lambda end: -abs(end[1])):
        word = _word(each, at, known.get(each.feature))
        if word and abs(at) >= IN_DOUBT * UNITS:
            told.setdefault(word, abs(at) / UNITS)
    return [(far, word) for word, far in told.items()]


def _word(each: Preparation, at: int, feature: Feature | None) -> str:
    """The word for standing high or low on it; of a category, the category itself, where it is common."""
    if isinstance(each, Indicator):
        if at <= 0 or each.is_rest:
            return ""
        label = each.feature if feature is None else feature.label.lower()
        # "Unknown" alone would not say what.
        of = f"unknown-{'-'.join(label.split())}"
        told = (of if _is_unknown(category) else str(category) for category in each.categories)
        return " or ".join(dict.fromkeys(told))
    return "" if feature is None else _inside(feature.high if at > 0 else feature.low)


def _is_unknown(category: str | None) -> bool:
    return category is None or category.strip().casefold() in ("", "unknown")


def _clash(words: Mapping[str, list[tuple[float, str]]], extra: Mapping[str, int]) -> list[str]:
    """Segments that share a name and still have a word to add."""
    made = {each: _name(words[each], extra[each]) for each in words}
    longer = {each: _name(words[each], extra[each] + 1) for each in words}
    return [
        each for each, name in made.items() if list(made.values()).count(name) > 1 and longer[each] != name
    ]


def _name(words: Sequence[tuple[float, str]], extra: int) -> str:
    strong = sum(far >= STANDS_OUT for far, _ in words[:WORDS])
    chosen = [word for _, word in words[: strong + extra]]
    first, *others = chosen or [MIDDLE]
    return ", ".join([first[:1].upper() + first[1:], *others])


def _inside(word: str) -> str:
    """A word inside a sentence; an abbreviation such as "B2B" keeps its capitals."""
    return word if word[1:] != word[1:].lower() else word.lower()
