"""Every feature comes to the same figure on PostgreSQL as here, customer by customer."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from tests.postgres import Postgres, load
from tests.prepare.orders import AS_OF, Line, cleaned, settings
from tests.prepare.side_rows import lay_beside

from regulars.engine import Engine, room, text
from regulars.engine.steps import compose, in_order
from regulars.prepare.features.offer import offer
from regulars.prepare.features.table import features_step, make_features

CHOICES = {
    "own_brands": ["acme", "o'own"],
    "loyalty_categories": ["tea", "cook"],
    "category_shares": ["tea", "garden"],
    "engagement": {"weights": {"login": 1, "ticket": "-2.5"}},
    "derived": {
        "busy": {"formula": "orders / tenure_days"},
        "mixed": {"formula": "ln1p(spend) - max(gap_days, 3) * own_brand_share", "unit": "points"},
    },
}
CLEAN = ("orders", "order_lines", "events", "campaigns", "redemptions")


def book() -> list[Line]:
    """What 60 customers bought in a year, some of it sent back, much of it only half described."""
    chance = random.Random("book")
    begun = datetime(2023, 7, 1)  # noqa: DTZ001  # the shop's own clock
    return [
        Line(
            customer_id=f"k{chance.randrange(60):02}",
            ordered_at=begun + timedelta(days=chance.randrange(366), minutes=30 * chance.randrange(48)),
            order_id=str(chance.randrange(500)),
            quantity=Decimal(chance.choice(["1", "2.5", "3", "-1"])),
            amount=Decimal(chance.randrange(1, 100_000)) / 100,
            product_id=chance.choice(["mug", "cup", "pan", "pot", None]),
            category=chance.choice(["tea", "cook", "garden", None]),
            brand=chance.choice(["acme", "o'own", "rival", None]),
            promotion=chance.choice(["SPRING", "no", None]),
            discount=chance.choice([Decimal("0.75"), None]),
        )
        for _ in range(1500)
    ]


def beside() -> dict[str, list[tuple[str | None, ...]]]:
    chance = random.Random("beside")
    begun = datetime(2024, 1, 1)  # noqa: DTZ001

    def who() -> str:
        return f"k{chance.randrange(60):02}"

    def when() -> str:
        return str(begun + timedelta(hours=chance.randrange(24 * 200)))

    named = ["spring", "o'hara", None]
    return {
        "events": [(who(), when(), chance.choice(["login", "ticket", "mail"])) for _ in range(300)],
        "campaigns": [
            (who(), chance.choice(named[:2]), when(), chance.choice([when(), None])) for _ in range(80)
        ],
        "redemptions": [(who(), when(), chance.choice(named)) for _ in range(60)],
    }


def test_every_feature_of_every_customer_is_the_same_on_postgresql(
    postgres: Postgres, tmp_path: Path
) -> None:
    columns = {"product": "what", "category": "kind", "brand": "maker", "promotion": "promo"}
    chosen = settings(columns, features=CHOICES)
    offered = offer(chosen.features)
    with Engine(threads=1) as engine:
        cleaned(engine, book(), chosen)
        lay_beside(engine, beside())
        made = make_features(engine, chosen.sources.orders.columns, AS_OF, chosen.features)
        for table in CLEAN:
            engine.write_parquet(f"select * from {table}", tmp_path / f"{table}.parquet")
        here = engine.rows("from features order by customer_id")
    assert not made.left_out
    assert set(made.table.columns) == {"customer_id", *(each.name for each in offered.features)}
    for table in CLEAN:
        load(postgres, tmp_path / f"{table}.parquet", table)
    step = features_step(offered.families, offered.derived)
    steps = {**room("regulars.prepare"), **offered.steps, "features": step}
    whole = compose([each.bind({"as_of": AS_OF}) for each in in_order(steps, ["features"], CLEAN)])
    there = postgres.rows(f"select * from ({text(whole, 'postgres')}) as f order by customer_id")
    for ours, theirs in zip(here, there, strict=True):
        for name, mine, other in zip(made.table.columns, ours, theirs, strict=True):
            assert as_text(mine) == as_text(None if other == "" else type(mine)(other)), (ours[0], name)


def as_text(value: object) -> str:
    return "" if value is None else str(value + 0) if isinstance(value, Decimal) else str(value)
