"""What many shops would be counted as, without their orders: customers drawn as sums by category."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from regulars.check.deep.queries import Counted, Products, Totals

CATEGORIES = ("Bakery", "Coffee", "Dairy", "Garden", "Toys")
QUARTERS = ("Q1 2024", "Q2 2024", "Q3 2024", "Q4 2024")


def counted(
    chance: np.random.Generator,
    sizes: Mapping[str, int],
    rates: Mapping[str, np.ndarray] | None = None,
    mix: Mapping[str, np.ndarray] | None = None,
    spread: float = 0.9,
) -> Counted:
    """Customers who spend very unequal sums, of which each has taken off a share of their own (mean ``rates``
    by segment and category, 0.15 where none are given), in a ``mix`` of categories."""
    totals, pairs = {}, {}
    categories = {name: at for at, name in enumerate(CATEGORIES, 1)}
    periods = {name: at for at, name in enumerate(QUARTERS, 1)}
    for segment, size in sizes.items():
        mean = (rates or {}).get(segment, np.full(5, 0.15))
        shares = (mix or {}).get(segment, np.full(5, 0.2))
        whole, part = drawn(chance, size, mean, shares, spread)
        totals[segment, (0, 0)] = summed(whole.sum(axis=(1, 2)), part.sum(axis=(1, 2)))
        for at in range(5):
            totals[segment, (at + 1, 0)] = summed(whole[:, at].sum(axis=1), part[:, at].sum(axis=1))
        for at in range(4):
            totals[segment, (0, at + 1)] = summed(whole[:, :, at].sum(axis=1), part[:, :, at].sum(axis=1))
        x, y = whole.sum(axis=2), part.sum(axis=2)
        for one in range(5):
            for other in range(5):
                pairs[segment, one + 1, other + 1] = Products(
                    int(y[:, one] @ y[:, other]), int(y[:, one] @ x[:, other]), int(x[:, one] @ x[:, other])
                )
    return Counted(categories, periods, totals, pairs)


def drawn(
    chance: np.random.Generator, size: int, mean: np.ndarray, shares: np.ndarray, spread: float
) -> tuple[np.ndarray, np.ndarray]:
    """By customer, category and quarter: full price and what came off it, in whole cents."""
    level = chance.lognormal(7.0 - spread**2 / 2, spread, size)[:, None, None]
    wants = shares[None, :, None] / 4
    whole = np.rint(level * wants * chance.gamma(1.0, 1.0, (size, 5, 4)) * 10).astype(np.int64)
    keen = chance.gamma(4.0, 0.25, size)[:, None, None]
    part = whole * np.minimum(mean[None, :, None] * keen * chance.gamma(2.0, 0.5, (size, 5, 4)), 1.0)
    return whole, np.rint(part).astype(np.int64)


def counted_of_orders(
    chance: np.random.Generator, sizes: Mapping[str, int], mean: float, spread: float = 0.8
) -> Counted:
    """Customers of whose orders a share is of a kind (on average ``mean``), each at a rate of their own."""
    totals = {}
    for segment, size in sizes.items():
        level = chance.lognormal(-(spread**2) / 2, spread, (size, 4))
        orders = (1 + chance.poisson(4 * level)).astype(np.int64)
        part = chance.binomial(orders, chance.beta(2 * mean, 2 * (1 - mean), (size, 1)))
        totals[segment, (0, 0)] = summed(orders.sum(axis=1), part.sum(axis=1))
        for at in range(4):
            totals[segment, (0, at + 1)] = summed(orders[:, at], part[:, at])
    return Counted({}, {name: at for at, name in enumerate(QUARTERS, 1)}, totals, {})


def summed(whole: np.ndarray, part: np.ndarray) -> Totals:
    there = (whole != 0) | (part != 0)
    weights = [int(each) for each in whole]
    powers = (sum(each**power for each in weights) for power in (1, 2, 3, 4))
    return Totals(
        int(there.sum()), int((part != 0).sum()), int((part != whole).sum()), int(part.sum()),
        int(whole.sum()), int(part @ part), int(whole @ whole), int(part @ whole), *powers,
    )  # fmt: skip
