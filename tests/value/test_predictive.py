"""Distributions of what customers may buy and bring, held to the models' means and to simulated lives."""

from __future__ import annotations

import numpy as np
import pytest

from regulars.value import predictive
from regulars.value.bgnbd import BgNbd
from regulars.value.gamma_gamma import GammaGamma
from regulars.value.histories import Histories
from regulars.value.pareto_nbd import ParetoNbd
from regulars.value.predictive import intervals, p_counts

MODELS = {
    "bgnbd": BgNbd(0.243, 4.414, 0.793, 2.426),
    "mbgnbd": BgNbd(0.525, 6.183, 0.891, 1.614, modified=True),
    "pareto_nbd": ParetoNbd(0.553, 10.578, 0.606, 11.669),
    "pareto_nbd, soon gone": ParetoNbd(0.9, 2.0, 3.0, 4.0),
    "nobody leaves": BgNbd(0.8, 6.0, 1e-7, 2.0),
}
SPEND = GammaGamma(6.25, 3.74, 15.44)


def a(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)


X, T_X, T = a(0, 0, 2, 26, 1, 100, 3), a(0, 0, 30.43, 30.86, 1, 99, 20), a(0, 39, 38.86, 31, 50, 100, 39)


@pytest.mark.parametrize("t", [0.5, 39.0, 200.0])
@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_chances_of_all_counts_add_up_to_one_and_their_mean_is_what_is_expected(model, t):
    chances = p_counts(model, X, T_X, T, t, 3000)
    assert (chances >= 0).all()
    assert chances.sum(axis=1) == pytest.approx(np.ones(7), abs=1e-9)
    assert chances @ np.arange(3001) == pytest.approx(model.expected(t, X, T_X, T), rel=1e-6, abs=1e-9)


def test_of_a_new_customer_they_are_the_paper_s():
    model = BgNbd(0.243, 4.414, 0.793, 2.426)
    chances = p_counts(model, a(0), a(0), a(0), 39.0, 30)[0]
    # Fader, Hardie & Lee (2005): P(X(39) = 0) = .5737864.
    assert chances[0] == pytest.approx(0.5737864, abs=5e-8)
    assert chances == pytest.approx([model.p_count(n, 39.0).item() for n in range(31)], abs=1e-12)


def lives(model, x: float, t_x: float, T: float, t: float, n: int) -> np.ndarray:
    """Purchases in the time after T of customers of that history, by the model's own story."""
    chance = np.random.default_rng(7)
    rates = chance.gamma(model.r + x, 1 / (model.alpha + T), n)
    there = chance.random(n) < model.p_alive(a(x), a(t_x), a(T))[0]
    if isinstance(model, ParetoNbd):
        stays = chance.exponential(1 / chance.gamma(model.s, 1 / (model.beta + T), n))
        return np.where(there, chance.poisson(rates * np.minimum(stays, t)), 0)
    leaves = chance.beta(model.a, model.b + x + (1 if model.modified else 0), n)
    last = chance.geometric(np.maximum(leaves, 1e-12))
    return np.where(there, np.minimum(chance.poisson(rates * t), last), 0)


@pytest.mark.parametrize("name", ["bgnbd", "mbgnbd", "pareto_nbd"])
@pytest.mark.parametrize("history", [(0, 0, 10), (2, 30.43, 38.86), (26, 30.86, 31)])
def test_simulated_customers_buy_and_bring_as_the_distributions_say(name, history):
    model, n = MODELS[name], 200_000
    counts = lives(model, *history, 52.0, n)
    chances = p_counts(model, *(a(each) for each in history), 52.0, 2000)[0]
    seen = np.bincount(counts, minlength=2001)[:2001] / n
    assert np.abs(np.cumsum(seen) - np.cumsum(chances)).max() < 1.63 / np.sqrt(n)  # Kolmogorov, 1 %
    # Of who spent 30 on each purchase.
    x, total = history[0], 30.0 * history[0]
    chance = np.random.default_rng(9)
    scales = chance.gamma(SPEND.q + SPEND.p * x, 1 / (SPEND.v + total), n)
    value = np.where(counts > 0, chance.gamma(np.maximum(SPEND.p * counts, 1e-9)) / scales, 0.0)
    one = Histories(*(a(each) for each in history), a(1))
    for level in (0.5, 0.8, 0.95):
        found = intervals(model, SPEND, one, a(x), 52.0, level)
        low, high = (each[0] * (SPEND.v + total) for each in (found.value_low, found.value_high))
        tail = (1 - level) / 2
        assert ((value >= low) & (value <= high)).mean() == pytest.approx(found.value_inside[0], abs=0.005)
        for end, share in ((low, tail), (high, 1 - tail)):
            below, upto = (value < end).mean(), (value <= end).mean()
            assert below - 0.005 <= share <= upto + 0.005
        for end, share in ((found.purchases_low[0], tail), (found.purchases_high[0], 1 - tail)):
            assert (counts < end).mean() - 0.005 <= share <= (counts <= end).mean() + 0.005


def test_an_interval_holds_no_less_than_its_level_and_grows_with_it():
    one = Histories(X, T_X, T, np.ones(7))
    for model in MODELS.values():
        upto = np.cumsum(p_counts(model, X, T_X, T, 39.0, 3000), axis=1)
        before = None
        for level in (0.5, 0.8, 0.99):
            found = intervals(model, SPEND, one, X, 39.0, level)
            low, high = found.purchases_low.astype(int), found.purchases_high.astype(int)
            rows = np.arange(7)
            inside = upto[rows, high] - np.where(low > 0, upto[rows, np.maximum(low - 1, 0)], 0)
            assert (inside >= level - 1e-9).all()
            assert found.purchases_inside == pytest.approx(inside, abs=1e-9)
            assert (found.value_inside >= level - 1e-9).all()
            assert (found.value_inside <= 1).all()
            assert (found.value_low <= found.value_high).all()
            assert ((found.value_high == 0) == (found.purchases_high == 0)).all()
            if before is not None:
                assert (found.value_low <= before.value_low).all()
                assert (found.value_high >= before.value_high).all()
            before = found


def test_the_size_of_a_chunk_changes_no_interval(monkeypatch):
    histories = Histories(X, T_X, T, np.ones(7))
    whole = intervals(MODELS["bgnbd"], SPEND, histories, X, 39.0, 0.8)
    monkeypatch.setattr(predictive, "CELLS", 1)
    single = intervals(MODELS["bgnbd"], SPEND, histories, X, 39.0, 0.8)
    assert single.purchases_high.tolist() == whole.purchases_high.tolist()
    assert single.value_high == pytest.approx(whole.value_high, rel=1e-6)


def test_without_a_spend_model_there_is_no_value():
    found = intervals(MODELS["bgnbd"], None, Histories(X, T_X, T, np.ones(7)), X, 39.0, 0.8)
    assert found.value_low is None
    assert found.purchases_high.max() > 0
