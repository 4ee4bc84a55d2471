"""Ends of periods."""

from __future__ import annotations

from datetime import date

import pytest

from regulars.app.periods import period_ends
from regulars.errors import UsageError


def ends(first: str, last: str, every: str) -> list[str]:
    days = period_ends(date.fromisoformat(first), date.fromisoformat(last), every)
    return [day.isoformat() for day in days]


def test_the_last_days_of_months_quarters_and_weeks_both_ends_included() -> None:
    assert ends("2023-12-31", "2024-03-31", "month") == [
        "2023-12-31",
        "2024-01-31",
        "2024-02-29",
        "2024-03-31",
    ]
    assert ends("2023-12-31", "2024-07-01", "quarter") == ["2023-12-31", "2024-03-31", "2024-06-30"]
    assert ends("2024-03-03", "2024-03-18", "week") == ["2024-03-03", "2024-03-10", "2024-03-17"]


def test_a_period_that_is_not_over_by_the_last_day_has_no_run() -> None:
    assert ends("2011-03-01", "2011-12-09", "month")[-1] == "2011-11-30"


@pytest.mark.parametrize(
    ("first", "last", "every", "told"),
    [
        ("2024-02-01", "2024-01-01", "month", "the first day is after the last"),
        ("2024-01-01", "2024-01-30", "month", "no month ends between them"),
        ("2024-01-01", "2024-12-31", "moth", "Did you mean 'month'"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(first: str, last: str, every: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        ends(first, last, every)
