"""Currency and time zone, as far as the orders say where they come from."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from regulars.engine import Engine
from regulars.prepare.proposing.guesses import LOOKED_AT, Facts
from regulars.prepare.proposing.header_words import folded, words_of
from regulars.prepare.reading.sources import STAGED

NO_CURRENCY = "XXX"
"""ISO 4217's code for no currency: amounts are written without a sign."""

_SIGNS = {
    "€": "EUR", "£": "GBP", "$": "USD", "¥": "JPY", "₹": "INR", "₩": "KRW", "₪": "ILS", "₺": "TRY",
    "zł": "PLN", "kč": "CZK", "ft": "HUF", "r$": "BRL", "a$": "AUD", "ca$": "CAD", "c$": "CAD", "us$": "USD",
    "nz$": "NZD", "mx$": "MXN", "euro": "EUR", "euros": "EUR", "fr.": "CHF", "sfr": "CHF", "rs": "INR",
    "rs.": "INR", "lei": "RON",
}  # fmt: skip
_CODES = frozenset({
    "EUR", "GBP", "USD", "JPY", "CNY", "INR", "KRW", "BRL", "CAD", "AUD", "MXN", "NZD", "ILS", "TRY", "CHF",
    "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "RON", "BGN", "ISK", "ZAR", "SGD", "HKD", "THB", "MYR", "IDR",
    "PHP", "VND", "AED", "SAR", "EGP", "NGN", "KES", "CLP", "COP", "ARS", "PEN", "UAH", "RUB", "TWD",
})  # fmt: skip
_DOLLARS = {"USD", "CAD", "AUD", "MXN", "NZD", "SGD", "HKD"}

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


def place(facts: Mapping[str, Facts], priced: Sequence[Facts], engine: Engine) -> Place:
    """Currency and zone: a column of currencies, the ``priced`` columns and the country, in that order."""
    notes, questions = [], []
    country = _country(facts, engine)
    of_country, zone = _COUNTRIES[country[1].casefold()] if country else (None, None)
    where = f"{country[2]:.0%} of the records have {country[1]!r} in column {country[0]!r}" if country else ""
    currency, why = (
        _said_currency(facts, engine) or _priced_in(priced, engine, of_country) or (of_country, where)
    )
    if currency is None:
        questions.append("Nothing says the currency: which is it? XXX stands for none; set it above.")
    else:
        notes.append(f"currency {currency}: {why}")
    if zone is None:
        questions.append(
            "Nothing says the shop's time zone: UTC is taken. Are the times the shop's own clock, or UTC?"
        )
    else:
        notes.append(f"timezone {zone}: {where}")
    return Place(currency or NO_CURRENCY, zone or "UTC", tuple(notes), tuple(questions))


def _country(facts: Mapping[str, Facts], engine: Engine) -> tuple[str, str, float] | None:
    found = _most_said(facts, engine, {"country", "land", "pays", "pais", "paese"})
    return found if found and found[1].casefold() in _COUNTRIES else None


def _said_currency(facts: Mapping[str, Facts], engine: Engine) -> tuple[str, str] | None:
    said = _most_said(facts, engine, {"currency", "wahrung", "devise", "moneda", "valuta"})
    code = _code(said[1]) if said else None
    return (code, f"column {said[0]!r} says it in {said[2]:.0%} of the records") if said and code else None


def _code(said: str) -> str | None:
    """The ISO code that a sign or a code stands for."""
    return said.upper() if said.upper() in _CODES else _SIGNS.get(said.casefold())


def _priced_in(priced: Sequence[Facts], engine: Engine, of_country: str | None) -> tuple[str, str] | None:
    """The currency that the cells or else the header of an amount or a price say."""
    for each in priced:
        name = each.column.name
        sign = _sign_in_cells(each, engine)
        said = [(sign, f"cells of {name!r} have {sign!r}")] if sign else []
        said += [(word, f"the header {name!r} says {word!r}") for word in _currency_words(name)]
        for word, why in said:
            code = _code(word)
            if code and word == "$" and of_country in _DOLLARS:
                return of_country, f"{why} and the country has it"
            if code:
                return code, why
    return None


def _currency_words(header: str) -> list[str]:
    """Signs and codes in a header. Codes that are words too (pen) count in capitals only."""
    signs = re.findall(r"[A-Z]{0,2}[$€£¥₹₩₪₺]", header)
    capitals = [word for word in re.findall(r"[A-Z]{3}(?![a-z])", header) if word in _CODES]
    small = [word for word in words_of(header) if word in ("euro", "euros") or word.upper() in _CODES]
    return signs + capitals + [word for word in small if word not in ("pen", "try", "cop", "all")]


_NUMERALS = r"'[-+()0-9.,''’\s\x{a0}\x{202f}−]'"


def _sign_in_cells(facts: Facts, engine: Engine) -> str | None:
    """What most cells of a text column have beside the number, such as a currency sign."""
    if not facts.column.is_text:
        return None
    inner = facts.column.inner
    sign = f"trim(regexp_replace({inner}, {_NUMERALS}, '', 'g'))"
    found = engine.rows(
        f"select {sign} as sign from {STAGED} where {inner} is not null and record <= {LOOKED_AT} "
        "group by sign order by count(*) desc, sign limit 1"
    )
    return found[0][0] or None if found else None


def _most_said(
    facts: Mapping[str, Facts], engine: Engine, headers: set[str]
) -> tuple[str, str, float] | None:
    """Column, value and its share for the first column with such a header, if a value has at least half."""
    for name, each in facts.items():
        if headers & {folded(word) for word in words_of(name)} and each.column.is_text and each.filled:
            inner = each.column.inner
            ((value, share),) = engine.rows(
                f"select {inner}, count(*) / (select count({inner}) from {STAGED}) as share from {STAGED} "
                f"where {inner} is not null group by {inner} order by share desc, {inner} limit 1"
            )
            if share >= 0.5:
                return name, value, share
    return None
