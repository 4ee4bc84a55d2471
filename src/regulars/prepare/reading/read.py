"""A source of orders into ``order_rows``: every record a row, with what is wrong with it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from regulars.engine import Engine
from regulars.errors import DatesRefused, SettingsError, SourceChanged, SourceUnreadable, did_you_mean
from regulars.prepare.reading import cells, dates
from regulars.prepare.reading.columns import Rules, doubts, float_texts, make_order_rows, matched
from regulars.prepare.reading.csv_source import CsvSource
from regulars.prepare.reading.sources import (
    STAGED,
    DatabaseSource,
    FrameSource,
    Lines,
    ParquetSource,
    Source,
    SourceColumn,
    file_content,
)
from regulars.settings import Cleaning, Orders
from regulars.source_settings import Layout
from regulars.types import Finding, Input, Table

_NOT_TEXT = {
    b"PK\x03\x04": "a zip archive or an Excel workbook",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"SQLite format 3": "a SQLite database",
    b"%PDF": "a PDF",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ": "an xz archive",
    b"\x28\xb5\x2f\xfd": "a zstd archive",
    b"ORC": "an ORC file",
    b"ARROW1": "an Arrow file",
}


@dataclass(frozen=True)
class Read:
    """What was read: the source's digest, the table ``order_rows``, lines for examples, and doubts."""

    input: Input
    table: Table
    line_of: Lines
    """Record numbers to lines of the file, for the records asked for; empty where there are no lines."""
    findings: tuple[Finding, ...]
    parts: tuple[Part, ...] = ()
    """Which records are of which table, where several were united."""


@dataclass(frozen=True)
class Part:
    """One of several tables of orders: its digest, and the records before it, of it, and their lines."""

    input: Input
    before: int
    records: int
    line_of: Lines


def read(
    orders: Orders,
    home: Path,
    engine: Engine,
    *,
    mark_repeats: bool,
    blank_opt_out: str,
    timezone: str,
    frame: object | None = None,
    extra_codes: tuple[str, ...] = Cleaning().non_product_codes,
) -> Read:
    """Every record of the orders as one row of ``order_rows``, in source order.

    Columns: ``record`` BIGINT from 1; ``fault`` (NULL, ragged_row, missing_date, unreadable_date or
    unreadable_number) and ``fault_text`` (the cell, at most 80 characters, never the customer);
    ``customer_id``, ``order_id``, ``product_id``, ``product_name``, ``category``, ``brand``, ``promotion``
    VARCHAR, NULL where blank; ``ordered_at`` TIMESTAMP on the business's clock; ``quantity`` DECIMAL(18,3), 1
    where there is no such column; ``unit_price``, ``amount`` and ``discount`` DECIMAL(18,4), halves away from
    zero;
    ``consent_state`` (in, out, unknown); ``is_repeat``, true with ``mark_repeats`` where an earlier record
    has the same value in every column of the source. With ``orders.amount_is`` "order" the amount stands on
    one line of each order and is NULL on the others; lines of ``extra_codes`` (postage) get it last.

    ``orders.path`` is relative to ``home``; a ``frame`` is read in its place. Raises SettingsError for
    columns that are not there, DatesRefused for text dates without a format that reads them,
    SourceUnreadable for what cannot be read without guessing, SourceChanged where the source was
    written to meanwhile.
    """
    how = _How(orders, mark_repeats, blank_opt_out, timezone, extra_codes)
    if frame is not None:
        source = FrameSource(frame, engine)
        return _read_from(source, source.content(), how, engine)
    path = located(orders.path, home)
    with unchanged(path) as content:
        return _read_from(opened_by(orders, path, engine), content, how, engine)


@contextmanager
def unchanged(path: Path) -> Iterator[Input]:
    """The digest of a file, which must be the same when its reading is done. Raises SourceChanged."""
    before = file_content(path)
    try:
        yield before
    finally:
        # A source that changes may also break what reads it: that it changed is the better news.
        if not path.exists() or file_content(path) != before:
            raise _changed(path)


@dataclass(frozen=True)
class _How:
    orders: Orders
    mark_repeats: bool
    blank_opt_out: str
    timezone: str
    extra_codes: tuple[str, ...]


def _read_from(source: Source, content: Input, how: _How, engine: Engine) -> Read:
    columns = matched(how.orders.columns.named, source.columns, source.title)
    _refuse_unknown_zone(how.timezone, engine)
    staged = source.stage(
        sorted(set(columns.values()), key=lambda each: each.position), mark_repeats=how.mark_repeats
    )
    try:
        refuse_unread_dates(source, columns["time"], how.orders.date_format, engine)
        rules = Rules(
            how.orders.decimal_mark,
            how.orders.date_format,
            how.orders.stamps,
            how.timezone,
            how.blank_opt_out,
            float_texts(columns, engine),
            how.orders.amount_is,
            how.extra_codes,
        )
        table = make_order_rows(columns, rules, engine)
    finally:
        engine.drop(STAGED)
    return Read(content, table, staged.line_of, (*staged.findings, *doubts(columns, rules, engine)))


def located(written: str, home: Path) -> Path:
    """The file that a path of the settings means. Raises SourceUnreadable where there is none to read."""
    path = home / written
    found = None
    if not path.exists():
        near = (
            did_you_mean(path.name, [each.name for each in path.parent.iterdir()])
            if path.parent.is_dir()
            else ""
        )
        found = f"no such file in {str(path.parent.resolve())!r}.{near}".rstrip(".")
    elif not path.is_file():
        found = "it is a folder" if path.is_dir() else "it is not a plain file"
    elif not os.access(path, os.R_OK):
        found = "it may not be read by this user"
    if found:
        raise SourceUnreadable(
            f"orders file {str(path)!r}", found, "Set sources.orders.path to the file of orders."
        )
    return path


def opened_by(layout: Layout, path: Path, engine: Engine, name: str = "orders") -> Source:
    """The file as a source, by its first bytes and by what the settings say of it."""
    return opened(
        path, engine, table=layout.table, delimiter=layout.delimiter, encoding=layout.encoding, name=name
    )


def opened(
    path: Path, engine: Engine, *, table: str | None, delimiter: str, encoding: str, name: str = "orders"
) -> Source:
    """The file as a source, by its first bytes: parquet, a DuckDB database, or else delimited text.

    ``name`` keeps the line numbers of one source apart from another's.
    """
    with path.open("rb") as stream:
        first = stream.read(16)
    if first.startswith(b"PAR1"):
        return ParquetSource(path, engine)
    if first[8:12] == b"DUCK":
        return DatabaseSource(path, table, engine)
    for mark, told in _NOT_TEXT.items():
        if first.startswith(mark):
            raise SourceUnreadable(
                f"orders file {str(path)!r}",
                f"it is {told}",
                "Export the orders as CSV (also .gz) or parquet.",
            )
    return CsvSource(path, delimiter, encoding, engine, name)


def refuse_unread_dates(
    source: Source, time: SourceColumn, date_format: str | None, engine: Engine, meaning: str = "time"
) -> None:
    """Raises DatesRefused for text dates without a format, or with one that reads none of them."""
    if cells.is_date(time.kind):
        return
    asked = f"{source.title}, dates in column {time.name!r:.80}"
    if date_format is not None and _reads_any(time, date_format, engine):
        return
    fits = dates.readings(STAGED, time.inner, engine)
    examples = [repr(said)[:60] for (said,) in engine.rows(_EXAMPLES.format(said=dates.said(time.inner)))]
    if not examples:
        raise DatesRefused(
            asked, "every cell is blank", f"Set sources.orders.columns.{meaning} to the column of dates."
        )
    told = "; ".join(fit.told for fit in fits) or "no format that is known reads them all"
    found = "are text" if date_format is None else f"are not written as {date_format!r}"
    raise DatesRefused(
        asked,
        f"they {found}, and no format is guessed",
        f"Set sources.orders.date_format; {told}.",
        examples=examples,
    )


_EXAMPLES = (
    "select distinct {said} as said from " + STAGED + " where {said} is not null order by said limit 3"
)


def _reads_any(time: SourceColumn, date_format: str, engine: Engine) -> bool:
    reads = dates.read_text(cells.column(time.inner), date_format, "local", "UTC").sql("duckdb")
    ((said, read),) = engine.rows(f"select count({dates.said(time.inner)}), count({reads}) from {STAGED}")
    return bool(read) or not said


def _refuse_unknown_zone(timezone: str, engine: Engine) -> None:
    known = [name for (name,) in engine.rows("select name from pg_timezone_names()")]
    if timezone not in known:
        raise SettingsError(
            "timezone",
            f"the engine has no zone {timezone!r}.{did_you_mean(timezone, known)}",
            "Name a region and city.",
        )


def _changed(path: Path) -> SourceChanged:
    return SourceChanged(
        f"orders file {str(path)!r}",
        "it was written to while it was being read",
        "Wait until whatever writes it is done, or read a copy, and run again.",
    )
