"""What values make a stated figure true: the tolerance table.

Every hedge of a figure gives an interval; the figure holds where the computed value lies in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

ABOUT = 0.10
"""About, nearly, just over, and a ratio in whole numbers: within a tenth."""
FRACTION_POINTS = 3.0
"""A fraction in words ("a third") also holds within three points."""
ALL, NONE = 99.95, 0.05
"""Every and never, in percent: what would print as 100.0 and 0.0."""
_SLACK = 1e-12
"""Rounding of binary fractions, and nothing more."""


@dataclass(frozen=True, slots=True)
class Interval:
    """The values from ``low`` to ``high``, each end in it unless it is said to be open."""

    low: float = -inf
    high: float = inf
    low_open: bool = False
    high_open: bool = False

    def __contains__(self, value: float) -> bool:
        slack = _SLACK * max(1.0, abs(value))
        above = value > self.low + slack if self.low_open else value >= self.low - slack
        below = value < self.high - slack if self.high_open else value <= self.high + slack
        return above and below

    def negated(self) -> Interval:
        """The interval of the negative values: a fall of 5 is a change of −5."""
        return Interval(-self.high, -self.low, self.high_open, self.low_open)

    def scaled(self, by: float) -> Interval:
        return Interval(self.low * by, self.high * by, self.low_open, self.high_open)


ABOVE_ZERO = Interval(low=0, low_open=True)
BELOW_ZERO = Interval(high=0, high_open=True)


def stated(value: float, place: float) -> Interval:
    """The true value rounds to the stated one: half a unit in the last stated place, either way."""
    return Interval(value - place / 2, value + place / 2)


def about(value: float) -> Interval:
    margin = abs(value) * ABOUT
    return Interval(value - margin, value + margin)


def fraction(percent: float) -> Interval:
    """A fraction in words, in percent: within 3 points or a tenth, whichever is wider.

    One of less than a tenth is within three tenths of itself: "one in 30" is not one in 16.
    """
    margin = max(min(FRACTION_POINTS, 0.3 * percent), percent * ABOUT)
    return Interval(percent - margin, percent + margin)


def nearly(value: float) -> Interval:
    return Interval(value * (1 - ABOUT), value, high_open=True)


def just_over(value: float) -> Interval:
    return Interval(value, value * (1 + ABOUT), low_open=True)


def over(value: float) -> Interval:
    return Interval(low=value, low_open=True)


def under(value: float) -> Interval:
    return Interval(high=value, high_open=True)


def hedged(hedge: str, value: float, place: float, kind: str) -> Interval:
    """The interval of a figure: its hedge, and whether it is ``stated``, a ``fraction`` or ``times``."""
    match hedge:
        case "nearly":
            return nearly(value)
        case "just_over":
            return just_over(value)
        case "over":
            return over(value)
        case "under":
            return under(value)
        case "at_least":
            return Interval(low=value - place / 2 if kind == "stated" else value)
        case "at_most":
            return Interval(high=value + place / 2 if kind == "stated" else value)
        case "within":
            return Interval(-value, value)
        case _ if kind == "fraction":
            return fraction(value)
        case _ if hedge == "about" or (kind == "times" and value == int(value)):
            return about(value)
        case _:
            return stated(value, place)
