"""Logistic regression with a ridge: at the top of its likelihood, and no stronger than the data ask for."""

import numpy as np
import pytest

from regulars.value.ridge import STRENGTHS, effective_weights, fit, fit_at


def customers(count: int, weights: list[float], seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(seed)
    columns = chance.normal(size=(count, len(weights)))
    return columns, chance.random(count) < 1 / (1 + np.exp(1.5 - columns @ np.array(weights)))


def test_by_hand_one_indicator_gives_the_log_odds_of_its_two_groups():
    # 10 of 40 without it, 30 of 40 with it: odds of 1/3 and of 3.
    has = np.repeat([0.0, 1.0], 40)
    came = np.concatenate([np.arange(40) < 10, np.arange(40) < 30])
    found = fit_at(has[:, None], came, 1e-9)
    assert found.intercept == pytest.approx(np.log(1 / 3), abs=1e-6)
    assert found.weights[0] == pytest.approx(np.log(9), abs=1e-6)


@pytest.mark.parametrize("strength", STRENGTHS)
def test_it_is_what_scikit_learn_finds(strength):
    from sklearn.linear_model import LogisticRegression

    columns, came = customers(500, [1.0, -0.5, 0.0, 2.0])
    found = fit_at(columns, came, strength)
    theirs = LogisticRegression(C=1 / strength, tol=1e-10, max_iter=10_000).fit(columns, came)
    assert found.weights == pytest.approx(theirs.coef_[0], abs=1e-5)
    assert found.intercept == pytest.approx(theirs.intercept_[0], abs=1e-5)


def test_weights_count_whole_without_a_penalty_and_not_at_all_under_an_endless_one():
    columns, came = customers(500, [1.0, -0.5, 0.0, 2.0])
    counts = [effective_weights(columns, fit_at(columns, came, each)) for each in (1e-9, 10.0, 1e9)]
    assert counts[0] == pytest.approx(4, abs=1e-6)
    assert 2 < counts[1] < 4
    assert counts[2] == pytest.approx(0, abs=1e-4)


def test_it_stays_finite_where_a_column_parts_the_customers_wholly():
    column = np.linspace(-1, 1, 60)[:, None]
    found = fit_at(column, column[:, 0] > 0, STRENGTHS[0])
    assert np.isfinite(found.logits(column)).all()
    assert found.weights[0] > 3


def test_columns_without_a_clue_are_held_tighter_than_those_with_one():
    noise, came = customers(300, [0.0] * 20)
    clue, moved = customers(300, [2.0] + [0.0] * 19)
    assert fit(noise, came).strength > fit(clue, moved).strength
    assert np.abs(fit(noise, came).weights).max() < 0.1
