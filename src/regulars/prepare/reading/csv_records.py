"""Lines into records: quotes, cells, and the line that each record starts on."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from regulars.errors import SourceUnreadable

MAX_COLUMNS = 20_000
MAX_RECORD_CHARACTERS = 32 * 2**20
_TO_CLOSING_QUOTE = re.compile('(?:[^"]|"")*+"')


@dataclass
class Records:
    """The records of delimited text, read strictly: each is ``(line it starts on, cells)``.

    Quotes are ``"`` and doubled inside; a cell may hold line ends. Lines that hold nothing but white
    space are not records; they are counted. Raises SourceUnreadable, with the line, for a quote that
    does not close and for text after a closing quote.
    """

    path: Path
    lines: Iterator[str]
    delimiter: str
    blank_lines: int = 0
    first_blank_line: int | None = None
    longest: tuple[int, int] = (0, 1)
    """The record that spans most lines: the line it starts on, and how many lines."""
    _trailing_blanks: int = 0
    _pending: list[str] = field(default_factory=list)
    _pending_characters: int = 0

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        reader = csv.reader(self._remembered(), delimiter=self.delimiter, strict=True)
        while True:
            before = reader.line_num
            self._pending.clear()
            self._pending_characters = 0
            try:
                cells = next(reader, None)
            except csv.Error as bad:
                raise self._broken(before + 1, bad) from bad
            if cells is None:
                return
            if not cells or (len(cells) == 1 and not cells[0].strip()):
                self._trailing_blanks += 1
                self.first_blank_line = self.first_blank_line or before + 1
                continue
            # Blank lines at the end of a file are no news; those that a record follows are.
            self.blank_lines += self._trailing_blanks
            self._trailing_blanks = 0
            if reader.line_num - before > self.longest[1]:
                self.longest = (before + 1, reader.line_num - before)
            yield before + 1, cells

    def _remembered(self) -> Iterator[str]:
        for line in self.lines:
            self._pending.append(line)
            self._pending_characters += len(line)
            if self._pending_characters > MAX_RECORD_CHARACTERS:
                raise csv.Error("record too long")
            yield line

    def _broken(self, start: int, bad: csv.Error) -> SourceUnreadable:
        text = "".join(self._pending)
        opened = start + _opening_line(text, self.delimiter)
        where = f"orders file {str(self.path)!r}, line {opened}"
        if "expected after" in str(bad):
            return SourceUnreadable(
                where,
                "a quoted cell goes on after its closing quote",
                'Double each quote that belongs to the text ("" inside quotes), or export the file again.',
            )
        return SourceUnreadable(
            where,
            "a quote opens a cell here and does not close" if "end of data" in str(bad)
            else "the cell that starts here is too long; a quote that opens it is probably not closed",
            'Close it, or double each quote that belongs to the text ("").',
        )  # fmt: skip


def _opening_line(text: str, delimiter: str) -> int:
    """How many lines below the start of ``text`` the quote opens that does not close at its cell's end."""
    opens = re.compile(f'(?<![^{re.escape(delimiter)}\r\n])"')
    at = 0
    while opening := opens.search(text, at):
        closed = _TO_CLOSING_QUOTE.match(text, opening.end())
        if closed is None or text[closed.end() : closed.end() + 1] not in ("", delimiter, "\r", "\n"):
            return text[: opening.start()].replace("\r\n", "\n").replace("\r", "\n").count("\n")
        at = closed.end()
    return 0


def header_of(records: Iterator[tuple[int, list[str]]], path: Path, delimiter: str) -> tuple[int, list[str]]:
    """The header's line and its names, exactly as they stand, below a ``sep=`` line where there is one.

    Columns without a name may be many; a name that stands twice is refused with both positions.
    """
    line, names = next(records, (0, []))
    if delimiter.join(names) == f"sep={delimiter}":
        line, names = next(records, (0, []))
    if not names:
        raise SourceUnreadable(
            f"orders file {str(path)!r}", "it is empty", "Export the orders again, with a header line."
        )
    if len(names) > MAX_COLUMNS:
        raise SourceUnreadable(
            f"orders file {str(path)!r}, line {line}",
            f"the header has {len(names):,} columns; at most {MAX_COLUMNS:,} are read",
            "Export only the columns that say who ordered what and when.",
        )
    _refuse_repeats(names, path, line)
    return line, names


def _refuse_repeats(names: list[str], path: Path, line: int) -> None:
    first: dict[str, int] = {}
    repeated = [
        (first[name], at, name) for at, name in enumerate(names) if name and first.setdefault(name, at) != at
    ]
    if repeated:
        told = "; ".join(
            f"{name!r:.80} stands twice, in columns {one + 1} and {other + 1}"
            for one, other, name in repeated[:3]
        )
        raise SourceUnreadable(
            f"orders file {str(path)!r}, line {line}",
            f"in the header {told}",
            "Give each column a name of its own, so that it is plain which one is meant.",
            count=len(repeated),
        )
