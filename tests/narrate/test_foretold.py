"""Words about value to come: told where it differs, as expected, with its days and its doubt."""

from __future__ import annotations

import pytest
from tests.narrate.test_template import NAMES, SHOP, assert_proven, sentences, texts
from tests.profile.crowds import profiled

from regulars.engine import Engine
from regulars.narrate.template import narrate
from regulars.types import plain

DOUBT = "Tried on days that it had not seen, the value model foretold spend no better than a simple rule."
EACH = {
    "loyal": {"predicted_value": 300, "expected_purchases": 4, "p_alive": 0.95},
    "gone": {"predicted_value": 12, "expected_purchases": 0.2, "p_alive": 0.1},
    "new": {"predicted_value": 150, "expected_purchases": 2, "p_alive": 0.6},
}
"""A little apart from customer to customer, so that means have intervals."""


def crowd(**changed: dict[str, float]) -> dict[str, list[dict[str, float | None]]]:
    worth = EACH | changed
    return {
        name: [
            {**each, **{m: v * (1 + at % 5 / 50) for m, v in worth[name].items()}}
            for at, each in enumerate(of)
        ]
        for name, of in SHOP.items()
    }


@pytest.fixture(scope="module")
def engine():
    with Engine(threads=1) as made:
        yield made


@pytest.fixture(scope="module")
def shop(engine):
    return profiled(engine, crowd(), NAMES, horizon_days=365)


def test_every_figure_of_what_is_to_come_is_a_fact(shop) -> None:
    assert_proven(shop, narrate(shop, doubt=DOUBT))


def test_the_opening_says_where_the_value_to_come_lies_when_that_is_elsewhere(shop) -> None:
    """New customers: 1,200 of 38,340 so far, 9,360 of 28,828.8 to come: the widest of the three gaps."""
    (told,) = [each for each in texts(narrate(shop).lede) if "value model" in each]
    assert told == (
        "The customers in New brought 3.1% of revenue so far; by the value model they are expected to bring "
        "32.5% of what today's customers bring in the next 365 days."
    )


def test_a_segment_is_told_its_share_to_come(shop) -> None:
    new = texts(narrate(shop).segments[2].paragraph)
    assert new[-1] == (
        "They brought 3.1% of revenue so far; by the value model they are expected to bring 32.5% of what is "
        "to come."
    )


def test_shares_that_stay_as_they_are_make_no_sentence(engine) -> None:
    same = {
        name: {**EACH[name], "predicted_value": sum(each["spend"] for each in of) / 60}
        for name, of in SHOP.items()
    }
    made = profiled(engine, crowd(**same), NAMES, horizon_days=365)
    words = narrate(made, doubt=DOUBT)
    said = " ".join(plain(sentence) for sentence in sentences(words))
    assert "revenue so far;" not in said
    gone = "to bring £93.08 each in the next 365 days, against £221.52 for all customers."
    assert f"By the value model they are expected {gone}" in said
    assert DOUBT not in texts(words.lede)
    assert plain(words.titles["value"]) == "Loyal: 82.9% of predicted value"


@pytest.mark.parametrize("doubt", [DOUBT, ""])
def test_the_doubt_stands_beside_whatever_is_expected_and_nowhere_else(shop, doubt: str) -> None:
    words = narrate(shop, doubt=doubt)
    assert (doubt in texts(words.lede)) is bool(doubt)
    for each in words.segments:
        is_told = any("expected" in sentence for sentence in texts(each.paragraph))
        assert (doubt in texts(each.caveats)) is (is_told and bool(doubt))
    assert any("expected" in plain(sentence) for sentence in sentences(words))


def test_without_amounts_purchases_are_told_instead(engine) -> None:
    made = profiled(engine, crowd(), NAMES, without=("spend", "predicted_value"), horizon_days=365)
    loyal = texts(narrate(made).segments[0].paragraph)
    assert loyal[-1] == (
        "By the value model they are expected to buy 4.16 times each in the next 365 days, against 2.15 for "
        "all customers."
    )


def test_what_is_expected_does_not_crowd_out_what_sets_a_segment_apart(engine, shop) -> None:
    without = narrate(profiled(engine, SHOP, NAMES))
    assert [each.apart for each in narrate(shop).segments] == [each.apart for each in without.segments]
