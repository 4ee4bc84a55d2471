"""Dates and times: what a format demands of a cell, and what it makes of a column.

A text is read by a format only if its shape is the format's: ``%Y`` takes four digits and ``%y`` two,
because strptime alone would take 01/02/19 with ``%Y`` for the year 19.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from sqlglot import exp

from regulars.engine import Engine, literal
from regulars.engine import text as sql_text
from regulars.errors import SettingsError
from regulars.figures import day
from regulars.prepare.reading import cells

_SHAPES = {
    "%Y": r"\d{4}", "%y": r"\d{2}", "%m": r"\d{1,2}", "%d": r"\d{1,2}", "%H": r"\d{1,2}", "%I": r"\d{1,2}",
    "%M": r"\d{1,2}", "%S": r"\d{1,2}", "%f": r"\d{1,6}", "%g": r"\d{1,3}", "%n": r"\d{1,9}",
    "%j": r"\d{1,3}", "%-m": r"\d{1,2}", "%-d": r"\d{1,2}", "%-H": r"\d{1,2}", "%-I": r"\d{1,2}",
    "%-M": r"\d{1,2}", "%-S": r"\d{1,2}",
    "%b": r"[A-Za-z]{3}", "%B": r"[A-Za-z]+", "%a": r"[A-Za-z]{3}", "%A": r"[A-Za-z]+", "%p": r"[AaPp][Mm]",
    "%z": r"[-+]\d{2}(?::?\d{2})?", "%%": "%",
}  # fmt: skip
_WIDTHS = {"%m": 2, "%d": 2, "%H": 2, "%I": 2, "%M": 2, "%S": 2, "%j": 3}
_TOKEN = re.compile(r"%-?.|[^%]+|%$", re.DOTALL)

_DAYS = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d",
    *(f"%d{s}%m{s}%{y}" for s in "/-. " for y in "Yy"),
    *(f"%m{s}%d{s}%{y}" for s in "/-. " for y in "Yy"),
    *(f"%y{s}%m{s}%d" for s in "/-. "),
    *(f"%d{s}%b{s}%{y}" for s in ("-", "/", " ", ".", "") for y in "Yy"),
    *(f"%d{s}%B{s}%Y" for s in ("-", " ")),
    "%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%Y-%b-%d", "%d. %B %Y", "%a, %d %b %Y",
    "%d%m%Y", "%m%d%Y", "%y%m%d", "%d%m%y", "%m%d%y",
)  # fmt: skip
_TIMES = (
    "", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", "T%H:%M", "T%H:%M:%S", "T%H:%M:%S.%f", "T%H:%MZ", "T%H:%M:%SZ",
    "T%H:%M:%S.%fZ", " %H:%M:%S.%n", "T%H:%M:%S.%n", " %H:%M:%S%z", "T%H:%M:%S%z",
    "T%H:%M:%S.%f%z", " %H:%M:%S.%f%z", " %H:%M:%S %z", " %H:%M %z",
    " %I:%M %p", " %I:%M:%S %p", " %I:%M%p", " %H:%M:%S UTC", " %H.%M", " %H.%M.%S",
    ", %H:%M", ", %H:%M:%S", "%H%M%S",
)  # fmt: skip
CANDIDATES = tuple(day_part + time_part for time_part in _TIMES for day_part in _DAYS)

GARBAGE_SHARE = 0.005
"""A column of dates may hold a few cells that are none ("n/a"); with more, it is not a column of dates."""
EARLIEST_YEAR = 1900


@dataclass(frozen=True)
class DateReading:
    """How a column reads under a format: first and last day, and one of its cells as that format has it."""

    format: str
    start: date
    end: date
    example: str

    @property
    def told(self) -> str:
        return f"{self.format!r} gives {day(self.start)} to {day(self.end)} ({self.example})"


def shape(date_format: str) -> str:
    """The regular expression that a text of this format matches in full.

    Raises SettingsError for a directive that is not read.
    """
    parts = _TOKEN.findall(date_format)
    unknown = [part for part in parts if part.startswith("%") and part not in _SHAPES]
    if unknown or not any(part.startswith("%") for part in parts):
        raise SettingsError(
            "sources.orders.date_format",
            f"{date_format!r} "
            + (f"has {', '.join(map(repr, unknown))}" if unknown else "has no % directive"),
            f"Use {' '.join(each for each in _SHAPES if not each.startswith('%-'))} "
            "and the text between them, as in '%d/%m/%Y %H:%M'.",
        )
    return "".join(_part_shape(part, after) for part, after in zip(parts, [*parts[1:], ""], strict=True))


def _part_shape(part: str, after: str) -> str:
    if not part.startswith("%"):
        return re.escape(part).replace("\\ ", " +").replace("\\/", "/").replace("\\-", "-")
    # Digits that run into more digits must have their full width, or nobody could tell them apart.
    if part in _WIDTHS and (after in _WIDTHS or after in ("%Y", "%y")):
        return rf"\d{{{_WIDTHS[part]}}}"
    return _SHAPES[part]


def has_time(date_format: str) -> bool:
    return any(part in date_format for part in ("%H", "%I", "%-H", "%-I"))


def has_two_digit_year(date_format: str) -> bool:
    return "%y" in date_format


def read_text(cell: exp.Expression, date_format: str, stamps: str, timezone: str) -> exp.Expression:
    """A text cell as TIMESTAMP of the business's clock; NULL where the format does not read it exactly.

    UTC stamps with a time of day, and those that carry their own offset, are moved to ``timezone``.
    """
    read = cells.formula(
        "case when regexp_full_match($text, $shape) then try_strptime($text, $format) end",
        text=cells.text(cell), shape=shape(date_format), format=date_format,
    )  # fmt: skip
    if "%z" in date_format:
        return cells.formula("$read at time zone $zone", read=read, zone=timezone)
    return moved(read, stamps if has_time(date_format) else "local", timezone)


def read_typed(cell: exp.Expression, kind: str, stamps: str, timezone: str) -> exp.Expression:
    """A date or timestamp cell as TIMESTAMP of the business's clock; days are at midnight, not moved."""
    if kind == "TIMESTAMP WITH TIME ZONE":
        read = cells.formula("$cell at time zone $zone", cell=cell, zone=timezone)
    elif kind == "DATE":
        read = cells.formula("cast($cell as timestamp)", cell=cell)
    else:
        read = moved(cells.formula("cast($cell as timestamp)", cell=cell), stamps, timezone)
    return cells.formula("case when isfinite($cell) then $read end", cell=cell, read=read)


def said(column: str) -> str:
    """SQL for the text of one of our own columns, NULL where it is blank."""
    return cells.text(cells.column(column)).sql("duckdb")


def moved(stamp: exp.Expression, stamps: str, timezone: str) -> exp.Expression:
    """A naive stamp on the business's clock: as it is, or from UTC."""
    if stamps == "local":
        return stamp
    return cells.formula("($stamp at time zone 'UTC') at time zone $zone", stamp=stamp, zone=timezone)


def readings(
    table: str, column: str, engine: Engine, formats: Iterable[str] = CANDIDATES
) -> tuple[DateReading, ...]:
    """How the whole column reads under each format that fits it and reads it differently from those before.

    A format fits if it reads every cell that is not blank, or all but 0.5 % of them and no other reads
    more. Years before 1900 are no reading: they are digits of something else.
    """
    cell = cells.text(cells.column(column))
    distinct = sql_text(
        exp.select(exp.alias_(cell, "said"), exp.alias_(exp.Count(this=exp.Star()), "times"))
        .from_(exp.to_table(table))
        .group_by("1"),
        comments=False,
    )
    engine.create("date_texts", f"select said, times from ({distinct}) where said is not null")
    try:
        return _fitting(engine, formats)
    finally:
        engine.drop("date_texts")


@dataclass(frozen=True)
class _Fit:
    """A format as it reads the distinct texts: how many records, from when to when, by which SQL."""

    format: str
    read: int
    start: date
    end: date
    stamp: str


def _fitting(engine: Engine, formats: Iterable[str]) -> tuple[DateReading, ...]:
    ((total,),) = engine.rows("select coalesce(cast(sum(times) as bigint), 0) from date_texts")
    sample = [
        said for (said,) in engine.rows("select said from date_texts order by hash(said), said limit 500")
    ]
    found = [fit for fit in (_fit(each, engine) for each in shaped_like(sample, formats)) if fit is not None]
    most = max((fit.read for fit in found), default=0)
    kept: list[_Fit] = []
    for fit in found:
        fits = fit.read == most and total - fit.read <= total * GARBAGE_SHARE
        if fits and not any(_differ(fit, other, engine) is None for other in kept):
            kept.append(fit)
    return tuple(_told(fit, kept, engine) for fit in kept)


def shaped_like(sample: Sequence[str], formats: Iterable[str] = CANDIDATES) -> tuple[str, ...]:
    """The formats whose shape nine in ten of the texts have."""
    enough = max(len(sample) * 0.9, 1)
    return tuple(
        each for each in formats if sum(bool(_shape_of(each).fullmatch(said)) for said in sample) >= enough
    )


@cache
def _shape_of(date_format: str) -> re.Pattern[str]:
    return re.compile(shape(date_format))


def _fit(date_format: str, engine: Engine) -> _Fit | None:
    how = read_text(cells.column("said"), date_format, "local", "UTC")
    how = cells.formula("case when year($how) >= $earliest then $how end", how=how, earliest=EARLIEST_YEAR)
    stamp = how.sql("duckdb")
    ((read, start, end),) = engine.rows(
        "select cast(sum(times) as bigint), cast(min(stamp) as date), cast(max(stamp) as date) "
        f"from (select times, {stamp} as stamp from date_texts) where stamp is not null"
    )
    return None if read is None else _Fit(date_format, read, start, end, stamp)


def _differ(one: _Fit, other: _Fit, engine: Engine) -> str | None:
    """A text that the two read as different moments, if there is one."""
    differing = engine.rows(
        f"select min(said) from date_texts where {one.stamp} is distinct from {other.stamp} "
        f"and {one.stamp} is not null and {other.stamp} is not null"
    )
    return differing[0][0] if differing else None


def _told(fit: _Fit, kept: Sequence[_Fit], engine: Engine) -> DateReading:
    """The fit with an example that shows what sets it apart from the others, where there are any."""
    others = [other for other in kept if other is not fit]
    said = _differ(fit, others[0], engine) if others else None
    chosen = literal(said).sql("duckdb") if said else "arg_max(said, stamp)"
    ((example, stamp),) = engine.rows(
        f"with read as (select said, {fit.stamp} as stamp from date_texts), "
        f"chosen as (select {chosen} as said from read) "
        "select read.said, read.stamp from read join chosen on read.said = chosen.said limit 1"
    )
    return DateReading(fit.format, fit.start, fit.end, f"{example!r} is {day(stamp)}")
