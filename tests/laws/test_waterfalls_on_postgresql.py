"""Conditions of every kind place customers on PostgreSQL as they do here, text and all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.postgres import Postgres, load

from regulars.engine import Engine, text
from regulars.engine.steps import compose
from regulars.segment.methods import Ground, Method
from regulars.segment.methods.firmographic import Demographic, Firmographic
from regulars.segment.methods.labels import Labels
from regulars.segment.methods.lifecycle import Lifecycle
from regulars.segment.methods.rules import Rules
from regulars.testing import AS_OF, FEATURES, TYPES, customers, strangers
from regulars.types import Feature

RHYTHM = tuple(
    Feature(name, "", "days", "outcome", "") for name in ("tenure_days", "last_gap_days", "earlier_gap_days")
)
WIDENED = """
    select *, case when orders = 7 then null else recency_days + 30 * (orders % 9) end as tenure_days,
        cast(floor(gap_days * 3.5) as bigint) as last_gap_days, gap_days * 0.7 as earlier_gap_days
    from raw
"""
STAGES = {"unaware": ["North", "Åland"], "evaluating": ["O'Brien's \\ Cove"], "customer": ["South"]}
CONDITIONS = (
    "region = 'O''Brien''s \\ Cove' or region = 'Åland' and spend < 400",
    "region in ('North', 'North ', 'north', '') and recency_days > 1.5 * gap_days",
    "not (region <> 'South') and gap_days < recency_days",
    "spend > orders and spend >= 3.3333 * products_per_order and top 20 % by weekend_share",
    "orders >= categories or one_price <> never_known",
    "region is unknown and not recency_days in (1, 2, 3)",
)
METHODS = {
    "rules": Rules(segments=[{"name": f"Rule {n}", "when": when} for n, when in enumerate(CONDITIONS)]),
    "lifecycle": Lifecycle(),
    "stages": Lifecycle(at_risk_after="1.25", new_days=10, stage="region", stages=STAGES),
    "firmographic": Firmographic(
        by=["region", "categories", "weekend_share"],
        bands={"categories": [3, 8], "weekend_share": ["0.1", "0.7"]},
        smallest=11,
    ),
    "demographic": Demographic(by=["products_per_order", "region"], bands={"products_per_order": [4]}),
    "labels": Labels(column="region", names={"South": "The South", "Nowhere": "Nobody's"}),
    "numbered": Labels(column="categories"),
}


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory, postgres: Postgres) -> Iterator[Engine]:
    """Customers whom the methods know and whom they do not, in both engines."""
    folder: Path = tmp_path_factory.mktemp("people")
    with Engine(threads=1) as engine:
        for name, rows in (("placed", customers(400)), ("strange", strangers(300))):
            engine.values("raw", TYPES, rows)
            engine.create(name, WIDENED)
            path = folder / f"{name}.parquet"
            engine.write_parquet(f"select * from {name} order by customer_id", path)
            load(postgres, path, name)
        yield engine


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_postgresql_duckdb_and_the_scorer_agree_on_every_customer(
    people: Engine, postgres: Postgres, method: Method
) -> None:
    ground = Ground("tried", people.table("placed"), (*FEATURES, *RHYTHM), AS_OF, 0, "UTC", "GBP")
    fitted = method.fit(ground, people)
    names = fitted.rule.features
    used = set()
    for table in ("placed", "strange"):
        steps = fitted.steps(table, AS_OF)
        people.make("assignments", {step.name: step for step in steps})
        wanted = people.rows("select customer_id, segment_id from assignments order by customer_id")
        found = postgres.rows(text(compose(steps), "postgres"))
        assert sorted((who, segment) for who, segment, *_ in found) == wanted
        values = people.rows(f"select {', '.join(names)} from {table} order by customer_id")
        for row, (who, segment) in zip(values, wanted, strict=True):
            assert fitted.score(dict(zip(names, row, strict=True))).segment_id == segment, who
        used |= {segment for _, segment in wanted}
    assert len(used) >= 3, "a definition that puts all in one segment shows nothing"
