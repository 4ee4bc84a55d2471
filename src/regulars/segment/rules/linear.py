"""A linear rule: a score for every segment, the sum of weights times prepared features; the highest wins.

Weights and prepared features are whole numbers, so scores are exact in any engine and a tie always goes
to the segment that comes first. How probable that segment is follows from the scores (softmax).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from regulars.segment.rules import Customer, Scored, column, layer_name, prepared
from regulars.segment.rules.prepared import UNITS, Missing, OnPrepared, Prepared, Term, place, places

SCALE = UNITS * UNITS
"""Scores are counted in millionths: thousandths of a weight times thousandths of a feature."""
HEAVIEST = 10**6
"""With weights up to this many thousandths, the score over any ninety features fits a BIGINT."""
FARTHEST_BEHIND = 30
"""A score so far behind the highest adds e⁻³⁰ to the sum, less than the decimals show; PostgreSQL
refuses the exponential of one far below."""
PLACES = 6
HEAVY = 500
"""A weight of half a unit for a standard deviation moves the odds by two thirds."""
WINS = (
    "a segment's score is its first number plus, for each feature, its weight times what it counts as; "
    "the highest score wins, of equally high ones the first"
)
PROBABLE = "probability is e to the power of the score over the sum of that for all segments, to six decimals"
NEVER = "nobody: too few customers of this segment were there to learn from"


@dataclass(frozen=True)
class Weights:
    """One segment's constant and its weight for each preparation, in whole thousandths."""

    constant: int
    each: tuple[int, ...]


@dataclass(frozen=True)
class Linear(OnPrepared):
    """Prepared features, weights by segment, and all segments in their order; one may have no weights,
    and is never given."""

    segment_ids: tuple[str, ...]
    prepared: tuple[Term, ...]
    weights: dict[str, Weights]

    kind = "linear"

    def __post_init__(self) -> None:
        if not self.weights or not set(self.weights) <= set(self.segment_ids):
            raise ValueError("weights need segments of their own")
        numbers = [number for w in self.weights.values() for number in (w.constant, *w.each)]
        if any(len(w.each) != len(self.prepared) for w in self.weights.values()):
            raise ValueError("each segment needs one weight for each prepared feature")
        if max(map(abs, numbers)) > HEAVIEST:
            raise ValueError(f"a weight is beyond {HEAVIEST} thousandths")
        # Ties go by the order of the segments, so the weights are held in it.
        ordered = {each: self.weights[each] for each in self.segment_ids if each in self.weights}
        object.__setattr__(self, "weights", ordered)

    @property
    def asked_if_known(self) -> tuple[str, ...]:
        """The features of which nothing weighs more than whether they are known, and that heavily."""
        heaviest: dict[str, tuple[int, Term]] = {}
        for place_, each in enumerate(self.prepared):
            weight = max(abs(w.each[place_]) for w in self.weights.values())
            if weight >= heaviest.get(each.feature, (HEAVY, each))[0]:
                heaviest[each.feature] = weight, each
        return tuple(
            feature
            for feature, (_, each) in heaviest.items()
            if isinstance(each, Missing) or getattr(each, "categories", ()) == (None,)
        )

    @property
    def score_names(self) -> tuple[str, ...]:
        return ()

    def layers(self, source: str) -> list[exp.Select]:
        ids = list(self.weights)
        names = [f"w{position}" for position in range(len(ids))]
        scores = exp.select(
            column("customer_id"),
            *(exp.alias_(_sum(self.weights[each]), name) for each, name in zip(ids, names, strict=True)),
        ).from_(layer_name(0))
        best = exp.select(
            column("customer_id"),
            *map(column, names),
            exp.alias_(_highest(names, [exp.Literal.string(each) for each in ids]), "segment_id"),
            exp.alias_(_highest(names, [column(name) for name in names]), "highest"),
        ).from_(layer_name(1))
        soft = exp.select(
            column("customer_id"), column("segment_id"), exp.alias_(_probability(names), "probability")
        ).from_(layer_name(2))
        return [places(self.prepared, source), scores, best, soft]

    def score(self, customer: Customer) -> Scored:
        at = place(self.prepared, customer)
        scores = {
            each: w.constant * UNITS + sum(a * b for a, b in zip(w.each, at, strict=True))
            for each, w in self.weights.items()
        }
        best = max(scores, key=scores.__getitem__)
        behind = [scores[best] - score for score in scores.values()]
        parts = [
            math.exp(-FARTHEST_BEHIND if far > FARTHEST_BEHIND * SCALE else -far / SCALE) for far in behind
        ]
        total = 0.0
        for part in parts:
            total += part
        return Scored(best, {}, math.floor(1.0 / total * 10**PLACES + 0.5) / 10**PLACES)

    def legend(self) -> tuple[str, ...]:
        return (*(each.words() for each in self.prepared), WINS, PROBABLE)

    def words(self, segment_id: str) -> str:
        """``highest score of +0.120, weekend_share −1.203, …``: the constant, then the weights."""
        if segment_id not in self.weights:
            return NEVER
        weights = self.weights[segment_id]
        told = (
            f"{each.feature if isinstance(each, Prepared) else each.what} {weight / UNITS:+.3f}"
            for each, weight in zip(self.prepared, weights.each, strict=True)
        )
        return ", ".join([f"highest score: {weights.constant / UNITS:+.3f}", *told])

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "segments": list(self.segment_ids),
            "prepared": [each.as_json() for each in self.prepared],
            "weights": {
                each: {"constant": w.constant, "each": list(w.each)} for each, w in self.weights.items()
            },
        }

    @staticmethod
    def from_json(saved: dict[str, Any]) -> Linear:
        made = tuple(map(_term, saved["prepared"]))
        weights = {
            each: Weights(int(w["constant"]), tuple(map(int, w["each"])))
            for each, w in saved["weights"].items()
        }
        return Linear(tuple(saved["segments"]), made, weights)

    def renamed(self, ids: Mapping[str, str]) -> Linear:
        weights = {ids.get(each, each): w for each, w in self.weights.items()}
        return Linear(tuple(ids.get(each, each) for each in self.segment_ids), self.prepared, weights)


def _term(saved: dict[str, Any]) -> Term:
    if saved["kind"] == "missing":
        return Missing(saved["feature"], int(saved["yes"]), int(saved["no"]))
    return prepared.from_json(saved)


def _sum(weights: Weights) -> exp.Expression:
    terms = [f"({weight}) * p{position}" for position, weight in enumerate(weights.each)]
    constant = f"cast({weights.constant * UNITS} as bigint)"
    return exp.maybe_parse(" + ".join([constant, *terms]), dialect="duckdb")


def _highest(names: list[str], values: list[exp.Expression]) -> exp.Expression:
    """The value that belongs to the highest score, the first of equally high ones."""
    if len(names) == 1:
        return values[0]
    case = exp.Case()
    for place_, name in enumerate(names[:-1]):
        # Those before it were lower, or it would not be asked.
        later = [exp.GTE(this=column(name), expression=column(other)) for other in names[place_ + 1 :]]
        case = case.when(exp.and_(*later), values[place_])
    return case.else_(values[-1])


def _probability(names: list[str]) -> exp.Expression:
    """1 over the sum of e to the power of each score less the highest, rounded half up to six decimals."""
    least, scale = FARTHEST_BEHIND * SCALE, f"cast({SCALE} as double)"
    parts = (
        f"exp(case when highest - {name} > {least} then cast({-FARTHEST_BEHIND} as double) "
        f"else cast({name} - highest as double) / {scale} end)"
        for name in names
    )
    whole, half = f"cast({10**PLACES} as double)", "cast(0.5 as double)"
    one = "cast(1 as double)"
    rounded = f"floor({one} / ({' + '.join(parts)}) * {whole} + {half}) / {whole}"
    return exp.maybe_parse(rounded, dialect="duckdb")
