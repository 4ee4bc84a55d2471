"""Rows of the store as they lie there, and what SQLite finds of its own pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Connection, Select, select

from regulars.errors import StoreDamaged
from regulars.review.chain import Head
from regulars.review.reading import Row
from regulars.review.tables import events, records
from regulars.review.telling import RESTORE
from regulars.types import Finding


def rows_of(connection: Connection, chosen: Select[Any]) -> list[Row]:
    """The rows. Raises StoreDamaged where a value is not of its column's type, as SQLite allows."""
    rows: list[Row] = [dict(row) for row in connection.execute(chosen).mappings()]
    columns = [each for each in chosen.selected_columns if isinstance(each, Column)]
    for row in rows:
        for column in columns:
            if not _fits(row[column.name], column):
                where = f"store {connection.engine.url.database!r}"
                raise StoreDamaged(where, f"a row of it has no {column.name} that can be read", RESTORE)
    return rows


def _fits(value: object, column: Column[Any]) -> bool:
    return isinstance(value, column.type.python_type) or (value is None and bool(column.nullable))


def newest_first(asked: dict[str, str]) -> Select[Any]:
    """Versions of what has these values in its columns, the newest first."""
    return select(records).filter_by(**asked).order_by(records.c.version.desc())


def events_of(connection: Connection, record: Row) -> list[Row]:
    """What happened to a record, in the order in which it did."""
    of_it = events.c.record_id == record["record_id"]
    return rows_of(connection, select(events).where(of_it).order_by(events.c.seq))


def head_of(connection: Connection) -> Head:
    """The last event's number and digest."""
    last = select(events.c.seq, events.c.event_sha256).order_by(events.c.seq.desc()).limit(1)
    found = connection.execute(last).first()
    return Head(*found) if found else Head(0, None)


def unsound(connection: Connection) -> Iterator[Finding]:
    """Pages and indexes of SQLite's that do not fit together."""
    if connection.dialect.name != "sqlite":
        return
    for (said,) in connection.exec_driver_sql("pragma integrity_check(3)"):
        if said != "ok":
            yield Finding("refusal", "store", f"the file is damaged: {said}", RESTORE)


_GUARDS = {
    "sqlite": (
        "select name from sqlite_master where type = 'trigger'",
        ("no_update", "no_delete", "no_replace"),
    ),
    "postgresql": (
        (
            "select tgname from pg_trigger where tgenabled <> 'D' "
            "and tgrelid in (to_regclass('regulars_records'), to_regclass('regulars_events'))"
        ),
        ("append_only",),
    ),
}
"""By database: what lists the triggers that are there, and those that keep each table as it is."""


def unguarded(connection: Connection) -> Iterator[Finding]:
    """The triggers that are not there or do not act, without which rows could be changed unseen."""
    listing, kinds = _GUARDS[connection.dialect.name]
    there = {name for (name,) in connection.exec_driver_sql(listing)}
    for name in (f"{table}_{kind}" for table in ("regulars_records", "regulars_events") for kind in kinds):
        if name not in there:
            yield Finding(
                "refusal", f"store, trigger {name}", "it was taken off: rows could be changed", RESTORE
            )
