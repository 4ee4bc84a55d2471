"""A nearest-centre rule: prepare each feature, count in whole units, take the nearest centre.

Preparation and centres are integers (thousandths of a standard deviation), so distances are exact in
any engine and a tie always goes to the segment that comes first.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlglot import exp

from regulars.segment.rules import Customer, Number, Scored, column, outer_table

UNITS = 1000
"""Prepared values are counted in thousandths of the feature's scale."""
FARTHEST = 10**7
"""Within this many units of zero, the sum of squares over any ninety features is exact in 53 bits."""
NEAREST = (
    "nearest means the smallest sum of squared differences from a segment's numbers; "
    "of equally near segments, the first"
)
"""The one line of the legend that is about no feature."""


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

    def of(self, value: Number) -> int:
        """The prepared value of one customer. NaN counts as the highest value, as engines order it."""
        x = self.missing if value is None else float(value)
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


def _double(value: float) -> str:
    """A literal that every engine reads as a double and never as a decimal."""
    return f"cast({float(value)!r} as double)"


@dataclass(frozen=True)
class Nearest:
    """Prepared features and the centres, in whole units, in the order of the segments."""

    prepared: tuple[Prepared, ...]
    centres: dict[str, tuple[int, ...]]

    kind = "nearest"

    def __post_init__(self) -> None:
        if not self.centres or any(len(c) != len(self.prepared) for c in self.centres.values()):
            raise ValueError("each centre needs one number for each prepared feature")

    @property
    def features(self) -> tuple[str, ...]:
        return tuple(each.feature for each in self.prepared)

    @property
    def segment_ids(self) -> tuple[str, ...]:
        return tuple(self.centres)

    @property
    def score_names(self) -> tuple[str, ...]:
        return ()

    def layers(self, source: str) -> list[exp.Select]:
        names = [f"p{position}" for position in range(len(self.prepared))]
        ids = list(self.centres)
        prepared = exp.select(
            column("customer_id"),
            *(exp.alias_(each.sql(), name) for each, name in zip(self.prepared, names, strict=True)),
        ).from_(outer_table(source))
        distances = exp.select(
            column("customer_id"),
            *(exp.alias_(_distance(names, self.centres[each]), f"d{k}") for k, each in enumerate(ids)),
        ).from_("scoring_1")
        case = exp.Case()
        for k, segment_id in enumerate(ids[:-1]):
            # Ties go to the first: it need only be no farther than those after it.
            later = range(k + 1, len(ids))
            nearer = [exp.LTE(this=column(f"d{k}"), expression=column(f"d{j}")) for j in later]
            case = case.when(exp.and_(*nearer), exp.Literal.string(segment_id))
        last = exp.Literal.string(ids[-1])
        named = exp.select(
            column("customer_id"), exp.alias_(case.else_(last) if len(ids) > 1 else last, "segment_id")
        ).from_("scoring_2")
        return [prepared, distances, named]

    def score(self, customer: Customer) -> Scored:
        place = [each.of(customer.get(each.feature)) for each in self.prepared]
        far = {
            name: sum((a - b) ** 2 for a, b in zip(place, centre, strict=True))
            for name, centre in self.centres.items()
        }
        return Scored(min(far, key=far.__getitem__), {})

    def legend(self) -> tuple[str, ...]:
        return (*(each.words() for each in self.prepared), NEAREST)

    def words(self, segment_id: str) -> str:
        ends = (
            f"{each.feature} {at / UNITS:+.3f}"
            for each, at in zip(self.prepared, self.centres[segment_id], strict=True)
        )
        return f"nearest to {', '.join(ends)}"

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "prepared": [asdict(each) for each in self.prepared],
            "centres": {name: list(centre) for name, centre in self.centres.items()},
        }

    @staticmethod
    def from_json(saved: dict[str, Any]) -> Nearest:
        prepared = tuple(Prepared(**each) for each in saved["prepared"])
        return Nearest(prepared, {name: tuple(centre) for name, centre in saved["centres"].items()})

    def renamed(self, ids: Mapping[str, str]) -> Nearest:
        return replace(self, centres={ids.get(name, name): centre for name, centre in self.centres.items()})


def _distance(names: list[str], centre: tuple[int, ...]) -> exp.Expression:
    terms = [f"({name} - ({at})) * ({name} - ({at}))" for name, at in zip(names, centre, strict=True)]
    return exp.maybe_parse(" + ".join(terms), dialect="duckdb")
