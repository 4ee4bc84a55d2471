"""Where a store is: a file of SQLite's, or a PostgreSQL database by its URL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from sqlite3 import Connection as SQLite
from typing import Any

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from regulars.errors import ExtraMissing, SettingsError, StoreUnusable
from regulars.review.telling import told

WRITES = "regulars_writes"
WITHOUT = "Leave out the setting store: it is then the file store.db in the workspace, by SQLite."


@dataclass(frozen=True)
class Place:
    """Where a store is. Its name is for people, and holds no password."""

    url: URL

    @property
    def name(self) -> str:
        if self.file:
            return str(self.file)
        return self.url.set(drivername="postgresql").render_as_string()

    @property
    def file(self) -> Path | None:
        return Path(str(self.url.database)) if self.url.get_backend_name() == "sqlite" else None

    def make_room(self) -> None:
        """Make the folder of a store that is a file. Raises StoreUnusable where that cannot be."""
        if self.file:
            try:
                self.file.parent.mkdir(parents=True, exist_ok=True)
            except OSError as closed:
                raise StoreUnusable(
                    f"store {self.name!r}",
                    f"its folder cannot be made: {closed.strerror}",
                    "Name another place.",
                ) from closed

    def engine(self, wait_seconds: float) -> Engine:
        """Opens connections, each of which waits that long for other writers. None is open yet."""
        return _sqlite(self.url, wait_seconds) if self.file else _postgresql(self.url, wait_seconds)

    @contextmanager
    def reading(self, engine: Engine) -> Iterator[Connection]:
        """A connection that sees one moment of the store, whoever writes meanwhile."""
        how = {} if self.file else {"isolation_level": "REPEATABLE READ"}
        with told(self.name), engine.connect().execution_options(**how) as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self, engine: Engine) -> Iterator[Connection]:
        """A connection that writes. All of it is kept when the block ends without an error, or nothing is.

        On SQLite it is alone; on PostgreSQL :func:`alone` waits until it is.
        """
        how = {WRITES: True} if self.file else {WRITES: True, "isolation_level": "READ COMMITTED"}
        with told(self.name), engine.connect().execution_options(**how) as connection, connection.begin():
            yield connection


def alone(connection: Connection, key: str) -> None:
    """Wait until no other writer is between here and its end; what it wrote is seen afterwards.

    ``key`` is an expression of PostgreSQL's. On SQLite who writes is alone already.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"select pg_advisory_xact_lock({key})")


def place_of(said: str | Path) -> Place:
    """A place by its path or ``postgresql://`` URL. Raises SettingsError, and ExtraMissing for PostgreSQL."""
    if isinstance(said, Path) or "://" not in said:
        return Place(URL.create("sqlite+pysqlite", database=str(Path(said).expanduser().absolute())))
    asked = f"store {said.partition('://')[0]}://…"
    try:
        url = make_url(said)
    except (ArgumentError, ValueError):
        # Neither is repeated, as either may hold a password.
        raise SettingsError(asked, "it is no URL", _as_url()) from None
    if url.get_backend_name() not in {"postgresql", "postgres"}:
        raise SettingsError(asked, f"{url.get_backend_name()!r} is no database that we know", _as_url())
    if url.password is not None or any("password" in each for each in url.query):
        raise SettingsError(
            asked, "a password stands in it",
            "Take it out: it is read from PGPASSWORD in the environment, or from ~/.pgpass.",
        )  # fmt: skip
    if find_spec("psycopg") is None:
        raise ExtraMissing(
            "a store on PostgreSQL", "psycopg is not installed",
            f"Install it with: pip install 'regulars[postgres]'. {WITHOUT}",
        )  # fmt: skip
    return Place(url.set(drivername="postgresql+psycopg"))


def _as_url() -> str:
    return f"Write it as postgresql://USER@HOST/DATABASE. {WITHOUT}"


def _sqlite(url: URL, wait_seconds: float) -> Engine:
    # No connection outlives its transaction: a file can then be moved, and put back from a backup.
    engine = create_engine(
        url, poolclass=NullPool, hide_parameters=True, connect_args={"timeout": wait_seconds}
    )

    @event.listens_for(engine, "connect")
    def _ours(connection: SQLite, _: Any) -> None:
        connection.isolation_level = None  # its driver would begin late, and never for a SELECT
        connection.execute("pragma foreign_keys = on")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A writer that first read and then asked to write could meet another that did the same.
        writes = connection.get_execution_options().get(WRITES)
        connection.exec_driver_sql("begin immediate" if writes else "begin")

    return engine


def _postgresql(url: URL, wait_seconds: float) -> Engine:
    engine = create_engine(
        url, pool_size=1, hide_parameters=True,
        connect_args={"connect_timeout": 10, "application_name": "regulars"},
    )  # fmt: skip

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if connection.get_execution_options().get(WRITES):
            connection.exec_driver_sql(f"set local lock_timeout = {max(1, round(wait_seconds * 1000))}")

    return engine
