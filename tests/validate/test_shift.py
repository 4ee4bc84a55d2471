"""What is said of two distributions, against textbooks and against chance."""

from __future__ import annotations

import math

import numpy as np
import pytest

from regulars.measure.proportion import share_change
from regulars.validate.shift import Moments, mean_change, pooled_sd, shift
from regulars.value.many import holm


def test_the_index_is_the_sum_that_the_textbook_writes() -> None:
    then, now = [500, 300, 200], [400, 300, 300]
    by_hand = -0.1 * math.log(0.4 / 0.5) + 0.1 * math.log(0.3 / 0.2)
    found = shift(then, now, ordered=True)
    assert found.psi == pytest.approx(by_hand)
    assert found.exchanged == pytest.approx(0.1)
    assert found.p == pytest.approx(math.exp(-(100**2 / 900 + 100**2 / 500) / 2))


def test_the_same_shares_at_any_size_are_no_shift() -> None:
    found = shift([10, 20, 30], [1000, 2000, 3000], ordered=False)
    assert (found.psi, found.exchanged, found.p) == (0.0, 0.0, 1.0)


def test_the_index_is_the_square_of_the_standard_deviations_that_a_bell_curve_moved() -> None:
    """What docs/drift.md says to translate it by: Σ (q − p) ln(q / p) is δ² for two normal curves."""
    from scipy.stats import norm

    cuts = np.linspace(-6, 7, 2000)
    then, now = (np.rint(np.diff(norm.cdf(cuts, at)) * 10**12).astype(int).tolist() for at in (0.0, 0.6))
    assert shift(then, now, ordered=True).psi == pytest.approx(0.36, rel=1e-3)


def test_without_any_change_ten_bands_of_a_hundred_customers_pass_a_tenth_in_most_trials() -> None:
    """The published warning (83 %), and that our own threshold is passed in five of a hundred."""
    chance = np.random.default_rng(3)
    trials = [
        shift(*(chance.multinomial(100, [0.1] * 10).tolist() for _ in "ab"), ordered=True) for _ in range(600)
    ]
    assert np.mean([each.psi > 0.1 for each in trials]) == pytest.approx(0.83, abs=0.05)
    assert np.mean([each.psi > each.noise for each in trials]) < 0.09
    assert np.mean([each.p < 0.05 for each in trials]) < 0.075


def test_small_sides_need_more_than_the_tables_say() -> None:
    small, large = shift([50, 50], [40, 60], ordered=True), shift([500, 500], [400, 600], ordered=True)
    assert small.notable == 0.1, "two bands of a hundred stay below it by chance"
    assert shift([10] * 10, [10] * 10, ordered=True).notable > 0.3
    assert large.notable == 0.1
    assert large.passes(0.04)
    assert not shift([12, 8], [8, 12], ordered=True).passes(0.04)


def test_scarce_bands_are_counted_with_others_and_no_customer_is_lost() -> None:
    ordered = shift([100, 1, 1, 100], [100, 0, 2, 100], ordered=True)
    assert ordered.bands == 2
    apart = shift([100, 1, 100, 1], [50, 2, 151, 0], ordered=False)
    assert apart.bands == 2
    assert apart.p < 1e-4
    assert shift([5, 5], [0, 0], ordered=True).p == 1.0
    assert shift([3, 0], [0, 3], ordered=True).bands == 1


def test_an_empty_band_counts_as_half_a_customer() -> None:
    found = shift([100, 0], [80, 20], ordered=True)
    assert found.psi == pytest.approx(-0.2 * math.log(0.8) + 0.195 * math.log(0.2 / 0.005))


def test_holm_adjusts_as_in_the_book() -> None:
    found = holm({"a": 0.01, "b": 0.04, "c": 0.03, "d": 0.005})
    assert found == pytest.approx({"d": 0.02, "a": 0.03, "c": 0.06, "b": 0.06})


def test_the_change_of_a_share_has_newcombes_interval() -> None:
    """Newcombe 1998, table II, (a): 56/70 less 48/80 is .2, .0524 to .3339."""
    change, low, high = share_change(48, 80, 56, 70)
    assert (round(change, 2), round(low, 2), round(high, 2)) == (20.0, 5.24, 33.39)


def test_a_changed_mean_is_tested_as_welch_did() -> None:
    from scipy.stats import ttest_ind_from_stats

    then, now = Moments(30, 10.0, 4.0), Moments(50, 11.0, 9.0)
    change, half, p = mean_change(then, now)
    assert change == 1.0
    assert half == pytest.approx(1.96 * math.sqrt(4 / 30 + 9 / 50), rel=1e-4)
    assert p == pytest.approx(ttest_ind_from_stats(11, 3, 50, 10, 2, 30, equal_var=False).pvalue)
    assert pooled_sd(then, now) == pytest.approx(math.sqrt((29 * 4 + 49 * 9) / 78))


def test_customers_who_are_all_alike_moved_or_did_not() -> None:
    alike = Moments(40, 1.0, 0.0)
    assert mean_change(alike, alike) == (0.0, 0.0, 1.0)
    assert mean_change(alike, Moments(40, 2.0, 0.0)) == (1.0, 0.0, 0.0)
