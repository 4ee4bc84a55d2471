"""A file or frame that stands beside a study and never enters it, read under names of our own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from regulars.engine import Engine, quoted
from regulars.errors import DataRefused, SourceUnreadable, UsageError, did_you_mean
from regulars.prepare.reading import cells
from regulars.prepare.reading.csv_layout import delimiter_of
from regulars.prepare.reading.read import located, opened, unchanged
from regulars.prepare.reading.retold import About
from regulars.prepare.reading.sources import STAGED, FrameSource, Source, SourceColumn
from regulars.types import Table

SCALE = 6
"""Numbers written as text are read to so many decimals."""
EXAMPLES = 3
_REMEDIES = {
    "encoding": "Save the file as UTF-8.",
    "delimiter": "Write the file again: the first line names every column, every field is in its place.",
}
"""What to do where a source would have a setting."""


@dataclass(frozen=True)
class PlainTable:
    """A table that is opened and not yet read."""

    engine: Engine
    source: Source
    path: Path | None
    about: About

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.source.columns)

    def read(
        self, table: str, *, texts: Mapping[str, str] | None = None, numbers: Mapping[str, str] | None = None,
        customer: str | None = None,
    ) -> Table:  # fmt: skip
        """``table`` with the columns asked for, our name to theirs, and ``customer_id`` of ``customer``;
        ``record`` numbers the rows from 1.

        Texts are trimmed, blank cells NULL, ids as a study reads them. Raises UsageError for columns that
        are not there, DataRefused for ragged rows and for what should be a number and is none.
        """
        texts, numbers = texts or {}, numbers or {}
        by_name = {column.name: column for column in self.source.columns}
        asked = [*texts.values(), *numbers.values(), *([customer] if customer else [])]
        self._require(asked)
        wanted = [by_name[name] for name in dict.fromkeys(asked)]
        with _told(self.about), unchanged(self.path) if self.path else nullcontext():
            self.source.stage(wanted, mark_repeats=False)
        try:
            self._refuse_ragged()
            read = [f"{_text(by_name[name])} as {quoted(ours)}" for ours, name in texts.items()]
            for ours, name in numbers.items():
                self._refuse_unread(by_name[name])
                read.append(f"{_number(by_name[name])} as {quoted(ours)}")
            if customer:
                column = by_name[customer]
                who = cells.customer(cells.column(column.inner), column.kind).sql("duckdb")
                read.append(f"{who} as customer_id")
            return self.engine.create(
                table, f"select record, {', '.join(read)} from {STAGED} order by record"
            )
        finally:
            self.engine.drop(STAGED)

    def _require(self, asked: list[str]) -> None:
        lacking = [name for name in asked if name not in self.columns]
        if lacking:
            near = did_you_mean(lacking[0], self.columns)
            raise UsageError(
                f"{self.about.setting}: {self._title}",
                f"it has no column {', '.join(map(repr, lacking))}; it has {', '.join(self.columns)}",
                f"Name its columns in {self.about.setting}, or write the file anew.{near}",
            )  # fmt: skip

    @property
    def _title(self) -> str:
        return self.source.title.replace("orders ", f"{self.about.noun} ", 1)

    def _refuse_ragged(self) -> None:
        count = f"select count(*), min(record) from {STAGED} where ragged is not null"
        ((rows, first),) = self.engine.rows(count)
        if rows:
            raise DataRefused(
                self._title,
                f"{rows:,} rows have more or fewer fields than the header, the first in record {first}",
                "Write the file again with every field in its place.", count=rows,
            )  # fmt: skip

    def _refuse_unread(self, column: SourceColumn) -> None:
        unread = f"{column.inner} is not null and {_number(column)} is null"
        ((count,),) = self.engine.rows(f"select count(*) from {STAGED} where {unread}")
        if count:
            shown = self.engine.rows(
                f"select left(cast({column.inner} as varchar), 40) from {STAGED} where {unread} "
                f"order by record limit {EXAMPLES}"
            )
            raise DataRefused(
                f"{self._title}, column {column.name!r}", "it holds what is no number",
                "Write numbers with a decimal point, and leave cells empty that are not known.",
                examples=[repr(text) for (text,) in shown], count=int(count),
            )  # fmt: skip


def opened_table(data: str | object, home: Path, engine: Engine, about: About) -> PlainTable:
    """The table of a path (CSV in UTF-8, also .gz; parquet), relative to ``home``, or of a frame. ``about``
    is what people call it and where the settings name it. Raises SourceUnreadable for anything else."""
    with _told(about):
        if not isinstance(data, str):
            return PlainTable(engine, FrameSource(data, engine), None, about)
        path = located(data, home).resolve()
        with path.open("rb") as stream:
            if stream.read(16)[8:12] == b"DUCK":
                raise SourceUnreadable(
                    f"orders file {str(path)!r}", "it is a database", "Export its table as CSV or parquet."
                )
        delimiter = delimiter_of(path, "utf-8")
        source = opened(path, engine, table=None, delimiter=delimiter, encoding="utf-8", name=about.noun)
        return PlainTable(engine, source, path, about)


@contextmanager
def _told(about: About) -> Iterator[None]:
    """Errors from inside name this table; what only sources have settings for has a remedy of its own."""
    try:
        with about.told():
            yield
    except SourceUnreadable as bad:
        for setting, remedy in _REMEDIES.items():
            if f"{about.setting}.{setting}" in bad.remedy:
                raise SourceUnreadable(bad.asked, bad.found, remedy) from bad
        raise


def _text(column: SourceColumn) -> str:
    """A number of a parquet file as text too: 2 and not 2.0."""
    return cells.identifier(cells.column(column.inner), column.kind).sql("duckdb")


def _number(column: SourceColumn) -> str:
    if column.kind in ("FLOAT", "DOUBLE"):
        return f"case when isfinite({column.inner}) then cast({column.inner} as double) end"
    if cells.is_number(column.kind):
        return f"cast({column.inner} as double)"
    number = cells.number(cells.column(column.inner), column.kind, ".", SCALE)
    return f"cast({number.sql('duckdb')} as double)"
