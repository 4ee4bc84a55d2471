"""What is said of an answer: the verdict first, then what decided it, then what is doubtful."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.check.deep.counts import counted

from regulars.check.deep.answers import Answer, as_json
from regulars.check.deep.claims import Claim
from regulars.check.deep.measures import MEASURES
from regulars.check.deep.rulings import ruled
from regulars.check.deep.sentences import headline, words

NAMES = {"a": "Alpha", "b": "Beta", "c": "Gamma"}
CLAIM = Claim(0, 11, "deal-driven", "a", "deals")
SIZES = {"a": 1600, "b": 3200, "c": 3200}
BREAD = np.array([0.4, 0.1, 0.1, 0.1, 0.1])
MUCH, LITTLE = np.array([0.6, 0.1, 0.1, 0.1, 0.1]), np.array([0.1, 0.225, 0.225, 0.225, 0.225])


def answer(
    rates: dict[str, np.ndarray], claim: Claim = CLAIM, mix: dict[str, np.ndarray] | None = None
) -> Answer:
    found = counted(np.random.default_rng(9), SIZES, rates, mix)
    measure = MEASURES["discount_share"]
    return Answer(claim, measure, ruled(claim, measure, found, list(SIZES)), unit="percent")


def test_what_they_buy_and_not_how_is_said_with_both_figures() -> None:
    found = answer(dict.fromkeys("abc", BREAD), mix={"a": MUCH, "b": LITTLE, "c": LITTLE})
    said = words(found, NAMES)
    assert said.startswith(
        'Alpha, "deal-driven": does not hold. Share taken off the full price (claimed: more): 2'
    )
    assert "It is what they buy, not how." in said
    assert "By category: it does not hold in any. By period: it holds in each." in said
    assert said.startswith(headline(found, NAMES))
    assert headline(found, NAMES).endswith("It is what they buy, not how.")


def test_a_difference_that_is_more_than_chance_and_less_than_material_is_told_so() -> None:
    found = answer({"a": np.full(5, 0.16)})
    (said,) = (each for each in words(found, NAMES).split(". ") if each.startswith("Share taken off"))
    assert said.endswith(", too little to matter")
    assert "too little to matter" in headline(found, NAMES)


@pytest.mark.parametrize(
    ("sign", "is_denied", "said"),
    [(1, False, "more"), (-1, False, "less"), (1, True, "not more"), (-1, True, "not less")],
)
def test_a_headline_says_which_way_the_measure_is_said_to_lie(sign: int, is_denied: bool, said: str) -> None:
    found = answer({}, replace(CLAIM, text="buy on promotion", sign=sign, is_denied=is_denied))
    assert f"Share taken off the full price (claimed: {said}): 1" in headline(found, NAMES)


def test_the_mix_is_held_to_whom_they_are_compared_with() -> None:
    found = answer({"a": np.full(5, 0.4)}, replace(CLAIM, against=("b",)))
    assert ", Beta 1" in next(each for each in words(found, NAMES).split(". ") if "own mix" in each)
    assert ", others 1" not in words(found, NAMES)


def test_who_else_does_what_is_said_of_one_alone_is_named() -> None:
    high = np.full(5, 0.4)
    found = answer({"a": high, "b": high}, replace(CLAIM, is_only=True))
    assert "Not they alone: Beta as well." in words(found, NAMES)
    assert "Not they alone: Beta as well." in headline(found, NAMES)


def test_a_denial_whom_against_where_and_what_was_not_read_are_said() -> None:
    claim = replace(CLAIM, is_denied=True, against=("b",), categories=("Dairy", "Toys"), not_read=("online",))
    said = words(answer({}, claim), NAMES)
    assert said.startswith('Alpha, not "deal-driven" in Dairy and Toys: ')
    assert ", Beta 1" in said
    assert said.endswith("Not read, and so not asked: 'online'.")


@pytest.mark.parametrize(("is_made_by", "said"), [(True, "is no discovery"), (False, "")])
def test_segments_that_are_made_by_a_behaviour_prove_nothing_by_it(is_made_by: bool, said: str) -> None:
    found = replace(answer({"a": np.full(5, 0.4)}), is_made_by=is_made_by)
    assert words(found, NAMES).endswith(f"that they differ in it {said}." if said else "it holds in each.")


def test_what_the_data_lacks_is_all_that_is_said() -> None:
    found = Answer(CLAIM, None, None, "Orders with a promotion: the orders carry no promotions")
    assert words(found, NAMES) == (
        'Alpha, "deal-driven": cannot be told. The data lacks what it could be asked by. '
        "Orders with a promotion: the orders carry no promotions."
    )
    assert as_json(found, "")["cells"] == []
