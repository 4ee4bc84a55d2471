"""A nearest-centre rule: prepare each feature, count in whole units, take the nearest centre.

Prepared customers and centres are integers, so distances are exact in any engine and a tie always goes
to the segment that comes first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlglot import exp

from regulars.segment.rules import Customer, Scored, column, prepared
from regulars.segment.rules.prepared import UNITS, Indicator, OnPrepared, Preparation, place, places

NEAREST = (
    "nearest means the smallest sum of squared differences from a segment's numbers; "
    "of equally near segments, the first"
)
"""The one line of the legend that is about no feature."""


@dataclass(frozen=True)
class Nearest(OnPrepared):
    """Prepared features and the centres, in whole units, in the order of the segments."""

    prepared: tuple[Preparation, ...]
    centres: dict[str, tuple[int, ...]]

    kind = "nearest"

    def __post_init__(self) -> None:
        if not self.centres or any(len(c) != len(self.prepared) for c in self.centres.values()):
            raise ValueError("each centre needs one number for each prepared feature")

    @property
    def segment_ids(self) -> tuple[str, ...]:
        return tuple(self.centres)

    @property
    def score_names(self) -> tuple[str, ...]:
        return ()

    def layers(self, source: str) -> list[exp.Select]:
        names = [f"p{position}" for position in range(len(self.prepared))]
        ids = list(self.centres)
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
        return [places(self.prepared, source), distances, named]

    def score(self, customer: Customer) -> Scored:
        at = place(self.prepared, customer)
        far = {
            name: sum((a - b) ** 2 for a, b in zip(at, centre, strict=True))
            for name, centre in self.centres.items()
        }
        return Scored(min(far, key=far.__getitem__), {})

    def legend(self) -> tuple[str, ...]:
        return (*(each.words() for each in self.prepared), NEAREST)

    def words(self, segment_id: str) -> str:
        ends = (
            f"{each.what if isinstance(each, Indicator) else each.feature} {at / UNITS:+.3f}"
            for each, at in zip(self.prepared, self.centres[segment_id], strict=True)
        )
        return f"nearest to {', '.join(ends)}"

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "prepared": [each.as_json() for each in self.prepared],
            "centres": {name: list(centre) for name, centre in self.centres.items()},
        }

    @staticmethod
    def from_json(saved: dict[str, Any]) -> Nearest:
        made = tuple(map(prepared.from_json, saved["prepared"]))
        return Nearest(made, {name: tuple(centre) for name, centre in saved["centres"].items()})

    def renamed(self, ids: Mapping[str, str]) -> Nearest:
        return replace(self, centres={ids.get(name, name): centre for name, centre in self.centres.items()})


def _distance(names: list[str], centre: tuple[int, ...]) -> exp.Expression:
    apart = [f"({name} {'-' if at >= 0 else '+'} {abs(at)})" for name, at in zip(names, centre, strict=True)]
    terms = [f"{each} * {each}" for each in apart]
    return exp.maybe_parse(" + ".join(terms), dialect="duckdb")
