"""A segmentation as one SQL script for a warehouse: features, scores, segments, profile and validation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from textwrap import wrap

import sqlglot
from sqlglot import exp

from regulars.app import script_checks as checks
from regulars.app.foretelling import Foretold
from regulars.app.reading import offered
from regulars.app.script_tables import Made, tables_of
from regulars.engine import Step, room, written
from regulars.engine.steps import compose, in_order, parse
from regulars.errors import SettingsError
from regulars.prepare.features.table import features_step, needed
from regulars.segment.assign import assignment_steps, reading
from regulars.segment.definition import Definition
from regulars.settings import Settings

CLEAN = ("orders", "order_lines")
"""The clean tables that a script starts from."""
BESIDE = {
    "customers": ("a customer", ()),
    "events": ("an event", ("customer_id", "kind", "happened_at")),
    "campaigns": ("a customer and campaign", ("customer_id", "campaign", "started_at", "ended_at")),
    "redemptions": ("a redemption", ("customer_id", "campaign", "happened_at")),
}
"""The clean tables beside the orders: what a row of each is, and its columns (of customers: attributes)."""
COLUMNS = {
    "customer_id": "text",
    "order_id": "text",
    "is_return": "boolean, true for what was returned or cancelled",
    "ordered_at": "timestamp without zone, on the shop's own clock",
    "ordered_on": "date, the day of ordered_at",
    "amount": "decimal, what the row is worth, negative for returns; null where there are no amounts",
    "is_promoted": "0 or 1",
    "discount": "decimal, what came off the full price of the line; null where nothing did",
    "product_id": "text",
    "category": "text",
    "brand": "text",
    "lines": "whole number",
    "items": "units of product",
    "quantity": "units of product, negative for returns",
    "spend": "decimal, what the customer spent in all",
    "recency_days": "days from the last order to the day of the study",
    "last_order": "timestamp or date of the last order, none after the day of the study",
    "first_order": "timestamp or date of the first order",
    "kind": "text",
    "campaign": "text",
    "happened_at": "timestamp without zone, on the shop's own clock",
    "started_at": "timestamp without zone, on the shop's own clock",
    "ended_at": "timestamp without zone, on the shop's own clock; null where there is no end",
}
"""What the columns of the clean tables hold."""
WIDTH = 110

Part = tuple[str, Sequence[exp.Expr]]
"""What is said of some statements, and the statements."""


def script(
    definition: Definition,
    settings: Settings,
    dialect: str,
    day: date,
    prefix: str | None = None,
    foretold: Foretold | None = None,
) -> str:
    """Statements that make a table of features and one of assignments from clean ``orders``, then profile and
    validate them. Every fitted constant is a literal; no quantile is computed.

    ``day`` is the day to look from; orders after it are not looked at. Both tables are made anew; their names
    begin with ``prefix``, or with ``segment_`` and the segmentation's name. ``foretold`` is the value model
    that the definition stands on, where it reads what one foretells. What the script needs, and what each
    part does, stands in its comments. Raises UsageError for a prefix that is no name.
    """
    tables = tables_of(definition.name, prefix)
    before, step = _features(definition, settings, day, foretold)
    rule = definition.rule
    numbers = [name for name in rule.features if name not in rule.text_features]
    assigned = compose(assignment_steps(definition, day, tuple(step.select.named_selects)))
    clean = [table for table in (*CLEAN, *BESIDE) if any(table in each.needs for each in (*before, step))]
    parts: list[Part] = [
        (_about(definition, settings, day, tables), ()),
        ("\n".join(_needs([*before, step], clean)), ()),
        (_steps_in_words(before), anew(tables.features, compose([*before, step]))),
        (
            "2. Segments: one row a customer, by the constants of the definition; nothing is fitted here.",
            anew(tables.assignments, reading(assigned, "features", tables.features)),
        ),
        (
            "3. Profile: size and share of each segment, and its means of what the definition reads.",
            [checks.profile(numbers, tables.features, tables.assignments)],
        ),
        *_validation(definition, clean, day, tables),
    ]
    return laid_out(parts, dialect)


def laid_out(parts: Sequence[Part], dialect: str) -> str:
    """The parts of a script, one after another, each under what is said of it."""
    return "\n\n".join(_part(said, statements, dialect) for said, statements in parts) + "\n"


def anew(name: str, select: exp.Query) -> list[exp.Expr]:
    """The statements that make a table in place of the one of the last time."""
    # Parsed, because how the tree names the table differs between releases of sqlglot.
    drop = sqlglot.parse_one(f"drop table if exists {name}", read="duckdb")
    return [drop, exp.Create(this=exp.to_table(name), kind="TABLE", expression=select)]


def _features(
    definition: Definition, settings: Settings, day: date, foretold: Foretold | None
) -> tuple[list[Step], Step]:
    """The steps before the features that the definition reads, and the step that joins them."""
    offer = offered(settings, foretold.families if foretold else ())
    families, made = needed(definition.rule.features, offer)
    _refuse_other(definition, offer.ground(definition.rule.features))
    step = features_step(families, made)
    files = {**room("regulars.prepare"), **room("regulars.value")}
    steps = {name: each for name, each in files.items() if name not in CLEAN}
    before = in_order({**steps, **offer.steps, "features": step}, ["features"], (*CLEAN, *BESIDE))[:-1]
    known = [_known(table) for table in CLEAN if any(table in each.needs for each in before)]
    return [each.bind({"as_of": day}) for each in (*known, *map(_from_known, before))], step


def _refuse_other(definition: Definition, made: Mapping[str, str]) -> None:
    """Raises SettingsError where the settings make a feature otherwise than when it was fitted on."""
    there = {f"features.{name}": said for name, said in made.items()}
    changed = [name for name, said in there.items() if definition.ground.get(name) != said]
    if changed:
        raise SettingsError(
            changed[0],
            f"it is now {there[changed[0]]}, and segmentation {definition.name!r} stands on "
            f"{definition.ground.get(changed[0], 'another')}",
            "Fit it on what the settings say now, or put the settings back.",
            next_command="regulars run",
        )


def _known(table: str) -> Step:
    """What was known of a clean table on the day, of customers who had bought by then: a later order would
    make days since the last negative, and who had only returned was no customer yet."""
    return parse(
        f"known_{table}",
        f"select * from {table} where ordered_on <= $as_of and customer_id in "
        f"(select customer_id from {table} where not is_return and ordered_on <= $as_of)",
    )


def _from_known(step: Step) -> Step:
    select = step.select.copy()
    for table in CLEAN:
        select = reading(select, table, f"known_{table}")
    return Step(step.name, select)


def _about(definition: Definition, settings: Settings, day: date, tables: Made) -> str:
    segments = "\n".join(f"  {s.name}: {s.rule}" for s in definition.segments)
    legend = "\n".join(f"  {line}" for line in definition.rule.legend())
    return (
        f"{settings.name}: segmentation {definition.name!r}, version {definition.version}.\n"
        f"Definition {definition.digest}.\n"
        f"Looks from {day}{': orders after it are left out' if settings.sources.shops else ''}. "
        "To look from another day: --as-of.\n"
        f"Makes {tables.features} and {tables.assignments} anew. For other names: --prefix.\n"
        f"Times are in {definition.ground['timezone']}, amounts in {definition.ground['currency']}.\n"
        f"Scores:\n{legend}\nSegments:\n{segments}"
    )


def _needs(before: Sequence[Step], clean: Sequence[str]) -> Iterator[str]:
    """The columns of the clean tables that the steps read."""
    yield "Needs these tables, cleaned as the study cleans them (other columns are not looked at):"
    read = {column.name for step in before for column in step.select.find_all(exp.Column)}
    rows = {"orders": "an order, returns apart", "order_lines": "a line of an order"}
    for table in clean:
        yield f"  {table}: one row {rows.get(table) or BESIDE[table][0]}"
        for column in _columns(table, before):
            if column in read:
                yield f"    {column}: {COLUMNS.get(column, 'text or number, as the study read it')}"


def _columns(table: str, steps: Sequence[Step]) -> Sequence[str]:
    """The columns of a clean table: of the customers' table, those that are taken from it."""
    if table in CLEAN:
        return room("regulars.prepare")[table].select.named_selects
    taken = (c for step in steps for c in step.select.find_all(exp.Column) if c.table == table)
    return BESIDE[table][1] or list(dict.fromkeys(("customer_id", *(column.name for column in taken))))


def _steps_in_words(before: Sequence[Step]) -> str:
    told = ["1. Features: one row a customer, in these steps:"]
    for step in before:
        known = step.name.startswith("known_")
        said = (
            "what was known on the day, of those who had bought by then" if known else "as the settings say"
        )
        told.append(f"  {step.name}: {step.about.removeprefix('Grain: ') or said}")
    return "\n".join(told)


def _validation(definition: Definition, clean: Sequence[str], day: date, tables: Made) -> Iterator[Part]:
    yield (
        "4. Validation: every customer exactly once, from orders to segments. All rows must say ok.",
        [
            checks.counts(
                [each for each in clean[:1] if each in CLEAN], day, tables.features, tables.assignments
            )
        ],
    )
    yield (
        "5. Validation: every segment of the definition with its customers, also those with none.",
        [checks.sizes([(s.id, s.name) for s in definition.segments], tables.assignments)],
    )


def _part(said: str, statements: Sequence[exp.Expr], dialect: str) -> str:
    comment = [f"-- {line}".rstrip() for told in said.splitlines() for line in _lines(told)]
    return "\n".join([*comment, *(f"{written(each, dialect)};" for each in statements)])


def _lines(told: str) -> list[str]:
    """A line of a comment, broken where it is long; what follows is set in under it."""
    inset = len(told) - len(told.lstrip())
    return wrap(told, WIDTH, subsequent_indent=" " * (inset + 4), break_long_words=False) or [""]
