"""Where orders come from: one small seam, and the sources that the engine reads by itself.

Whatever the source, its columns are called ``c0``, ``c1``, … inside: a name in somebody's file is data
and never becomes SQL.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import duckdb

from regulars.engine import Engine, literal, quoted
from regulars.errors import SettingsError, SourceUnreadable, StepFailed, did_you_mean
from regulars.prepare.reading import cells
from regulars.types import Finding, Input

STAGED = "source_rows"
Lines = Callable[[Sequence[int]], dict[int, int]]


@dataclass(frozen=True)
class SourceColumn:
    """One column: its place from 0, its exact name and the engine's type of it."""

    position: int
    name: str
    kind: str

    @property
    def inner(self) -> str:
        """What the column is called inside the engine."""
        return f"c{self.position}"

    @property
    def is_text(self) -> bool:
        """Whether it is staged as text: whatever is neither a number nor a date."""
        return not cells.is_number(self.kind) and not cells.is_date(self.kind)

    @property
    def staged(self) -> str:
        """SQL that stages it: trimmed text, NULL where nothing is left; numbers and dates as they are."""
        return f"{cells.trimmed(self.inner)} as {self.inner}" if self.is_text else self.inner


@dataclass(frozen=True)
class Staged:
    """A source in the engine: table ``source_rows``, one row a record in source order.

    Its columns: ``record`` (from 1), ``ragged`` (what is wrong with the shape of the row, or NULL),
    ``is_repeat`` (an earlier record has the same value in every column), and the wanted ``c<i>``:
    numbers and dates of the source's type, and trimmed text for all else, NULL where blank.
    """

    line_of: Lines
    findings: tuple[Finding, ...] = ()


class Source(Protocol):
    """What reading needs of a source."""

    title: str
    """What errors call it."""

    @property
    def columns(self) -> tuple[SourceColumn, ...]: ...

    def stage(self, wanted: Sequence[SourceColumn], *, mark_repeats: bool) -> Staged:
        """Put the wanted columns in the engine as ``source_rows``."""


def no_lines(records: Sequence[int]) -> dict[int, int]:
    """The lines of records in a source that has no lines: none."""
    del records
    return {}


def file_content(path: Path) -> Input:
    """The sha256 and size of a file as it is now: it differs when as much as a bit of the file does.

    What a database has not yet taken into its file waits in the ``.wal`` beside it, and counts.
    """
    digest, size = hashlib.sha256(), 0
    for part in (path, path.with_name(f"{path.name}.wal")):
        if part == path or part.exists():
            with part.open("rb") as stream:
                while piece := stream.read(2**20):
                    digest.update(piece)
                    size += len(piece)
    return Input("orders", digest.hexdigest(), size)


def escaped(path: Path) -> str:
    """The path as the engine's patterns have it: this file only, whatever ``*``, ``?`` or ``[`` it holds."""
    return re.sub(r"([*?\[])", r"[\1]", str(path))


def stage_relation(
    relation: str,
    columns: Sequence[SourceColumn],
    wanted: Sequence[SourceColumn],
    engine: Engine,
    *,
    mark_repeats: bool,
) -> None:
    """Make ``source_rows`` of SQL for a relation whose columns are ``record`` and then c0, c1, …, cn."""
    picked = "".join(f", {column.staged}" for column in wanted)
    everything = ", ".join(column.inner for column in columns)
    is_repeat = "record in (select record from repeats)" if mark_repeats else "false"
    engine.create(
        STAGED,
        f"with repeats as ({repeats(relation, everything)}) "
        f"select record, cast(null as varchar) as ragged, {is_repeat} as is_repeat{picked} "
        f"from {relation} order by record",
    )


def repeats(relation: str, same: str) -> str:
    """SQL for the records that an earlier one equals in the columns ``same``.

    Only rows whose hash stands more than once are compared in full: they are few, and the rest is not sorted.
    """
    return (
        f"select record from (select record, row_number() over (partition by {same} order by record) as nth "
        f"from {relation} where hash({same}) in "
        f"(select hash({same}) from {relation} group by all having count(*) > 1)) where nth > 1"
    )


class ParquetSource:
    """A parquet file. Records are its rows in file order."""

    def __init__(self, path: Path, engine: Engine) -> None:
        self.title = f"orders file {str(path)!r}"
        self._path = path
        self._engine = engine
        name = literal(escaped(path)).sql("duckdb")
        self._scan = f"read_parquet({name}, hive_partitioning = false, file_row_number = true)"
        self._schema = f"parquet_schema({name})"
        self.columns = self._read_columns()

    def _read_columns(self) -> tuple[SourceColumn, ...]:
        try:
            tree = self._engine.execute(f"select name, num_children from {self._schema}", "parquet_schema")
            described = self._engine.execute(f"describe select * from {self._scan}", "parquet_columns")
        except StepFailed as bad:
            raise _damaged(self.title, bad) from bad
        names = _top_level(tree)
        refuse_same_names(names, self.title)
        return tuple(
            SourceColumn(at, name, kind)
            for at, (name, (_, kind, *_)) in enumerate(zip(names, described, strict=False))
        )

    def stage(self, wanted: Sequence[SourceColumn], *, mark_repeats: bool) -> Staged:
        inner = ", ".join(column.inner for column in self.columns)
        relation = (
            f"(select file_row + 1 as record, {inner} from {self._scan} as file_rows({inner}, file_row))"
        )
        try:
            stage_relation(relation, self.columns, wanted, self._engine, mark_repeats=mark_repeats)
        except StepFailed as bad:
            raise _damaged(self.title, bad) from bad
        return Staged(no_lines)


def _top_level(tree: Sequence[tuple[Any, ...]]) -> list[str]:
    """Names of the root's own children, of a schema listed depth first as (name, number of children)."""
    names: list[str] = []
    open_below = 0
    for name, children in tree[1:]:
        if not open_below:
            names.append(name)
        open_below = max(open_below - 1, 0) + (children or 0)
    return names


_ATTACHED = "regulars_source"


def _attach(path: Path, engine: Engine) -> None:
    try:
        where = literal(str(path)).sql("duckdb")
        engine.execute(f"attach {where} as {_ATTACHED} (type duckdb, read_only)", "attach")
    except StepFailed as bad:
        raise _damaged(f"orders database {str(path)!r}", bad) from bad


def _detach(engine: Engine) -> None:
    engine.execute(f"detach {_ATTACHED}", "detach")


def _tables(engine: Engine) -> dict[str, tuple[str, str]]:
    """The tables of the database that is attached, each as (schema, name) by what the user calls it."""
    listed = engine.execute(
        "select schema_name, table_name from duckdb_tables() "
        f"where database_name = '{_ATTACHED}' and not internal order by 1, 2",
        "source_tables",
    )
    return {name if schema == "main" else f"{schema}.{name}": (schema, name) for schema, name in listed}


def table_names(path: Path, engine: Engine) -> tuple[str, ...]:
    """What the tables of a DuckDB file are called; none where it is no such file."""
    with path.open("rb") as stream:
        if stream.read(16)[8:12] != b"DUCK":
            return ()
    _attach(path, engine)
    try:
        return tuple(_tables(engine))
    finally:
        _detach(engine)


class DatabaseSource:
    """A table of a DuckDB file, which is opened for reading only. Records are its rows in stored order."""

    def __init__(self, path: Path, table: str | None, engine: Engine) -> None:
        self.title = f"orders database {str(path)!r}"
        self._path = path
        self._engine = engine
        _attach(self._path, self._engine)
        try:
            self._table = self._chosen(table)
            described = engine.execute(f"describe {self._relation}", "source_columns")
        finally:
            _detach(self._engine)
        self.columns = tuple(SourceColumn(at, name, kind) for at, (name, kind, *_) in enumerate(described))

    @property
    def _relation(self) -> str:
        schema, name = self._table
        return f"{_ATTACHED}.{quoted(schema)}.{quoted(name)}"

    def _chosen(self, table: str | None) -> tuple[str, str]:
        by_name = _tables(self._engine)
        if table in by_name:
            return by_name[table]
        found = (
            "no table is named"
            if table is None
            else f"no table {table!r}.{did_you_mean(table, list(by_name))}"
        )
        raise SettingsError(
            f"{self.title}, sources.orders.table",
            f"{found}; it has {', '.join(map(repr, by_name)) or 'no tables'}",
            "Set sources.orders.table to one of these (a view must first be made a table).",
        )

    def stage(self, wanted: Sequence[SourceColumn], *, mark_repeats: bool) -> Staged:
        inner = ", ".join(column.inner for column in self.columns)
        numbered = f"(select * from {self._relation}) as stored({inner})"
        relation = f"(select row_number() over () as record, {inner} from {numbered})"
        _attach(self._path, self._engine)
        try:
            stage_relation(relation, self.columns, wanted, self._engine, mark_repeats=mark_repeats)
        except StepFailed as bad:
            raise _damaged(self.title, bad) from bad
        finally:
            _detach(self._engine)
        return Staged(no_lines)


class FrameSource:
    """A frame of any kind that gives an Arrow stream, or that DuckDB knows (pandas, polars, pyarrow).

    It is taken in whole first, so that it cannot change while it is read. Its digest is that of its
    names, types and values as text, in order.
    """

    _taken = "frame_rows"
    title = "orders frame"

    def __init__(self, frame: object, engine: Engine) -> None:
        self._engine = engine
        native, given = _native(frame)
        try:
            engine.execute(
                f"create or replace table {self._taken} as select * from given_frame",
                "frame",
                given_frame=native,
            )
        except (StepFailed, duckdb.Error) as bad:
            told = bad.found if isinstance(bad, StepFailed) else str(bad).splitlines()[0]
            raise SourceUnreadable(
                self.title,
                f"a {type(frame).__name__} cannot be read: {told}",
                "Give a pandas, polars or pyarrow frame, or anything with __arrow_c_stream__.",
            ) from bad
        described = engine.execute(f"describe {self._taken}", "frame_columns")
        names = given or [name for name, *_ in described]
        refuse_same_names(names, self.title)
        self.columns = tuple(
            SourceColumn(at, name, kind)
            for at, (name, (_, kind, *_)) in enumerate(zip(names, described, strict=True))
        )

    def content(self) -> Input:
        """The digest of the frame, and the size of its values as text."""
        with tempfile.TemporaryDirectory() as folder:
            written = Path(folder) / "frame.csv"
            target = literal(str(written)).sql("duckdb")
            # Every value is quoted, so that an empty text and none at all stay apart.
            self._engine.execute(
                f"copy (select * from {self._taken}) to {target} (format csv, header false, force_quote *)",
                "frame_content",
            )
            values = file_content(written)
        shape = repr([(column.name, column.kind) for column in self.columns])
        return Input(
            "orders", hashlib.sha256((shape + values.sha256).encode()).hexdigest(), values.size_bytes
        )

    def stage(self, wanted: Sequence[SourceColumn], *, mark_repeats: bool) -> Staged:
        inner = ", ".join(column.inner for column in self.columns)
        relation = f"(select rowid + 1 as record, {inner} from {self._taken} as taken({inner}))"
        stage_relation(relation, self.columns, wanted, self._engine, mark_repeats=mark_repeats)
        return Staged(no_lines)


@dataclass(frozen=True)
class _Stream:
    """A frame as nothing but its Arrow stream: the engine refuses a relation of another connection."""

    frame: Any

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.frame.__arrow_c_stream__(requested_schema)


def _native(frame: Any) -> tuple[Any, list[str]]:
    """What the engine can read of a frame, and its names as it has them (none where it does not say).

    Lazy frames are collected, unless they give an Arrow stream themselves. The names matter because the
    engine would rename "ID" beside "id".
    """
    import narwhals as nw

    known = nw.from_native(frame, pass_through=True)
    if isinstance(known, nw.LazyFrame):
        native = known.to_native()
        if hasattr(native, "__arrow_c_stream__"):
            return _Stream(native), known.collect_schema().names()
        known = known.collect()
    return (known.to_native(), known.columns) if isinstance(known, nw.DataFrame) else (frame, [])


def refuse_same_names(names: Sequence[str], title: str) -> None:
    """Raises SourceUnreadable where one name stands for two columns, with the places of both."""
    first: dict[str, int] = {}
    for at, name in enumerate(names):
        if name and first.setdefault(name, at) != at:
            raise SourceUnreadable(
                title,
                f"{name!r:.80} stands twice, in columns {first[name] + 1} and {at + 1}",
                "Give each column a name of its own, so that it is plain which one is meant.",
            )


def _damaged(title: str, bad: StepFailed) -> SourceUnreadable:
    return SourceUnreadable(
        title, f"it cannot be read: {bad.found}", "Copy or export it again; it may be cut short or damaged."
    )
