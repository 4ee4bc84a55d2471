"""Assigning: every customer of a table of features into the segments of a definition."""

from __future__ import annotations

from datetime import date

from sqlglot import exp

from regulars.engine import Engine, Step
from regulars.segment.definition import Definition
from regulars.types import Table

SOURCE = "scored_features"


def assign(engine: Engine, definition: Definition, as_of: date, table: str) -> Table:
    """Make ``table`` from ``features``: one row a customer, each in exactly one segment.

    A feature that the definition reads and this data does not have counts as missing for everybody.
    """
    *before, last = assignment_steps(definition, as_of, engine.table("features").columns)
    return engine.make(table, {step.name: step for step in (*before, Step(table, last.select))})


def assignment_steps(definition: Definition, as_of: date, columns: tuple[str, ...]) -> list[Step]:
    """The steps from ``features`` with those columns to ``assignments``."""
    lacking = [name for name in definition.rule.features if name not in columns]
    if not lacking:
        return definition.steps("features", as_of)
    widened = exp.select("*", *(exp.alias_(exp.cast(exp.null(), "double"), name) for name in lacking)).from_(
        "features"
    )
    return [Step(SOURCE, widened), *definition.steps(SOURCE, as_of)]
