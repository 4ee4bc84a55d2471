"""Scope: on which days a claim is asked, and the periods that they fall into."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from regulars.check.dates import Day
from regulars.check.locale import Language
from regulars.check.tokens import Token
from regulars.figures import day as written_day

Span = tuple[date, date]
"""A first and a last day, both included."""
MOST_PERIODS = 8
"""More rows than these no reader compares: months become quarters, and quarters years."""
_ONE = timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """A month, quarter or year, as far as it is asked about: its name and its days."""

    name: str
    first: date
    last: date


def periods(spans: Sequence[Span]) -> tuple[Period, ...]:
    """The months, quarters or years that some days fall into: the finest of which there are few."""
    made: tuple[Period, ...] = ()
    for months in (1, 3, 12):
        made = tuple(_cut(spans, months))
        if len({each.name for each in made}) <= MOST_PERIODS:
            return made
    return made


def whole_months(spans: Sequence[Span]) -> tuple[Period, ...]:
    """The months of which every day is asked about."""
    return tuple(
        each
        for each in _cut(spans, 1)
        if each.first.day == 1 and each.last == _after(each.first.year, each.first.month, 1) - _ONE
    )


def first_half(start: date, end: date) -> tuple[Span, ...]:
    """The first half of some days: when what "used to" be so is held to have been so."""
    return ((start, start + (end - start) // 2),)


def said(spans: Sequence[Span]) -> str:
    """Days in words: "1 Nov 2011 to 30 Nov 2011, ..."."""
    return ", ".join(f"{written_day(first)} to {written_day(last)}" for first, last in spans)


def spans_of(
    days: Sequence[Day], tokens: Sequence[Token], language: Language, start: date, end: date
) -> tuple[Span, ...] | None:
    """The days of a study that a text names, in order; None where it names none, empty where the study has
    none of them. A month without a year is each such month; "since" one is since the last of them."""
    if not days:
        return None
    found: list[Span] = []
    at = 0
    while at < len(days):
        here = _meant(days[at], tokens, language, start, end)
        before = tokens[days[at].start - 1].low if days[at].start else ""
        joined = at + 1 < len(days) and _joins(before, tokens[days[at].end : days[at + 1].start])
        if joined and here:
            there = _meant(days[at + 1], tokens, language, start, end)
            found += [(here[0][0], until) for _, until in there[-1:] if here[0][0] <= until]
            at += 2
            continue
        found += _opened(before, here, start, end)
        at += 1
    clipped = ((max(first, start), min(last, end)) for first, last in found)
    return tuple(_merged(sorted(each for each in clipped if each[0] <= each[1])))


def _joins(before: str, between: Sequence[Token]) -> bool:
    """Whether two days are the ends of a span: "from March to May", "between March and May"."""
    words = [each.low for each in between]
    return words in (["to"], ["until"], ["till"], ["through"]) or (words == ["and"] and before == "between")


def _opened(before: str, here: Sequence[Span], start: date, end: date) -> list[Span]:
    if not here:
        return []
    match before:
        case "since" | "from":
            return [(here[-1][0], end)]
        case "after":
            return [(here[-1][1] + _ONE, end)]
        case "before":
            return [(start, here[-1][0] - _ONE)]
        case "until" | "till" | "by" | "to":
            return [(start, here[-1][1])]
    return list(here)


def _meant(day: Day, tokens: Sequence[Token], language: Language, start: date, end: date) -> list[Span]:
    if day.first is not None and day.last is not None:
        return [(day.first, day.last)]
    words = [each.low for each in tokens[day.start : day.end]]
    month = next((language.months[word] for word in words if word in language.months), None)
    number = next((int(word) for word in words if word.isdigit()), None)
    years = range(start.year, end.year + 1)
    if month is None and number is not None:
        whole = [(date(year, 3 * number - 2, 1), _after(year, 3 * number - 2, 3) - _ONE) for year in years]
    elif month is None:
        return []
    elif number is not None:
        whole = [(each, each) for year in years if (each := _day(year, month, number))]
    else:
        whole = [(date(year, month, 1), _after(year, month, 1) - _ONE) for year in years]
    return [(first, last) for first, last in whole if first <= end and last >= start]


def _day(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None


def _cut(spans: Sequence[Span], months: int) -> Iterator[Period]:
    for first, last in spans:
        at = first
        while at <= last:
            begin = (at.month - 1) // months * months + 1
            after = _after(at.year, begin, months)
            yield Period(_named(at.year, begin, months), at, min(last, after - _ONE))
            at = after


def _after(year: int, month: int, months: int) -> date:
    """The first day after so many months from a month on."""
    month += months
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


def _named(year: int, month: int, months: int) -> str:
    if months == 1:
        return written_day(date(year, month, 1)).split(" ", 1)[1]
    return f"Q{(month + 2) // 3} {year}" if months == 3 else str(year)


def _merged(spans: Sequence[Span]) -> Iterator[Span]:
    """Spans that meet or overlap, as one."""
    held: Span | None = None
    for first, last in spans:
        if held and first <= held[1] + _ONE:
            held = held[0], max(held[1], last)
        else:
            if held:
                yield held
            held = first, last
    if held:
        yield held
