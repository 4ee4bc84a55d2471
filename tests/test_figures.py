"""Figures as they are written: by example, and by the law that each can be read back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.figures import day, money, rounded, short, written

UNITS = [
    "percent",
    "percent_change",
    "points",
    "count",
    "days",
    "months",
    "years",
    "ratio",
    "per_1000",
    "index",
]
CURRENCIES = ["GBP", "USD", "JPY", "BRL", "CHF"]
MARKS = {"bn": 10**9, "m": 10**6, "k": 10**3}

numbers = st.one_of(
    st.integers(-(10**12), 10**12),
    st.floats(-1e12, 1e12, allow_nan=False).filter(lambda number: number == 0 or abs(number) > 1e-9),
)


def read_back(text: str) -> tuple[Decimal, Decimal]:
    """The number in a figure, and half a unit of its last place: what rounding may have taken."""
    mark = next((mark for mark in MARKS if text.endswith(mark)), "")
    size = MARKS.get(mark, 1)
    digits = "".join(char for char in text.removesuffix(mark) if char in "0123456789.")
    places = len(digits.partition(".")[2])
    sign = -1 if "−" in text else 1
    return sign * Decimal(digits) * size, Decimal(size) / 2 / 10**places


@given(numbers, st.sampled_from([*UNITS, *CURRENCIES]))
def test_a_written_figure_reads_back_within_its_rounding(number: float, unit: str) -> None:
    value, slack = read_back(written(number, unit).strip("R$"))
    assert abs(value - Decimal(str(number))) <= slack


@given(numbers, st.sampled_from([*UNITS, *CURRENCIES]))
def test_a_short_figure_reads_back_within_its_rounding(number: float, unit: str) -> None:
    value, slack = read_back(short(number, unit).strip("R$"))
    assert abs(value - Decimal(str(number))) <= slack


@given(numbers, st.sampled_from(CURRENCIES))
def test_no_short_amount_counts_to_a_thousand_of_its_mark(number: float, currency: str) -> None:
    text = short(number, currency)
    assert not any(text.endswith(f"1,000{mark}") for mark in ("k", "m")), text


@given(numbers, st.sampled_from([*UNITS, *CURRENCIES]))
def test_nothing_is_written_as_minus_zero(number: float, unit: str) -> None:
    for text in (written(number, unit), short(number, unit)):
        assert not text.startswith("−") or any(digit in text for digit in "123456789"), text


@given(numbers, st.integers(0, 4))
def test_rounding_twice_is_rounding_once(number: float, places: int) -> None:
    assert rounded(rounded(number, places), places) == rounded(number, places)


def test_halves_go_to_the_even_neighbour() -> None:
    assert [str(rounded(half, 0)) for half in (0.5, 1.5, 2.5, -0.5)] == ["0", "2", "2", "-0"]


def test_a_float_is_rounded_as_it_prints_not_as_it_is_stored() -> None:
    # 2.675 is stored a little below itself; a reader who sees 2.675 expects the even 2.68.
    assert str(rounded(2.675, 2)) == "2.68"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (None, "GBP", "–"),
        (1234.5, "GBP", "£1,234"),
        (999.99, "GBP", "£999.99"),
        (999.996, "GBP", "£1,000"),
        (-12.5, "USD", "−$12.50"),
        (-0.001, "USD", "$0.00"),
        (12.5, "JPY", "¥12"),
        (12.5, "CHF", "CHF 12.50"),
        (62.14, "percent", "62.1%"),
        (3.0, "percent_change", "+3.0%"),
        (-3.0, "percent_change", "−3.0%"),
        (0.0, "percent_change", "0.0%"),
        (1.5, "points", "1.5 points"),
        (4338, "count", "4,338"),
        (1, "days", "1 day"),
        (2, "days", "2 days"),
        (2.5, "days", "2.5 days"),
        (9.96, "days", "10 days"),
        (12.4, "months", "12 months"),
        (1.25, "ratio", "1.25"),
        (9.996, "ratio", "10.0"),
        (117.4, "index", "117"),
        ("2011-12-03", "date", "3 Dec 2011"),
        ("loyal", "category", "loyal"),
    ],
)
def test_each_unit_has_its_form(value: float | str | None, unit: str, text: str) -> None:
    assert written(value, unit) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1_234_000, "GBP", "£1.2m"),
        (999_960, "GBP", "£1.0m"),
        (999_400, "GBP", "£999k"),
        (280_206.02, "GBP", "£280k"),
        (-1_500, "USD", "−$1.5k"),
        (41.4, "percent", "41%"),
        (4.14, "percent", "4.1%"),
        (1493, "count", "1,493"),
        (None, "percent", "–"),
    ],
)
def test_a_tight_place_gets_a_short_form(value: float | None, unit: str, text: str) -> None:
    assert short(value, unit) == text


def test_an_amount_may_be_a_decimal() -> None:
    assert money(Decimal("674.485"), "GBP") == "£674.48"


def test_a_day_is_written_without_a_leading_nought() -> None:
    assert day(date(2011, 12, 3)) == "3 Dec 2011"
