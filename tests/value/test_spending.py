"""Spending as it comes to Gamma-Gamma: two totals for each band, which must be as good as everybody's own."""

from decimal import Decimal

import numpy as np
import pytest

from regulars.engine import Engine
from regulars.value import gamma_gamma
from regulars.value.gamma_gamma import Spending

CUSTOMERS = 20_000


def customers() -> tuple[np.ndarray, np.ndarray]:
    """Repeats, and what they came to in hundredths: customers by Gamma-Gamma's own story."""
    chance = np.random.default_rng(8)
    x = chance.geometric(0.4, CUSTOMERS)
    total = chance.gamma(6.2 * x) / chance.gamma(3.7, 1 / 15.4, CUSTOMERS)
    return x, np.maximum(np.rint(total * 100), 1).astype(np.int64)


def spending(x: np.ndarray, cents: np.ndarray, threads: int = 1) -> Spending:
    with Engine(threads=threads) as engine:
        engine.put("bought", {"repeats": x, "cents": cents})
        engine.create(
            "histories", "select repeats, cast(cents / 100.0 as decimal(18, 2)) as repeat_spend from bought"
        )
        return gamma_gamma.grouped(engine)


def test_bands_give_the_parameters_that_everybody_s_own_totals_give():
    x, cents = customers()
    own = gamma_gamma.fit(Spending(x.astype(float), cents / 100, np.ones(CUSTOMERS)))
    banded = spending(x, cents)
    fit = gamma_gamma.fit(banded)
    assert fit.customers == CUSTOMERS
    assert len(banded.x) < CUSTOMERS / 4
    assert fit.parameters == pytest.approx(own.parameters, rel=1e-8)
    assert fit.standard_errors == pytest.approx(own.standard_errors, rel=1e-8)
    assert fit.log_likelihood == pytest.approx(own.log_likelihood, rel=1e-11)


def test_the_order_of_customers_and_the_threads_change_no_bit():
    x, cents = customers()
    shuffled = np.random.default_rng(1).permutation(CUSTOMERS)
    one, other = spending(x, cents), spending(x[shuffled], cents[shuffled], threads=2)
    assert (one.total == other.total).all()
    assert (one.weights == other.weights).all()


def test_one_or_two_totals_in_a_band_stand_for_themselves():
    found = spending(np.array([1, 1, 1, 1, 2, 1]), np.array([1000, 1001, 1000, 1000, 1000, 2500]))
    rows = sorted(zip(found.x, found.total, found.weights, strict=True))
    assert np.array(rows) == pytest.approx(
        np.array([[1, 10, 3], [1, 10.01, 1], [1, 25, 1], [2, 10, 1]]), rel=1e-6
    )


def test_who_spent_nothing_on_repeats_or_got_money_back_is_not_fitted_on():
    with Engine(threads=1) as engine:
        rows = [(0, 0), (2, 0), (1, -5), (3, 12), (1, None)]
        engine.values(
            "histories",
            {"repeats": "bigint", "repeat_spend": "decimal(18, 2)"},
            [(repeats, None if total is None else Decimal(total)) for repeats, total in rows],
        )
        found = gamma_gamma.grouped(engine)
    assert found.customers == 1
    assert found.total == pytest.approx([12])
