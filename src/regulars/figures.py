"""How a figure is written: the one place that knows currency, rounding and locale.

Whatever shows a number to a person (words, dashboard, terminal) and whatever checks one calls this,
so that a figure reads the same everywhere and a checker can read it back.
"""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from regulars.types import Value

SIGNS = {
    "GBP": "£", "USD": "$", "EUR": "€", "JPY": "¥", "CNY": "CN¥", "INR": "₹", "KRW": "₩",
    "BRL": "R$", "CAD": "CA$", "AUD": "A$", "MXN": "MX$", "NZD": "NZ$", "ILS": "₪", "TRY": "₺",
    # ISO 4217's "no currency": a plain number.
    "XXX": "",
}  # fmt: skip
NO_MINOR_UNIT = {"JPY", "KRW", "CLP", "VND", "ISK", "XAF", "XOF"}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def rounded(value: float | Decimal, places: int) -> Decimal:
    """``value`` at that many decimals, halves to even: the rule that decides what is printed."""
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)


def written(value: Value, unit: str) -> str:
    """A figure in full, with its unit: ``£1,234``, ``62.1%``, ``12 days``, ``3 Dec 2011``; ``–`` for none.

    ``unit`` is one of the facts file's units. Percent is 0 to 100.

    >>> written(1234.5, "GBP"), written(62.14, "percent"), written(1, "days"), written(2.5, "days")
    ('£1,234', '62.1%', '1 day', '2.5 days')
    """
    if value is None:
        return "–"
    if isinstance(value, str):
        return day(date.fromisoformat(value)) if unit == "date" else value
    if unit == "percent":
        return f"{_plain(value, 1)}%"
    if unit == "percent_change":
        return f"{_plain(value, 1, sign=True)}%"
    if unit == "points":
        return f"{_plain(value, 1)} points"
    if unit == "count":
        return _plain(value, 0)
    if unit in ("days", "months", "years"):
        number = _plain(value, 0 if abs(rounded(value, 1)) >= 10 or value == int(value) else 1)
        return f"{number} {unit[:-1] if number == '1' else unit}"
    if unit in ("ratio", "per_1000"):
        return _plain(value, 2 if abs(rounded(value, 2)) < 10 else 1)
    if unit == "index":
        return _plain(value, 0)
    return money(value, unit)


def signed(value: float | Decimal, places: int = 1) -> str:
    """A change, with its sign; none for what is zero as written.

    >>> signed(3.26), signed(-0.04), signed(-6.2)
    ('+3.3', '0.0', '−6.2')
    """
    return _plain(value, places, sign=True)


def plain(value: float | Decimal, places: int = 2) -> str:
    """A number without a unit, at so many decimals.

    >>> plain(-0.068), plain(-0.001), plain(1234.5, 0)
    ('−0.07', '0.00', '1,234')
    """
    return _plain(value, places)


def money(value: float | Decimal, currency: str) -> str:
    """An amount in full: minor units below 1,000, none above."""
    places = 0 if currency in NO_MINOR_UNIT or abs(rounded(value, 2)) >= 1000 else 2
    number = _plain(value, places).removeprefix("−")
    sign = "−" if value < 0 and number.strip("0.,") else ""
    return f"{sign}{SIGNS.get(currency, currency + ' ')}{number}"


def short(value: Value, unit: str) -> str:
    """A figure for a tight place.

    >>> short(1_234_000, "GBP"), short(41.4, "percent"), short(1493, "count")
    ('£1.2m', '41%', '1,493')
    """
    if value is None or isinstance(value, str):
        return written(value, unit)
    if unit == "percent":
        return f"{_plain(value, 0 if abs(value) >= 10 else 1)}%"
    if len(unit) == 3 and unit.isupper():
        sign = "−" if value < 0 else ""
        amount = Decimal(str(abs(value)))
        for size, mark in ((10**9, "bn"), (10**6, "m"), (10**3, "k")):
            # What would be written as 1,000 of the mark below is 1.0 of this one.
            if rounded(amount * 1000 / size, 0) >= 1000:
                scaled = amount / size
                return f"{sign}{SIGNS.get(unit, unit + ' ')}{_plain(scaled, 0 if scaled >= 100 else 1)}{mark}"
    return written(value, unit)


def significant(value: float | None, digits: int = 4) -> str:
    """A number without a unit in so many significant digits, as a parameter of a model is told.

    >>> significant(0.718654738), significant(14744.68), significant(4.987e-07), significant(None)
    ('0.7187', '14,745', '4.987e-07', '–')
    """
    if value is None:
        return "–"
    if abs(value) >= 10 ** (digits - 1):
        return _plain(value, 0)
    text = f"{value:.{digits}g}"
    return text.replace("-", "−", 1) if value < 0 else text


def day(when: date) -> str:
    """``3 Dec 2011``"""
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year}"


def _plain(value: float | Decimal, places: int, *, sign: bool = False) -> str:
    number = rounded(value, places)
    text = f"{abs(number):,}"
    if number < 0:
        return f"−{text}"
    return f"+{text}" if sign and number > 0 else text
