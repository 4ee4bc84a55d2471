"""Currency and time zone, as far as the orders say where they come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from regulars.engine import Engine
from regulars.prepare.guesses import Facts
from regulars.prepare.header_words import words_of
from regulars.prepare.sources import STAGED

DEFAULT_CURRENCY = "GBP"

# Where most orders of a country come from says the currency; the zone only where the country has one.
_COUNTRIES = {
    "united kingdom": ("GBP", "Europe/London"), "uk": ("GBP", "Europe/London"),
    "gb": ("GBP", "Europe/London"), "ireland": ("EUR", "Europe/Dublin"),
    "ie": ("EUR", "Europe/Dublin"), "germany": ("EUR", "Europe/Berlin"),
    "deutschland": ("EUR", "Europe/Berlin"), "de": ("EUR", "Europe/Berlin"),
    "austria": ("EUR", "Europe/Vienna"), "at": ("EUR", "Europe/Vienna"),
    "france": ("EUR", "Europe/Paris"), "fr": ("EUR", "Europe/Paris"),
    "italy": ("EUR", "Europe/Rome"), "italia": ("EUR", "Europe/Rome"),
    "it": ("EUR", "Europe/Rome"), "spain": ("EUR", "Europe/Madrid"),
    "es": ("EUR", "Europe/Madrid"), "netherlands": ("EUR", "Europe/Amsterdam"),
    "nl": ("EUR", "Europe/Amsterdam"), "belgium": ("EUR", "Europe/Brussels"),
    "be": ("EUR", "Europe/Brussels"), "sweden": ("SEK", "Europe/Stockholm"),
    "norway": ("NOK", "Europe/Oslo"), "denmark": ("DKK", "Europe/Copenhagen"),
    "poland": ("PLN", "Europe/Warsaw"), "switzerland": ("CHF", "Europe/Zurich"),
    "japan": ("JPY", "Asia/Tokyo"), "india": ("INR", "Asia/Kolkata"),
    "united states": ("USD", None), "usa": ("USD", None),
    "us": ("USD", None), "canada": ("CAD", None),
    "australia": ("AUD", None), "brazil": ("BRL", None),
    "mexico": ("MXN", None),
}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """Currency and zone, what says so, and what to ask where nothing does."""

    currency: str
    timezone: str
    notes: tuple[str, ...]
    questions: tuple[str, ...]


def place(facts: Mapping[str, Facts], engine: Engine) -> Place:
    """Where most orders come from, as far as a column of currencies or countries says it."""
    currency, zone, notes, questions = None, None, [], []
    said = _most_said(facts, engine, {"currency", "waehrung", "devise", "moneda"})
    if said and len(said[1]) == 3 and said[1].isalpha():
        currency = said[1].upper()
        notes.append(f"currency {currency}: column {said[0]!r} says it in {said[2]:.0%} of the records")
    country = _most_said(facts, engine, {"country", "land", "pays", "pais", "paese"})
    if country and country[1].casefold() in _COUNTRIES:
        of_country, zone = _COUNTRIES[country[1].casefold()]
        where = f"{country[2]:.0%} of the records have {country[1]!r} in column {country[0]!r}"
        if currency is None:
            currency = of_country
            notes.append(f"currency {currency}: {where}")
        if zone:
            notes.append(f"timezone {zone}: {where}")
    if currency is None:
        questions.append(f"Nothing says the currency: is it {DEFAULT_CURRENCY}?")
    if zone is None:
        questions.append(
            "Nothing says the shop's time zone: UTC is taken. Are the times the shop's own clock, or UTC?"
        )
    return Place(currency or DEFAULT_CURRENCY, zone or "UTC", tuple(notes), tuple(questions))


def _most_said(
    facts: Mapping[str, Facts], engine: Engine, headers: set[str]
) -> tuple[str, str, float] | None:
    """Column, value and its share for the first column with such a header, if a value has at least half."""
    for name, each in facts.items():
        if headers & set(words_of(name)) and each.column.is_text and each.filled:
            inner = each.column.inner
            ((value, share),) = engine.rows(
                f"select {inner}, count(*) / (select count({inner}) from {STAGED}) as share from {STAGED} "
                f"where {inner} is not null group by {inner} order by share desc, {inner} limit 1"
            )
            if share >= 0.5:
                return name, value, share
    return None
