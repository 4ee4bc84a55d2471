"""A micro-cluster rule: prepare each feature, take the nearest of many small groups, and its segment.

Segments made of several small groups can have any shape. All is counted in whole numbers, so distances
are exact in any engine, and a tie always goes to the micro-cluster that comes first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from sqlglot import exp

from regulars.engine import literal
from regulars.segment.rules import Customer, Scored, column, prepared
from regulars.segment.rules.prepared import UNITS, OnPrepared, Preparation, place, places, reach

Centre = tuple[int, ...]
LARGEST = 2**53
"""Whole numbers up to here are exact in doubles, which engines multiply at a third of the cost of BIGINT;
what could outgrow it is refused."""
NEAREST = (
    "nearest means the smallest sum of squared differences from a micro-cluster's numbers, which stand in "
    "the order of the lines above; of equally near micro-clusters, the first"
)


@dataclass(frozen=True)
class Micro(OnPrepared):
    """Prepared features, and each segment's micro-centres in whole units, in the order of the segments."""

    prepared: tuple[Preparation, ...]
    centres: dict[str, tuple[Centre, ...]]

    kind = "micro"

    def __post_init__(self) -> None:
        if not self.centres or not all(self.centres.values()):
            raise ValueError("each segment needs a micro-cluster")
        if any(len(centre) != len(self.prepared) for centre in self._listed):
            raise ValueError("each micro-centre needs one number for each prepared feature")
        if (self._farthest + 1) * len(self._listed) >= LARGEST:
            raise ValueError("micro-centres lie too far apart to count exactly")

    @cached_property
    def _listed(self) -> tuple[Centre, ...]:
        return tuple(centre for centres in self.centres.values() for centre in centres)

    @property
    def _farthest(self) -> int:
        """More than any sum that a distance is made of."""
        numbers = zip(*self._listed, strict=True)
        farthest = (max(reach(each), *map(abs, at)) for each, at in zip(self.prepared, numbers, strict=True))
        return sum((2 * far) ** 2 for far in farthest)

    @property
    def segment_ids(self) -> tuple[str, ...]:
        return tuple(self.centres)

    @property
    def score_names(self) -> tuple[str, ...]:
        return ()

    def _ends(self) -> Iterator[tuple[str, int]]:
        """Each segment with the number of micro-clusters up to its last."""
        upto = 0
        for segment_id, centres in self.centres.items():
            upto += len(centres)
            yield segment_id, upto

    def layers(self, source: str) -> list[exp.Select]:
        """Prepared features; their own squares; the nearest micro-cluster; its segment.

        |a − b|² is |a|² + |b|² − 2 a·b, and both squares are there beforehand: half the work. The least of
        distance × count + place is the nearest, of equals the first: one plain min.
        """
        names = [f"p{position}" for position in range(len(self.prepared))]
        own = " + ".join(f"{name} * {name}" for name in names)
        squares = exp.select(
            column("customer_id"),
            *(_double(name, name) for name in names),
            _double(own, "square"),
        ).from_("scoring_1")
        dot = " + ".join(f"{name} * {_centre(position)}" for position, name in enumerate(names))
        far = f"(square + micro_square - 2 * ({dot})) * {len(self._listed)} + micro"
        nearest = (
            exp.select(
                column("customer_id"),
                exp.alias_(_parsed(f"cast(min({far}) as bigint) % {len(self._listed)}"), "nearest"),
            )
            .from_("scoring_2")
            .join(self._table(), join_type="cross")
            .group_by(column("customer_id"))
        )
        *ends, (last, _) = self._ends()
        segment: exp.Expression = literal(last)
        if ends:
            case = exp.Case()
            for segment_id, upto in ends:
                case = case.when(_parsed(f"nearest < {upto}"), literal(segment_id))
            segment = case.else_(segment)
        named = exp.select(column("customer_id"), exp.alias_(segment, "segment_id")).from_("scoring_3")
        return [places(self.prepared, source), squares, nearest, named]

    def _table(self) -> exp.Subquery:
        """The micro-centres as a table of literals: place, square, and one number a prepared feature."""
        columns = ["micro", "micro_square", *(_centre(position) for position in range(len(self.prepared)))]
        rows = [
            tuple(map(literal, (at, sum(each**2 for each in centre), *centre)))
            for at, centre in enumerate(self._listed)
        ]
        listed = exp.values(rows, alias="listed", columns=columns)
        return exp.select(*(_double(name, name) for name in columns)).from_(listed).subquery("micro_clusters")

    def score(self, customer: Customer) -> Scored:
        at = place(self.prepared, customer)
        far = [sum((a - b) ** 2 for a, b in zip(at, centre, strict=True)) for centre in self._listed]
        nearest = far.index(min(far))
        return Scored(next(segment_id for segment_id, upto in self._ends() if nearest < upto), {})

    def legend(self) -> tuple[str, ...]:
        numbered = (
            f"micro-cluster {number}: {', '.join(f'{at / UNITS:+.3f}' for at in centre)}"
            for number, centre in enumerate(self._listed, 1)
        )
        return (*(each.words() for each in self.prepared), NEAREST, *numbered)

    def words(self, segment_id: str) -> str:
        upto = dict(self._ends())[segment_id]
        first = upto - len(self.centres[segment_id]) + 1
        if first == upto:
            return f"nearest to micro-cluster {upto} of {len(self._listed)}"
        return f"nearest to one of micro-clusters {first} to {upto} of {len(self._listed)}"

    def as_json(self) -> dict[str, Any]:
        """Each micro-centre is one line of numbers: there are hundreds."""
        return {
            "kind": self.kind,
            "prepared": [each.as_json() for each in self.prepared],
            "centres": {
                name: [" ".join(map(str, centre)) for centre in listed]
                for name, listed in self.centres.items()
            },
        }

    @staticmethod
    def from_json(saved: dict[str, Any]) -> Micro:
        made = tuple(map(prepared.from_json, saved["prepared"]))
        centres = {
            name: tuple(tuple(map(int, centre.split())) for centre in listed)
            for name, listed in saved["centres"].items()
        }
        return Micro(made, centres)

    def renamed(self, ids: Mapping[str, str]) -> Micro:
        return replace(self, centres={ids.get(name, name): each for name, each in self.centres.items()})


def _centre(position: int) -> str:
    return f"c{position}"


def _double(sql: str, name: str) -> exp.Expr:
    return exp.alias_(exp.cast(_parsed(sql), "double"), name)


def _parsed(sql: str) -> exp.Expression:
    return exp.maybe_parse(sql, dialect="duckdb")
