"""Conditions on the features of a customer as plain data: they compile to SQL and judge one customer.

A condition holds, does not hold, or is unknown, as in SQL: a comparison with a missing value is unknown,
``not`` unknown is unknown, and what is unknown puts nobody in a segment.

A feature is a number or a text (a region, an industry), and each kind has leaves of its own. Texts are
equal where every character is: capitals, accents and blanks at the end count, in Python as in an engine
whose column has its default, deterministic collation. They have no order here, because engines differ in it.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Literal

from sqlglot import exp

from regulars.engine import literal
from regulars.segment.rules import Customer, Known, Number, column, number

Sign = Literal["=", "<>", "<", "<=", ">", ">="]
Equality = Literal["=", "<>"]
End = Literal["top", "bottom"]
Truth = bool | None
"""None is unknown."""


@dataclass(frozen=True)
class Compare:
    """A feature against a number. ``exact``: the feature is a whole number or a decimal, and so compared
    digit for digit; else it is a double, and the number is compared as the double nearest to it."""

    feature: str
    sign: Sign
    value: Decimal
    exact: bool = True


@dataclass(frozen=True)
class Between:
    """From ``low`` to ``high``, both included."""

    feature: str
    low: Decimal
    high: Decimal
    exact: bool = True


@dataclass(frozen=True)
class OneOf:
    """Equal to one of some numbers."""

    feature: str
    values: tuple[Decimal, ...]
    exact: bool = True


@dataclass(frozen=True)
class CompareFeatures:
    """A feature against ``factor`` times another one. ``exact``: both are whole numbers or decimals and the
    factor is 1, and so they are compared digit for digit; else as doubles, the product rounded once."""

    feature: str
    sign: Sign
    other: str
    factor: Decimal = Decimal(1)
    exact: bool = True

    def __post_init__(self) -> None:
        if self.factor <= 0 or (self.exact and self.factor != 1):
            raise ValueError(f"a factor of {self.factor:f} cannot be compared with digit for digit")


@dataclass(frozen=True)
class CompareText:
    """A text that is another one (``=``), or is not (``<>``), character for character."""

    feature: str
    sign: Equality
    text: str


@dataclass(frozen=True)
class OneOfTexts:
    """Equal to one of some texts."""

    feature: str
    texts: tuple[str, ...]


@dataclass(frozen=True)
class IsUnknown:
    """Missing: the one condition on a feature that is never itself unknown."""

    feature: str


@dataclass(frozen=True)
class Ranked:
    """Among the highest or lowest ``percent`` (0 to 100) of those whose feature is known.

    ``cut`` is the value that fitting found for it, itself included; None before fitting.
    """

    end: End
    percent: Decimal
    feature: str
    exact: bool = True
    cut: Decimal | None = None


@dataclass(frozen=True)
class Not:
    part: Condition


@dataclass(frozen=True)
class AllOf:
    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class AnyOf:
    parts: tuple[Condition, ...]


Leaf = Compare | Between | OneOf | CompareFeatures | CompareText | OneOfTexts | IsUnknown | Ranked
Condition = Leaf | Not | AllOf | AnyOf

_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq, "<>": operator.ne, "<": operator.lt,
    "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_SQL: dict[str, type[exp.Binary]] = {
    "=": exp.EQ, "<>": exp.NEQ, "<": exp.LT, "<=": exp.LTE, ">": exp.GT, ">=": exp.GTE,
}  # fmt: skip


def leaves(condition: Condition) -> Iterator[Leaf]:
    """The conditions on single features, from left to right."""
    match condition:
        case Not(part):
            yield from leaves(part)
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from leaves(part)
        case _:
            yield condition


def read_features(condition: Condition) -> Iterator[str]:
    """The features that it reads, from left to right; one that stands there twice comes twice."""
    for leaf in leaves(condition):
        yield leaf.feature
        if isinstance(leaf, CompareFeatures):
            yield leaf.other


def changed(condition: Condition, change: Callable[[Leaf], Condition]) -> Condition:
    """The same condition with every leaf replaced."""
    match condition:
        case Not(part):
            return Not(changed(part, change))
        case AllOf(parts) | AnyOf(parts):
            return replace(condition, parts=tuple(changed(part, change) for part in parts))
        case _:
            return change(condition)


def plain(condition: Condition) -> Condition:
    """The same in comparisons alone: what SQL and the scorer both follow, so that they cannot differ.

    Raises ValueError for a rank without a cut.
    """
    return changed(condition, _compared)


def _compared(leaf: Leaf) -> Condition:
    match leaf:
        case Between(feature, low, high, exact):
            return AllOf((Compare(feature, ">=", low, exact), Compare(feature, "<=", high, exact)))
        case OneOf(feature, values, exact):
            return AnyOf(tuple(Compare(feature, "=", value, exact) for value in values))
        case OneOfTexts(feature, texts):
            return AnyOf(tuple(CompareText(feature, "=", text) for text in texts))
        case Ranked(end, _, feature, exact, cut):
            if cut is None:
                raise ValueError(f"{end} {leaf.percent:f} % by {feature} has no cut point yet")
            return Compare(feature, ">=" if end == "top" else "<=", cut, exact)
        case _:
            return leaf


def truth(condition: Condition, customer: Customer) -> Truth:
    """Whether a plain condition holds for one customer; an absent feature is missing."""
    match condition:
        case Compare():
            return _holds(condition, number(customer.get(condition.feature)))
        case CompareFeatures(feature, _, other):
            return _pair_holds(condition, number(customer.get(feature)), number(customer.get(other)))
        case CompareText():
            return _is_said(condition, customer.get(condition.feature))
        case IsUnknown(feature):
            return customer.get(feature) is None
        case Not(part):
            held = truth(part, customer)
            return None if held is None else not held
        case AllOf(parts):
            held_all = [truth(part, customer) for part in parts]
            return False if False in held_all else None if None in held_all else True
        case AnyOf(parts):
            held_any = [truth(part, customer) for part in parts]
            return True if True in held_any else None if None in held_any else False
        case _:
            return truth(_compared(condition), customer)


def _holds(leaf: Compare, value: Number) -> Truth:
    if value is None:
        return None
    if math.isnan(value):
        # NaN stands above every number, as engines order it.
        return leaf.sign in (">", ">=", "<>")
    if not leaf.exact:
        return _TESTS[leaf.sign](float(value), float(leaf.value))
    return _TESTS[leaf.sign](_as_written(value), leaf.value)


def _as_written(value: float | Decimal) -> float | Decimal:
    """A float as it is written: 0.1, not the binary fraction nearest to it."""
    return Decimal(str(value)) if isinstance(value, float) else value


def _pair_holds(leaf: CompareFeatures, left: Number, right: Number) -> Truth:
    if left is None or right is None:
        return None
    if leaf.exact and not (math.isnan(left) or math.isnan(right)):
        return _TESTS[leaf.sign](_as_written(left), _as_written(right))
    return _TESTS[leaf.sign](_ranked(float(left)), _ranked(float(leaf.factor) * float(right)))


def _is_said(leaf: CompareText, value: Known) -> Truth:
    if value is None:
        return None
    if not isinstance(value, str):
        raise TypeError(f"{leaf.feature} is {value!r}, where text is needed")
    return (value == leaf.text) == (leaf.sign == "=")


def _ranked(value: float) -> tuple[bool, float]:
    """NaN equals itself and stands above every number, as engines order it."""
    return (True, 0.0) if math.isnan(value) else (False, value)


def compiled(condition: Condition) -> exp.Condition:
    """A plain condition as SQL: columns, numbers and operators of a syntax tree, never text."""
    match condition:
        case Compare(feature, sign, value, exact):
            return _SQL[sign](this=column(feature), expression=_constant(value, exact))
        case CompareFeatures(feature, sign, other, factor, exact):
            if exact:
                return _SQL[sign](this=column(feature), expression=column(other))
            return _SQL[sign](this=_double(column(feature)), expression=_times(factor, other))
        case CompareText(feature, sign, text):
            return _SQL[sign](this=column(feature), expression=literal(text))
        case IsUnknown(feature):
            return exp.Is(this=column(feature), expression=exp.null())
        case Not(part):
            return exp.Not(this=exp.Paren(this=compiled(part)))
        case AllOf(parts):
            return exp.Paren(this=exp.and_(*map(compiled, parts)))
        case AnyOf(parts):
            return exp.Paren(this=exp.or_(*map(compiled, parts)))
        case _:
            return compiled(_compared(condition))


def _constant(value: Decimal, exact: bool) -> exp.Expression:
    # From text, because a decimal literal of many digits may be rounded twice on its way to a double.
    return literal(value) if exact else exp.cast(exp.Literal.string(f"{value:f}"), "double")


def _times(factor: Decimal, feature: str) -> exp.Expression:
    value = _double(column(feature))
    return value if factor == 1 else exp.Mul(this=_constant(factor, exact=False), expression=value)


def _double(value: exp.Expression) -> exp.Expression:
    return exp.cast(value, "double")
