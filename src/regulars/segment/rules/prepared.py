"""Preparation: how each feature of a customer becomes whole numbers, by constants that a definition keeps.

Whole numbers (thousandths of a standard deviation) are exact in any engine, so what is computed from
them, distances or scores, is the same everywhere, and a tie is a tie.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlglot import exp

from regulars.engine import literal
from regulars.segment.rules import Customer, Known, column, number, outer_table

UNITS = 1000
"""Prepared values are counted in thousandths of the feature's scale."""
FARTHEST = 10**7
"""Within this many units of zero, the sum of squares over any ninety features is exact in 53 bits."""


@dataclass(frozen=True)
class Prepared:
    """How one feature becomes a whole number: fill, cap, (log), centre, scale, round half up.

    ``floor((f(min(max(x, low), high)) - centre) / scale * 1000 + 0.5)`` with ``f = ln(1 + x)`` if
    ``log`` else the value itself, and ``missing`` in place of NULL.
    """

    feature: str
    missing: float
    low: float
    high: float
    log: bool
    centre: float
    scale: float

    def __post_init__(self) -> None:
        constants = (self.missing, self.low, self.high, self.centre, self.scale)
        if not (all(map(math.isfinite, constants)) and self.scale > 0 and (not self.log or self.low > -1)):
            raise ValueError(f"{self.feature}: constants must be finite, and a scale positive")
        if not self.low <= self.missing <= self.high:
            raise ValueError(f"{self.feature}: what stands for unknown must lie between the caps")
        if max(abs(self.of(self.low)), abs(self.of(self.high))) > FARTHEST:
            raise ValueError(f"{self.feature}: caps lie too many scales from the centre to count exactly")

    def of(self, value: Known) -> int:
        """The prepared value of one customer. NaN counts as the highest value, as engines order it."""
        known = number(value)
        x = self.missing if known is None else float(known)
        # NaN is not below the upper cap, so it comes out as that.
        x = self.low if x < self.low else min(self.high, x)
        x = math.log(1.0 + x) if self.log else x
        return math.floor((x - self.centre) / self.scale * UNITS + 0.5)

    def sql(self) -> exp.Expression:
        """The same in SQL, operation for operation."""
        x = f"coalesce(cast({column(self.feature).sql('duckdb')} as double), {_double(self.missing)})"
        low, high = _double(self.low), _double(self.high)
        capped = f"case when {x} < {low} then {low} when {x} <= {high} then {x} else {high} end"
        moved = f"ln({_double(1.0)} + {capped})" if self.log else capped
        scaled = f"({moved} - {_double(self.centre)}) / {_double(self.scale)}"
        whole = f"cast(floor({scaled} * {_double(UNITS)} + {_double(0.5)}) as bigint)"
        return exp.maybe_parse(whole, dialect="duckdb")

    def words(self) -> str:
        moved = "ln(1 + x)" if self.log else "x"
        return (
            f"{self.feature} counts as ({moved} − {self.centre!r}) ÷ {self.scale!r}, rounded half up to "
            f"three decimals, where x is {self.feature} held between {self.low!r} and {self.high!r}, "
            f"or {self.missing!r} if unknown"
        )

    def as_json(self) -> dict[str, Any]:
        return {"kind": "number", **asdict(self)}


@dataclass(frozen=True)
class Indicator:
    """Whether a feature of text is one of some categories, as a whole number: ``yes`` or ``no``.

    None among the ``categories`` stands for unknown. With ``is_rest`` it is the other way round: ``yes``
    for whatever the categories do not hold, so that one never seen before counts as other.
    """

    feature: str
    categories: tuple[str | None, ...]
    is_rest: bool
    yes: int
    no: int

    def __post_init__(self) -> None:
        if not self.categories or max(abs(self.yes), abs(self.no)) > FARTHEST:
            raise ValueError(f"{self.feature}: an indicator needs categories and small numbers")

    def of(self, value: Known) -> int:
        """The number of one customer. Categories are compared letter by letter, capitals and all."""
        if not isinstance(value, str | None):
            raise TypeError(f"{self.feature} is text, not {value!r:.80}")
        return self.yes if (value in self.categories) != self.is_rest else self.no

    def sql(self) -> exp.Expression:
        """The same in SQL. An unknown value meets none of the comparisons but ``is null``."""
        met, not_met = (self.no, self.yes) if self.is_rest else (self.yes, self.no)
        case = exp.Case().when(exp.or_(*map(self._is, self.categories)), literal(met))
        return exp.cast(case.else_(literal(not_met)), "bigint")

    def _is(self, category: str | None) -> exp.Expression:
        if category is None:
            return exp.Is(this=column(self.feature), expression=exp.null())
        return exp.EQ(this=column(self.feature), expression=literal(category))

    @property
    def what(self) -> str:
        """What is so of those who count as yes: ``region = 'North'``."""
        named = [f"{each!r}" for each in self.categories if each is not None]
        said = [f"one of {', '.join(named)}" if len(named) > 1 else named[0]] if named else []
        said += ["unknown"] if None in self.categories else []
        return f"{self.feature} is {'none of these: ' if self.is_rest else ''}{' or '.join(said)}"

    def words(self) -> str:
        return f"{self.what} counts as {self.yes / UNITS:.3f}, anything else as {self.no / UNITS:.3f}"

    def as_json(self) -> dict[str, Any]:
        return {"kind": "indicator", **asdict(self), "categories": list(self.categories)}


@dataclass(frozen=True)
class Missing:
    """Whether a number is unknown, as a whole number: ``yes`` or ``no``. It stands beside the number's own
    preparation, which puts a middling value in place of what is unknown."""

    feature: str
    yes: int
    no: int

    def __post_init__(self) -> None:
        if max(abs(self.yes), abs(self.no)) > FARTHEST:
            raise ValueError(f"{self.feature}: an indicator needs small numbers")

    def of(self, value: Known) -> int:
        return self.yes if number(value) is None else self.no

    def sql(self) -> exp.Expression:
        is_unknown = exp.Is(this=column(self.feature), expression=exp.null())
        return exp.cast(exp.Case().when(is_unknown, literal(self.yes)).else_(literal(self.no)), "bigint")

    @property
    def what(self) -> str:
        return f"{self.feature} is unknown"

    def words(self) -> str:
        return f"{self.what} counts as {self.yes / UNITS:.3f}, anything else as {self.no / UNITS:.3f}"

    def as_json(self) -> dict[str, Any]:
        return {"kind": "missing", **asdict(self)}


Preparation = Prepared | Indicator
"""What customers are grouped by."""
Term = Preparation | Missing
"""What a weighted score may be made of."""


class OnPrepared:
    """What rules have in common that read nothing but prepared features."""

    prepared: tuple[Term, ...]

    @property
    def features(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each.feature for each in self.prepared))

    @property
    def text_features(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each.feature for each in self.prepared if isinstance(each, Indicator)))


def reach(each: Preparation) -> int:
    """The farthest from zero that any customer can stand."""
    if isinstance(each, Indicator):
        return max(abs(each.yes), abs(each.no))
    return max(abs(each.of(each.low)), abs(each.of(each.high)))


def place(prepared: Sequence[Term], customer: Customer) -> list[int]:
    """Where one customer stands: a whole number for each preparation."""
    return [each.of(customer.get(each.feature)) for each in prepared]


def places(prepared: Sequence[Term], source: str) -> exp.Select:
    """The same for every customer of a table of features: ``customer_id`` and BIGINT columns p0, p1, …"""
    columns = (exp.alias_(each.sql(), f"p{position}") for position, each in enumerate(prepared))
    return exp.select(column("customer_id"), *columns).from_(outer_table(source))


def from_json(saved: dict[str, Any]) -> Preparation:
    """A preparation as it was written. Raises KeyError, TypeError or ValueError where it is none."""
    constants = dict(saved)
    if constants.pop("kind") == "number":
        return Prepared(**constants)
    return Indicator(**{**constants, "categories": tuple(constants["categories"])})


def _double(value: float) -> str:
    """A literal that every engine reads as a double and never as a decimal."""
    return f"cast({float(value)!r} as double)"
