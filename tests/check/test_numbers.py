"""The number grammar: whatever figure is written is read back, with its precision."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.check.locale import english
from regulars.check.numbers import number_at
from regulars.check.quantities import Quantity, quantities
from regulars.check.tokens import tokens

SMALL = [
    *(
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
    ),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
]
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def in_words(number: int) -> str:
    if number < 20:
        return SMALL[number]
    if number < 100:
        ones = f"-{SMALL[number % 10]}" if number % 10 else ""
        return TENS[number // 10 - 2] + ones
    if number < 1000:
        rest = f" and {in_words(number % 100)}" if number % 100 else ""
        return f"{SMALL[number // 100]} hundred{rest}"
    rest = f" {in_words(number % 1000)}" if number % 1000 else ""
    return f"{in_words(number // 1000)} thousand{rest}"


def read(text: str) -> Quantity:
    (found,) = quantities(tokens(text, english()), english(), set())
    return found


@given(st.integers(2, 999_999))
def test_a_number_in_words_is_the_number(number: int) -> None:
    said = tokens(in_words(number), english())
    found = number_at(said, 0, english())
    assert found is not None
    assert (found.value, found.end) == (number, len(said))


@given(st.integers(0, 10**9), st.integers(0, 3))
def test_a_number_in_figures_is_the_number_and_its_last_place_is_known(number: int, places: int) -> None:
    value = number / 10**places
    found = read(f"they spent £{value:,.{places}f} in all")
    assert (found.measure, found.unit) == ("money", "GBP")
    assert found.value == pytest.approx(value)
    assert found.place == pytest.approx(10.0**-places)


@given(st.floats(0.01, 10**7), st.integers(0, 2))
def test_what_rounds_to_a_stated_figure_is_in_its_interval_and_the_next_place_is_not(
    value: float, places: int
) -> None:
    stated = read(f"{value:.{places}f} %").interval
    assert value in stated
    assert value + 1.01 * 10.0**-places not in stated


@given(
    st.sampled_from([("k", 1e3), ("m", 1e6), ("bn", 1e9), (" million", 1e6), (" thousand", 1e3)]),
    st.integers(1, 999),
)
def test_a_scale_scales_the_value_and_the_precision(scale: tuple[str, float], tenths: int) -> None:
    found = read(f"£{tenths / 10:.1f}{scale[0]}")
    assert found.value == pytest.approx(tenths / 10 * scale[1])
    assert found.place == pytest.approx(0.1 * scale[1])


@given(st.integers(1, 19), st.integers(2, 20))
def test_one_in_so_many_is_a_share(above: int, below: int) -> None:
    if above < below:
        found = read(f"{in_words(above)} in {in_words(below)} customers")
        assert found.value == pytest.approx(100 * above / below)


@settings(max_examples=60)
@given(st.text(max_size=60))
def test_no_text_stops_the_grammar(text: str) -> None:
    said = tokens(text, english())
    for found in quantities(said, english(), set()):
        assert 0 <= found.start < found.end <= len(said)


@pytest.mark.parametrize(
    ("text", "value", "measure", "hedge"),
    [
        ("£1.2k", 1200, "money", ""),
        ("one order in eight", 12.5, "percent", ""),
        ("715 of every 1,000 orders", 71.5, "percent", ""),
        ("just over three quarters", 75, "percent", "just_over"),
        ("twice", 2, "times", ""),
        ("3.6 times", 3.6, "times", ""),
        ("almost seven times as much", 7, "times", "nearly"),
        ("more than nine times a year", 9, "plain", "over"),
        ("25.6 percentage points", 25.6, "points", ""),
        ("40 basis points", 0.4, "points", ""),
        ("a year and a half", 1.5, "duration", ""),
        ("two and a half times", 2.5, "times", ""),
        ("8,500 cents", 85, "money", ""),
        ("15.6 complaints per hundred customers", 156, "per_1000", ""),
        ("one in twelve or so", 100 / 12, "percent", "about"),
        ("USD 9.12 million", 9.12e6, "money", ""),
        ("at least half", 50, "percent", "at_least"),
    ],
)
def test_a_phrase_is_read_as_a_reader_would(text: str, value: float, measure: str, hedge: str) -> None:
    found = read(text)
    assert (found.value, found.measure, found.hedge) == (pytest.approx(value), measure, hedge)


def test_two_ends_are_one_range() -> None:
    assert (read("between nine and ten times").value, read("between nine and ten times").high) == (9, 10)
    assert (read("from £31.20 to £214").value, read("from £31.20 to £214").high) == (31.2, 214)
