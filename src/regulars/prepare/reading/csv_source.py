"""Delimited text as a source: read strictly in Python, then loaded by the engine with nothing left to guess.

DuckDB's own sniffer is never asked: it took a ragged file of three rows for one row, and dd/mm/yy for
yy/mm/dd, without a word. Records are counted on the way out of Python and again in the engine.
"""

from __future__ import annotations

import csv
import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from regulars.engine import Engine, literal
from regulars.errors import SourceUnreadable
from regulars.prepare.reading.csv_plain import plain_records, stage_plain
from regulars.prepare.reading.csv_records import Records, header_of
from regulars.prepare.reading.csv_text import lines_of
from regulars.prepare.reading.sources import STAGED, SourceColumn, Staged, repeats
from regulars.types import Finding

LONG_RECORD_LINES = 20
MEANINGS = 13
"""As many columns as the settings of orders can name."""
MAX_LOADED_LINE_BYTES = 8 * 2**20
"""Some dozen cells of the 131,072 characters that a cell may have, as UTF-8."""


class CsvSource:
    """A CSV file or its gzip. All its columns are text; records are numbered from 1 below the header."""

    def __init__(
        self, path: Path, delimiter: str, encoding: str, engine: Engine, name: str = "orders"
    ) -> None:
        self._lines = f"{name}_record_lines"
        self.title = f"orders file {str(path)!r}"
        self._path = path
        self._delimiter = delimiter
        self._encoding = encoding
        self._engine = engine
        with lines_of(path, encoding) as lines:
            _, names = header_of(iter(Records(path, lines, delimiter)), path, delimiter)
        self.columns = tuple(SourceColumn(at, name, "VARCHAR") for at, name in enumerate(names))

    def stage(self, wanted: Sequence[SourceColumn], *, mark_repeats: bool) -> Staged:
        records = plain_records(self._path, self._encoding, self._delimiter, len(self.columns))
        given = (self._path, self._delimiter, self.columns, wanted)
        if records is not None and stage_plain(*given, records, self._engine, mark_repeats=mark_repeats):
            return Staged(_below_the_header)
        return self._stage_with_care(wanted, mark_repeats=mark_repeats)

    def _stage_with_care(self, wanted: Sequence[SourceColumn], *, mark_repeats: bool) -> Staged:
        with tempfile.TemporaryDirectory() as folder, lines_of(self._path, self._encoding) as lines:
            records = Records(self._path, lines, self._delimiter)
            kept = _Kept([column.position for column in wanted], len(self.columns), with_keys=mark_repeats)
            rows = iter(records)
            header_of(rows, self._path, self._delimiter)
            loaded = Path(folder) / "orders.csv"
            with loaded.open("w", encoding="utf-8", newline="") as out:
                # Every text is quoted: left to itself the writer does not quote a lone CR.
                csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC).writerows(kept.of(rows))
            self._refuse_shapeless(kept)
            load(loaded, wanted, self._engine, self._lines, mark_repeats=mark_repeats)
        arrived = self._engine.count(STAGED)
        if arrived != kept.records:
            raise SourceUnreadable(
                self.title,
                f"{kept.records:,} records were read but {arrived:,} arrived in the engine",
                "This is a fault of Regulars, not of the file; please report it.",
            )
        return Staged(LineIndex(self._engine, self._lines).of, _doubts(records))

    def _refuse_shapeless(self, kept: _Kept) -> None:
        if not kept.records:
            raise SourceUnreadable(
                self.title, "it has a header and no records", "Export the orders again, with rows."
            )
        if kept.ragged == kept.records:
            raise SourceUnreadable(
                f"{self.title}, line {kept.first_ragged[0]}",
                f"the header has {len(self.columns)} cells and no record has as many; "
                f"the first has {kept.first_ragged[1]}",
                "Check sources.orders.delimiter, and that the first line names every column.",
                count=kept.records,
            )


def _below_the_header(records: Sequence[int]) -> dict[int, int]:
    """Lines of records that have one each, below a header that has one."""
    return {record: record + 1 for record in records}


@dataclass
class _Kept:
    """What is kept of each record: its number, line and wanted cells, and a key for telling repeats."""

    positions: list[int]
    width: int
    with_keys: bool
    records: int = 0
    ragged: int = 0
    first_ragged: tuple[int, int] = (0, 0)
    """Line and number of cells of the first record of another width than the header."""

    def of(self, rows: Iterator[tuple[int, list[str]]]) -> Iterator[list[object]]:
        none = [""] * len(self.positions)
        for line, cells in rows:
            self.records += 1
            if len(cells) == self.width:
                key = _key(cells) if self.with_keys else ""
                yield [self.records, line, "", key, *[cells[at] for at in self.positions]]
                continue
            if not self.ragged:
                self.first_ragged = (line, len(cells))
            self.ragged += 1
            ragged = f"{len(cells)} cells where the header has {self.width}"
            yield [self.records, line, ragged, "", *none]


def _key(cells: list[str]) -> str:
    # NUL cannot stand in a cell, so that two different rows cannot be joined into one text.
    return hashlib.blake2b("\0".join(cells).encode(errors="surrogatepass"), digest_size=16).hexdigest()


def load(
    written: Path, wanted: Sequence[SourceColumn], engine: Engine, lines: str, *, mark_repeats: bool
) -> None:
    """Make ``source_rows``, and the table ``lines`` of where records start, of a file of our own writing."""
    kinds = {"record": "BIGINT", "line": "BIGINT", "ragged": "VARCHAR", "key": "VARCHAR"}
    declared = kinds | {column.inner: "VARCHAR" for column in wanted}
    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in declared.items())
    longest = MAX_LOADED_LINE_BYTES * (1 if len(wanted) <= MEANINGS else 16)
    scan = (
        f"read_csv({literal(str(written)).sql('duckdb')}, auto_detect = false, columns = {{{columns}}}, "
        "header = false, delim = ',', quote = '\"', escape = '\"', new_line = '\\n', strict_mode = true, "
        "parallel = false, hive_partitioning = false, "
        f"max_line_size = {longest}, buffer_size = {2 * longest})"
    )
    engine.execute(f"create or replace table loaded_records as select * from {scan}", "loaded_records")
    picked = "".join(f", {column.staged}" for column in wanted)
    found = "coalesce(key <> '' and record in (select record from repeats), false)"
    is_repeat = found if mark_repeats else "false"
    engine.create(
        STAGED,
        f"with repeats as ({repeats('loaded_records', 'key')}) "
        f"select record, nullif(ragged, '') as ragged, {is_repeat} as is_repeat{picked} "
        "from loaded_records order by record",
    )
    engine.create(lines, _LINES)
    engine.drop("loaded_records")


_LINES = """
select record, line
from (
    select record, line, line - record as above, lag(line - record) over (order by record) as above_before
    from loaded_records
)
where above is distinct from above_before
order by record
"""


@dataclass(frozen=True)
class LineIndex:
    """Which line a record starts on. Kept in the engine as the records where the distance changes."""

    engine: Engine
    table: str

    def of(self, records: Sequence[int]) -> dict[int, int]:
        """Record number to line of the file, from 1, for each record asked for."""
        if not records:
            return {}
        asked = ", ".join(f"({int(record)})" for record in sorted(set(records)))
        found = self.engine.rows(
            "select asked.record, max_by(jump.line + asked.record - jump.record, jump.record) "
            f"from (values {asked}) as asked(record) "
            f"join {self.table} as jump on jump.record <= asked.record "
            "group by asked.record order by asked.record",
            self.table,
        )
        return dict(found)


def _doubts(records: Records) -> tuple[Finding, ...]:
    doubts = []
    if records.blank_lines:
        doubts.append(
            Finding(
                "note",
                "orders.lines",
                f"{records.blank_lines:,} blank lines between records are not records; "
                f"the first is line {records.first_blank_line}",
                "Nothing, unless something should stand there.",
            )
        )
    start, lines = records.longest
    if lines > LONG_RECORD_LINES:
        doubts.append(
            Finding(
                "warning",
                "orders.quotes",
                f"the record on line {start} runs over {lines:,} lines, because a quoted cell does",
                "See whether a stray quote on that line has swallowed the records below it.",
            )
        )
    return tuple(doubts)
