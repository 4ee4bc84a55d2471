"""A file or frame with one row a customer and a column a feature, into the table ``features``."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from regulars.engine import Engine, quoted
from regulars.errors import DataRefused, UsageError, did_you_mean
from regulars.prepare.reading import cells
from regulars.prepare.reading.csv_layout import delimiter_of
from regulars.prepare.reading.read import located, opened, unchanged
from regulars.prepare.reading.sources import STAGED, FrameSource, Source, SourceColumn
from regulars.types import Table

SCALE = 6
"""Numbers written as text are read to so many decimals: no feature has more."""
EXAMPLES = 3


@dataclass(frozen=True)
class CustomerFile:
    """What was read: the features there are, those that no column gives, and what became of each row."""

    table: Table
    lacking: tuple[str, ...]
    rows_in: int
    without_customer: int


def source_of(data: Path | object, engine: Engine) -> Source:
    """The file (CSV, also .gz; parquet; a DuckDB database with one table) or frame, not yet read."""
    source: Source
    if isinstance(data, (str, Path)):
        path = located(str(Path(data).resolve()), Path())
        source = opened(path, engine, table=None, delimiter=delimiter_of(path, "utf-8"), encoding="utf-8")
    else:
        source = FrameSource(data, engine)
    source.title = source.title.replace("orders ", "customers ", 1)
    return source


def read_customers(
    data: Path | object, source: Source, customer: str, features: Sequence[str], texts: Collection[str],
    engine: Engine,
) -> CustomerFile:  # fmt: skip
    """The table ``features``: ``customer_id`` and the features that the source has a column for.

    Numbers keep the type of their column, or are read from text to six decimals; blank and NaN are NULL, and
    rows without a customer are left out and counted. Raises DataRefused for a number that cannot be read, and
    for a customer who stands on two rows.
    """
    by_name = {column.name: column for column in source.columns}
    if customer not in by_name:
        raise UsageError(
            f"--customer {customer!r}",
            f"{source.title} has no such column.{did_you_mean(customer, [*by_name])}",
            "Name the column that says whose row it is.",
        )  # fmt: skip
    found = {name: by_name[name] for name in features if name in by_name}
    wanted = list(dict.fromkeys([by_name[customer], *found.values()]))
    if isinstance(data, (str, Path)):
        with unchanged(Path(data)):
            source.stage(wanted, mark_repeats=False)
    else:
        source.stage(wanted, mark_repeats=False)
    _refuse_ragged(source, engine)
    numbers = {name: column for name, column in found.items() if name not in texts}
    _refuse_unread(source, numbers.values(), engine)
    read = [f"{_value(column, name in texts)} as {quoted(name)}" for name, column in found.items()]
    who = cells.customer(cells.column(by_name[customer].inner), by_name[customer].kind).sql("duckdb")
    engine.create("customer_rows", f"select {', '.join([f'{who} as customer_id', *read])} from {STAGED}")
    ((rows, known, different),) = engine.rows(
        "select count(*), count(customer_id), count(distinct customer_id) from customer_rows"
    )
    if known > different:
        raise DataRefused(
            source.title, f"{known - different:,} rows repeat a customer of another row",
            "Keep one row a customer: which of them holds cannot be told.", count=known - different,
        )  # fmt: skip
    table = engine.create("features", "select * from customer_rows where customer_id is not null")
    engine.drop("customer_rows")
    lacking = tuple(name for name in features if name not in found)
    return CustomerFile(table, lacking, int(rows), int(rows - known))


def _value(column: SourceColumn, is_text: bool) -> str:
    cell = cells.column(column.inner)
    if is_text:
        return cells.text(cell).sql("duckdb")
    if column.kind in ("FLOAT", "DOUBLE"):
        return f"case when not isnan({column.inner}) then cast({column.inner} as double) end"
    if cells.is_number(column.kind):
        return column.inner
    return cells.number(cell, column.kind, ".", SCALE).sql("duckdb")


def _refuse_ragged(source: Source, engine: Engine) -> None:
    ((rows, first),) = engine.rows(f"select count(*), min(record) from {STAGED} where ragged is not null")
    if rows:
        raise DataRefused(
            source.title,
            f"{rows:,} rows have more or fewer fields than the header, the first in record {first}",
            "Write the file again with every field in its place.", count=rows,
        )  # fmt: skip


def _refuse_unread(source: Source, numbers: Iterable[SourceColumn], engine: Engine) -> None:
    """Raises DataRefused for cells that are no numbers: as unknown they would move customers in silence."""
    for column in numbers:
        if not column.is_text and not cells.is_date(column.kind):
            continue
        unread = f"{column.inner} is not null and {_value(column, is_text=False)} is null"
        ((count,),) = engine.rows(f"select count(*) from {STAGED} where {unread}")
        if count:
            shown = engine.rows(
                f"select left(cast({column.inner} as varchar), 40) from {STAGED} where {unread} "
                f"order by record limit {EXAMPLES}"
            )
            raise DataRefused(
                f"{source.title}, column {column.name!r}", "it holds what is no number",
                "Write numbers with a decimal point, and leave cells empty that are not known.",
                examples=[repr(text) for (text,) in shown], count=int(count),
            )  # fmt: skip
