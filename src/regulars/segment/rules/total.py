"""A sum of scores, weighted: what stands for a grid's cells where segments are ranges of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from regulars.engine import literal
from regulars.segment.rules import column

Cell = tuple[int, ...]
"""The scores of one customer, an axis after the other."""


@dataclass(frozen=True)
class Total:
    """A weighted sum of the scores, such as 2 × R + F + M, and the range of it that makes each segment.

    Weights are whole numbers, one an axis; 0 leaves an axis out. Ranges hold both their ends.
    """

    weights: tuple[int, ...]
    ranges: dict[str, tuple[int, int]]

    def of(self, cell: Cell) -> int:
        return sum(weight * score for weight, score in zip(self.weights, cell, strict=True))

    def has(self, segment_id: str, cell: Cell) -> bool:
        low, high = self.ranges[segment_id]
        return low <= self.of(cell) <= high

    def sql(self, scores: Sequence[str], segment_id: str) -> exp.Condition:
        """Whether the sum of these columns lies in the segment's range."""
        first, *others = [
            column(name) if weight == 1 else exp.Mul(this=literal(weight), expression=column(name))
            for name, weight in zip(scores, self.weights, strict=True)
            if weight
        ]
        summed: exp.Expression = first
        for each in others:
            summed = exp.Add(this=summed, expression=each)
        low, high = map(literal, self.ranges[segment_id])
        return exp.and_(exp.GTE(this=summed, expression=low), exp.LTE(this=summed.copy(), expression=high))

    def words(self, letters: Sequence[str], segment_id: str) -> str:
        """``2 × R + F + M is 18 to 20``"""
        return f"{self.formula(letters)} is {span(*self.ranges[segment_id])}"

    def formula(self, letters: Sequence[str]) -> str:
        """``2 × R + F + M``"""
        weighed = zip(letters, self.weights, strict=True)
        return " + ".join(
            letter if weight == 1 else f"{weight} × {letter}" for letter, weight in weighed if weight
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "weights": list(self.weights),
            "ranges": {name: list(ends) for name, ends in self.ranges.items()},
        }

    @staticmethod
    def from_json(saved: dict[str, Any]) -> Total:
        ranges = {name: (int(low), int(high)) for name, (low, high) in saved["ranges"].items()}
        return Total(tuple(map(int, saved["weights"])), ranges)


def span(low: int, high: int) -> str:
    """``3`` or ``3 to 5``"""
    return str(low) if low == high else f"{low} to {high}"
