"""A first regulars.yaml for a file of orders: what each column probably is, asked where it is not plain."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from regulars.engine import Engine
from regulars.errors import DataRefused, SettingsError, SourceUnreadable, did_you_mean
from regulars.prepare.proposing.guesses import (
    Facts,
    Guess,
    Look,
    cancellation_prefix,
    candidates,
    facts_of,
    lone_date,
    same_partition,
)
from regulars.prepare.proposing.header_words import MEANINGS, says_order_total
from regulars.prepare.proposing.init_command import Given, for_init
from regulars.prepare.proposing.init_dates import date_of
from regulars.prepare.proposing.init_notes import COLUMNS_LOOKED_AT, notes_on, questions_on
from regulars.prepare.proposing.places import place
from regulars.prepare.proposing.proposal import Proposal, as_yaml
from regulars.prepare.reading import cells
from regulars.prepare.reading.csv_layout import OTHER_ENCODING, decoded_sample, delimiter_of
from regulars.prepare.reading.dates import DateReading
from regulars.prepare.reading.order_totals import Said, repetition, said_by
from regulars.prepare.reading.read import located, opened
from regulars.prepare.reading.sources import STAGED, Source, table_names
from regulars.settings import Columns

__all__ = ["DateReading", "Guess", "Proposal", "as_yaml", "propose"]


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
    user is asked. A file that is not UTF-8 is tried as cp1252. Raises DatesRefused for the dates,
    DataRefused where the customer or the time is not plain (both name the command to give), SettingsError
    for an override that is not there, and whatever reading raises, with init's options as remedies.
    """
    given = Given(path, dict(overrides or {}), date_format, table, delimiter, encoding)
    try:
        return _proposed(given, today, [])
    except SourceUnreadable as bad:
        sample = None
        if encoding is None and isinstance(bad.__cause__, UnicodeDecodeError):
            sample = decoded_sample(path, OTHER_ENCODING)
        if sample is None:
            raise for_init(bad) from bad
    except SettingsError as bad:
        raise for_init(bad) from bad
    note = (
        f"the file is not UTF-8 and is read as {OTHER_ENCODING}: {sample}; if that is wrong, give --encoding"
    )
    return _proposed(given.with_encoding(OTHER_ENCODING), today, [note])


def _proposed(given: Given, today: date, notes: list[str]) -> Proposal:
    path, chosen = located(str(given.path), Path()), given.columns
    encoding = given.encoding or "utf-8"
    with Engine() as engine:
        delimiter = given.delimiter or delimiter_of(path, encoding)
        table = given.table or lone_table(path, given, engine)
        source = opened(path, engine, table=table, delimiter=delimiter, encoding=encoding)
        columns = source.columns[:COLUMNS_LOOKED_AT]
        _refuse_unknown(chosen, source)
        columns += tuple(
            column for column in source.columns[COLUMNS_LOOKED_AT:] if column.name in chosen.values()
        )
        source.stage(columns, mark_repeats=False)
        look = Look(given, source, engine, facts_of(columns, engine))
        guesses = _guesses(look, chosen)
        read = date_of(look, look.facts[guesses["time"].column].column, given.date_format, today)
        return _proposal(look, guesses, read, (table, delimiter, encoding), notes)


def lone_table(path: Path, given: Given, engine: Engine) -> str | None:
    """The only table of a database. Raises SettingsError, with a command to give, where it has several."""
    names = table_names(path, engine)
    if len(names) > 1:
        raise SettingsError(
            f"orders database {str(path)!r}, its table",
            f"no table is named; it has {', '.join(f'{name!r:.80}' for name in names[:12])}",
            "Give one of these with --table (a view must first be made a table).",
            next_command=given.command("--table", names[0]),
        )
    return names[0] if names else None


def _proposal(
    look: Look, guesses: dict[str, Guess],
    read: tuple[DateReading | None, tuple[DateReading, ...]], laid_out: tuple[str | None, str, str],
    notes: list[str],
) -> Proposal:  # fmt: skip
    by_meaning = {meaning: look.facts[guess.column] for meaning, guess in guesses.items()}
    prefix = cancellation_prefix(by_meaning.get("order"), by_meaning.get("quantity"), look.engine)
    values = [by_meaning[each] for each in ("amount", "unit_price", "quantity") if each in by_meaning]
    priced = [by_meaning[each] for each in ("amount", "unit_price") if each in by_meaning]
    shop = place(look.facts, priced, look.engine)
    amount_is = _amount_is(look, by_meaning)
    table, delimiter, encoding = laid_out
    return Proposal(
        path=look.given.path,
        table=table,
        delimiter=delimiter,
        encoding=encoding,
        decimal_mark="," if any(each.decimal_comma for each in values) else ".",
        columns=tuple(guesses.values()),
        date=read[0],
        alternatives=read[1],
        questions=(*shop.questions, *questions_on(look, guesses)),
        timezone=shop.timezone,
        currency=shop.currency,
        cancellation_prefix=prefix,
        notes=(*notes, *shop.notes, *notes_on(look, guesses, *read, prefix, amount_is)),
        amount_is=amount_is,
    )


def _amount_is(look: Look, by_meaning: Mapping[str, Facts]) -> Said | None:
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


def _guesses(look: Look, chosen: Mapping[str, str]) -> dict[str, Guess]:
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
        # The line's own total says what was paid; a price would say it again, or otherwise. But a total
        # that only the first line of an order has leaves the other lines without a value.
        on_few_lines = look.facts[found["amount"].column].is_often_blank and "quantity" in found
        del found["amount" if on_few_lines and "amount" not in chosen else "unit_price"]
    return {meaning: found[meaning] for meaning in Columns.model_fields if meaning in found}


def _plain_guess(look: Look, meaning: str, taken: set[str]) -> Guess:
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
        "Say which one it is."
        + (
            " A table with one row a customer and no orders is taken with --customer-level."
            if meaning == "time" and not best
            else ""
        ),
        next_command=look.given.command(f"--{meaning}", (shown or ["COLUMN"])[0]),
    )


def _could_be(meaning: str, facts: Facts) -> bool:
    return facts.is_date if meaning == "time" else facts.is_code
