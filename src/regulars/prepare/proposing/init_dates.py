"""The one format of a file's dates, or the question which it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from regulars.errors import DatesRefused
from regulars.figures import day
from regulars.prepare.proposing.guesses import Look
from regulars.prepare.reading import cells, dates
from regulars.prepare.reading.dates import DateReading
from regulars.prepare.reading.sources import STAGED, SourceColumn


def date_of(
    look: Look, time: SourceColumn, date_format: str | None, today: date
) -> tuple[DateReading | None, tuple[DateReading, ...]]:
    """The one format of the dates, and those ruled out. Raises DatesRefused where there is not one."""
    if cells.is_date(time.kind):
        return None, ()
    fits = dates.readings(STAGED, time.inner, look.engine)
    if date_format is not None:
        said = dates.readings(STAGED, time.inner, look.engine, [date_format])
        if not said:
            raise _refused(look, time, f"{date_format!r} does not read them", fits)
        return said[0], tuple(fit for fit in fits if fit.format != date_format)
    # A shop east of here may already have tomorrow.
    past = [fit for fit in fits if fit.end <= today + timedelta(days=1)]
    if len(past) == 1:
        return past[0], tuple(fit for fit in fits if fit is not past[0])
    if not fits:
        raise _refused(look, time, "no format that is known reads them all", fits)
    if not past:
        raise _future(look, time, fits, today)
    raise _refused(look, time, f"{len(past)} formats read them all, differently", past)


def _refused(look: Look, time: SourceColumn, found: str, fits: Sequence[DateReading]) -> DatesRefused:
    told = "; ".join(fit.told for fit in fits)
    return DatesRefused(
        f"{look.source.title}, dates in column {time.name!r:.80}",
        found,
        f"Choose the format: {told}." if told else "Say how they are written.",
        examples=_examples(look, time),
        next_command=look.given.command("--date-format", fits[0].format if fits else "%d/%m/%Y"),
    )


def _future(look: Look, time: SourceColumn, fits: Sequence[DateReading], today: date) -> DatesRefused:
    """Orders that lie ahead: another format would not help, another column or a look at the file may."""
    runs = "every format that reads them runs" if len(fits) > 1 else "the only format that reads them runs"
    others = [name for name, each in look.facts.items() if each.is_date and name != time.name]
    told = "; ".join(fit.told for fit in fits)
    return DatesRefused(
        f"{look.source.title}, dates in column {time.name!r:.80}",
        f"{runs} past today, {day(today)}: {told}",
        "Orders are not made ahead of time: "
        + ("name the column of the day of order." if others else "take such rows out, or name the format "
           "with --date-format if these days are meant."),
        examples=_examples(look, time),
        next_command=look.given.command("--time", others[0]) if others else None,
    )  # fmt: skip


def _examples(look: Look, time: SourceColumn) -> list[str]:
    said = look.engine.rows(
        f"select said from (select distinct cast({time.inner} as varchar) as said from {STAGED}) "
        "where said is not null order by said limit 3"
    )
    return [f"{each!r:.60}" for (each,) in said]
