"""A first regulars.yaml for a file of orders: what each column probably is, asked where it is not plain."""

from __future__ import annotations

import itertools
import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from regulars.engine import Engine
from regulars.errors import DataRefused, DatesRefused, SettingsError, SourceUnreadable, did_you_mean
from regulars.figures import day
from regulars.prepare import cells, dates
from regulars.prepare.csv_records import Records, header_of
from regulars.prepare.csv_source import CsvSource
from regulars.prepare.csv_text import lines_of, marked_encoding
from regulars.prepare.dates import DateReading
from regulars.prepare.guesses import (
    Facts,
    Guess,
    cancellation_prefix,
    candidates,
    facts_of,
    lone_date,
    same_partition,
)
from regulars.prepare.header_words import MEANINGS, says_order_total
from regulars.prepare.order_totals import Said, repetition, said_by
from regulars.prepare.places import place
from regulars.prepare.proposal import Proposal, as_yaml
from regulars.prepare.read import located, opened
from regulars.prepare.sources import STAGED, Source, SourceColumn
from regulars.settings import Columns

__all__ = ["DateReading", "Guess", "Proposal", "as_yaml", "propose"]

DELIMITERS = (",", ";", "\t", "|")
COLUMNS_LOOKED_AT = 200


def propose(
    path: Path,
    today: date,
    *,
    overrides: Mapping[str, str] | None = None,
    date_format: str | None = None,
    table: str | None = None,
    delimiter: str | None = None,
    encoding: str | None = None,
) -> Proposal:
    """Look at the names and the values of a file's columns, and say what each probably holds and why.

    ``overrides`` maps meanings to column names that the user has chosen. Dates are read whole under every
    format that is known: a format that runs past ``today`` is ruled out, and if more than one is left the
    user is asked. Raises DatesRefused for that, DataRefused where the customer or the time is not plain
    (both name the command to give), SettingsError for an override that is not there, and whatever
    reading raises.
    """
    path = located(str(path), Path())
    chosen = dict(overrides or {})
    encoding = encoding or "utf-8"
    with Engine() as engine:
        delimiter = delimiter or _delimiter(path, encoding)
        source = opened(path, engine, table=table, delimiter=delimiter, encoding=encoding)
        columns = source.columns[:COLUMNS_LOOKED_AT]
        _refuse_unknown(chosen, source)
        columns += tuple(
            column for column in source.columns[COLUMNS_LOOKED_AT:] if column.name in chosen.values()
        )
        source.stage(columns, mark_repeats=False)
        looked = _Look(path, source, engine, facts_of(columns, engine))
        guesses = _guesses(looked, chosen)
        time = looked.facts[guesses["time"].column].column
        date_reading, alternatives = _date(looked, time, date_format, today)
        return _proposal(looked, guesses, date_reading, alternatives, _Written(table, delimiter, encoding))


@dataclass(frozen=True)
class _Look:
    path: Path
    source: Source
    engine: Engine
    facts: dict[str, Facts]

    def command(self, option: str, value: str) -> str:
        """The init command that answers a question."""
        return f"regulars init {shlex.quote(str(self.path))} {option} {shlex.quote(value)}"


@dataclass(frozen=True)
class _Written:
    table: str | None
    delimiter: str
    encoding: str


def _proposal(
    look: _Look,
    guesses: dict[str, Guess],
    date_reading: DateReading | None,
    alternatives: tuple[DateReading, ...],
    written: _Written,
) -> Proposal:
    by_meaning = {meaning: look.facts[guess.column] for meaning, guess in guesses.items()}
    prefix = cancellation_prefix(by_meaning.get("order"), by_meaning.get("quantity"), look.engine)
    values = [
        by_meaning[meaning] for meaning in ("amount", "unit_price", "quantity") if meaning in by_meaning
    ]
    shop = place(look.facts, look.engine)
    amount_is = _amount_is(look, by_meaning)
    notes = [*shop.notes, *([f"amount: {amount_is.why}"] if amount_is else [])]
    notes += _notes(look, guesses, date_reading, alternatives, prefix)
    return Proposal(
        path=look.path,
        table=written.table,
        delimiter=written.delimiter,
        encoding=written.encoding,
        decimal_mark="," if any(each.decimal_comma for each in values) else ".",
        columns=tuple(guesses.values()),
        date=date_reading,
        alternatives=alternatives,
        questions=(*shop.questions, *_questions(by_meaning)),
        timezone=shop.timezone,
        currency=shop.currency,
        cancellation_prefix=prefix,
        notes=tuple(notes),
        amount_is=amount_is,
    )


def _amount_is(look: _Look, by_meaning: Mapping[str, Facts]) -> Said | None:
    amount, order = by_meaning.get("amount"), by_meaning.get("order")
    if amount is None or order is None:
        return None
    mark = "," if amount.decimal_comma else "."
    said = cells.number(cells.column(amount.column.inner), amount.column.kind, mark, 4).sql("duckdb")
    named = by_meaning.get("product") or by_meaning.get("product_name")
    product = named.column.inner if named else "null"
    found = repetition(
        f"select {order.column.inner} as order_id, {product} as product_id, {said} as amount from {STAGED}",
        look.engine,
    )
    return said_by(amount.column.name, found, by_name=says_order_total(amount.column.name))


def _delimiter(path: Path, encoding: str) -> str:
    """The delimiter that cuts the first records into most columns, the same number in each."""
    with path.open("rb") as stream:
        first = stream.read(16)
    if first.startswith((b"PAR1", b"PK\x03\x04")) or first[8:12] == b"DUCK":
        return ","
    return max(DELIMITERS, key=lambda mark: _cut(path, encoding, mark))


def _cut(path: Path, encoding: str, delimiter: str) -> tuple[float, int]:
    """How well a delimiter cuts: the share of records as wide as the header, and how wide that is."""
    try:
        with lines_of(path, encoding) as lines:
            records = iter(Records(path, lines, delimiter))
            width = len(header_of(records, path, delimiter)[1])
            widths = Counter(len(row) for _, row in itertools.islice(records, 200))
    except SourceUnreadable:
        return (0.0, 0)
    share = widths[width] / max(widths.total(), 1)
    return (round(share, 1) if width > 1 else 0.0, width)


def _refuse_unknown(chosen: Mapping[str, str], source: Source) -> None:
    names = [column.name for column in source.columns]
    faults = [
        f"no meaning {meaning!r}.{did_you_mean(meaning, list(MEANINGS))}"
        for meaning in chosen
        if meaning not in MEANINGS
    ]
    faults += [
        f"no column {name!r:.80} for {meaning}.{did_you_mean(name, names)[:120]}"
        for meaning, name in chosen.items()
        if name not in names
    ]
    if faults:
        shown = ", ".join(f"{name!r:.40}" for name in names[:20])
        raise SettingsError(source.title, " ".join(faults), f"The columns are {shown}.")


def _guesses(look: _Look, chosen: Mapping[str, str]) -> dict[str, Guess]:
    """Meaning to guess, in the order in which columns are taken: what matters most first."""
    found = {meaning: Guess(meaning, name, "you said so") for meaning, name in chosen.items()}
    for meaning in ("time", "customer"):
        if meaning not in found:
            found[meaning] = _plain_guess(look, meaning, {guess.column for guess in found.values()})
    for meaning in MEANINGS:
        said_otherwise = {"amount": "unit_price", "unit_price": "amount"}.get(meaning) in chosen
        taken = {guess.column for guess in found.values()}
        options = candidates(meaning, look.facts, taken)
        if meaning not in found and options and not said_otherwise:
            found[meaning] = options[0][1]
    if "amount" in found and "unit_price" in found:
        # The line's own total says what was paid; a price would say it again, or otherwise.
        del found["unit_price"]
    return {meaning: found[meaning] for meaning in Columns.model_fields if meaning in found}


def _plain_guess(look: _Look, meaning: str, taken: set[str]) -> Guess:
    """The guess for a meaning that must be plain. Raises DataRefused where none or two are as good."""
    options = candidates(meaning, look.facts, taken)
    best = [guess for score, guess in options if score == options[0][0]]
    if meaning == "time" and not best:
        lone = lone_date(look.facts)
        best = [lone] if lone else []
    if len(best) == 1:
        return best[0]
    first = look.facts[best[0].column] if best else None
    if (
        first
        and meaning == "customer"
        and all(same_partition(first, look.facts[each.column], look.engine) for each in best[1:])
    ):
        others = ", ".join(repr(each.column) for each in best[1:])
        return Guess(meaning, best[0].column, f"{best[0].why}; {others} tells the same customers apart")
    shown = [guess.column for guess in best] or [
        name for name, each in look.facts.items() if _could_be(meaning, each)
    ]
    found = "more than one column could be it" if best else "no column is plainly it"
    raise DataRefused(
        f"{look.source.title}, the column of the {meaning}",
        f"{found} ({', '.join(f'{name!r:.60}' for name in shown[:8]) or 'none has fitting values'})",
        "Say which one it is.",
        next_command=look.command(f"--{meaning}", (shown or ["COLUMN"])[0]),
    )


def _could_be(meaning: str, facts: Facts) -> bool:
    return facts.is_date if meaning == "time" else facts.is_code


def _date(
    look: _Look, time: SourceColumn, date_format: str | None, today: date
) -> tuple[DateReading | None, tuple[DateReading, ...]]:
    """The one format of the dates, and those ruled out. Raises DatesRefused where there is not one."""
    if cells.is_date(time.kind):
        return None, ()
    fits = dates.readings(STAGED, time.inner, look.engine)
    if date_format is not None:
        said = dates.readings(STAGED, time.inner, look.engine, [date_format])
        if not said:
            raise _dates_refused(look, time, f"{date_format!r} does not read them", fits)
        return said[0], tuple(fit for fit in fits if fit.format != date_format)
    # A shop east of here may already have tomorrow.
    past = [fit for fit in fits if fit.end <= today + timedelta(days=1)]
    if len(past) == 1:
        return past[0], tuple(fit for fit in fits if fit is not past[0])
    if not fits:
        raise _dates_refused(look, time, "no format that is known reads them all", fits)
    if not past:
        runs = (
            "every format that reads them runs" if len(fits) > 1 else "the only format that reads them runs"
        )
        raise _dates_refused(look, time, f"{runs} past today, {day(today)}", fits)
    raise _dates_refused(look, time, f"{len(past)} formats read them all, differently", past)


def _dates_refused(look: _Look, time: SourceColumn, found: str, fits: Sequence[DateReading]) -> DatesRefused:
    examples = look.engine.rows(
        f"select said from (select distinct cast({time.inner} as varchar) as said from {STAGED}) "
        "where said is not null order by said limit 3"
    )
    told = "; ".join(fit.told for fit in fits)
    return DatesRefused(
        f"{look.source.title}, dates in column {time.name!r:.80}",
        found,
        f"Choose the format: {told}." if told else "Say how they are written.",
        examples=[f"{said!r:.60}" for (said,) in examples],
        next_command=look.command("--date-format", fits[0].format if fits else "%d/%m/%Y"),
    )


def _notes(
    look: _Look,
    guesses: Mapping[str, Guess],
    date_reading: DateReading | None,
    alternatives: Sequence[DateReading],
    prefix: str | None,
) -> list[str]:
    notes = [f"dates: {each.told} was ruled out" for each in alternatives]
    if date_reading is not None and dates.has_two_digit_year(date_reading.format):
        notes.append(
            f"dates: years have two digits and read as {day(date_reading.start)} to {day(date_reading.end)}"
        )
    if prefix:
        notes.append(
            f"orders that start with {prefix!r} have negative quantities: they are taken for cancellations"
        )
    if "amount" in guesses and candidates(
        "unit_price", look.facts, {guess.column for guess in guesses.values()}
    ):
        notes.append("there is a price as well; the amount is used")
    if len(look.source.columns) > COLUMNS_LOOKED_AT:
        notes.append(
            f"only the first {COLUMNS_LOOKED_AT} of {len(look.source.columns):,} columns were looked at"
        )
    if isinstance(look.source, CsvSource) and (marked := _mark(look.path)):
        notes.append(f"the file says itself that it is {marked}")
    return notes


def _mark(path: Path) -> str | None:
    with path.open("rb") as stream:
        return marked_encoding(stream.read(4))


def _questions(by_meaning: Mapping[str, Facts]) -> list[str]:
    asked = []
    if "amount" not in by_meaning and "unit_price" not in by_meaning:
        asked.append(
            "No column says what an order is worth: segments will rest on when and how often people buy."
        )
    if "order" not in by_meaning:
        asked.append("No column names the order: what a customer buys on one day counts as one order.")
    return asked
