"""Files that go wrong in other readers, made here byte for byte, each with what a person counts in it.

``records`` is counted where the file is made, never by the reader under test; None means that the file
must be refused, at ``line`` where there is one, with ``remedy`` in what is said.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

HEADER = "id,day,qty,price,what"
COLUMNS = {"customer": "id", "time": "day", "quantity": "qty", "unit_price": "price", "product_name": "what"}


@dataclass(frozen=True)
class Hostile:
    name: str
    make: Callable[[], bytes]
    records: int | None
    faults: Mapping[str, int] = field(default_factory=dict)
    line: int | None = None
    remedy: str = ""
    suffix: str = ".csv"
    settings: Mapping[str, object] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=lambda: COLUMNS)


def row(at: int, what: str = "mug", mark: str = ",") -> str:
    return mark.join((f"c{at:03}", f"2024-03-{at % 28 + 1:02}", str(at % 5 + 1), f"{at}.50", what))


def rows(count: int, end: str = "\n", what: str = "mug") -> str:
    return "".join(row(at, what) + end for at in range(count))


def plain(count: int = 30, end: str = "\n") -> str:
    return HEADER + end + rows(count, end)


def text(made: str, encoding: str = "utf-8") -> Callable[[], bytes]:
    return lambda: made.encode(encoding)


def with_rows(
    *special: str, header: str = HEADER, before: int = 3, after: int = 3, end: str = "\n"
) -> Callable[[], bytes]:
    """A header, some plain rows, the special ones as they stand, and more plain rows."""
    return text(header + end + rows(before, end) + "".join(each + end for each in special) + rows(after, end))


def mixed_ends() -> bytes:
    ends = ("\n", "\r", "\r\n")
    return (HEADER + "\r\n" + "".join(row(at) + ends[at % 3] for at in range(30))).encode()


def wide(columns: int) -> bytes:
    extra = [f"x{at}" for at in range(columns - 5)]
    cells = ",".join("v" for _ in extra)
    return (
        HEADER + "," + ",".join(extra) + "\n" + "".join(f"{row(at)},{cells}\n" for at in range(8))
    ).encode()


def squeezed(content: bytes) -> Callable[[], bytes]:
    return lambda: gzip.compress(content, mtime=0)


def bomb() -> bytes:
    """A header and 200 MiB of the letter a in 200 kB."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, 31)
    out = [squeeze.compress((HEADER + "\n").encode())]
    out += [squeeze.compress((b"a" * 10_239 + b"\n") * 102) for _ in range(200)]
    return b"".join([*out, squeeze.flush()])


def endless_line() -> bytes:
    return plain(3).encode() + b"m" * (17 * 2**20)


def flipped() -> bytes:
    whole = bytearray(gzip.compress(plain(500).encode(), mtime=0))
    whole[-6] ^= 0xFF
    return bytes(whole)


_NAMES = {
    "customer": '"; drop table canary; --',
    "time": "🛒 когда 日付",
    "quantity": "q" * 200,
    "unit_price": "select * from c0",
    "product_name": "' or 1=1 --",
}
_NAMES_HEADER = '"""; drop table canary; --",🛒 когда 日付,' + "q" * 200 + ",select * from c0,' or 1=1 --"
_ODD_ENDS = "a\u2028b\u2029c\u0085d\x0be\x0cf\x1cg"
_GERMAN = HEADER.replace(",", ";") + "\n" + "".join(
    f"c{at};{at % 28 + 1:02}.03.2024;1;1.{at:03},50;Töpfe\n" for at in range(30)
)  # fmt: skip

FILES = (
    Hostile("plain", text(plain()), 30),
    Hostile("CRLF", text(plain(end="\r\n")), 30),
    Hostile("CR only", text(plain(end="\r")), 30),
    Hostile("CR, LF and CRLF mixed", mixed_ends, 30),
    Hostile("no line end at the end", text(plain().rstrip("\n")), 30),
    Hostile("blank lines at the end", text(plain() + "\n\r\n\n  \n"), 30),
    Hostile("blank lines between", text(HEADER + "\n\n" + rows(3) + "\n\n" + rows(4)), 7),
    Hostile("blank lines before the header", text("\n\n" + plain(5)), 5),
    Hostile("UTF-8 mark", text(plain(), "utf-8-sig"), 30),
    Hostile("UTF-16 LE with a mark", text("\ufeff" + plain(), "utf-16-le"), 30),
    Hostile("UTF-16 BE with a mark", text("\ufeff" + plain(), "utf-16-be"), 30),
    Hostile("UTF-16 without a mark", text(plain(), "utf-16-le"), None, line=1, remedy="utf-16-le"),
    Hostile(
        "UTF-16 without a mark, said", text(plain(), "utf-16-le"), 30, settings={"encoding": "utf-16-le"}
    ),
    Hostile("UTF-32 with a mark", text("\ufeff" + plain(), "utf-32-le"), 30),
    Hostile(
        "UTF-16 cut in a character", lambda: ("\ufeff" + plain()).encode("utf-16-le")[:-1], None, line=31
    ),
    Hostile(
        "cp1252 taken for UTF-8",
        lambda: with_rows(row(9, "café"))().decode().encode("cp1252"),
        None,
        line=5,
        remedy="cp1252",
    ),
    Hostile(
        "cp1252, said",
        lambda: with_rows(row(9, "café"))().decode().encode("cp1252"),
        7,
        settings={"encoding": "cp1252"},
    ),
    Hostile(
        "UTF-8 cut in a character",
        lambda: (plain(4) + row(5, "é")).encode()[:-1],
        None,
        line=6,
        remedy="encoding",
    ),
    Hostile("empty", bytes, None, remedy="header line"),
    Hostile("white space only", text("  \n\t\n\r\n \n"), None, remedy="header line"),
    Hostile("header only", text(HEADER + "\n"), None, remedy="rows"),
    Hostile("NUL", with_rows("c9,2024-\0003-01,1,1.00,mug"), None, line=5, remedy="utf-16"),
    Hostile("ID beside id", text("ID," + HEADER + "\n" + "".join(f"x,{row(at)}\n" for at in range(6))), 6),
    Hostile(
        "one name twice",
        text("id," + HEADER + "\n" + "".join(f"x,{row(at)}\n" for at in range(6))),
        None,
        line=1,
        remedy="name of its own",
    ),
    Hostile("columns without names", text(HEADER + ",,\n" + "".join(f"{row(at)},,\n" for at in range(6))), 6),
    Hostile("a ragged row", with_rows("c9,2024-03-01"), 7, {"ragged_row": 1}),
    Hostile(
        "ragged rows both ways",
        with_rows("c9", "c9,2024-03-01,1,1.00,mug,more,and more", "c8,x"),
        9,
        {"ragged_row": 3},
    ),
    Hostile(
        "three rows, one ragged",
        text(HEADER + "\n" + row(1) + "\n" + "c9,2024\n" + row(2)),
        3,
        {"ragged_row": 1},
    ),
    Hostile(
        "a delimiter too many everywhere",
        text(HEADER + "\n" + "".join(row(at) + ",\n" for at in range(9))),
        None,
        line=2,
        remedy="delimiter",
    ),
    Hostile("rows of delimiters", with_rows(",,,,", ",,,,"), 8, {"missing_date": 2}),
    Hostile("line ends in quotes", with_rows('c9,2024-03-01,1,1.00,"a\nb\r\n\nc\rd"'), 7),
    Hostile(
        "delimiters and doubled quotes",
        with_rows('c9,2024-03-01,1,1.00,"say ""hi"", then, go"', 'c9,2024-03-01,1,1.00,""""'),
        8,
    ),
    Hostile("odd separators in a cell", with_rows(row(9, _ODD_ENDS)), 7),
    Hostile(
        "a quote that never closes", with_rows('c9,2024-03-01,1,1.00,"mug'), None, line=5, remedy="quote"
    ),
    Hostile(
        "a quote that never closes, below one that does",
        with_rows('c9,2024-03-01,1,"1\n.00","mug'),
        None,
        line=6,
        remedy="quote",
    ),
    Hostile(
        "a quote that another closes",
        with_rows('c9,2024-03-01,1,1.00,"mug', 'c9,2024-03-01,1,1.00,"jug"'),
        None,
        line=5,
        remedy="quote",
    ),
    Hostile("text after a quote", with_rows('c9,2024-03-01,1,1.00,"mug" blue'), None, line=5, remedy="quote"),
    Hostile(
        "quotes escaped by backslash",
        with_rows('c9,2024-03-01,1,1.00,"a \\"big\\" mug"'),
        None,
        line=5,
        remedy="quote",
    ),
    Hostile("inches", with_rows(row(9, '12" plate'), row(8, "5'")), 8),
    Hostile(
        "numbers that are none",
        with_rows(
            *(f"c9,2024-03-01,1,{n},mug" for n in ("inf", "-Infinity", "NaN", "1e400", "", "1_000", "0x1F"))
        ),
        13,
        {"unreadable_number": 7},
    ),
    Hostile(
        "numbers too large",
        with_rows("c9,2024-03-01,999999999999999,99999999999999,mug", "c9,2024-03-01,1e15,1,mug"),
        8,
        {"unreadable_number": 2},
    ),
    Hostile(
        "dates that are none",
        with_rows(
            *(f"c9,{d},1,1.00,mug" for d in ("2024-02-30", "24-03-01", "", "infinity", "today", "2024-3-1"))
        ),
        12,
        {"unreadable_date": 4, "missing_date": 1},
    ),
    Hostile("10,000 columns", partial(wide, 10_000), 8),
    Hostile("25,000 columns", partial(wide, 25_000), None, line=1, remedy="columns"),
    Hostile("a cell without end", with_rows(row(9, "m" * 200_000)), None, line=5, remedy="quote"),
    Hostile(
        "a line without end",
        endless_line,
        None,
        line=5,
        remedy="one record a line",
    ),
    Hostile("gzip", squeezed(plain().encode()), 30, suffix=".csv.gz"),
    Hostile(
        "gzip in two parts",
        lambda: b"".join(gzip.compress(part.encode(), mtime=0) for part in (plain(20), rows(10))),
        30,
        suffix=".csv.gz",
    ),
    Hostile("gzip that is called csv", squeezed(plain().encode()), 30),
    Hostile(
        "gzip cut short",
        lambda: squeezed(plain(3000).encode())()[:-300],
        None,
        suffix=".csv.gz",
        remedy="cut short",
    ),
    Hostile("gzip with a flipped check", flipped, None, suffix=".csv.gz", remedy="damaged"),
    Hostile("gzip bomb", bomb, None, suffix=".csv.gz", remedy="gunzip"),
    Hostile("a workbook", lambda: b"PK\x03\x04" + bytes(200), None, remedy="CSV"),
    Hostile("parquet cut short", lambda: b"PAR1" + bytes(100), None, suffix=".parquet", remedy="damaged"),
    Hostile("names that look like SQL", text(_NAMES_HEADER + "\n" + rows(6)), 6, columns=_NAMES),
    Hostile(
        "values that look like SQL",
        with_rows(row(9, "'); drop table canary; --"), row(8, "=cmd|' /C calc'!A0")),
        8,
    ),
    Hostile("a line that says the separator", text("sep=,\n" + plain(4)), 4),
    Hostile(
        "semicolons and decimal commas",
        text(_GERMAN),
        30,
        settings={"delimiter": ";", "decimal_mark": ",", "date_format": "%d.%m.%Y"},
    ),
    Hostile("tabs", text(plain().replace(",", "\t")), 30, settings={"delimiter": "\t"}),
    Hostile("another delimiter than is said", text(plain().replace(",", ";")), None, remedy="delimiter"),
    Hostile(
        "no customers, written in words",
        with_rows(*(f"{n},2024-03-01,1,1.00,mug" for n in ("", "  ", "NULL", "nan"))),
        10,
    ),
)
