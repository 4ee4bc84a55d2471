"""Dates and spans: "19 August 2025", "October 2025", "Q4", "in 2025", "the twelve months to 31 December"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from regulars.check.locale import Language
from regulars.check.tokens import Token

_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_YEARS = range(1900, 2100)


@dataclass(frozen=True, slots=True)
class Day:
    """A day, month, quarter or year that a text names: its first and last day; tokens ``start`` to ``end``.

    ``first`` is None where the year is not said ("in June").
    """

    first: date | None
    last: date | None
    start: int
    end: int


def days(tokens: Sequence[Token], language: Language, taken: set[int]) -> list[Day]:
    """The dates of a text from left to right; their tokens are added to ``taken``.

    A slashed date has its day first, unless only the other order is a date.
    """
    found: list[Day] = []
    at = 0
    while at < len(tokens):
        day = _day_at(tokens, at, language)
        if day is None or any(n in taken for n in range(day.start, day.end)):
            at += 1
            continue
        found.append(day)
        taken.update(range(day.start, day.end))
        at = day.end
    return found


def _day_at(tokens: Sequence[Token], at: int, language: Language) -> Day | None:
    token = tokens[at]
    if token.is_figure:
        return _figures(token.text, at) or _day_first(tokens, at, language) or _year(tokens, at)
    if token.low in language.months and (token.text[0].isupper()):
        return _month_first(tokens, at, language)
    return _quarter(tokens, at)


def _figures(text: str, at: int) -> Day | None:
    if iso := _ISO.fullmatch(text):
        return _one_day(int(iso[1]), int(iso[2]), int(iso[3]), at, at + 1)
    if slashed := _SLASHED.fullmatch(text):
        one, two, year = (int(each) for each in slashed.groups())
        return _one_day(year, two, one, at, at + 1) or _one_day(year, one, two, at, at + 1)
    return None


def _one_day(year: int, month: int, number: int, start: int, end: int) -> Day | None:
    try:
        when = date(year, month, number)
    except ValueError:
        return None
    return Day(when, when, start, end)


def _low(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].low if at < len(tokens) else ""


def _number(tokens: Sequence[Token], at: int, among: range) -> int | None:
    low = _low(tokens, at)
    return int(low) if low.isdigit() and int(low) in among else None


def _day_first(tokens: Sequence[Token], at: int, language: Language) -> Day | None:
    """19 August 2025, 4th of October, 1 January."""
    number, after = _number(tokens, at, range(1, 32)), at + 1
    if number is None:
        return None
    if _low(tokens, after) in {"st", "nd", "rd", "th"}:
        after += 1
    if _low(tokens, after) == "of":
        after += 1
    month = language.months.get(_low(tokens, after))
    if month is None or not tokens[after].text[0].isupper():
        return None
    year = _number(tokens, after + 1, _YEARS)
    if year is None:
        return Day(None, None, at, after + 1)
    return _one_day(year, month, number, at, after + 2)


def _month_first(tokens: Sequence[Token], at: int, language: Language) -> Day | None:
    """August 2025, August 19, 2025, June. A month's name alone counts where it can be no other word."""
    month = language.months[tokens[at].low]
    if year := _number(tokens, at + 1, _YEARS):
        return _whole_month(year, month, at, at + 2)
    number = _number(tokens, at + 1, range(1, 32))
    if number is not None:
        comma = at + 2 + (_low(tokens, at + 2) == ",")
        year = _number(tokens, comma, _YEARS)
        return _one_day(year, month, number, at, comma + 1) if year else Day(None, None, at, at + 2)
    is_sure = at > 0 and tokens[at - 1].low in {
        "in",
        "by",
        "since",
        "before",
        "during",
        "of",
        "until",
        "to",
        "from",
    }
    return Day(None, None, at, at + 1) if is_sure else None


def _whole_month(year: int, month: int, start: int, end: int) -> Day:
    after = date(year + month // 12, month % 12 + 1, 1)
    return Day(date(year, month, 1), after - timedelta(days=1), start, end)


def _year(tokens: Sequence[Token], at: int) -> Day | None:
    """A year stands after a word of time, or after another date's joint; else it is a number."""
    year = _number(tokens, at, _YEARS)
    before = tokens[at - 1].low if at else ""
    if year is None or "," in tokens[at].text or before not in _BEFORE_YEAR:
        return None
    return Day(date(year, 1, 1), date(year, 12, 31), at, at + 1)


_BEFORE_YEAR = {
    "in", "cover", "covers", "since", "by", "until", "during", "before", "after", "year", "of", "to", "from",
    "the", "and", "through", "financial", "fiscal", "calendar", "early", "late", "mid",
}  # fmt: skip


def _quarter(tokens: Sequence[Token], at: int) -> Day | None:
    """Q4, Q4 2025."""
    number = None
    end = at + 1
    if tokens[at].low == "q" and _low(tokens, at + 1) in {"1", "2", "3", "4"}:
        number, end = int(_low(tokens, at + 1)), at + 2
    if number is None:
        return None
    year = _number(tokens, end, _YEARS)
    if year is None:
        return Day(None, None, at, end)
    last = _whole_month(year, 3 * number, at, end)
    return Day(date(year, 3 * number - 2, 1), last.last, at, end + 1)
