"""The short way for plain files: no quotes, LF line ends, UTF-8. The engine reads these itself, and faster.

What makes a file plain is seen in its bytes before, so that nothing is left to interpret; and where the
engine finds as much as one record of another width, or another number of records than the bytes have
lines, the file goes the careful way after all.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from pathlib import Path

from regulars.engine import Engine, literal
from regulars.errors import StepFailed
from regulars.prepare.reading.csv_text import known_encoding, marked_encoding
from regulars.prepare.reading.sources import SourceColumn, escaped, stage_relation

MAX_PLAIN_COLUMNS = 60
_PIECE = 2**20
_STRETCH = 2**16
"""Half of what a cell may hold, so that no longer line can lie between two stretches unseen."""
_NOT_PLAIN = re.compile(rb'["\r\0]|\n\n')
_UTF8 = {"utf-8", "ascii"}


def plain_records(path: Path, encoding: str, delimiter: str, width: int) -> int | None:
    """How many records a plain file has below its header; None where the file is not plain.

    Plain: UTF-8 without a mark, no quote, CR or NUL, no empty line, a header on the first line, and as
    many delimiters in all as its lines should have (the engine lets one too many at a line's end pass).
    """
    if known_encoding(encoding) not in _UTF8:
        return None
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines, delimiters, last = 0, 0, b""
    with path.open("rb") as stream:
        while piece := stream.read(_PIECE):
            opens_oddly = not last and _opens_oddly(piece)
            if opens_oddly or _NOT_PLAIN.search(last + piece) or _has_long_line(piece):
                return None
            try:
                decoder.decode(piece)
            except UnicodeDecodeError:
                return None
            lines += piece.count(b"\n")
            delimiters += piece.count(delimiter.encode())
            last = piece[-1:]
    lines += last != b"\n"
    is_whole = not decoder.getstate()[0] and delimiters == lines * (width - 1)
    return lines - 1 if is_whole else None


def _opens_oddly(piece: bytes) -> bool:
    return marked_encoding(piece[:4]) is not None or piece.startswith((b"\n", b"sep=", b"\x1f\x8b"))


def _has_long_line(piece: bytes) -> bool:
    """Whether a stretch holds no line end: the line is too long for the careful way, or worth a look."""
    starts = range(0, len(piece) - _STRETCH + 1, _STRETCH)
    return any(piece.find(b"\n", start, start + _STRETCH) < 0 for start in starts)


def stage_plain(
    path: Path,
    delimiter: str,
    columns: Sequence[SourceColumn],
    wanted: Sequence[SourceColumn],
    records: int,
    engine: Engine,
    *,
    mark_repeats: bool,
) -> bool:
    """Make ``source_rows`` of a plain file with that many records; False where it must go the careful way."""
    if not 2 <= len(columns) <= MAX_PLAIN_COLUMNS or records < 1:
        return False
    declared = ", ".join(f"'{column.inner}': 'VARCHAR'" for column in columns)
    scan = (
        f"read_csv({literal(escaped(path)).sql('duckdb')}, auto_detect = false, columns = {{{declared}}}, "
        f"header = false, skip = 1, delim = {literal(delimiter).sql('duckdb')}, quote = '', escape = '', "
        "new_line = '\\n', strict_mode = true, null_padding = false, ignore_errors = false, "
        "hive_partitioning = false, compression = 'none')"
    )
    loaded = columns if mark_repeats else wanted
    inner = ", ".join(column.inner for column in loaded)
    try:
        engine.execute(
            f"create or replace table plain_records as select {inner} from {scan}", "plain_records"
        )
    except StepFailed:
        return False
    if engine.count("plain_records") != records:
        return False
    relation = f"(select rowid + 1 as record, {inner} from plain_records)"
    stage_relation(relation, columns, wanted, engine, mark_repeats=mark_repeats)
    engine.drop("plain_records")
    return True
