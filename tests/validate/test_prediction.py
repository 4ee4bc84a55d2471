"""Predictive power on customers whose truth is known."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from regulars.generators.chance import Chance, probability
from regulars.types import Segment
from regulars.validate import prediction_trial
from regulars.validate.crossfit import FOLDS, HELD_BACK, Crowd, foretold
from regulars.validate.lift import lifts
from regulars.validate.prediction import Customers, Cut, Prediction, prediction
from regulars.validate.prediction_file import as_json
from regulars.validate.prediction_trial import tried_amount, tried_flag
from regulars.validate.prediction_words import headline, words
from regulars.validate.ranking import Ranks
from regulars.value.auc import placements

SEGMENTS = tuple(Segment(f"s{at + 1}", f"Group {at + 1}", "") for at in range(4))
DAYS = {"day": date(2024, 9, 30), "upto": date(2024, 12, 31), "pinned_on": date(2024, 9, 30)}


def crowd(seed: int, n: int, by_segment: float, by_rfm: float) -> Customers:
    """Customers who buy again, and for how much, by their segment and by their fifths, as far as is said."""
    chance = Chance(seed, "prediction")
    segment = chance.pick([0.25] * 4, n)
    habit = chance.bell(n)
    bands = tuple(
        np.clip(np.floor((habit + chance.bell(n)) * 0.9 + 2.5), 0, 4).astype(np.int64) for _ in range(3)
    )
    told = by_segment * (segment - 1.5) + by_rfm * (bands[0] + bands[1] - 4) / 2
    bought = chance.falls(probability(told))
    revenue = np.round(bought * np.exp(4 + told / 2 + chance.bell(n) / 2), 2)
    return Customers(segment, bands, bought, revenue, chance.falls(np.full(n, 0.7)))


def tried(customers: Customers, **cut: object) -> Prediction:
    of = {"is_refit": False, "is_same_rule": True, "segments": SEGMENTS, "strangers": ()}
    return prediction(
        customers, Cut(**{**DAYS, **of, "customers": len(customers), "is_dated": True, **cut}), "test"
    )


@pytest.fixture(scope="module")
def planted() -> Prediction:
    """The segment tells much that RFM does not."""
    return tried(crowd(1, 1000, by_segment=0.9, by_rfm=0.3))


def test_a_segment_that_tells_what_comes_is_found_better_than_both_baselines(planted):
    for outcome in planted.outcomes:
        assert outcome.judged.over_mean.is_up, outcome.outcome
        assert outcome.judged.over_rfm.is_up, outcome.outcome
        assert outcome.judged.added.is_up, outcome.outcome
    said = headline(planted)
    assert said == (
        "Foretelling the next 92 days, the segment is better than RFM quintiles at all of it; better than "
        "the mean at all of it."
    )


def test_a_segment_that_tells_nothing_gains_nothing_and_the_words_say_so_first():
    found = tried(crowd(2, 1500, by_segment=0.0, by_rfm=0.9))
    for outcome in found.outcomes:
        for measured in outcome.trial.measures.values():
            assert not measured.over_mean.is_up
            assert not measured.added.is_up
        assert outcome.judged.over_rfm.is_down
    assert headline(found) == (
        "Foretelling the next 92 days, the segment is no better than the mean at any of it; worse than RFM "
        "quintiles at all of it."
    )


def false_alarms(trials: int, n: int) -> int:
    """How often labels drawn at random are said to tell more than the mean, or to add to RFM quintiles."""
    alarms = 0
    for trial in range(trials):
        drawn = crowd(100 + trial, n, by_segment=0.0, by_rfm=0.6)
        flag = tried_flag(drawn.segment, drawn.bands, drawn.bought.astype(float), str(trial)).measures["auc"]
        amount = tried_amount(drawn.segment, drawn.bands, drawn.revenue, str(trial)).measures["r2_capped"]
        alarms += any(each.is_up for of in (flag, amount) for each in (of.over_mean, of.added))
    return alarms


def test_labels_drawn_at_random_are_hardly_ever_said_to_foretell(monkeypatch):
    monkeypatch.setattr(prediction_trial, "DRAWS", 60)
    assert false_alarms(12, 250) <= 1


@pytest.mark.soak
def test_labels_drawn_at_random_are_said_to_foretell_in_at_most_one_of_twenty_cases():
    assert false_alarms(200, 600) <= 10


def test_what_is_foretold_is_the_mean_of_the_other_folds_drawn_to_that_of_all():
    came = np.array([1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 0.0, 1.0, 1.0])
    group = np.array([0, 0, 0, 0, 0, 0, 1, 1, 1, 1])
    found = Crowd.of([group])
    told = foretold(found.factors, found.summed(np.ones(10)), found.summed(came))
    # Fold 0 is customers 0 and 5; of the others 4 are of group 0 (two came) and 4 of group 1 (two came).
    assert told[0].tolist() == pytest.approx([0.5, 0.5])
    # Fold 1 is customers 1 and 6; of group 0 stay 0, 2, 3, 4, 5 (four came), of group 1 7, 8, 9 (two).
    mean = 6 / 8
    assert told[1].tolist() == pytest.approx(
        [mean + (4 - 5 * mean) / (5 + HELD_BACK), mean + (2 - 3 * mean) / (3 + HELD_BACK)], abs=1e-7
    )


def test_effects_that_add_up_are_those_of_a_ridge_on_indicators():
    chance = Chance(3, "ridge")
    n = 300
    factors = [chance.pick([0.2] * 5, n), chance.pick([0.5, 0.3, 0.2], n), chance.pick([0.25] * 4, n)]
    came = chance.bell(n)
    found = Crowd.of(factors)
    told = foretold(found.factors, found.summed(np.ones(n)), found.summed(came))
    design = np.hstack([factor[:, None] == np.arange(factor.max() + 1) for factor in factors]).astype(float)
    for fold in range(FOLDS):
        others = found.fold != fold
        mean = came[others].mean()
        square = design[others].T @ design[others] + HELD_BACK * np.eye(design.shape[1])
        effects = np.linalg.solve(square, design[others].T @ (came[others] - mean))
        own = told.reshape(-1)[found.place[~others]]
        assert own == pytest.approx(mean + design[~others] @ effects, abs=1e-6)


def test_ranks_within_one_fold_give_the_auc_of_all_pairs():
    chance = Chance(4, "auc")
    scores = np.floor(chance.even(200) * 12)
    came = chance.falls(scores / 15)
    levels = Ranks.of(scores, np.zeros(200, dtype=np.int64)).counted(np.ones(200), came.astype(float))
    assert levels.auc == pytest.approx(placements(scores, came)[came].mean())


def test_the_highest_fifth_is_taken_in_proportion_where_it_ends_within_equals():
    scores = np.array([3.0, 2.0, 2.0, 2.0, 2.0, 1.0, 1.0, 1.0, 1.0, 1.0])
    brought = np.array([50.0, 10.0, 10.0, 10.0, 10.0, 2.0, 2.0, 2.0, 2.0, 2.0])
    levels = Ranks.of(scores, np.zeros(10, dtype=np.int64)).counted(np.ones(10), brought)
    # A fifth of ten are two: the first, and a quarter of the four after it.
    assert levels.captured == pytest.approx((50 + 10) / 100)
    best = Ranks.of(brought, np.zeros(10, dtype=np.int64)).counted(np.ones(10), brought)
    assert levels.spread == pytest.approx(best.spread)


def test_ranks_of_two_folds_are_not_mixed():
    scores, folds = np.array([0.1, 0.2, 0.8, 0.9]), np.array([0, 0, 1, 1])
    came = np.array([0.0, 1.0, 0.0, 1.0])
    assert Ranks.of(scores, folds).counted(np.ones(4), came).auc == 1.0
    assert Ranks.of(scores, folds).counted(np.ones(4), 1 - came).auc == 0.0


def test_too_few_outcomes_are_not_measured_and_say_so():
    some = crowd(5, 400, by_segment=0.5, by_rfm=0.5)
    everybody = Customers(some.segment, some.bands, np.ones(400, dtype=bool), None, some.was_active)
    found = tried(everybody)
    assert [each.why_not for each in found.outcomes] == [
        "it did not come true for fewer than 30 customers",
        "the orders carry no amounts",
        "it came true for fewer than 30 customers",
    ]
    assert "Revenue is not measured: the orders carry no amounts." in words(found)
    assert headline(found).startswith("Not measured")


def test_silence_of_everybody_is_not_counted_beside_buying_again():
    some = crowd(5, 200, by_segment=0.5, by_rfm=0.5)
    found = tried(Customers(some.segment, some.bands, some.bought, None, np.arange(200) > 6))
    repeat, _, churn = found.outcomes
    assert repeat.trial is not None
    assert churn.trial is None
    assert churn.why_not.endswith("it is buying again the other way round")


def test_outcomes_of_a_few_customers_are_not_counted_out():
    some = crowd(5, 200, by_segment=0.5, by_rfm=0.5)
    found = as_json(tried(Customers(some.segment, some.bands, some.bought, None, np.arange(200) < 7)))
    assert found["outcomes"]["churn"]["customers"] is None
    assert found["outcomes"]["churn"]["came"] is None
    assert found["outcomes"]["repeat"]["customers"] == 200


def test_one_whale_is_told_to_decide_the_squares():
    some = crowd(6, 600, by_segment=0.6, by_rfm=0.3)
    some.revenue[0] = 1e6
    found = tried(some)
    revenue = found.outcomes[1].trial
    assert revenue.few_share > 0.99
    assert revenue.measures["r2_capped"].over_mean.is_up
    assert [each for each in words(found) if each.startswith("One customer in a hundred has 99.8%")]


def test_lifts_are_ratios_of_means_and_keep_few_customers_back():
    segment = np.repeat([0, 1, 2], [60, 100, 8])
    bought = np.concatenate([np.arange(60) < 40, np.arange(100) < 20, np.arange(8) < 4])
    found = lifts(segment, SEGMENTS, bought, bought * 5.0, "test")
    first, second, third, fourth = found
    overall = 64 / 168
    # Eight customers are kept back, and with them the next smallest, which would tell of them.
    assert (first.customers, second.customers, third.customers, fourth.customers) == (None, 100, None, 0)
    assert second.repeat.value == pytest.approx(0.2 / overall)
    assert second.revenue.value == pytest.approx(0.2 / overall)
    assert second.repeat.low < second.repeat.value < second.repeat.high < 1
    assert (first.repeat, third.repeat, third.revenue, fourth.repeat) == (None, None, None, None)


ELEVEN = tuple(Segment(f"s{at + 1}", f"Group {at + 1}", "") for at in range(11))


def lots(trial: int, n: int = 1_500, odds: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Eleven segments drawn by lot, and who bought: three in ten, of the first one ``odds`` times as many."""
    chance = Chance(trial, "lifts")
    segment = chance.pick([0.2, *[0.08] * 10], n)
    return segment, chance.falls(np.where(segment == 0, 0.3 * odds, 0.3))


def test_segments_drawn_by_lot_are_hardly_ever_told_to_buy_again_more_or_less(monkeypatch):
    monkeypatch.setattr(prediction_trial, "DRAWS", 10)
    reports, single = 0, 0
    for trial in range(200):
        segment, bought = lots(trial)
        found = lifts(segment, ELEVEN, bought, None, f"{trial}")
        reports += any(each.is_told for each in found)
        single += any(not each.repeat.low <= 1 <= each.repeat.high for each in found)
    # 5 % of 200 are 10; in 99 of 100 such tests it is at most 18.
    assert reports <= 18
    assert single > 60, "eleven intervals of one question each leave 1 out far more often"


def test_a_segment_that_does_buy_again_is_told_with_the_lots_around_it():
    segment, bought = lots(1, odds=1.5)
    found = lifts(segment, ELEVEN, bought, None, "told")
    assert [each.segment.id for each in found if each.is_told and each.repeat.value > 1] == ["s1"]


def test_a_segment_in_which_nobody_bought_again_is_told_by_its_size_and_not_by_an_interval_of_nothing():
    def least(n: int) -> bool:
        segment = np.repeat([0, 1], [300, n])
        return lifts(segment, SEGMENTS[:2], np.arange(300 + n) < 30, None, "none")[1].is_told

    assert not least(12)
    assert least(120)


def test_segments_that_may_know_of_what_came_are_never_called_proven(planted):
    told = tried(crowd(1, 300, by_segment=0.9, by_rfm=0.3), is_dated=False)
    assert headline(told).startswith("Not proven, for these segments may know of what came: ")
    assert not headline(planted).startswith("Not proven")


def test_the_same_customers_give_the_same_document_to_the_byte(planted):
    again = tried(crowd(1, 1000, by_segment=0.9, by_rfm=0.3))
    assert repr(as_json(again)) == repr(as_json(planted))
