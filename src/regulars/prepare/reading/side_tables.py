"""Tables beside the orders into ``product_rows``, ``customer_rows``, …: every record a row, with its fault.

They are read by the same readers as orders, under the same rules: nothing is guessed, every record counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Literal

from sqlglot import exp

from regulars.engine import Engine
from regulars.errors import SettingsError, SourceUnreadable
from regulars.prepare.reading import cells, dates
from regulars.prepare.reading.columns import Matched, consent_state, float_texts, matched
from regulars.prepare.reading.read import located, opened_by, refuse_unread_dates, unchanged
from regulars.prepare.reading.retold import About
from regulars.prepare.reading.sources import STAGED, FrameSource, Lines, Source, SourceColumn
from regulars.source_settings import Attribute, Beside, Customers
from regulars.types import Finding, Input, Table

LARGEST = 10**9
"""Beyond this a double cannot keep six decimals; profiles sum whole millionths."""
Kind = Literal["customer", "identifier", "text", "time", "money", "number", "consent"]


@dataclass(frozen=True)
class Wanted:
    """A column of the table that is made: its name, the setting that says where it comes from, and how its
    cells are read. Without a cell that is ``needed`` a row cannot be used, if there is such a column."""

    name: str
    meaning: str
    kind: Kind
    is_needed: bool = False


WANTED = {
    "identities": (
        Wanted("from_id", "from", "customer", is_needed=True),
        Wanted("customer_id", "customer", "customer", is_needed=True),
        Wanted("source", "source", "text"),
    ),
    "products": (
        Wanted("product_id", "product", "identifier", is_needed=True),
        Wanted("product_name", "name", "text"),
        Wanted("category", "category", "text"),
        Wanted("brand", "brand", "text"),
    ),
    "customers": (
        Wanted("customer_id", "customer", "customer", is_needed=True),
        Wanted("known_on", "known_on", "time", is_needed=True),
        Wanted("spend", "spend", "money"),
        Wanted("orders", "orders", "number"),
        Wanted("recency_days", "recency_days", "number"),
        Wanted("last_order", "last_order", "time"),
        Wanted("first_order", "first_order", "time"),
        Wanted("consent_state", "consent", "consent"),
    ),
    "events": (
        Wanted("customer_id", "customer", "customer", is_needed=True),
        Wanted("happened_at", "time", "time", is_needed=True),
        Wanted("kind", "kind", "text", is_needed=True),
        Wanted("value", "value", "money"),
    ),
    "campaigns": (
        Wanted("customer_id", "customer", "customer", is_needed=True),
        Wanted("campaign", "campaign", "identifier", is_needed=True),
        Wanted("started_at", "start", "time", is_needed=True),
        Wanted("ended_at", "end", "time"),
    ),
    "redemptions": (
        Wanted("customer_id", "customer", "customer", is_needed=True),
        Wanted("happened_at", "time", "time", is_needed=True),
        Wanted("campaign", "campaign", "identifier"),
    ),
}
"""The columns of each table's rows, beside ``record``, ``is_repeat``, ``fault`` and ``fault_text``."""


@dataclass(frozen=True)
class SideRead:
    """A table beside the orders as it was read: its digest, ``<table>_rows``, lines for examples, doubts."""

    name: str
    input: Input
    rows: Table
    line_of: Lines
    findings: tuple[Finding, ...]


def rows_of(name: str) -> str:
    """What the rows of a table are called before they are judged: ``product_rows`` for products."""
    return "identity_rows" if name == "identities" else f"{name.removesuffix('s')}_rows"


def read_beside(
    name: str,
    layout: Beside,
    home: Path,
    engine: Engine,
    *,
    timezone: str,
    blank_opt_out: str,
    frame: object | None = None,
) -> SideRead:
    """Every record of a table as one row of ``<table>_rows``, in source order.

    Columns: ``record`` BIGINT from 1; ``is_repeat``, true where an earlier record equals it in every column;
    ``fault`` (NULL, ragged_row, missing_customer and so on for each column that is needed, unreadable_date
    or unreadable_number) and ``fault_text`` (the cell, never the customer); then the columns of ``WANTED``:
    texts and identifiers VARCHAR, NULL where blank; times TIMESTAMP on the business's clock; numbers
    DECIMAL(18,4). Attributes of customers stand under their own names: numbers where the column holds
    nothing else, VARCHAR otherwise; a cell that is no number is NULL.

    Raises what reading orders raises, with this table's own settings named.
    """
    about = About(name, f"sources.{name}")
    how = _How(name, layout, timezone, blank_opt_out)
    with about.told():
        if frame is not None:
            taken = FrameSource(frame, engine)
            read = _read_from(taken, taken.content(), how, engine)
        else:
            read = _read_file(how, home, engine)
    return replace(read, findings=about.findings(read.findings))


@dataclass(frozen=True)
class _How:
    name: str
    layout: Beside
    timezone: str
    blank_opt_out: str

    @property
    def named(self) -> dict[str, str]:
        attributes = {f"attributes.{name}": each.column for name, each in self.attributes.items()}
        return {**self.layout.columns.named, **attributes}

    @property
    def attributes(self) -> Mapping[str, Attribute]:
        return self.layout.attributes if isinstance(self.layout, Customers) else {}


def _read_file(how: _How, home: Path, engine: Engine) -> SideRead:
    if not how.layout.path:
        raise SourceUnreadable(
            "sources.orders.path", "no file is named and no frame was given", "Name the file of orders."
        )
    path = located(how.layout.path, home)
    with unchanged(path) as content:
        return _read_from(opened_by(how.layout, path, engine, how.name), content, how, engine)


def _read_from(source: Source, content: Input, how: _How, engine: Engine) -> SideRead:
    columns = matched(how.named, source.columns, source.title)
    staged = source.stage(sorted(set(columns.values()), key=lambda each: each.position), mark_repeats=True)
    try:
        wanted = WANTED[how.name]
        for each in wanted:
            if each.kind == "time" and each.meaning in columns:
                _refuse_unread(source, each, columns[each.meaning], how, engine)
        made = _cells(wanted, columns, how, float_texts(columns, engine))
        made |= {name: _attribute(name, said, columns, how, engine) for name, said in how.attributes.items()}
        judged = _judged(wanted, columns, made)
        rows = engine.create(rows_of(how.name), judged.from_(exp.to_table(STAGED)).order_by("record"))
    finally:
        engine.drop(STAGED)
    return SideRead(how.name, replace(content, name=how.name), rows, staged.line_of, staged.findings)


def _refuse_unread(source: Source, each: Wanted, column: SourceColumn, how: _How, engine: Engine) -> None:
    ((filled,),) = engine.rows(f"select count({column.inner}) from {STAGED}")
    if filled or each.is_needed:
        refuse_unread_dates(source, column, how.layout.date_format, engine, each.meaning)


def _cells(
    wanted: Sequence[Wanted], columns: Matched, how: _How, floats: frozenset[str]
) -> dict[str, exp.Expression]:
    """Each column as SQL over the staged cells; NULL of its type where the settings name none."""
    made = {}
    for each in wanted:
        if each.kind == "consent":
            made[each.name] = consent_state(columns, how.blank_opt_out)
        elif each.meaning not in columns:
            made[each.name] = cells.formula(f"cast(null as {_TYPES[each.kind]})")
        else:
            made[each.name] = _read(each, columns[each.meaning], how, each.meaning in floats)
    return made


_TYPES = {
    "customer": "varchar",
    "identifier": "varchar",
    "text": "varchar",
    "time": "timestamp",
    "money": "decimal(18, 4)",
    "number": "decimal(18, 4)",
}


def _read(each: Wanted, column: SourceColumn, how: _How, float_text: bool) -> exp.Expression:
    cell = cells.column(column.inner)
    match each.kind:
        case "customer":
            return cells.customer(cell, column.kind, float_text=float_text)
        case "identifier":
            return cells.identifier(cell, column.kind, float_text=float_text)
        case "time":
            layout = how.layout
            if cells.is_date(column.kind):
                return dates.read_typed(cell, column.kind, layout.stamps, how.timezone)
            return dates.read_text(cell, layout.date_format or "%Y-%m-%d", layout.stamps, how.timezone)
        case "money" | "number":
            return cells.number(cell, column.kind, how.layout.decimal_mark, 4)
    return cells.text(cell)


def _judged(wanted: Sequence[Wanted], columns: Matched, made: Mapping[str, exp.Expression]) -> exp.Select:
    """The rows with the first fault of each, and the cell that it is about (never a customer's)."""
    fault, said = exp.Case(), exp.Case()
    ragged = cells.formula("ragged is not null")
    fault = fault.when(ragged, exp.Literal.string("ragged_row"))
    said = said.when(ragged, exp.column("ragged"))
    for each in wanted:
        if each.meaning not in columns or each.kind == "consent":
            continue
        cell = cells.text(cells.column(columns[each.meaning].inner))
        if each.is_needed:
            missing = "date" if each.kind == "time" else each.meaning
            blank = made[each.name] if each.kind == "customer" else cell
            fault = fault.when(exp.Is(this=blank.copy(), expression=exp.null()), _text(f"missing_{missing}"))
        if each.kind in ("time", "money", "number"):
            unread = cells.formula("$cell is not null and $made is null", cell=cell, made=made[each.name])
            fault = fault.when(unread, _text(f"unreadable_{'date' if each.kind == 'time' else 'number'}"))
            shown = exp.null() if columns[each.meaning] == columns.get("customer") else cell
            said = said.when(unread.copy(), cells.formula("left($cell, 80)", cell=shown))
    select = exp.select("record", "is_repeat", exp.alias_(fault, "fault"), exp.alias_(said, "fault_text"))
    return select.select(*(exp.alias_(each, name) for name, each in made.items()))


def _text(said: str) -> exp.Expression:
    return exp.Literal.string(said)


def _attribute(name: str, said: Attribute, columns: Matched, how: _How, engine: Engine) -> exp.Expression:
    """The column as a number where it holds nothing else, or where the settings say so; else as text.

    Text with leading zeros is a code, whatever its digits. Whole numbers are BIGINT, money DECIMAL(18,4),
    other numbers DOUBLE of at most six decimals. Raises SettingsError for dates and for numbers that are
    too large to be compared.
    """
    column = columns[f"attributes.{name}"]
    cell = cells.column(column.inner)
    setting = f"sources.orders.attributes.{name}"
    if cells.is_date(column.kind):
        raise SettingsError(
            setting, f"column {column.name!r:.80} holds dates, and an attribute is a number or a text",
            "Give days or years as a number, or leave it out.",
        )  # fmt: skip
    if said.unit == "category":
        return cells.identifier(cell, column.kind)
    number = cells.number(cell, column.kind, how.layout.decimal_mark, 6)
    found = _numbers(column, number, engine)
    if said.unit is None and not found.only:
        return cells.identifier(cell, column.kind)
    if found.largest > LARGEST:
        raise SettingsError(
            setting, f"column {column.name!r:.80} holds numbers beyond {LARGEST:,}: an identifier?",
            "Leave it out, or give it the unit category.",
        )  # fmt: skip
    if said.unit == "currency":
        return exp.cast(number, "decimal(18, 4)")
    return exp.cast(number, "bigint" if found.whole else "double")


@dataclass(frozen=True)
class _Numbers:
    only: bool
    whole: bool
    largest: Decimal


def _numbers(column: SourceColumn, number: exp.Expression, engine: Engine) -> _Numbers:
    """Whether a staged column holds only numbers, only whole ones, and how large they are."""
    said, read = cells.text(cells.column(column.inner)).sql("duckdb"), number.sql("duckdb")
    ((filled, numbers, coded, fractions, largest),) = engine.rows(
        f"select count(said), count(read), count(*) filter (regexp_matches(said, '^0[0-9]')), "
        "count(*) filter (read <> trunc(read)), coalesce(max(abs(read)), 0) "
        f"from (select {said} as said, {read} as read from {STAGED})"
    )
    only = cells.is_number(column.kind) or (bool(filled) and filled == numbers and not coded)
    return _Numbers(only, not fractions, largest)
