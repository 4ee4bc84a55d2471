"""Ends of periods: the days that a history looks from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from regulars.errors import UsageError, did_you_mean

EVERY = ("month", "quarter", "week")


def period_ends(first: date, last: date, every: str) -> tuple[date, ...]:
    """The last day of each month, quarter (March, June, September, December) or week (Sunday) from ``first``
    to ``last``, both included; a period that ends after ``last`` has no day here.

    Raises UsageError for another period, days the wrong way round, and where no period ends between them.

    >>> [each.isoformat() for each in period_ends(date(2024, 1, 31), date(2024, 3, 30), "month")]
    ['2024-01-31', '2024-02-29']
    """
    if every not in EVERY:
        raise UsageError(
            f"--every {every!r}", f"not one of {', '.join(EVERY)}", f"Choose one.{did_you_mean(every, EVERY)}"
        )
    asked = f"every {every} from {first} to {last}"
    if last < first:
        raise UsageError(asked, "the first day is after the last", "Name the earlier day with --from.")
    found = tuple(day for day in _days(first, last) if _ends(day, every))
    if not found:
        raise UsageError(asked, f"no {every} ends between them", "Name days that are further apart.")
    return found


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=each) for each in range((last - first).days + 1))


def _ends(day: date, every: str) -> bool:
    if every == "week":
        return day.isoweekday() == 7
    is_last = day == date.max or (day + timedelta(days=1)).day == 1
    return is_last and (every == "month" or day.month % 3 == 0)
