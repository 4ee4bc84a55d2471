"""The short way gives what the careful way gives, and takes nothing that is not plain."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.hostile import FILES

from regulars.engine import Engine
from regulars.prepare.reading import csv_plain
from regulars.prepare.reading.csv_source import CsvSource

EXAMPLES = 1_000 if os.environ.get("REGULARS_SOAK") else 80
CELLS = st.text("a0 é\t#;'\\🛒\u2028\u0085\x0b\x1f-=", max_size=6)
LINES = st.lists(st.lists(CELLS, min_size=1, max_size=4).map(",".join), max_size=12)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine() as opened:
        yield opened


def _staged(source: CsvSource, engine: Engine, *, with_care: bool) -> list[tuple[Any, ...]]:
    stage = source._stage_with_care if with_care else source.stage
    stage(source.columns, mark_repeats=True)
    return engine.rows("select * from source_rows order by record")


@settings(max_examples=EXAMPLES)
@given(LINES, st.booleans())
@example(["a,b,c", "a,b,c", "a,b,c"], True)
@example(["a,b,c", "", "a,b,c"], True)
@example(["a,b,c", "  ", "a,b"], False)
def test_what_the_short_way_reads_is_what_the_careful_way_reads(
    engine: Engine, lines: list[str], ends: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "o.csv"
        path.write_bytes("\n".join(["x,y,z", "1,2,3", *lines]).encode() + (b"\n" if ends else b""))
        source = CsvSource(path, ",", "utf-8", engine)
        careful = _staged(source, engine, with_care=True)
        assert _staged(source, engine, with_care=False) == careful
        # Counted by hand: each line with anything but white space is a record.
        assert len(careful) == 1 + sum(bool(line.strip()) for line in lines)


def test_plain_files_do_go_the_short_way(
    tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "o[1].csv"
    path.write_text("who,day\n" + "".join(f"c{at},2024-01-02\n" for at in range(50_000)))
    with Engine() as fresh:
        source = CsvSource(path, ",", "utf-8", fresh)
        staged = source.stage(source.columns, mark_repeats=True)
        counted = fresh.rows("select count(*), min(record), max(record) from source_rows")
        assert counted == [(50_000, 1, 50_000)]
        assert fresh.rows("select c0 from source_rows where record = 31234") == [("c31233",)]
        # The careful way leaves an index of lines; here a record's line follows from its number.
        assert fresh.tables() == {"source_rows"}
    assert staged.line_of([1, 50_000]) == {1: 2, 50_000: 50_001}


def test_of_the_hostile_files_only_those_without_quotes_and_odd_ends_are_taken_for_plain(
    tmp_path: Path,
) -> None:
    path, taken = tmp_path / "o.csv", set()
    for hostile in FILES:
        made = hostile.make()
        path.write_bytes(made)
        records = csv_plain.plain_records(path, "utf-8", ",", 5)
        odd = any(mark in made for mark in (b'"', b"\r", b"\0", b"\n\n"))
        assert records is None or not odd, hostile.name
        taken.add(records is not None)
    assert taken == {True, False}
