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

from regulars.segment.rules import Customer, Number, Scored, column

UNITS = 1000
"""Prepared values are counted in thousandths of the feature's scale."""


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
        if not (self.scale > 0 and self.low <= self.high and (not self.log or self.low > -1)):
            raise ValueError(f"{self.feature}: a scale must be positive, and caps in order")

    def of(self, value: Number) -> int:
        """The prepared value of one customer."""
        x = self.missing if value is None else float(value)
        x = min(max(x, self.low), self.high)
        x = math.log(1.0 + x) if self.log else x
        return math.floor((x - self.centre) / self.scale * UNITS + 0.5)

    def sql(self) -> exp.Expression:
        """The same in SQL, operation for operation."""
        x = f"coalesce(cast({column(self.feature).sql('duckdb')} as double), {_double(self.missing)})"
        capped = f"case when {x} < {_double(self.low)} then {_double(self.low)} when {x} > {_double(self.high)} then {_double(self.high)} else {x} end"
        moved = f"ln({_double(1.0)} + {capped})" if self.log else capped
        whole = f"cast(floor(({moved} - {_double(self.centre)}) / {_double(self.scale)} * {_double(UNITS)} + {_double(0.5)}) as bigint)"
        return exp.maybe_parse(whole, dialect="duckdb")

    def words(self) -> str:
        capped = f"{self.feature} (held between {self.low!r} and {self.high!r}; {self.missing!r} where unknown)"
        moved = f"ln(1 + {capped})" if self.log else capped
        return f"{self.feature} counts as ({moved} − {self.centre!r}) ÷ {self.scale!r}, to three decimals"


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
        ).from_(source)
        distances = exp.select(
            column("customer_id"),
            *(exp.alias_(_distance(names, self.centres[each]), f"d{k}") for k, each in enumerate(ids)),
        ).from_("scoring_1")
        case = exp.Case()
        for k, segment_id in enumerate(ids[:-1]):
            # Ties go to the first: it need only be no farther than those after it.
            nearer = [exp.LTE(this=column(f"d{k}"), expression=column(f"d{j}")) for j in range(k + 1, len(ids))]
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
        return tuple(each.words() for each in self.prepared)

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
