"""Sums, medians and intervals, against published values and numpy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from tests.profile.crowds import FEATURES, laid_out

from regulars.engine import Engine
from regulars.profile.measure import Sums, measure, ratio_margin, t95
from regulars.profile.metrics import measures


@pytest.fixture(scope="module")
def engine():
    with Engine(threads=1) as made:
        yield made


@pytest.mark.parametrize(("freedom", "t"), [(1, 12.706), (10, 2.228), (30, 2.042), (120, 1.980)])
def test_students_t_is_that_of_the_tables(freedom: int, t: float) -> None:
    assert t95(freedom) == pytest.approx(t, abs=0.0005)


def sums_of(values, others=None) -> Sums:
    units = [round(value * 10**6) for value in values]
    with_units = units if others is None else [round(value * 10**6) for value in others]
    return Sums(len(units), sum(units), sum(a * b for a, b in zip(units, with_units, strict=True)))


def test_a_mean_has_students_interval() -> None:
    values = np.array([12.5, 3.25, 88.0, 41.75, 7.0, 19.5, 6.25])
    margin = t95(6) * np.std(values, ddof=1) / math.sqrt(7)
    assert sums_of(values).mean == pytest.approx(values.mean())
    assert sums_of(values).margin == pytest.approx(margin)
    assert sums_of([4.0]).margin is None
    assert sums_of([4.0, 4.0]).all_alike


def test_a_ratio_of_sums_has_the_interval_of_its_residuals() -> None:
    """Average order over four customers: 330 / 10 = 33; the residuals are 17, -16, 1 and -2."""
    spend, orders = np.array([50.0, 50.0, 100.0, 130.0]), np.array([1.0, 2.0, 3.0, 4.0])
    residuals = spend - 33 * orders
    expected = t95(3) * math.sqrt((residuals**2).sum() / 3 / 4) / orders.mean()
    assert ratio_margin(sums_of(spend), sums_of(orders), sums_of(spend, orders)) == pytest.approx(expected)


def test_a_ratio_that_is_the_same_for_everybody_has_no_margin() -> None:
    spend, orders = [0.1, 0.2, 0.3], [1, 2, 3]
    assert ratio_margin(sums_of(spend), sums_of(orders), sums_of(spend, orders)) == 0.0


def measured(engine: Engine, *groups: list[float | None]):
    people = {f"g{n}": [{"gap_days": value} for value in values] for n, values in enumerate(groups)}
    laid_out(engine, people)
    names = ("recency_days", "orders", "spend", "gap_days")
    return measure(engine, measures([FEATURES[name] for name in names], "GBP"))


@pytest.mark.parametrize("n", [1, 2, 5, 6, 7, 10, 11, 50, 51])
def test_a_median_is_numpys_for_odd_and_even_n_and_with_ties(engine, n: int) -> None:
    values = [float(7 * at % 20) for at in range(n)]
    middle = measured(engine, values).middles["g0", "gap_days"]
    assert (middle.n, middle.median) == (n, np.median(values))


def test_medians_are_taken_of_those_who_have_the_value(engine) -> None:
    found = measured(engine, [1.0, None, 3.0], [None])
    assert found.middles["g0", "gap_days"].median == 2.0
    assert ("g1", "gap_days") not in found.middles
    assert found.middles["overall", "gap_days"].n == 2


@pytest.mark.parametrize("n", [*range(6, 61), 100, 101, 300])
def test_a_medians_interval_is_of_order_statistics_that_hold_it_at_95_percent(engine, n: int) -> None:
    """P(k-th value <= median <= l-th value) is that of k to l - 1 heads in n throws (Conover 1999, 3.2)."""
    middle = measured(engine, [float(rank) for rank in range(1, n + 1)]).middles["g0", "gap_days"]
    low, high = int(middle.low), int(middle.high)
    assert 1 <= low < middle.median < high <= n
    held = sum(math.comb(n, heads) for heads in range(low, high)) / 2**n
    assert held >= 0.95
    tighter = sum(math.comb(n, heads) for heads in range(low + 2, high - 2)) / 2**n
    assert tighter < 0.95


def test_fewer_than_six_values_bound_no_median(engine) -> None:
    middle = measured(engine, [1.0, 2.0, 3.0, 4.0, 5.0]).middles["g0", "gap_days"]
    assert (middle.median, middle.low, middle.high) == (3.0, None, None)


def test_sums_of_money_in_a_small_currency_do_not_overflow(engine) -> None:
    """A wholesaler in rupiah: ten thousand million each, in three hundred orders."""
    people = {"all": [{"spend": 10_000_000_000 + at, "orders": 300} for at in range(200)]}
    laid_out(engine, people)
    chosen = measures([FEATURES[name] for name in ("recency_days", "orders", "spend")], "IDR")
    found = measure(engine, chosen).of("all", "spend")
    assert found.sum == 200 * 10_000_000_000 + 199 * 100
