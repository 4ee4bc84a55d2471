"""Names of segments: of words that fit, unlike any other's, kind."""

from __future__ import annotations

import pytest

from regulars.narrate.naming import as_name, name_faults

PLACES = {"orders_per_customer": "above", "revenue_per_customer": "below", "recency_days": "near"}


def codes(name: str, taken: tuple[str, ...] = (), calls: tuple[str, ...] = ()) -> list[str]:
    return [each.code for each in name_faults(name, PLACES, taken, calls)]


def test_a_name_of_words_that_fit_may_stand() -> None:
    assert codes("Frequent Buyers") == []
    assert codes("steady customers", calls=("steady",)) == []


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Occasional Buyers", "direction"),
        ("Quiet Customers", "direction"),
        ("Happy Gardeners", "unfounded"),
        ("Frequent Happy Buyers", "unfounded"),
        ("Customers", "unfounded"),
        ("Light Spenders Cheap", "unkind"),
        ("Frequent Buyers of the Whole Wide World", "form"),
        ("Buyers2", "form"),
        ("<b>Frequent</b>", "form"),
        ("", "form"),
    ],
)
def test_a_name_that_may_not_stand_says_why(name: str, code: str) -> None:
    assert code in codes(name)


def test_a_name_is_taken_whatever_its_endings_and_nouns() -> None:
    assert codes("Frequent Buyers", taken=("frequent customer",)) == ["taken"]
    assert codes("Frequent Buyers", taken=("Recent Buyers",)) == []


def test_names_are_written_alike() -> None:
    assert as_name("FREQUENT buyers. ") == "Frequent Buyers"
