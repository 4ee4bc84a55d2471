"""Quantities: numbers with their unit, their hedge, and the values that would make them true.

"Just over £1.2m", "fewer than one in five", "between nine and ten times a year", "25.6 percentage points".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from regulars.check.locale import Found, Language
from regulars.check.numbers import Kind, Number, number_at
from regulars.check.tokens import Token
from regulars.check.tolerance import Interval, hedged, stated

Measure = Literal["percent", "points", "money", "times", "duration", "per_1000", "plain", "rank"]
DAYS = {"day": 1.0, "week": 7.0, "month": 30.44, "quarter": 91.31, "year": 365.25}
"""Days of a span of time, on average over years; those of a month and a quarter are rounded."""
A_YEAR = {"day": 365.25, "week": 52.18, "month": 12.0, "quarter": 4.0, "year": 1.0}
"""How often a span of time comes in a year: a month's rate is a twelfth of a year's."""
_BASIS_POINT = 0.01


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit, in tokens ``start`` to ``end``; ``high`` is the upper end of a range.

    ``unit`` is the currency's code, or the span of a duration; ``per`` the span of a rate ("a month").
    Percentages, and fractions of a whole, are 0 to 100.
    """

    value: float
    place: float
    measure: Measure
    kind: Kind
    start: int
    end: int
    hedge: str = ""
    unit: str = ""
    per: str = ""
    high: float | None = None
    is_word: bool = False
    tail: int = 0
    """Where its unit ends, if words stand between ("15.6 complaints per 1,000"); 0 if none do."""

    @property
    def interval(self) -> Interval:
        """The values that make it true, in its own unit."""
        if self.high is not None:
            return Interval(self.value, self.high)
        if self.kind == "fraction" and self.place:
            return hedged(self.hedge, self.value, self.place, "stated")
        return hedged(self.hedge, self.value, self.place, self.kind)

    @property
    def days(self) -> float:
        """How many days one of its unit is, for a duration."""
        return DAYS[self.unit]


def quantities(tokens: Sequence[Token], language: Language, taken: set[int]) -> list[Quantity]:
    """The quantities of a text from left to right; the tokens of each are added to ``taken``."""
    found: list[Quantity] = []
    at = 0
    while at < len(tokens):
        quantity = None if at in taken else _quantity_at(tokens, at, language)
        if quantity is None:
            at += 1
            continue
        quantity = _in_front(quantity, tokens, language, taken, at)
        found.append(quantity)
        at = max(quantity.end, quantity.tail)
        if quantity.tail:
            taken.update(range(quantity.tail - 2, quantity.tail))
    ranged = _ranges(found, tokens)
    for each in ranged:
        taken.update(
            n for n in range(each.start, each.end) if not _is_counted_noun(tokens, n, each, language)
        )
    return ranged


def _is_counted_noun(tokens: Sequence[Token], at: int, each: Quantity, language: Language) -> bool:
    """Whether a word within a fraction says of whom it is one: "one customer in twenty"."""
    said = language.families.at(tokens, at) if each.kind == "fraction" else None
    return said is not None and "headcount" in said.kinds


def _quantity_at(tokens: Sequence[Token], start: int, language: Language) -> Quantity | None:
    currency = language.currencies.get(tokens[start].text) or language.currencies.get(tokens[start].low)
    if currency and start + 1 < len(tokens) and not tokens[start].low.endswith("s"):
        number = number_at(tokens, start + 1, language)
        if number and number.kind == "stated":
            return _after(_made(number, "money", currency, start, number.end), tokens, language)
    if span := _unit_alone(tokens, start, language):
        return span
    number = _once(tokens, start, language) or number_at(tokens, start, language)
    return _after(_with_unit(number, tokens, language), tokens, language) if number else None


def _once(tokens: Sequence[Token], start: int, language: Language) -> Number | None:
    """Once, where it counts: "once a day"."""
    is_once = tokens[start].low == "once" and _rate_at(tokens, start + 1, language) is not None
    return Number(1.0, 0.0, "times", start, start + 1, is_word=True) if is_once else None


def _made(number: Number, measure: Measure, unit: str, start: int, end: int) -> Quantity:
    return Quantity(
        number.value, number.place, measure, number.kind, start, end, unit=unit, is_word=number.is_word
    )


def _with_unit(number: Number, tokens: Sequence[Token], language: Language) -> Quantity:
    start, end = number.start, number.end
    if number.kind == "times":
        rate = _rate_at(tokens, end, language)
        if rate:  # twice a year
            return replace(_made(number, "plain", "", start, rate[1]), per=rate[0])
        return _made(number, "times", "", start, end)
    unit = _unit_at(tokens, end, language)
    if unit is None:
        return _plain(number, tokens, language)
    kind = unit.kinds[0]
    if kind == "percent":
        return _made(number, "percent", "", start, unit.end)
    if kind == "points":
        return _made(number, "points", "", start, unit.end)
    if kind == "basis_points":
        small = replace(number, value=number.value * _BASIS_POINT, place=number.place * _BASIS_POINT)
        return _made(small, "points", "", start, unit.end)
    if number.kind == "fraction":
        return _plain(number, tokens, language)
    if kind == "times":
        return _times(number, tokens, unit.end, language)
    if kind.startswith("per_"):
        scale = 1000.0 / float(kind.removeprefix("per_"))
        thousand = replace(number, value=number.value * scale, place=number.place * scale)
        apart = unit.start > end
        made = _made(thousand, "per_1000", "", start, end if apart else unit.end)
        return replace(made, tail=unit.end) if apart else made
    end = _and_a_half(tokens, unit.end)
    half = 0.5 if end > unit.end else 0.0
    longer = replace(number, value=number.value + half, place=0.5 if half else number.place)
    return _made(longer, "duration", kind, start, end)


_WORDS_BETWEEN = 2
"""At most so many words stand between a figure and its "per 1,000": 15.6 customer complaints per 1,000."""


def _unit_at(tokens: Sequence[Token], end: int, language: Language) -> Found | None:
    for at in range(end, min(end + _WORDS_BETWEEN + 1, len(tokens))):
        unit = language.units.at(tokens, at)
        if unit and (at == end or unit.kinds[0].startswith("per_")):
            return unit
        if not tokens[at].is_word:
            return None
    return None


def _and_a_half(tokens: Sequence[Token], end: int) -> int:
    is_half = [token.low for token in tokens[end : end + 3]] == ["and", "a", "half"]
    return end + 3 if is_half else end


def _unit_alone(tokens: Sequence[Token], start: int, language: Language) -> Quantity | None:
    """A span of time without a number: "a year and a half", "more than a year", "within the past month"."""
    at = start + (tokens[start].low in {"a", "an", "one"})
    unit = language.units.at(tokens, at) if at < len(tokens) else None
    if unit is None or unit.kinds[0] not in DAYS:
        return None
    end = _and_a_half(tokens, unit.end) if at > start else unit.end
    said = language.hedges.before(tokens, start)
    is_counted = (
        end > unit.end or tokens[start].low == "one" or (said and (at > start or said.kinds[0] == "within"))
    )
    if not is_counted:
        return None
    value, place = (1.5, 0.5) if end > unit.end else (1.0, 1.0)
    return Quantity(value, place, "duration", "stated", start, end, unit=unit.kinds[0], is_word=True)


def _times(number: Number, tokens: Sequence[Token], end: int, language: Language) -> Quantity:
    """Three times as much is a multiple, three times a year a frequency."""
    rate = _rate_at(tokens, end, language)
    if rate:
        return replace(_made(number, "plain", "", number.start, rate[1]), per=rate[0])
    return replace(_made(number, "times", "", number.start, end), kind="times")


def _plain(number: Number, tokens: Sequence[Token], language: Language) -> Quantity:
    if number.kind == "fraction":
        return _made(number, "percent", "", number.start, number.end)
    low = tokens[number.end].low if number.end < len(tokens) else ""
    if low in language.currencies and low.isalpha():
        return _made(number, "money", language.currencies[low], number.start, number.end + 1)
    if number.value != int(number.value) and _is_scale(tokens, number.end):
        return _made(number, "plain", "", number.start, number.end + 3)  # 9.1 out of 10
    if low in language.minor and _is_of_each_coin(tokens, number.end + 1):
        return _made(number, "percent", "", number.start, _past_coin(tokens, number.end + 1))
    if low in language.minor:
        small = replace(number, value=number.value / 100, place=number.place / 100)
        return _made(small, "money", language.minor[low], number.start, number.end + 1)
    return _made(number, "plain", "", number.start, number.end)


def _is_scale(tokens: Sequence[Token], at: int) -> bool:
    """Whether it is said there out of how many points a score is: "out of 10"."""
    said = [token.low for token in tokens[at : at + 3]]
    return said[:2] == ["out", "of"] and said[2:] in (["5"], ["10"], ["100"], ["five"], ["ten"])


def _is_of_each_coin(tokens: Sequence[Token], at: int) -> bool:
    """Whether small change is a share: "44 cents of every dollar"."""
    return _past_coin(tokens, at) > at


def _past_coin(tokens: Sequence[Token], at: int) -> int:
    """Where "of every dollar" ends that starts there; the same place where none does."""
    said = [token.low for token in tokens[at : at + 3]]
    is_whole = (
        len(said) == 3 and said[0] in {"of", "in", "on", "from"} and said[1] in {"every", "each", "the"}
    )
    return at + 3 if is_whole and said[2] in _COINS else at


_COINS = frozenset({"dollar", "pound", "euro"})


def _after(quantity: Quantity, tokens: Sequence[Token], language: Language) -> Quantity:
    """What follows a quantity: "or so", "or more"."""
    said = language.hedges_after.at(tokens, quantity.end) if quantity.end < len(tokens) else None
    if said is None:
        return _bounded(quantity, tokens, language)
    made = replace(quantity, hedge=said.kinds[0], end=said.end)
    unit = language.units.at(tokens, said.end) if said.end < len(tokens) else None
    if unit is None or made.measure != "plain" or unit.kinds[0] not in DAYS:
        return made
    return replace(made, measure="duration", unit=unit.kinds[0], end=unit.end)  # 30 or more days


def _bounded(quantity: Quantity, tokens: Sequence[Token], language: Language) -> Quantity:
    """A bound behind the noun that is counted: "12 items or fewer"."""
    at = quantity.end + 1
    if quantity.measure != "plain" or at + 1 >= len(tokens) or tokens[at].low != "or":
        return quantity
    said = language.hedges_after.at(tokens, at)
    is_bound = said is not None and said.end == at + 2 and tokens[quantity.end].is_word
    return replace(quantity, hedge=said.kinds[0], tail=said.end) if said and is_bound else quantity


def _in_front(
    quantity: Quantity, tokens: Sequence[Token], language: Language, taken: set[int], at: int
) -> Quantity:
    """What goes before a quantity: "just over", "more than", "roughly"."""
    if quantity.measure == "percent" and [each.low for each in tokens[max(0, at - 2) : at]] == ["all", "but"]:
        return replace(quantity, value=100 - quantity.value, start=at - 2)
    said = language.hedges.before(tokens, at)
    if said is None or any(n in taken for n in range(said.start, said.end)):
        return quantity
    return replace(quantity, hedge=said.kinds[0], start=said.start)


def _rate_at(tokens: Sequence[Token], at: int, language: Language) -> tuple[str, int] | None:
    """A rate's span of time ("a month", "per year", "each week") and where it ends."""
    if at + 1 >= len(tokens) or tokens[at].low not in {"a", "an", "per", "each", "every", "/"}:
        return None
    unit = language.units.at(tokens, at + 1)
    return (unit.kinds[0], unit.end) if unit and unit.kinds[0] in DAYS else None


def rate_in(tokens: Sequence[Token], language: Language) -> tuple[str, int, int] | None:
    """The first rate of a run of tokens: its span of time, where it starts and where it ends."""
    for at in range(len(tokens)):
        found = _rate_at(tokens, at, language)
        if found:
            return (found[0], at, found[1])
    return None


RATES = {"monthly": "month", "weekly": "week", "daily": "day", "quarterly": "quarter"}
"""Words for a rate."""

_RANGE_FIRST = ("between", "from")
_RANGE_JOINTS = ("and", "to", "-", "–", "or")


def _ranges(found: list[Quantity], tokens: Sequence[Token]) -> list[Quantity]:
    """Two quantities that are the ends of one range become one quantity."""
    made: list[Quantity] = []
    for each in found:
        before = made[-1] if made else None
        if before and _is_range(before, each, tokens):
            made[-1] = _joined(before, each, tokens)
        else:
            made.append(each)
    return made


def _is_range(low: Quantity, high: Quantity, tokens: Sequence[Token]) -> bool:
    if high.start != low.end + 1 or tokens[low.end].low not in _RANGE_JOINTS or high.hedge:
        return False
    first = tokens[low.start - 1].low if low.start else ""
    joint = tokens[low.end].low
    is_open = first in _RANGE_FIRST or joint in {"-", "–"} or (joint == "to" and low.measure == high.measure)
    return is_open and low.measure in (high.measure, "plain") and low.value <= high.value


def _joined(low: Quantity, high: Quantity, tokens: Sequence[Token]) -> Quantity:
    first = tokens[low.start - 1].low if low.start else ""
    start = low.start - 1 if first in _RANGE_FIRST else low.start
    return replace(high, value=low.value, high=high.value, start=start, place=max(low.place, high.place))


def rounds_to(quantity: Quantity) -> Interval:
    """The values that round to a quantity as it is stated, whatever its hedge."""
    return stated(quantity.value, quantity.place)
