"""Boosted trees in two parts: what was fitted is plain data that scores as the library does."""

from __future__ import annotations

import json

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from regulars.errors import DataRefused, NotReady
from regulars.types import Feature
from regulars.value.boosted import BEFORE, Boosted, fit
from regulars.value.frames import Rows
from regulars.value.trees import Trees, trees_of

PLANS = ("basic", "gold", "rare", "silver")
FEATURES = (
    Feature("plan", "Plan", "category", "attribute", ""),
    Feature("age_days", "Age", "days", "outcome", ""),
    Feature("usage", "Usage", "ratio", "cause", ""),
    *BEFORE,
)


def crowd(customers: int = 1_500, seed: int = 1) -> Rows:
    """Gold customers stay and bring twice as much, usage helps where it is known, returns come too."""
    chance = np.random.Generator(np.random.PCG64(seed))
    plan = np.array(PLANS, dtype=object)[chance.choice(4, customers, p=[0.5, 0.3, 0.005, 0.195])]
    plan[chance.random(customers) < 0.05] = None
    usage = np.where(chance.random(customers) < 0.2, np.nan, chance.random(customers))
    before = np.floor(chance.random(customers) * 200)
    log_odds = 2 * (plan == "gold") + 3 * np.nan_to_num(usage, nan=0.3) - 1.5
    active = chance.random(customers) < 1 / (1 + np.exp(-log_odds))
    spend = np.where(
        active, before * np.where(plan == "gold", 2.0, 1.0) * (0.5 + chance.random(customers)), 0
    )
    spend[chance.random(customers) < 0.03] = -5.0
    columns = {"plan": plan, "age_days": np.floor(chance.random(customers) * 900), "usage": usage}
    return Rows(columns, active, active.astype(np.int64), spend, (before > 0).astype(np.int64), before)


@pytest.fixture(scope="module")
def fitted() -> tuple[Boosted, tuple[object, object]]:
    return fit(crowd(), FEATURES, 90, 0, of_money=True)


def strangers() -> Rows:
    """Other customers, some with a plan that nobody had, and values beyond all that were seen."""
    rows = crowd(800, seed=2)
    rows.columns["plan"][:50] = "platinum"
    rows.columns["usage"][50:60] = [np.inf, -np.inf, 1e300, -1e300, 0.0, -0.0, 5.0, -5.0, np.nan, 1.0]
    return rows


def test_the_scorer_agrees_with_the_library_on_every_row_to_the_bit(fitted) -> None:
    model, (stays, brings) = fitted
    rows = strangers()
    rows.columns["usage"][50:52] = [1e9, -1e9]  # The library refuses what is not finite.
    x = model.matrix(rows)
    assert np.array_equal(trees_of(stays).raw(x), stays.decision_function(x))
    assert np.array_equal(trees_of(brings).raw(x), brings._raw_predict(x).ravel())
    assert any(codes for tree in model.stays.trees for codes in tree.codes), "some tree asks for plans"
    assert np.isnan(x).any()


def test_a_model_is_plain_data_that_scores_the_same_when_read_back(fitted) -> None:
    model, _ = fitted
    text = json.dumps(model.as_json(), allow_nan=False)
    back = Boosted.from_json(json.loads(text))
    x = model.matrix(strangers())
    assert np.array_equal(back.expected(x), model.expected(x))
    assert np.array_equal(back.likely(x), model.likely(x))
    assert back.as_json() == model.as_json()
    assert len(text) < 200_000


def test_a_model_that_was_changed_by_hand_is_refused(fitted) -> None:
    saved = fitted[0].as_json()
    with pytest.raises(DataRefused, match="digest"):
        Boosted.from_json({**saved, "scale": saved["scale"] * 2})


def test_a_split_on_whether_a_value_is_known_is_kept() -> None:
    chance = np.random.Generator(np.random.PCG64(0))
    x = np.where(chance.random((600, 1)) < 0.5, np.nan, 1.0)
    from sklearn.ensemble import HistGradientBoostingRegressor

    grown = HistGradientBoostingRegressor(max_iter=3).fit(x, np.isnan(x[:, 0]) * 1.0)
    trees = Trees.from_json(json.loads(json.dumps(trees_of(grown).as_json(), allow_nan=False)))
    assert np.array_equal(trees.raw(x), grown.predict(x))
    assert len(set(trees.raw(x).tolist())) == 2


def test_neither_threads_nor_a_second_fit_change_a_bit_of_it(fitted) -> None:
    model, _ = fitted
    with threadpool_limits(2):
        again, _ = fit(crowd(), FEATURES, 90, 0, of_money=True)
    assert again.as_json() == model.as_json()


def test_what_is_foretold_of_the_customers_learnt_from_adds_up_to_what_came_of_them(fitted) -> None:
    model, _ = fitted
    rows = crowd()
    assert model.expected(model.matrix(rows)).sum() == pytest.approx(rows.later_spend.sum(), rel=1e-6)


def test_it_finds_what_was_put_in(fitted) -> None:
    model, _ = fitted
    rows = crowd(600, seed=5)
    chances = {}
    for plan in ("gold", "basic"):
        rows.columns["plan"][:] = plan
        x = model.matrix(rows)
        chances[plan] = model.p_active(x).mean(), model.brought(x).mean()
    assert chances["gold"][0] > chances["basic"][0] + 0.2
    assert chances["gold"][1] == pytest.approx(2 * chances["basic"][1], rel=0.25)


def test_a_category_of_few_counts_as_unknown_and_so_does_one_never_seen(fitted) -> None:
    model, _ = fitted
    assert model.categories == {"plan": ("basic", "gold", "silver")}
    rows = crowd(3)
    rows.columns["plan"][:] = ["rare", "platinum", None]
    assert np.isnan(model.matrix(rows)[:, 0]).all()


def test_without_amounts_purchase_days_are_foretold() -> None:
    rows = crowd()
    counted = tuple(each for each in FEATURES if each.unit != "currency")
    model, _ = fit(rows, counted, 90, 0, of_money=False)
    assert model.expected(model.matrix(rows)).sum() == pytest.approx(rows.later_purchases.sum(), rel=1e-6)


def part(rows: Rows, which: np.ndarray) -> Rows:
    columns = {name: values[which] for name, values in rows.columns.items()}
    others = (
        rows.is_active,
        rows.later_purchases,
        rows.later_spend,
        rows.before_purchases,
        rows.before_spend,
    )
    return Rows(columns, *(each[which] for each in others))


def test_too_few_of_either_kind_are_refused() -> None:
    rows = crowd()
    everybody = part(rows, rows.is_active)
    with pytest.raises(NotReady, match="bought in the days learnt from"):
        fit(everybody, FEATURES, 90, 0, of_money=True)


def test_customers_who_bring_nothing_are_no_ground_for_amounts() -> None:
    rows = crowd()
    rows.later_spend[:] = 0
    with pytest.raises(NotReady, match="brought anything"):
        fit(rows, FEATURES, 90, 0, of_money=True)
