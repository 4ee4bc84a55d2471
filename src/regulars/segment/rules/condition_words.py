"""A condition as people read it: in plain words, and in the form in which it is written in settings."""

from __future__ import annotations

from decimal import Decimal

from regulars.segment.rules.conditions import (
    AllOf,
    AnyOf,
    Between,
    Compare,
    CompareFeatures,
    CompareText,
    Condition,
    IsUnknown,
    Leaf,
    Not,
    OneOf,
    OneOfTexts,
    Ranked,
)

_SAID = {
    "=": "is", "<>": "is not", "<": "is less than", "<=": "is at most",
    ">": "is more than", ">=": "is at least",
}  # fmt: skip
_BOUND = {"top": "is at least", "bottom": "is at most"}


def words(condition: Condition) -> str:
    """The condition in words: ``spend is at least 1,234.50 (top 10 %) and recency_days is at most 90``.

    Numbers are whole, to the last digit, so that a person who applies the words decides as the SQL does.
    """
    match condition:
        case Not(IsUnknown(feature)):
            return f"{feature} is known"
        case Not(part):
            return f"not ({words(part)})"
        case AllOf(parts):
            return " and ".join(_inside(part, words(part)) for part in parts)
        case AnyOf(parts):
            return " or ".join(_inside(part, words(part)) for part in parts)
        case _:
            return f"{condition.feature} {_is_said(condition)}"


def _is_said(leaf: Leaf) -> str:
    match leaf:
        case Compare(_, sign, value, exact):
            return f"{_SAID[sign]} {figure(value, exact)}"
        case Between(_, low, high, exact):
            return f"is from {figure(low, exact)} to {figure(high, exact)}"
        case OneOf(_, values, exact):
            return f"is one of {', '.join(figure(value, exact) for value in values)}"
        case CompareFeatures(_, sign, other, factor):
            return f"{_SAID[sign]} {_times(factor, f'{_plain(factor)} × ')}{other}"
        case CompareText(_, sign, text):
            return f"{_SAID[sign]} {in_quotes(text)}"
        case OneOfTexts(_, texts):
            return f"is one of {', '.join(map(in_quotes, texts))}"
        case IsUnknown():
            return "is unknown"
        case Ranked(end, percent, _, exact, cut):
            found = "–" if cut is None else figure(cut, exact)
            return f"{_BOUND[end]} {found} ({end} {_plain(percent)} %)"


def written(condition: Condition) -> str:
    """The condition as settings would say it; reading that gives the same condition."""
    match condition:
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
        case _:
            return f"{condition.feature} {_is_written(condition)}"


def _is_written(
    leaf: Compare | Between | OneOf | CompareFeatures | CompareText | OneOfTexts | IsUnknown,
) -> str:
    match leaf:
        case Compare(_, sign, value):
            return f"{sign} {value:f}"
        case Between(_, low, high):
            return f"between {low:f} and {high:f}"
        case OneOf(_, values):
            return f"in ({', '.join(f'{value:f}' for value in values)})"
        case CompareFeatures(_, sign, other, factor):
            return f"{sign} {_times(factor, f'{factor:f} * ')}{other}"
        case CompareText(_, sign, text):
            return f"{sign} {in_quotes(text)}"
        case OneOfTexts(_, texts):
            return f"in ({', '.join(map(in_quotes, texts))})"
        case IsUnknown():
            return "is null"


def _times(factor: Decimal, said: str) -> str:
    return "" if factor == 1 else said


def in_quotes(text: str) -> str:
    """A text as conditions write it: in single quotes, one within it doubled.

    >>> in_quotes("Macy's")
    "'Macy''s'"
    """
    return "'" + text.replace("'", "''") + "'"


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
