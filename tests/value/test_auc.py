"""AUC against its definition by pairs, and its intervals against what other draws of customers give."""

import numpy as np
import pytest

from regulars.value.auc import Gain, area, gain, placements


def by_pairs(scores: np.ndarray, came: np.ndarray) -> float:
    pairs = [(a > b) + 0.5 * (a == b) for a in scores[came] for b in scores[~came]]
    return float(np.mean(pairs))


def drawn(chance: np.random.Generator, customers: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A good score, one that is the same with noise, and what came of it."""
    x = chance.normal(size=customers)
    came = chance.random(customers) < 1 / (1 + np.exp(2 - 1.5 * x))
    return x, x + chance.normal(size=customers), came


def test_the_area_is_the_share_of_pairs_in_the_right_order_ties_half():
    chance = np.random.default_rng(1)
    scores, came = chance.integers(0, 6, 80) / 2.0, chance.random(80) < 0.3
    assert area(placements(scores, came), came).auc == pytest.approx(by_pairs(scores, came), abs=1e-12)


def test_scores_that_only_rank_alike_have_the_same_area():
    x, _, came = drawn(np.random.default_rng(2), 300)
    assert area(placements(x, came), came) == area(placements(np.exp(3 * x) - 7, came), came)


def test_a_score_without_a_clue_is_a_half_and_a_perfect_one_is_one():
    came = np.arange(40) % 4 == 0
    nothing, perfect = np.zeros(40), came.astype(float)
    assert area(placements(nothing, came), came).auc == 0.5
    assert area(placements(perfect, came), came).auc == 1.0


def test_few_customers_perfectly_parted_have_a_bound_and_no_certainty():
    """Ten pairs that share nobody, all in the right order: an AUC of 0.69 gives that once in forty times."""
    came = np.arange(20) >= 10
    up = area(placements(came.astype(float), came), came)
    assert (up.auc, up.high) == (1.0, 1.0)
    assert up.low**10 == pytest.approx(0.025)
    down = area(placements(-came.astype(float), came), came)
    assert (down.auc, down.low, down.high) == (0.0, 0.0, pytest.approx(1 - up.low))
    many = area(
        placements((np.arange(400) >= 200).astype(float), np.arange(400) >= 200), np.arange(400) >= 200
    )
    assert up.low < many.low < 1


def test_the_chance_of_a_gain_is_that_of_its_interval():
    assert Gain(0.02, 0.0, 0.04).p == pytest.approx(0.05)
    assert Gain(-0.02, -0.04, 0.0).p == pytest.approx(0.05)
    assert Gain(0.0, 0.0, 0.0).p == 1.0
    assert Gain(0.03, 0.01, 0.05).p < 0.01


def test_the_intervals_hold_the_truth_nineteen_times_in_twenty():
    """1,000 draws of 400 customers: the truth is taken from half a million of them."""
    x, noisy, came = drawn(np.random.default_rng(3), 500_000)
    truth = area(placements(x, came), came).auc
    apart = truth - area(placements(noisy, came), came).auc
    chance = np.random.default_rng(4)
    held, paired, unpaired = 0, 0, 0
    for _ in range(1_000):
        x, noisy, came = drawn(chance, 400)
        one, other = placements(x, came), placements(noisy, came)
        found, up = area(one, came), gain(one, other, came)
        held += found.low <= truth <= found.high
        paired += up.low <= apart <= up.high
        unpaired += up.high - up.low < found.high - found.low
    assert 935 <= held <= 965
    assert 930 <= paired <= 970
    assert unpaired > 500, "the same customers in both: the difference is known better than either"
