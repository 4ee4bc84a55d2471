"""The reasons of size and stability, and how surely customers are told."""

from __future__ import annotations

import numpy as np
import pytest
from tests.validate.days import CAUSES, SHOP, fitted, habits, lay, shop

from regulars.engine import Engine
from regulars.measure.segment_level import Spread
from regulars.types import Feature
from regulars.validate.identifiable import Identity, identities, not_identifiable
from regulars.validate.nearness import nearness
from regulars.validate.reasons import is_too_small, not_assessed, too_small, unstable


@pytest.fixture(scope="module")
def engine():
    with Engine(threads=1) as made:
        yield made


@pytest.mark.parametrize(
    ("customers", "of", "small"),
    [
        (99, 10_000, True), (100, 10_000, False), (50, 1000, False), (49, 1000, True),
        (10, 100, True), (11, 100, False), (0, 100, True),
    ],
)  # fmt: skip
def test_small_is_under_a_hundred_and_under_one_in_twenty_and_never_ten_or_fewer(customers, of, small):
    assert is_too_small(customers, of) is small


def test_a_size_is_told_with_its_interval_unless_it_is_hidden():
    found = too_small(60, 3000, is_hidden=False)
    assert found.holds
    assert "60 customers, 2.0% of all" in found.words
    share = found.figures[1]
    assert (share.low, share.high) == pytest.approx((1.557, 2.566), abs=1e-3)
    hidden = too_small(7, 3000, is_hidden=True)
    assert hidden.holds
    assert hidden.figures == ()
    assert "7" not in hidden.words
    covering = too_small(300, 3000, is_hidden=True)
    assert covering.state == "does not hold"
    assert "300" not in covering.words


def test_stability_is_read_at_the_published_step_and_is_unknown_without_a_measure():
    assert unstable(0.59, None, "").holds
    assert unstable(0.6, None, "").state == "does not hold"
    assert unstable(None, None, "Cut by rules.") == not_assessed("UNSTABLE", "Cut by rules.")


def test_segments_that_are_cut_are_unstable_where_a_refit_would_move_as_many_as_that_jaccard():
    assert unstable(None, Spread(0.26, 0.1, 0.4), "").holds
    found = unstable(None, Spread(0.24, 0.1, 0.4), "")
    assert found.state == "does not hold"
    assert (found.figures[0].value, found.figures[0].low, found.figures[0].high) == (24.0, 10.0, 40.0)
    # 75 of 100 in both, of two segments of 100: 75 of 125 in either.
    assert pytest.approx(0.6) == 75 / 125
    assert unstable(0.9, Spread(0.5, 0.4, 0.6), "").state == "does not hold"


def test_who_is_told_by_what_is_unknown_cannot_be_told(engine):
    people = shop(np.random.default_rng(1), 600)
    rfm = fitted(engine, people, SHOP, method="rfm")
    gone = people["recency_days"] > np.quantile(people["recency_days"], 0.8)
    partly = {
        name: np.where(gone, np.nan, values.astype(float)) if name != "recency_days" else values
        for name, values in people.items()
    }
    lay(engine, rfm, "customers_now", partly)
    found = identities(
        engine, rfm, SHOP, "customers_now", "(select segment_id, 1.0 as probability from customers_now)"
    )
    told = {name: not_identifiable(each) for name, each in found.items()}
    assert any(each.holds for each in told.values())
    for name, each in found.items():
        assert told[name].holds == (each.known_share < 0.5)
        assert told[name].drops == told[name].holds
        assert each.probability is None
        assert each.between is None


def test_groups_far_apart_are_told_and_one_cut_in_two_is_not(engine):
    apart = fitted(engine, habits(np.random.default_rng(1), 250, apart=3), CAUSES, method="kmeans", k=4)
    lay(engine, apart, "customers_now", habits(np.random.default_rng(2), 900, apart=3))
    certain = "(select segment_id, 1.0 as probability from customers_now)"
    found = identities(engine, apart, CAUSES, "customers_now", certain)
    assert {not_identifiable(each).state for each in found.values()} == {"does not hold"}
    assert sum(each.seen for each in found.values()) == 900
    # Everybody stands in the middle of all: nearly as far from each of the four.
    lay(engine, apart, "customers_now", {each.name: np.zeros(200) + 0.01 for each in CAUSES})
    ((middle, each),) = identities(engine, apart, CAUSES, "customers_now", certain).items()
    assert each.between == 200, middle
    reason = not_identifiable(each)
    assert reason.holds
    assert not reason.drops


def test_a_mixture_is_told_by_its_mean_probability(engine):
    people = habits(np.random.default_rng(1), 150, apart=3)
    soft = fitted(engine, people, CAUSES, method="gmm", k=2)
    lay(engine, soft, "customers_now", people)
    found = identities(engine, soft, CAUSES, "customers_now", "assignments")
    by_hand = dict(engine.rows("select segment_id, avg(probability) from assignments group by segment_id"))
    for name, each in found.items():
        assert each.probability == pytest.approx(by_hand[name], abs=1e-6)
        assert not not_identifiable(each).holds
    assert not_identifiable(Identity(1.0, 0, None, 0.69)).holds


def test_nearness_is_in_places_of_all_customers_and_of_no_unit(engine):
    text = Feature("plan", "", "category", "attribute", "")
    rows = [(f"C{at}", "abc"[at // 10], float(at), "x" if at < 15 else "y") for at in range(30)]
    columns = {"customer_id": "varchar", "segment_id": "varchar", "far": "double", "plan": "varchar"}
    engine.values("people_apart", columns, rows)
    far = Feature("far", "", "days", "cause", "")
    found = nearness(engine, [far, text], "people_apart")
    assert found["a", "b"] == pytest.approx((10 / 30 + 0.5) / 2)
    assert found["a", "c"] == pytest.approx((20 / 30 + 1.0) / 2)
    assert found["a", "b"] == found["b", "a"]
    engine.create("stretched", "select * replace (exp(far / 3) as far) from people_apart order by far desc")
    assert nearness(engine, [far, text], "stretched") == found
