"""The default engine: DuckDB inside the process. Rows live here; Python sees handles and totals."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import duckdb
from sqlglot import exp

from regulars.engine import steps as sql
from regulars.engine.steps import Bound, Step
from regulars.errors import RegularsError, StepFailed, UsageError
from regulars.types import Table

ROW_GROUP = 122_880


class Engine:
    """A DuckDB connection that makes tables from steps.

    ``threads`` and ``memory_limit`` (such as "1GB") bound it; neither changes an answer. With
    ``debug_path`` every step is kept as a table in that database file, and ``made`` has its row count;
    without it a step is folded into the one that reads it.
    """

    dialect = "duckdb"

    def __init__(
        self,
        *,
        threads: int | None = None,
        memory_limit: str | None = None,
        temp_directory: Path | None = None,
        debug_path: Path | None = None,
    ) -> None:
        if debug_path is not None and debug_path.exists():
            # Its tables would pass for this run's.
            raise UsageError(
                f"debug file {str(debug_path)!r}", "it is there already", "Move it away or name another."
            )
        self._debug = debug_path is not None
        self._connection = duckdb.connect(str(debug_path) if debug_path else ":memory:")
        self.made: dict[str, int] = {}
        # Kept to be looked at, not to be read: the next target may bind other values.
        self._between: set[str] = set()
        chosen: dict[str, Bound] = {
            # What would be fetched from a network is off: all that is needed is built in.
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "TimeZone": "UTC",
            "threads": threads,
            "memory_limit": memory_limit,
            "temp_directory": None if temp_directory is None else str(temp_directory),
        }
        for name, value in chosen.items():
            if value is not None:
                self._choose(name, value)

    def _choose(self, name: str, value: Bound) -> None:
        try:
            self.execute(f"set {name} = {sql.literal(value).sql('duckdb')}")
        except StepFailed as refused:
            self._connection.close()
            remedy = (
                "Write a number with its unit, such as 1GB." if name == "memory_limit" else "Choose another."
            )
            raise UsageError(f"{name} {value!r}", refused.found, remedy) from refused

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def execute(self, statement: str, step: str = "statement", **registered: object) -> list[tuple[Any, ...]]:
        """Run one statement written by this package; ``registered`` frames are visible under their names."""
        for name, frame in registered.items():
            self._connection.register(name, frame)
        try:
            return self._connection.execute(statement).fetchall()
        except duckdb.Error as refused:
            raise StepFailed(step, statement, str(refused)) from refused
        except RuntimeError as stopped:
            # DuckDB's own word for Ctrl-C.
            if str(stopped) == "Query interrupted":
                raise KeyboardInterrupt from stopped
            raise
        finally:
            for name in registered:
                self._connection.unregister(name)

    def create(self, name: str, select: exp.Expr | str) -> Table:
        """Make a table from a SELECT, in place of one of that name."""
        body = select if isinstance(select, str) else sql.text(select, comments=False)
        self.execute(f"create or replace table {quoted(name)} as {body}", name)
        if self._debug:
            self.made[name] = self.count(name)
        return self.table(name)

    def view(self, name: str, select: exp.Expr | str) -> Table:
        """Name a SELECT without making its rows: they are worked out whenever it is read."""
        body = select if isinstance(select, str) else sql.text(select, comments=False)
        self.execute(f"create or replace view {quoted(name)} as {body}", name)
        return self.table(name)

    def make(
        self, target: str, steps: Mapping[str, Step], values: Mapping[str, Bound] | None = None
    ) -> Table:
        """Make the target's table from the steps, using the tables that are there already.

        ``values`` bind the steps' ``$name`` parameters. Steps between are folded in as common table
        expressions, or kept as tables of their own in debug mode.
        """
        have = self.tables() - self._between - {target}
        ordered = [step.bind(values or {}) for step in sql.in_order(steps, [target], have)]
        if self._debug:
            for step in ordered[:-1]:
                self.create(step.name, step.select)
                self._between.add(step.name)
            ordered = ordered[-1:]
        self._between.discard(target)
        return self.create(target, sql.compose(ordered))

    def rows(self, select: exp.Expr | str, step: str = "result") -> list[tuple[Any, ...]]:
        """The rows of a SELECT whose result is small: totals, never customers."""
        return self.execute(select if isinstance(select, str) else sql.text(select, comments=False), step)

    def arrays(self, select: exp.Expr | str, step: str = "result") -> dict[str, Any]:
        """The columns of a SELECT as NumPy arrays, by name: distinct groups for a model, never customers."""
        body = select if isinstance(select, str) else sql.text(select, comments=False)
        try:
            return dict(self._connection.execute(body).fetchnumpy())
        except duckdb.Error as refused:
            raise StepFailed(step, body, str(refused)) from refused

    def put(self, name: str, arrays: Mapping[str, Any]) -> Table:
        """A table of NumPy arrays, one a column, all of one length; NaN becomes null."""
        self.execute(
            f"create or replace table {quoted(name)} as from put_arrays", name, put_arrays=dict(arrays)
        )
        return self.table(name)

    def cut_points(self, table: str, column: str, bands: int) -> tuple[Any, ...]:
        """Values that cut the rows into ``bands`` parts: cut k is the smallest value with at least k/bands
        of the rows at or below it. Nulls are left out; no rows give no cuts."""
        shares = ", ".join(f"{k}.0 / {bands}" for k in range(1, bands))
        select = f"select quantile_disc({quoted(column)}, [{shares}]) from {quoted(table)}"
        ((cuts,),) = self.rows(select, "cut_points")
        return tuple(cuts or ())

    def values(self, name: str, columns: Mapping[str, str], rows: Iterable[Sequence[Bound]]) -> Table:
        """A small table from values; ``columns`` maps each name to its type."""
        made = [[sql.literal(value).sql("duckdb") for value in row] for row in rows]
        declared = ", ".join(f"{quoted(column)} {kind}" for column, kind in columns.items())
        self.execute(f"create or replace table {quoted(name)} ({declared})", name)
        if made:
            listed = ", ".join(f"({', '.join(row)})" for row in made)
            self.execute(f"insert into {quoted(name)} values {listed}", name)
        return self.table(name)

    def table(self, name: str) -> Table:
        """The handle of a table that is there."""
        described = self.execute(f"describe {quoted(name)}", name)
        return Table(name, tuple(column for column, *_ in described))

    def kinds(self, name: str) -> dict[str, str]:
        """The type of each column of a table, in this engine's own words, such as ``DECIMAL(38,4)``."""
        return {column: kind for column, kind, *_ in self.execute(f"describe {quoted(name)}", name)}

    def tables(self) -> set[str]:
        """Names of the tables and views made here; those of an attached source are not among them."""
        here = "table_catalog = current_database() and table_schema = current_schema()"
        listed = self.execute(f"select table_name from information_schema.tables where {here}")
        return {name for (name,) in listed}

    def count(self, name: str) -> int:
        return int(self.execute(f"select count(*) from {quoted(name)}", name)[0][0])

    def drop(self, name: str) -> None:
        """Forget a table that is no longer needed (kept in debug mode)."""
        if not self._debug:
            self.execute(f"drop table if exists {quoted(name)}", name)

    def keep_only(self, names: Collection[str]) -> None:
        """Forget every table and view but these: what was made of them is to be made anew."""
        kinds = "select table_name, table_type from information_schema.tables where table_catalog = "
        for name, kind in self.execute(f"{kinds}current_database() and table_schema = current_schema()"):
            if name not in names:
                self.execute(f"drop {'view' if kind == 'VIEW' else 'table'} if exists {quoted(name)}", name)

    def write_parquet(self, select: exp.Expr | str, path: Path) -> None:
        """Write a SELECT, which must be ordered, to a parquet file: same rows, same bytes.

        Raises RegularsError where the disk does not take it.
        """
        self._write(select, path, f"format parquet, compression zstd, row_group_size {ROW_GROUP}")

    def write_csv(self, select: exp.Expr | str, path: Path) -> None:
        """Write a SELECT, which must be ordered, to a CSV file (UTF-8, commas, header)."""
        self._write(select, path, "format csv, header true")

    def relation(self, name: str) -> Any:
        """A table as a lazy relation, for frames of every kind; it lives as long as this engine is open."""
        return self._connection.table(name)

    def _write(self, select: exp.Expr | str, path: Path, written: str) -> None:
        body = select if isinstance(select, str) else sql.text(select, comments=False)
        target = sql.literal(str(path)).sql("duckdb")
        try:
            self.execute(f"copy ({body}) to {target} ({written})", path.stem)
        except StepFailed as refused:
            if not isinstance(refused.__cause__, duckdb.IOException):
                raise
            raise RegularsError(
                f"file {str(path)!r}",
                "it could not be written whole",
                "Make room there, or see that this user may write to it, and run again.",
            ) from refused


def open_parquet(path: Path) -> Any:
    """A parquet file as a lazy relation outside of any study: frames of every kind can be made of it."""
    return duckdb.connect().read_parquet(str(path))


def quoted(name: str) -> str:
    """An identifier of any characters, safe to stand in DuckDB's SQL."""
    return exp.to_identifier(name, quoted=True).sql("duckdb")
