"""What a proposal tells and asks: what was taken into account, and what the file does not say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from regulars.figures import day
from regulars.prepare.proposing.guesses import Facts, Guess, Look, candidates
from regulars.prepare.reading import cells, dates
from regulars.prepare.reading.csv_layout import mark_of
from regulars.prepare.reading.csv_source import CsvSource
from regulars.prepare.reading.dates import DateReading
from regulars.prepare.reading.order_totals import Said
from regulars.prepare.reading.sources import STAGED

COLUMNS_LOOKED_AT = 200
_GIFT_CARDS = (
    r"gift\s?-?(card|voucher|certificate)|\bvoucher|geschenk(gutschein|karte)|\bgutschein|"
    r"carte[s]? cadeau|ch[eè]que cadeau|tarjeta (de )?regalo|(carta|buono) regalo|cadeau(bon|kaart)"
)


def notes_on(
    look: Look, guesses: Mapping[str, Guess], date_reading: DateReading | None,
    alternatives: Sequence[DateReading], prefix: str | None, amount_is: Said | None,
) -> list[str]:  # fmt: skip
    """What was taken into account, a sentence each."""
    by_meaning = {meaning: look.facts[guess.column] for meaning, guess in guesses.items()}
    notes = _on_dates(date_reading, alternatives)
    if prefix:
        notes.append(
            f"orders that start with {prefix!r} have negative quantities: they are taken for cancellations"
        )
    if amount_is:
        notes.append(f"amount: {amount_is.why}")
    taken = {guess.column for guess in guesses.values()}
    if "amount" in guesses and candidates("unit_price", look.facts, taken):
        notes.append("there is a price as well; the amount is used")
    if "unit_price" in guesses and candidates("amount", look.facts, taken):
        (_, other), *_ = candidates("amount", look.facts, taken)
        if look.facts[other.column].is_often_blank:
            notes.append(f"{other.column!r:.80} is blank on many lines; price times quantity is used")
    notes += _on_consent(look, by_meaning)
    notes += _on_gift_cards(look, by_meaning)
    if len(look.source.columns) > COLUMNS_LOOKED_AT:
        notes.append(
            f"only the first {COLUMNS_LOOKED_AT} of {len(look.source.columns):,} columns were looked at"
        )
    if isinstance(look.source, CsvSource) and (marked := mark_of(look.given.path)):
        notes.append(f"the file says itself that it is {marked}")
    return notes


def _on_dates(date_reading: DateReading | None, alternatives: Sequence[DateReading]) -> list[str]:
    notes = [f"dates: {each.told} was ruled out" for each in alternatives]
    if date_reading is not None and dates.has_two_digit_year(date_reading.format):
        notes.append(
            f"dates: years have two digits and read as {day(date_reading.start)} to {day(date_reading.end)}"
        )
    return notes


def _on_consent(look: Look, by_meaning: Mapping[str, Facts]) -> list[str]:
    """How many say nothing in a column of consent, because by default they are left out of everything."""
    customer, notes = by_meaning["customer"].column.inner, []
    for meaning in ("consent", "opt_out"):
        if meaning not in by_meaning:
            continue
        column = by_meaning[meaning].column
        cell = cells.column(column.inner)
        if "order" in by_meaning:
            order = cells.column(by_meaning["order"].column.inner)
            cell = cells.of_its_order(cell, cells.column(customer), order)
        is_opt_out = meaning == "opt_out"
        state = cells.consent(cell, column.kind, is_opt_out=is_opt_out, blank="unknown").sql("duckdb")
        ((rows, silent, everybody),) = look.engine.rows(
            "select count(*) filter (state = 'unknown'), count(distinct who) filter (state = 'unknown'), "
            f"count(distinct who) from (select {customer} as who, {state} as state from {STAGED})"
        )
        told = f"{meaning}: column {column.name!r:.80} is taken for it"
        if rows:
            told += (
                f"; blank or unreadable for {silent:,} of {everybody:,} customers ({rows:,} rows), "
                "and cleaning.blank_opt_out decides what that means: by default they are opted out"
            )
        notes.append(told + (", and nobody is left" if rows and silent == everybody else ""))
    return notes


def _on_gift_cards(look: Look, by_meaning: Mapping[str, Facts]) -> list[str]:
    named = by_meaning.get("product_name")
    if named is None:
        return []
    name = named.column.inner
    ((lines, example),) = look.engine.rows(
        f"select count(*), min({name}) from {STAGED} "
        f"where regexp_matches(lower(cast({name} as varchar)), '{_GIFT_CARDS}')"
    )
    if not lines:
        return []
    told = f"{lines:,} lines look to be gift cards or vouchers by their name ({example!r:.60})"
    return [f"{told}: they count as products, unless cleaning.non_product_codes has their codes"]


def questions_on(look: Look, guesses: Mapping[str, Guess]) -> list[str]:
    """What the file does not say, a sentence each, with the columns that could be the answer."""
    taken = {guess.column for guess in guesses.values()}
    left = {name: each for name, each in look.facts.items() if name not in taken}
    asked = []
    if "amount" not in guesses and "unit_price" not in guesses:
        numbers = _shown(
            [name for name, each in left.items() if each.is_number and each.filled and each.distinct > 1]
        )
        asked.append(
            "No column says what an order is worth: segments will rest on when and how often people buy."
            + (f" Is it one of {numbers}? (--column amount=NAME or unit_price=NAME)" if numbers else "")
        )
    if "order" not in guesses:
        asked.append("No column names the order: what a customer buys on one day counts as one order.")
    if "consent" not in guesses and "opt_out" not in guesses:
        others = _shown(list(left))
        asked.append("No column is taken for consent or opting out: everybody is used. " + (
            f"Does one of those that are not used say it: {others}? (--column opt_out=NAME or consent=NAME)"
            if others
            else "Take those who opted out from the file, or add a column that says it."
        ))  # fmt: skip
    return asked


def _shown(names: Sequence[str], most: int = 12) -> str:
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(f"{name!r:.60}" for name in names[:most]) + more
