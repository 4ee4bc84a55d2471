"""Every scheme of RFM and every square put the same customers in the same segments on PostgreSQL as here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.postgres import Postgres, load

from regulars.engine import Engine, text
from regulars.engine.steps import compose
from regulars.segment.methods import Ground, Method
from regulars.segment.methods.loyalty_monetary import LoyaltyMonetary
from regulars.segment.methods.rfm import Rfm
from regulars.testing import AS_OF, FEATURES, TYPES, customers, strangers

CUTS = {"recency_days": [30, 90.5], "orders": [1, 2, 5], "spend": [-10, 0.01, 250]}
METHODS = {
    "eleven": Rfm(),
    "five": Rfm(scheme="five"),
    "sum": Rfm(scheme="sum"),
    "weighted": Rfm(scheme="sum", bands={"r": 10, "f": 2, "m": 7}, weights={"r": 2, "f": 0, "m": "0.5"}),
    "by_hand": Rfm(scheme="sum", cuts=CUTS),
    "own": Rfm(bands=10, grid={"VIP": ["R 10, F 9-10", "3-3-3"], "High": "M 7-10"}),
    "breadth": LoyaltyMonetary(proxy="breadth", cuts={"loyalty": "mean", "spend": "median"}),
    # A share that is a double stands for irregularity: the kinds of both axes are those of the real ones.
    "regularity": LoyaltyMonetary(proxy="regularity", cuts={"loyalty": "0.3", "spend": "mean"}),
}


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory, postgres: Postgres) -> Iterator[Engine]:
    """Customers whom the methods know and whom they do not, in both engines."""
    folder: Path = tmp_path_factory.mktemp("people")
    with Engine(threads=1) as engine:
        for name, rows in (("known", customers(300)), ("unlike", strangers(150))):
            engine.values("raw", TYPES, rows)
            engine.create(name, "select *, weekend_share as gap_variation from raw")
            path = folder / f"{name}.parquet"
            engine.write_parquet(f"select * from {name} order by customer_id", path)
            load(postgres, path, name)
        yield engine


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_postgresql_duckdb_and_the_scorer_agree_on_every_customer(
    people: Engine, postgres: Postgres, method: Method
) -> None:
    share = next(each for each in FEATURES if each.name == "weekend_share")
    features = (*FEATURES, replace(share, name="gap_variation"))
    fitted = method.fit(Ground("tried", people.table("known"), features, AS_OF, 0, "UTC", "GBP"), people)
    names = (*fitted.rule.features,)
    for table in ("known", "unlike"):
        steps = fitted.steps(table, AS_OF)
        people.make("assignments", {step.name: step for step in steps})
        columns = ["customer_id", "segment_id", *fitted.rule.score_names]
        wanted = people.rows(f"select {', '.join(columns)} from assignments order by customer_id")
        found = postgres.rows(text(compose(steps), "postgres"))
        assert sorted((row[0], row[1]) for row in found) == [(who, segment) for who, segment, *_ in wanted]
        values = people.rows(f"select {', '.join(names)} from {table} order by customer_id")
        for row, (who, segment, *scores) in zip(values, wanted, strict=True):
            own = fitted.score(dict(zip(names, row, strict=True)))
            assert (own.segment_id, list(own.scores.values())) == (segment, scores), who
