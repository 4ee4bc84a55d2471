"""One model against one a segment, on customers whose reasons are known."""

from dataclasses import replace

import numpy as np
import pytest

from regulars.value.auc import Gain, area, placements
from regulars.value.importance import Importance
from regulars.value.propensity import (
    FEWEST_A_WEIGHT,
    FEWEST_EACH_WAY,
    KINDS,
    Cut,
    Judged,
    Propensities,
    _corrected,
    compare,
    difference,
    sentences,
)

IDS = ["a", "b", "c"]
LABELS = {"fee": "fee", "calls": "Calls", "noise": "Noise", "town": "Town"}
NAMES = {"a": "Savers", "b": "Callers", "c": "Others"}


def crowd(seed: int, customers: int, *, differ: bool, few: int = 0) -> tuple[Cut, np.ndarray]:
    """Customers in three segments, ``few`` of them in ``c``: ``a`` leaves after a higher fee and ``b`` after
    calls, or all after either."""
    chance = np.random.default_rng(seed)
    segments = np.array(IDS[:2])[chance.integers(0, 2, customers)].astype(object)
    segments[:few] = "c"
    fee, calls = chance.normal(size=customers), chance.poisson(1.0, customers).astype(float)
    by_fee, by_calls = (segments == "a", segments == "b") if differ else (0.6, 0.6)
    logit = -2.5 + 1.5 * fee * by_fee + 1.2 * (calls - 1) * by_calls
    known = {
        "fee": np.where(chance.random(customers) < 0.03, np.nan, fee),
        "calls": calls,
        "noise": chance.normal(size=customers),
        "town": np.array(["north", "south"], dtype=object)[chance.integers(0, 2, customers)],
    }
    return Cut(known, segments, chance.random(customers) < 1 / (1 + np.exp(-logit))), logit


def say(judged: Judged, loss: Importance) -> str:
    return difference(judged, loss, str)


def found(*, differ: bool, few: int = 0, kind: str = "logistic", customers: int = 3_000):
    fitted, _ = crowd(1, customers, differ=differ, few=few)
    tried, logit = crowd(2, customers, differ=differ, few=few)
    oracle = area(placements(logit, tried.came), tried.came).auc
    return compare(fitted, tried, list(fitted.known), IDS, kind), oracle


def test_separate_models_pay_where_segments_have_reasons_of_their_own():
    told, oracle = found(differ=True)
    assert told.overall.verdict == "separate models pay"
    assert told.overall.gain.low > 0.03
    assert told.overall.separate.area.auc == pytest.approx(oracle, abs=0.015)
    assert told.overall.pooled.area.auc < oracle - 0.03


def test_each_segment_goes_by_its_own_reason_and_that_is_said():
    told, _ = found(differ=True)
    matters = {
        each.segment: {loss.feature for loss in each.importances if loss.matters} for each in told.segments
    }
    assert (matters["a"], matters["b"]) == ({"fee"}, {"calls"})
    fee, calls = sentences(told, LABELS, NAMES, say)
    assert fee.startswith("Fee: for Savers, ")
    assert fee.endswith("; no such difference for Callers.")
    assert calls.startswith("Calls: for Callers, the model says ")
    (up,) = (loss for loss in told.segments[1].importances if loss.feature == "calls")
    assert up.p_to > 2 * up.p_from


def loss(by: float, error: float, p_from: float, p_to: float) -> Importance:
    return Importance("fee", by, by - 3 * error, by + 3 * error, error, 0.0, 4.0, p_from, p_to)


def of_two(here: Importance, there: Importance, *, features: int = 20, per_weight: float = 6.0):
    """The sentences where a feature has one loss in one segment and another loss in another."""
    told, _ = REAL.setdefault("found", found(differ=True))
    parts = tuple(
        replace(told.segments[at], per_weight=per_weight, importances=(each,))
        for at, each in enumerate((here, there))
    )
    names = ("fee", *(f"other{at}" for at in range(features - 1)))
    return sentences(replace(told, segments=parts, features=names), LABELS, NAMES, say)


REAL: dict[str, tuple[Propensities, float]] = {}


def test_a_difference_is_told_if_it_is_wide_enough_to_act_on():
    nothing = loss(0.0, 0.005, 0.05, 0.05)
    (said,) = of_two(loss(0.1, 0.01, 0.02, 0.234), nothing)
    assert (
        said
        == "Fee: for Savers, the model says 2.0% at 0.0 and 23.4% at 4.0; no such difference for Callers."
    )
    assert of_two(loss(0.1, 0.01, 0.04, 0.032), nothing) == (), "not two points"
    assert of_two(loss(0.1, 0.01, 0.889, 0.934), nothing) == (), "not a quarter as much again"


def test_with_few_outcomes_a_weight_it_is_said_which_way_and_not_how_far():
    few = FEWEST_A_WEIGHT - 0.1
    (said,) = of_two(loss(0.1, 0.01, 0.02, 0.234), loss(0.0, 0.005, 0.05, 0.05), per_weight=few)
    assert "the model says it is more likely at 4.0 than at 0.0" in said
    assert "%" not in said


def test_losses_have_to_lie_further_apart_the_more_pairs_are_looked_at():
    """2.6 standard errors: more than one pair would have by chance, and less than twenty."""
    here, there = loss(0.036, 0.01, 0.02, 0.1), loss(0.0, 0.0096, 0.05, 0.05)
    assert len(of_two(here, there, features=1)) == 1
    assert of_two(here, there, features=20) == ()


def test_one_gain_among_many_segments_is_held_against_their_number():
    """An interval just above 0 in one of eight segments is what chance gives; a gain far above it stands."""
    told, _ = found(differ=False, customers=1_200)
    none, one = Gain(0.0, -0.05, 0.05), Gain(0.05, 0.005, 0.095)
    assert one.is_up
    part = told.segments[0]
    many = _corrected([replace(part, segment=str(at), gain=one if at == 0 else none) for at in range(8)])
    assert many[0].verdict == "one model does as well, as far as these customers tell"
    (alone,) = _corrected([replace(part, gain=one)])
    assert alone.verdict == "a model of its own pays"
    far = Gain(0.1, 0.05, 0.15)
    first, *_ = _corrected([replace(part, segment=str(at), gain=far if at == 0 else none) for at in range(8)])
    assert first.verdict == "a model of its own pays"


def test_one_model_does_as_well_where_segments_do_not_differ():
    told, oracle = found(differ=False)
    assert told.overall.verdict == "one model does as well, as far as these customers tell"
    assert told.overall.pooled.area.auc == pytest.approx(oracle, abs=0.02)
    assert sentences(told, LABELS, NAMES, say) == ()


def test_over_many_draws_alike_segments_are_seldom_said_to_differ():
    """Of 20 crowds in which all have the same reasons, in no more than one do separate models 'pay'."""
    said = 0
    for seed in range(20):
        fitted, tried = (crowd(100 * seed + at, 1_200, differ=False)[0] for at in (1, 2))
        told = compare(fitted, tried, list(fitted.known), IDS, "logistic")
        said += told.overall.gain.is_up
    assert said <= 1


def test_a_segment_with_few_outcomes_gets_the_one_model_and_says_so():
    told, _ = found(differ=True, few=60)
    last = told.segments[2]
    assert (last.segment, last.fitted_on, last.separate, last.gain) == ("c", 60, None, None)
    assert last.verdict == f"the one model speaks for it, for want of {FEWEST_EACH_WAY} outcomes either way"
    assert told.segments[0].separate is not None


def test_what_a_segment_is_told_adds_up():
    told, _ = found(differ=True, few=60)
    for count in ("fitted_on", "fitted_outcomes", "customers", "outcomes"):
        assert sum(getattr(each, count) for each in told.segments) == getattr(told.overall, count)
    for each in (told.overall, *told.segments[:2]):
        assert sum(part.customers for part in each.separate.calibration) == each.customers
        told_in_all = sum(part.customers * part.told for part in each.separate.calibration)
        assert told_in_all == pytest.approx(each.separate.expected)
        assert each.separate.expected == pytest.approx(each.outcomes, rel=0.2)


def test_a_better_model_has_the_better_scores_of_every_kind():
    told, _ = found(differ=True)
    one, own = told.overall.pooled, told.overall.separate
    assert own.brier < one.brier < 0.25
    assert own.log_loss < one.log_loss < np.log(2)


def test_trees_find_what_is_no_straight_line():
    chance = np.random.default_rng(5)
    cuts = []
    for _ in range(2):
        x = chance.normal(size=3_000)
        came = chance.random(3_000) < np.where(np.abs(x) > 1, 0.5, 0.05)
        cuts.append(Cut({"x": x}, np.array(["a"] * 3_000, dtype=object), came))
    line, trees = (compare(*cuts, ["x"], ["a"], kind).overall.pooled.area.auc for kind in KINDS)
    assert line < 0.6
    assert trees > 0.75


def test_the_same_customers_give_the_same_answer():
    assert found(differ=True)[0] == found(differ=True)[0]
