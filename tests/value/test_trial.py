"""The trial of boosted trees: errors, calibration and order, on figures small enough to count."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest
from tests.value.test_boosted import FEATURES, crowd

from regulars.errors import NotReady
from regulars.value.boosted import Boosted, fit
from regulars.value.frames import Frame, Rows
from regulars.value.trees import Tree, Trees
from regulars.value.trial import tried

FRAME = Frame("test", (), date(2024, 1, 1), date(2024, 3, 31), 40, 7)


def asks(threshold: float, low: float, high: float) -> Trees:
    """One tree with one question, about the first column."""
    saved = [[0, threshold, True, 1, 2], [low], [high]]
    return Trees(0.0, (Tree.from_json(saved),))


HALF_MORE = asks(0.5, math.log(1.5), math.log(1.5))
MODEL = Boosted(
    ("usage", "before_spend"), {}, asks(0.5, math.log(1 / 3), math.log(4)), HALF_MORE, 10.0, 1.0, 90, 40,
    of_money=True,
)  # fmt: skip
"""Who uses much stays with 80 %, who does not with 25 %; all bring half as much again as before."""


def forty() -> Rows:
    """Twenty who use much, of whom fifteen buy, and twenty who do not, of whom five do; all bring 30."""
    usage = np.repeat([1.0, 0.0], 20)
    active = np.tile([True, True, True, False], 10)
    active[20:] = ~active[20:]
    return Rows(
        {"usage": usage}, active, active.astype(np.int64), np.where(active, 30.0, 0.0),
        np.tile([1, 0], 20), np.full(40, 20.0),
    )  # fmt: skip


def test_errors_sums_and_gains_are_counted_by_hand() -> None:
    trial = tried(MODEL, FRAME, forty(), 0)
    assert trial.active == (20, pytest.approx(20 * 0.8 + 20 * 0.25))
    assert trial.value == (600.0, pytest.approx(20 * 24 + 20 * 7.5), pytest.approx(20 * 30))
    expected, likely = trial.errors
    # Off by 6 and 24 of those who use much, by 22.5 and 7.5 of the others.
    assert expected.model_error == pytest.approx((15 * 6 + 5 * 24 + 5 * 22.5 + 15 * 7.5) / 40)
    assert likely.model_error == pytest.approx(10 * 30 / 40)
    assert expected.rule_error == pytest.approx((20 * 10 + 20 * 20) / 40)
    gains = np.concatenate([np.repeat([4.0, -4.0], [15, 5]), np.repeat([-12.5, 12.5], [5, 15])])
    margin = 1.959963984540054 * gains.std(ddof=1) / math.sqrt(40)
    assert (expected.gain, expected.low) == pytest.approx((gains.mean(), gains.mean() - margin))
    assert trial.verdicts[0].startswith("The model foretells spend (expected) better than as much again")


def test_calibration_and_order_are_counted_by_hand() -> None:
    trial = tried(MODEL, FRAME, forty(), 0)
    assert [each.customers for each in trial.calibration] == [4] * 10
    assert [each.foretold for each in trial.calibration] == pytest.approx([0.25] * 5 + [0.8] * 5)
    assert [each.came for each in trial.calibration] == [0.25] * 5 + [0.75] * 5
    assert trial.calibration_error == pytest.approx(0.025)
    # Pairs in which one bought and one did not: 225 right, 25 wrong, 150 even.
    assert trial.area.auc == pytest.approx((225 + 150 / 2) / 400)
    assert trial.area.low < trial.area.auc < trial.area.high
    assert trial.area_of_active is not None
    assert trial.deciles[-1] == pytest.approx(1)
    assert trial.deciles[4] == pytest.approx(0.75)


def test_what_the_trees_go_by_is_found_and_what_they_do_not_ask_about_is_not_told() -> None:
    trial = tried(MODEL, FRAME, forty(), 0)
    assert [each.feature for each in trial.importances] == ["usage"]
    (usage,) = trial.importances
    assert usage.auc.gain == pytest.approx(0.25, abs=0.12)
    assert usage.auc.low > 0


def test_of_learnt_trees_those_features_matter_that_were_made_to() -> None:
    rows = crowd(3_000, seed=4)
    model, _ = fit(crowd(), FEATURES, 90, 0, of_money=True)
    trial = tried(model, FRAME, rows, 0)
    lost = {each.feature: each.auc.gain for each in trial.importances}
    assert max(lost, key=lost.__getitem__) == "plan"
    assert lost["plan"] > 5 * abs(lost["age_days"])
    added = {each.feature: each.error for each in trial.importances}
    assert min(added["plan"].low, added["before_spend"].low) > 10 * abs(added["age_days"].gain)
    assert trial.calibration_error < 0.05
    assert tried(model, FRAME, rows, 0) == trial


def test_a_trial_without_any_who_left_is_refused() -> None:
    rows = forty()
    rows.is_active[:] = True
    with pytest.raises(NotReady, match="To judge a model it needs 10"):
        tried(MODEL, FRAME, rows, 0)
