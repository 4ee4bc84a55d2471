"""Clean tables beside the orders, laid out from a few rows: events, campaigns and redemptions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from regulars.engine import Engine

COLUMNS = {
    "events": {"customer_id": "varchar", "happened_at": "timestamp", "kind": "varchar"},
    "campaigns": {
        "customer_id": "varchar",
        "campaign": "varchar",
        "started_at": "timestamp",
        "ended_at": "timestamp",
    },
    "redemptions": {"customer_id": "varchar", "happened_at": "timestamp", "campaign": "varchar"},
}

Row = tuple[str | None, ...]
"""Cells in the order of the columns; moments as text."""


def lay_beside(engine: Engine, tables: Mapping[str, Iterable[Row]]) -> None:
    """Makes those tables in the engine, and takes away those that are not among them."""
    for name, columns in COLUMNS.items():
        engine.drop(name)
        if name in tables:
            engine.values(name, columns, list(tables[name]))
