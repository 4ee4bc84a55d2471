"""SQL on DuckDB, SQL on PostgreSQL and the scorer in process agree on every customer, whatever the method.

A method that is added must be added to the settings below: the first test says so.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.postgres import Postgres, load

from regulars import plugins
from regulars import settings as chosen_settings
from regulars.app import demo
from regulars.app.reading import read_tables
from regulars.app.work import Asked, Work
from regulars.app.workspace import Workspace
from regulars.documents import pretty
from regulars.engine import Engine, written
from regulars.engine.steps import compose
from regulars.segment.assign import assign, assignment_steps
from regulars.segment.definition import Definition
from regulars.segment.methods import chosen

TODAY = date(2025, 6, 1)
WHY = "to test the arithmetic; nobody is treated by these segments"
EVERYWHERE: dict[str, dict[str, Any]] = {
    "rfm": {"method": "rfm"},
    "rfm_sums": {"method": "rfm", "bands": 7, "scheme": "sum", "weights": {"r": 2, "f": 1, "m": 1}},
    "kmeans": {"method": "kmeans", "k": 4, "sample": 2000},
    "gmm": {"method": "gmm", "k": 3, "sample": 2000},
    "gmm_full": {"method": "gmm", "k": 3, "covariance": "full", "sample": 2000},
    "hierarchical": {"method": "hierarchical", "k": 5, "micro_clusters": 100, "sample": 2000},
    "lifecycle": {"method": "lifecycle"},
    "tree": {"method": "model", "of": "kmeans"},
    "logistic": {"method": "model", "of": "rfm_five", "kind": "logistic"},
    "rfm_five": {"method": "rfm", "scheme": "five"},
    "tiers": {"method": "tiers"},
    "tiers_by_hand": {"method": "tiers", "feature": "gap_days", "cuts": [60, 20.5], "names": ["A", "B", "C"]},
    "rules": {
        "method": "rules",
        "segments": [
            {"name": "Best", "when": "top 10 % by spend and recency_days <= 90"},
            {"name": "Late", "when": "recency_days > 2 * gap_days"},
            {"name": "Weekend", "when": "weekend_share > 0.3 or not (morning_share <= 0.7)"},
            {"name": "Once", "when": "gap_days is unknown and spend not between 100 and 500.5"},
        ],
    },
}
RETAIL = EVERYWHERE | {
    "loyalty_monetary": {"method": "loyalty_monetary", "proxy": "regularity"},
    "labels": {"method": "labels", "column": "country", "allow_protected": WHY},
    "firmographic": {"method": "firmographic", "by": ["country"], "allow_protected": WHY},
    "demographic": {"method": "demographic", "by": ["country"], "allow_protected": WHY},
}
JOURNEY = EVERYWHERE | {
    "loyalty_monetary": {"method": "loyalty_monetary"},
    "labels": {"method": "labels", "column": "household_size", "allow_protected": WHY},
    "firmographic": {"method": "firmographic", "by": ["home", "household_size"], "allow_protected": WHY},
    "demographic": {"method": "demographic", "by": ["age", "income"], "allow_protected": WHY},
    "mixed": {
        "method": "kmeans", "k": 4, "allow_protected": WHY,
        "features": ["gap_days", "weekend_share", "categories", "household_size", "home"],
    },
}  # fmt: skip
NEAR = 1e-9
"""How far probabilities may lie apart: logarithms and exponentials differ in their last digits."""


@pytest.mark.parametrize("settings", [RETAIL, JOURNEY], ids=["Online Retail", "Complete Journey"])
def test_every_method_that_can_be_chosen_is_tried_below(settings: Mapping[str, dict[str, Any]]) -> None:
    assert {each["method"] for each in settings.values()} == set(plugins.names("methods"))


# --- the studies ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Study:
    """Real customers with their features, in DuckDB and in PostgreSQL, and a definition of each method."""

    engine: Engine
    postgres: Postgres
    table: str
    definitions: Mapping[str, Definition]
    as_of: date


@contextmanager
def studying(
    workspace: Workspace, segmentations: Mapping[str, dict[str, Any]], postgres: Postgres, table: str
) -> Iterator[Study]:
    settings = chosen_settings.load(workspace.settings).model_copy(
        update={"segmentations": dict(segmentations)}
    )
    methods = {name: chosen(name, each) for name, each in segmentations.items()}
    asked = Asked(today=TODAY)
    with Engine() as engine:
        tables = read_tables(engine, settings, workspace, None, {})
        work = Work(engine, settings, workspace, asked, tables, tables.day(engine, None, TODAY))
        definitions = work.fit(methods)
        written_features = workspace.root / "features.parquet"
        engine.write_parquet("select * from features order by customer_id", written_features)
        load(postgres, written_features, table)
        yield Study(engine, postgres, table, definitions, work.as_of)


@pytest.fixture(scope="module")
def retail(tmp_path_factory: pytest.TempPathFactory, postgres: Postgres) -> Iterator[Study]:
    """The bundled orders, and the country that a customer's orders came from first."""
    workspace = demo.lay_out(tmp_path_factory.mktemp("retail"))
    orders = workspace.root / "online_retail.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            "copy (select CustomerID as who, min(Country) as country "
            f"from '{orders}' where CustomerID is not null group by CustomerID) "
            f"to '{workspace.root / 'customers.parquet'}'"
        )
    customers = (
        "  customers: {path: customers.parquet, columns: {customer: who}, attributes: {country: country}}"
    )
    text = workspace.settings.read_text().replace("sources:\n", f"sources:\n{customers}\n")
    workspace.settings.write_text(text)
    with studying(workspace, RETAIL, postgres, "retail_features") as study:
        yield study


@pytest.fixture(scope="module")
def journey(
    tmp_path_factory: pytest.TempPathFactory, postgres: Postgres, shared_data: Callable[[str], Path]
) -> Iterator[Study]:
    """Complete Journey: stamps in UTC of New York shops; brands and categories of products; households."""
    folder = shared_data("completejourney")
    settings = {
        "schema": "regulars/1",
        "currency": "USD",
        "timezone": "America/New_York",
        "sources": {
            "orders": {
                "path": str(folder / "transactions.parquet"), "stamps": "utc",
                "columns": {
                    "customer": "household_id", "order": "basket_id", "time": "transaction_timestamp",
                    "product": "product_id", "quantity": "quantity", "amount": "sales_value",
                },
            },
            "products": {
                "path": str(folder / "products.parquet"),
                "columns": {"product": "product_id", "category": "department", "brand": "brand"},
            },
            "customers": {
                "path": str(folder / "demographics.parquet"), "columns": {"customer": "household_id"},
                "attributes": {
                    "age": "age", "income": "income", "home": "home_ownership",
                    "household_size": "household_size",
                },
            },
        },
        "features": {"own_brands": ["Private"]},
    }  # fmt: skip
    workspace = Workspace(tmp_path_factory.mktemp("journey"))
    workspace.settings.write_text(json.dumps(settings))
    with studying(workspace, JOURNEY, postgres, "journey_features") as study:
        yield study


# --- the law ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", RETAIL)
def test_all_agree_on_every_customer_of_online_retail(retail: Study, name: str) -> None:
    all_agree(retail, name)


@pytest.mark.soak
@pytest.mark.parametrize("name", JOURNEY)
def test_all_agree_on_every_customer_of_complete_journey(journey: Study, name: str) -> None:
    all_agree(journey, name)


def all_agree(study: Study, name: str) -> None:
    """The definition as it lies on disk, and its three ways to a segment."""
    assert name in study.definitions, "these customers could not carry it"
    definition = Definition.from_json(json.loads(pretty(study.definitions[name].as_json())))
    columns = ["customer_id", "segment_id", *definition.rule.score_names, "probability"]
    table = assign(study.engine, definition, study.as_of, f"assigned_{name}")
    on_duckdb = study.engine.rows(f"select {', '.join(columns)} from {table.name} order by customer_id")
    features = study.engine.table("features").columns
    steps = assignment_steps(definition, study.as_of, features, study.table)
    made = written(compose(steps), "postgres")
    found = study.postgres.rows(f"select {', '.join(columns)} from ({made}) as t order by customer_id")
    scored = []
    for row in study.engine.rows("select * from features order by customer_id"):
        customer = dict(zip(features, row, strict=True))
        one = definition.score(customer)
        scored.append((row[0], one.segment_id, *one.scores.values(), one.probability))
    assert len(on_duckdb) == study.engine.count("features") > 2_000
    assert len({row[1] for row in on_duckdb}) > 1, "one segment for all would agree with anything"
    same(on_duckdb, scored)
    same(on_duckdb, [(*row[:2], *map(float, row[2:])) for row in found])


def same(one: list[tuple], other: list[tuple]) -> None:
    assert len(one) == len(other)
    pairs = zip(one, other, strict=True)
    apart = [(a, b) for a, b in pairs if a[:2] != tuple(b[:2]) or far(a[2:], b[2:])]
    assert apart == [], f"{len(apart)} of {len(one)} customers differ"


def far(one: tuple, other: tuple) -> bool:
    return any(abs(float(x) - float(y)) > NEAR for x, y in zip(one, other, strict=True))
