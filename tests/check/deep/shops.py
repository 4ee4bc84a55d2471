"""Shops of which the truth is known: clean orders in the engine, of customers who have ways of their own,
and of segments whose share of discounts differs by category as the test says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from regulars.check.deep.queries import Orders
from regulars.engine import Engine

START, AS_OF = date(2024, 1, 1), date(2024, 12, 31)
CATEGORIES = ("Bakery", "Coffee", "Dairy", "Garden", "Toys")
SEGMENTS = {"a": "Alpha", "b": "Beta", "c": "Gamma"}
NO_MIX = (0.2, 0.2, 0.2, 0.2, 0.2)


@dataclass(frozen=True)
class Shop:
    """How a shop is drawn. ``off`` is the mean share taken off by segment and category (else by ``usual``),
    ``mix`` the shares of lines by category of a segment, ``sizes`` its customers."""

    sizes: Mapping[str, int] = field(default_factory=lambda: {"a": 80, "b": 160, "c": 160})
    off: Mapping[tuple[str, str], float] = field(default_factory=dict)
    usual: Mapping[str, float] = field(default_factory=lambda: dict.fromkeys(CATEGORIES, 0.15))
    mix: Mapping[str, Sequence[float]] = field(default_factory=dict)
    orders: float = 8.0

    def mean_off(self, segment: str, category: str) -> float:
        return self.off.get((segment, category), self.usual[category])


def drawn(engine: Engine, shop: Shop, seed: int) -> Orders:
    """The shop's clean tables ``order_lines``, ``orders`` and ``asked_customers``."""
    chance = np.random.default_rng(seed)
    columns: dict[str, list[object]] = {
        name: [] for name in ("customer", "order_id", "day", "category", "amount", "off", "segment")
    }
    number = 0
    for segment, size in shop.sizes.items():
        mix = shop.mix.get(segment, NO_MIX)
        for customer in range(size):
            # Some buy much more than others, and some look for deals wherever they buy.
            orders = 1 + chance.poisson(shop.orders * chance.lognormal(-0.18, 0.6))
            keenness = chance.gamma(4.0, 0.25)
            for _ in range(orders):
                number += 1
                day = int(chance.integers(0, 366))
                for at in chance.choice(5, size=1 + chance.poisson(1.5), p=mix):
                    mean = shop.mean_off(segment, CATEGORIES[at]) * keenness
                    is_deal = chance.random() < min(mean / 0.3, 1.0)
                    columns["customer"].append(f"{segment}{customer:05d}")
                    columns["order_id"].append(f"o{number:07d}")
                    columns["day"].append(day)
                    columns["category"].append(CATEGORIES[at])
                    columns["amount"].append(int(100 * chance.lognormal(2.0, 0.7)))
                    columns["off"].append(30 if is_deal else 0)
                    columns["segment"].append(segment)
    engine.put("drawn", {name: np.array(each) for name, each in columns.items()})
    return laid_out(engine)


def laid_out(engine: Engine) -> Orders:
    """The clean tables of rows ``drawn``: full price in cents, and the percent that comes off it."""
    engine.create(
        "order_lines",
        "select customer as customer_id, order_id, date '2024-01-01' + cast(day as integer) as ordered_on, "
        "cast(date '2024-01-01' + cast(day as integer) as timestamp) as ordered_at, false as is_return, "
        "cast(1 as decimal(18, 3)) as quantity, "
        "cast(amount * (100 - off) / 10000.0 as decimal(18, 4)) as amount, "
        "cast('p' as varchar) as product_id, category, cast(null as varchar) as brand, "
        "cast(amount * off / 10000.0 as decimal(18, 4)) as discount, cast(off > 0 as integer) as is_promoted "
        "from drawn",
    )
    engine.create(
        "orders", "select customer_id, min(ordered_on) as ordered_on, is_return from order_lines group by all"
    )
    engine.create(
        "asked_customers", "select customer as customer_id, segment as segment_id from drawn group by all"
    )
    return Orders(engine, START, START + timedelta(days=365))
