"""Assigning: every customer of a table of features into the segments of a definition."""

from __future__ import annotations

from datetime import date

from sqlglot import exp

from regulars.engine import Engine, Step
from regulars.segment.definition import Definition
from regulars.segment.rules import outer_table
from regulars.types import Table

SOURCE = "scored_features"


def assign(engine: Engine, definition: Definition, as_of: date, table: str) -> Table:
    """``table`` from ``features``: one row a customer, each in exactly one segment.

    Segments and scores are a table, ``<table>_scored``; what is the same for many customers (names, the
    definition, the day) is a view upon it, so that no column is filled with repetitions. A feature that
    the definition reads and this data does not have counts as missing for everybody.
    """
    *layers, named = assignment_steps(definition, as_of, engine.table("features").columns)
    scored = Step(f"{table}_scored", layers[-1].select)
    engine.make(scored.name, {step.name: step for step in (*layers[:-1], scored)})
    return engine.view(table, reading(named.select, layers[-1].name, scored.name))


def assignment_steps(
    definition: Definition, as_of: date, columns: tuple[str, ...], source: str = "features"
) -> list[Step]:
    """The steps from a table of features with those columns to ``assignments``."""
    lacking = [name for name in definition.rule.features if name not in columns]
    if not lacking:
        return definition.steps(source, as_of)
    texts = definition.rule.text_features
    unknown = {name: exp.cast(exp.null(), "varchar" if name in texts else "double") for name in lacking}
    nulls = (exp.alias_(null, name) for name, null in unknown.items())
    widened = exp.select("*", *nulls).from_(outer_table(source))
    return [Step(SOURCE, widened), *definition.steps(SOURCE, as_of)]


def reading(select: exp.Query, before: str, now: str) -> exp.Query:
    """The statement with one table that it reads now under another name, and columns named as before."""
    renamed = select.copy()
    for table in renamed.find_all(exp.Table):
        if table.name == before:
            table.set("alias", exp.TableAlias(this=exp.to_identifier(table.alias_or_name)))
            table.set("this", exp.to_identifier(now))
    return renamed
