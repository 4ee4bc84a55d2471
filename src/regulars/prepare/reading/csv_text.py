"""Bytes into lines of text: byte order marks, encodings and gzip, and what is refused, with its line.

Nothing is guessed: the encoding is the setting's, unless the file opens with a byte order mark, which
says what it is. Memory stays flat whatever the file holds.
"""

from __future__ import annotations

import codecs
import gzip
import io
import shutil
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from encodings.aliases import aliases
from pathlib import Path
from typing import IO, BinaryIO

from regulars.errors import SettingsError, SourceUnreadable, did_you_mean

MAX_LINE_CHARACTERS = 16 * 2**20
"""A longer line is no line of orders; it would have to be held in memory whole."""
GZIP_ALWAYS_ALLOWED = 64 * 2**20
GZIP_RATIO = 200
"""Order files compress 3 to 30 times. Deflate can reach 1,032: that is a bomb, or a file of one byte."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    # The UTF-32 mark begins with the UTF-16 one, so it is looked for first.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@contextmanager
def lines_of(path: Path, encoding: str) -> Iterator[Iterator[str]]:
    """The lines of a text file or gzip, each with its own line end (LF, CR or CRLF, mixed as they come).

    Raises SourceUnreadable, naming file and line, for bytes that the encoding does not know, NUL,
    endless lines, damaged gzip and gzip that expands beyond reason; SettingsError for an encoding
    that does not exist.
    """
    encoding = known_encoding(encoding)
    with ExitStack() as opened:
        try:
            raw = _unzipped(path, opened)
            marked = marked_encoding(raw.peek(4)[:4]) or encoding
        except (OSError, EOFError, zlib.error) as bad:
            raise _unreadable(path, 1, bad) from bad
        text = opened.enter_context(io.TextIOWrapper(raw, encoding=marked, newline=""))
        yield _lines(text, path, marked)


def known_encoding(name: str) -> str:
    """The encoding's name as Python knows it. Raises SettingsError where there is none of text."""
    try:
        io.TextIOWrapper(io.BytesIO(), encoding=name).close()
        return codecs.lookup(name).name
    except (LookupError, UnicodeError) as bad:
        raise SettingsError(
            "sources.orders.encoding",
            f"no text encoding {name!r}.{did_you_mean(name, sorted({*aliases.values(), 'utf-8', 'cp1252'}))}",
            "Use utf-8, cp1252, latin-1, utf-16 or another name that Python knows.",
        ) from bad


def marked_encoding(first_bytes: bytes) -> str | None:
    """The encoding that a byte order mark names, or None where there is no mark."""
    return next((name for mark, name in _MARKS if first_bytes.startswith(mark)), None)


def _unzipped(path: Path, opened: ExitStack) -> io.BufferedReader:
    raw = opened.enter_context(path.open("rb"))
    if raw.peek(2)[:2] != b"\x1f\x8b":
        return raw
    allowed = expansion_allowed(path.stat().st_size, shutil.disk_usage(tempfile.gettempdir()).free)
    unzipped = opened.enter_context(gzip.GzipFile(fileobj=raw))
    return opened.enter_context(io.BufferedReader(_Capped(unzipped, allowed, path), 2**18))


def expansion_allowed(compressed_bytes: int, free_bytes: int) -> int:
    """Bytes that a gzip file may expand to: 200 times its size (or 64 MiB), at most half of the free disk."""
    return min(max(GZIP_ALWAYS_ALLOWED, GZIP_RATIO * compressed_bytes), free_bytes // 2)


class _Capped(io.RawIOBase):
    """A stream that refuses to give more bytes than it may."""

    def __init__(self, stream: BinaryIO | gzip.GzipFile, allowed: int, path: Path) -> None:
        self._stream = stream
        self._allowed = allowed
        self._given = 0
        self._path = path

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # typeshed wants every buffer
        given = self._stream.read(len(buffer))
        self._given += len(given)
        if self._given > self._allowed:
            raise SourceUnreadable(
                f"orders file {str(self._path)!r}",
                f"the gzip file expands beyond {self._allowed:,} bytes, far more than orders do",
                "If it is sound, unpack it yourself (gunzip) and name the unpacked file.",
            )
        buffer[: len(given)] = given
        return len(given)


def _lines(text: IO[str], path: Path, encoding: str) -> Iterator[str]:
    number = 0
    try:
        while line := text.readline(MAX_LINE_CHARACTERS):
            number += 1
            if "\0" in line or len(line) == MAX_LINE_CHARACTERS:
                _refuse_line(path, number, line)
            yield line
    except UnicodeDecodeError as bad:
        raise _undecodable(path, number, encoding, bad) from bad
    except (UnicodeError, OSError, EOFError, zlib.error) as bad:
        raise _unreadable(path, number + 1, bad) from bad


def _refuse_line(path: Path, number: int, line: str) -> None:
    """Raises for a line with NUL bytes, or one that does not end."""
    if "\0" in line:
        raise SourceUnreadable(
            f"orders file {str(path)!r}, line {number}",
            "it has NUL bytes, which no text has",
            "If it is UTF-16, set sources.orders.encoding to utf-16-le; otherwise export it again as text.",
        )
    raise SourceUnreadable(
        f"orders file {str(path)!r}, line {number}",
        f"the line is longer than {MAX_LINE_CHARACTERS:,} characters",
        "Export it again with one record a line.",
    )


def _undecodable(path: Path, lines_before: int, encoding: str, bad: UnicodeDecodeError) -> SourceUnreadable:
    # What was decoded of this stretch before the bad byte holds line ends that were not given out yet.
    good = bad.object[: bad.start].decode(encoding, errors="replace")
    line = lines_before + 1 + len(good.replace("\r\n", "\n").replace("\r", "\n").split("\n")) - 1
    other = "utf-8" if encoding not in {"utf-8", "utf-8-sig"} else "cp1252"
    return SourceUnreadable(
        f"orders file {str(path)!r}, line {line}",
        f"the bytes {bad.object[bad.start : bad.end][:4].hex(' ')} are not {encoding}",
        f"Set sources.orders.encoding to what the file was saved in, such as {other}.",
    )


def _unreadable(path: Path, line: int, bad: Exception) -> SourceUnreadable:
    return SourceUnreadable(
        f"orders file {str(path)!r}, line {line}",
        f"it cannot be read: {str(bad) or type(bad).__name__}",
        "Copy or export it again; a gzip file that is cut short or damaged cannot be read in part.",
    )
