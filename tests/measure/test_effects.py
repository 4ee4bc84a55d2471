"""Effect sizes against what they are by definition, and intervals that hold what they say."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from regulars.measure.effects import between, between_categories, of_categories, of_numbers


def tied(chance, n, shift=0.0):
    return np.floor(chance.exponential(2 + shift, n))


def test_delta_is_the_share_of_pairs_won_less_those_lost_and_ties_count_for_neither():
    chance = np.random.default_rng(1)
    a, b = tied(chance, 40, 1), tied(chance, 70)
    found = of_numbers(a, b)
    assert found.size == pytest.approx(np.sign(a[:, None] - b[None]).mean(), abs=1e-15)
    assert found.superiority == pytest.approx(((a[:, None] > b[None]) + 0.5 * (a[:, None] == b[None])).mean())
    back = of_numbers(b, a)
    assert (back.size, back.low, back.high) == pytest.approx((-found.size, -found.high, -found.low))


def test_p_is_that_of_mann_whitney_with_ties():
    chance = np.random.default_rng(2)
    a, b = tied(chance, 40, 1), tied(chance, 70)
    theirs = stats.mannwhitneyu(a, b, method="asymptotic")
    assert of_numbers(a, b).p == pytest.approx(theirs.pvalue, rel=1e-9)


def test_the_order_of_customers_moves_no_digit():
    chance = np.random.default_rng(3)
    a, b = tied(chance, 400, 1), chance.normal(size=300)
    assert of_numbers(a, b) == of_numbers(np.sort(a), b[::-1])


def test_the_interval_holds_the_truth_in_about_95_of_100_samples():
    chance = np.random.default_rng(4)
    truth = of_numbers(chance.normal(0.5, 1, 100_000), chance.normal(0, 1, 100_000)).size
    held = 0
    for _ in range(400):
        found = of_numbers(chance.normal(0.5, 1, 40), chance.normal(0, 1, 90))
        held += found.low <= truth <= found.high
    assert 370 <= held <= 394


def test_groups_without_a_pair_the_other_way_have_the_exact_bound_and_no_certainty():
    apart = of_numbers(np.arange(40.0) + 100, np.arange(50.0))
    assert (apart.size, apart.high) == (1.0, 1.0)
    assert apart.low == pytest.approx(1 - 2 * (1 - 0.025 ** (1 / 40)))
    alike = of_numbers(np.ones(40), np.ones(50))
    assert (alike.size, alike.p, alike.magnitude, alike.standardised) == (0.0, 1.0, "negligible", None)
    assert alike.low < 0 < alike.high


@pytest.mark.parametrize(
    ("size", "said"),
    [(0.14, "negligible"), (0.15, "small"), (0.34, "medium"), (0.48, "large"), (-0.48, "large")],
)
def test_magnitudes_are_read_as_published(size, said):
    # A thousand distinct values a side; some of A's lie above all of B's, the others in between.
    above = round(500 * (1 + size))
    a = np.concatenate([np.arange(above) + 10_000.0, np.arange(1_000 - above) - 10_000.0])
    assert of_numbers(a, np.arange(1_000.0)).magnitude == said


def test_of_a_rare_flag_a_few_points_are_not_negligible():
    def flags(share):
        return (np.arange(5_000) < 5_000 * share).astype(float)

    rare, common = of_numbers(flags(0.12), flags(0.02)), of_numbers(flags(0.54), flags(0.44))
    assert rare.size == pytest.approx(common.size) == pytest.approx(0.1)
    assert (rare.magnitude, common.magnitude) == ("small", "negligible")
    assert not rare.is_negligible
    assert common.is_negligible


def test_standard_deviations_apart_are_told_beside_it():
    chance = np.random.default_rng(5)
    d, low, high = of_numbers(chance.normal(0.5, 2, 5_000), chance.normal(0, 2, 5_000)).standardised
    assert d == pytest.approx(0.25, abs=0.03)
    assert high - low == pytest.approx(2 * 1.96 * np.sqrt(2 / 5_000), rel=0.02)


def test_the_size_of_groups_does_not_move_cramers_v():
    def counts(n, share):
        return {"yes": round(n * share), "no": n - round(n * share)}

    even = of_categories(counts(5_000, 0.5), counts(5_000, 0.3))
    uneven = of_categories(counts(5_000, 0.5), counts(100_000, 0.3))
    assert even.size == pytest.approx(0.204, abs=0.003)
    assert uneven.size == pytest.approx(even.size, abs=0.015)
    assert of_categories(counts(50, 0.5), counts(5_000, 0.3)).high > even.high + 0.1, "few tell less"


def test_categories_have_the_p_of_chi_square_and_count_few_customers_together():
    a, b = {"x": 50, "y": 30, "z": 40}, {"x": 30, "y": 60, "z": 45}
    theirs = stats.chi2_contingency([[50, 30, 40], [30, 60, 45]], correction=False)
    assert of_categories(a, b).p == pytest.approx(theirs.pvalue)
    rare = {f"rare {at}": 1 for at in range(6)}
    pooled = stats.chi2_contingency([[50, 30, 40, 6], [30, 60, 45, 6]], correction=False)
    assert of_categories({**a, **rare}, {**b, **rare}).p == pytest.approx(pooled.pvalue)
    assert of_categories({"x": 40}, {"x": 60}).p == 1.0


def test_cramers_v_holds_the_truth_and_is_not_pushed_up_by_chance():
    chance = np.random.default_rng(6)
    p, q = np.array([0.5, 0.3, 0.2]), np.array([0.4, 0.3, 0.3])
    truth = np.sqrt(0.25 * ((p - q) ** 2 / ((p + q) / 2)).sum())

    def drawn(shares, n):
        return dict(zip("abc", chance.multinomial(n, shares).tolist(), strict=True))

    found = [of_categories(drawn(p, 300), drawn(q, 500)) for _ in range(300)]
    assert sum(each.low <= truth <= each.high for each in found) >= 280
    assert np.mean([each.size for each in found]) == pytest.approx(truth, abs=0.02)
    alike = [of_categories(drawn(p, 300), drawn(p, 500)).size for _ in range(300)]
    assert np.median(alike) == 0.0


def test_what_lies_between_segments_is_epsilon_squared_of_the_ranks():
    chance = np.random.default_rng(7)
    segments = chance.integers(0, 4, 600)
    values = np.round(chance.normal(segments * 0.4, 1), 1)
    found = between(values, segments)
    h = stats.kruskal(*(values[segments == each] for each in range(4))).statistic
    eta = h / 599
    assert found.share == pytest.approx(1 - (1 - eta) * 599 / 596)
    assert found.low < found.share < found.high
    assert between(chance.normal(size=600), segments).share < 0.02
    assert between(np.ones(600), segments).share == 0.0
    assert between(np.empty(0), np.empty(0, dtype=np.int64)).n == 0


def test_what_lies_between_segments_of_categories_is_squared_v():
    perfect = np.array([[100, 0], [0, 100], [0, 0]])
    assert between_categories(perfect).share == pytest.approx(1.0, abs=0.01)
    assert between_categories(np.array([[50, 50], [50, 50]])).share == 0.0
    assert between_categories(np.array([[50], [60]])).share == 0.0
