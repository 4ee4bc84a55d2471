"""A condition as people read it: in plain words, and in the form in which it is written in settings."""

from __future__ import annotations

from decimal import Decimal

from regulars.segment.conditions import (
    AllOf,
    AnyOf,
    Between,
    Compare,
    Condition,
    IsUnknown,
    Not,
    OneOf,
    Ranked,
)

_SAID = {
    "=": "is", "<>": "is not", "<": "is less than", "<=": "is at most",
    ">": "is more than", ">=": "is at least",
}  # fmt: skip


def words(condition: Condition) -> str:
    """The condition in words: ``spend is at least 1,234.50 (top 10 %) and recency_days is at most 90``.

    Numbers are whole, to the last digit, so that a person who applies the words decides as the SQL does.
    """
    match condition:
        case Compare(feature, sign, value, exact):
            return f"{feature} {_SAID[sign]} {figure(value, exact)}"
        case Between(feature, low, high, exact):
            return f"{feature} is from {figure(low, exact)} to {figure(high, exact)}"
        case OneOf(feature, values, exact):
            return f"{feature} is one of {', '.join(figure(value, exact) for value in values)}"
        case IsUnknown(feature):
            return f"{feature} is unknown"
        case Ranked(end, percent, feature, exact, cut):
            bound = "is at least" if end == "top" else "is at most"
            found = "–" if cut is None else figure(cut, exact)
            return f"{feature} {bound} {found} ({end} {_plain(percent)} %)"
        case Not(IsUnknown(feature)):
            return f"{feature} is known"
        case Not(part):
            return f"not ({words(part)})"
        case AllOf(parts):
            return " and ".join(_inside(part, words(part)) for part in parts)
        case AnyOf(parts):
            return " or ".join(_inside(part, words(part)) for part in parts)


def written(condition: Condition) -> str:
    """The condition as settings would say it; reading that gives the same condition."""
    match condition:
        case Compare(feature, sign, value):
            return f"{feature} {sign} {value:f}"
        case Between(feature, low, high):
            return f"{feature} between {low:f} and {high:f}"
        case OneOf(feature, values):
            return f"{feature} in ({', '.join(f'{value:f}' for value in values)})"
        case IsUnknown(feature):
            return f"{feature} is null"
        case Ranked(end, percent, feature):
            return f"{end} {percent:f} % by {feature}"
        case Not(IsUnknown(feature)):
            return f"{feature} is not null"
        case Not(part):
            return f"not ({written(part)})"
        case AllOf(parts):
            return " and ".join(_inside(part, written(part)) for part in parts)
        case AnyOf(parts):
            return " or ".join(_inside(part, written(part)) for part in parts)


def figure(value: Decimal, exact: bool) -> str:
    """A number with all of its digits: ``1,234.50`` (an exact feature with a fraction is money)."""
    number = _plain(value)
    return f"{number}0" if exact and number[-2:-1] == "." else number


def _plain(value: Decimal) -> str:
    # Neither normalize() nor abs(), which round to 28 digits.
    number = f"{value:,f}".lstrip("-")
    whole = number.rstrip("0").rstrip(".") if "." in number else number
    return f"−{whole}" if value < 0 else whole


def _inside(part: Condition, said: str) -> str:
    return f"({said})" if isinstance(part, AllOf | AnyOf) else said
