"""How delimited text is laid out, as far as its first records and its bytes show it."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from pathlib import Path

from regulars.errors import SourceUnreadable
from regulars.prepare.reading.csv_records import Records
from regulars.prepare.reading.csv_text import lines_of, marked_encoding

DELIMITERS = (",", ";", "\t", "|")
OTHER_ENCODING = "cp1252"
"""What most exports that are not UTF-8 were saved in; of 256 bytes it refuses only five."""
_ODD_WORD = re.compile(r"[\w.'-]*[^\x00-\x7f][\w.'-]*")


def is_text(path: Path) -> bool:
    """Whether the file is neither parquet, nor a zip, nor a DuckDB database."""
    with path.open("rb") as stream:
        first = stream.read(16)
    return not first.startswith((b"PAR1", b"PK\x03\x04")) and first[8:12] != b"DUCK"


def delimiter_of(path: Path, encoding: str) -> str:
    """The delimiter that cuts the first records into most columns, the same number in each."""
    return max(DELIMITERS, key=lambda mark: _cut(path, encoding, mark)) if is_text(path) else ","


def _cut(path: Path, encoding: str, delimiter: str) -> tuple[float, int]:
    """How well a delimiter cuts: the share of records as wide as the header, and how wide that is."""
    try:
        with lines_of(path, encoding) as lines:
            records = iter(Records(path, lines, delimiter))
            _, header = next(records, (0, []))
            if delimiter.join(header) == f"sep={delimiter}":
                _, header = next(records, (0, []))
            width = len(header)
            widths = Counter(len(row) for _, row in itertools.islice(records, 200))
    except SourceUnreadable:
        return (0.0, 0)
    share = widths[width] / max(widths.total(), 1)
    return (round(share, 1) if width > 1 else 0.0, width)


def mark_of(path: Path) -> str | None:
    """The encoding that the file's own mark names, if it has one."""
    with path.open("rb") as stream:
        return marked_encoding(stream.read(4))


def decoded_sample(path: Path, encoding: str) -> str | None:
    """The first word beyond ASCII as the encoding has it, and its line; None where it cannot be read."""
    try:
        with lines_of(path, encoding) as lines:
            odd = ((number, _ODD_WORD.search(line)) for number, line in enumerate(lines, 1))
            found = next(((number, word[0]) for number, word in odd if word), None)
    except SourceUnreadable:
        return None
    return f"line {found[0]:,} then says {found[1]!r:.60}" if found else None
