"""Whether a segment behaves like its neighbours, as the differences between them tell."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from regulars.engine import Engine
from regulars.segment.methods import Ground, chosen
from regulars.types import Feature
from regulars.validate.alike import NOTHING_TO_JUDGE_BY, not_different
from regulars.validate.difference import difference
from regulars.validate.importance import Importance
from regulars.validate.people import People

LOT = Feature("lot", "Lot", "ratio", "cause", "", kin=("lots",))
HABIT = Feature("habit", "Habit", "ratio", "cause", "", kin=("habits",))


@pytest.fixture(scope="module")
def lots():
    """Three segments by lot."""
    with Engine(threads=1) as engine:
        table = engine.put("people", {"customer_id": np.array(["C1"], dtype=object), "lot": np.array([0.5])})
        rules = [{"name": f"Lot {at}", "when": f"lot < {at / 3:.3f}"} for at in (1, 2)]
        method = chosen("lots", {"method": "rules", "segments": rules, "rest": "Lot 3"})
        return method.fit(Ground("lots", table, (LOT,), date(2024, 6, 30), 0, "UTC", "EUR"), engine)


def reasons(lots, n, shifts=(0.0, 0.0, 0.0), features=(LOT, HABIT)):
    """Each segment's reason, where the habit is higher by so much in each."""
    chance = np.random.default_rng(1)
    where = np.arange(n) % 3
    habit = chance.normal(size=n) + np.array(shifts)[where]
    people = People(n, np.arange(1, n + 1), where, {"lot": where / 3 + 0.1, "habit": habit})
    found = difference(people, lots, features, Importance(0, (), None))
    return [not_different(each, found, "") for each in lots.segments]


def test_two_that_behave_alike_are_to_be_merged_and_a_third_is_not(lots):
    one, other, third = reasons(lots, 9_000, (0.0, 0.0, 2.0))
    assert one.holds
    assert other.holds
    assert (one.like, other.like) == (lots.segments[1].id, lots.segments[0].id)
    assert third.state == "does not hold"
    assert third.like is None
    (figure,) = third.figures
    assert figure.label.startswith("Habit against Lot ")
    assert 0.8 < figure.low < figure.value < figure.high


def test_the_figure_is_the_segments_against_the_other_whichever_stands_first(lots):
    low, _, high = reasons(lots, 3_000, (0.0, 1.0, 2.0))
    assert low.figures[0].value < 0 < high.figures[0].value
    assert low.figures[0].low <= low.figures[0].value <= low.figures[0].high


def test_with_few_customers_nobody_knows(lots):
    assert {each.state for each in reasons(lots, 200)} == {"not assessed"}


def test_where_segments_can_be_judged_by_nothing_it_says_so(lots):
    for each in reasons(lots, 3_000, features=(LOT,)):
        assert each.state == "not assessed"
        assert each.words == NOTHING_TO_JUDGE_BY
    assert not_different(lots.segments[0], None, "Not measured today.").words == "Not measured today."
