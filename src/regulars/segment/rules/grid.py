"""A grid rule: each feature falls into a band, and each combination of bands belongs to a segment.

Bands are made by cut points: a value scores one more than the number of cuts below it, so equal
values always score equally (NTILE would split them by row order).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import product
from typing import Any

from sqlglot import exp

from regulars.engine import literal
from regulars.segment.rules import Customer, Known, Scored, column, number, outer_table
from regulars.segment.rules.total import Cell, Total, span

Box = list[tuple[int, int]]
"""The lowest and the highest score on each axis."""


@dataclass(frozen=True)
class Band:
    """One score: a feature, its ascending cut points, and whether a low value is the good end.

    With n cuts there are n + 1 bands. ``value <= cuts[0]`` is the lowest band; NULL counts as worst.
    """

    score: str
    letter: str
    feature: str
    cuts: tuple[Decimal, ...]
    low_is_good: bool
    unit: str

    @property
    def top(self) -> int:
        return len(self.cuts) + 1

    def of(self, value: Known) -> int:
        """The score of one value, 1 (worst) to ``top`` (best)."""
        known = number(value)
        if known is None:
            return 1
        exact = known if isinstance(known, Decimal) else Decimal(str(known))
        # NaN stands above every number, as engines order it.
        above = len(self.cuts) if exact.is_nan() else sum(1 for cut in self.cuts if exact > cut)
        return self.top - above if self.low_is_good else 1 + above

    def sql(self) -> exp.Expression:
        """The same as a CASE; repeated cuts leave a score unused rather than a branch dead."""
        value, case = column(self.feature), exp.Case()
        case = case.when(exp.Is(this=value.copy(), expression=exp.null()), literal(1))
        for cut in sorted(set(self.cuts)):
            case = case.when(exp.LTE(this=value.copy(), expression=_cut(cut)), literal(self.of(cut)))
        best_or_worst = 1 if self.low_is_good else self.top
        return case.else_(literal(best_or_worst))

    def meanings(self) -> Iterator[str]:
        """``R 5: recency_days <= 17`` to ``R 1: recency_days > 142, or unknown``, one line for each score
        that can occur."""
        cuts = sorted(set(self.cuts))
        for low, high in zip([None, *cuts], [*cuts, None], strict=True):
            if high is not None:
                score = self.of(high)
            else:
                score = 1 if self.low_is_good else self.top
            bounds = " and ".join(
                part
                for part in (
                    f"{self.feature} > {low}" if low is not None else "",
                    f"{self.feature} <= {high}" if high is not None else "",
                )
                if part
            )
            unknown = ", or unknown" if score == 1 else ""
            yield f"{self.letter} {score}: {bounds or f'any {self.feature}'}{unknown}"

    def as_json(self) -> dict[str, Any]:
        return {
            "score": self.score,
            "letter": self.letter,
            "feature": self.feature,
            "cuts": [str(cut) for cut in self.cuts],
            "low_is_good": self.low_is_good,
            "unit": self.unit,
        }


def _cut(cut: Decimal) -> exp.Expression:
    return literal(cut)


@dataclass(frozen=True)
class Grid:
    """Bands, and the segment of every cell. A cell is the scores side by side, such as (5, 4, 5)."""

    bands: tuple[Band, ...]
    cells: dict[str, tuple[Cell, ...]]
    """Segment id to its cells. Together they hold every combination of scores exactly once."""
    total: Total | None = None
    """Where segments are ranges of a sum of the scores: SQL and words say so, instead of listing cells."""
    _segment_of: dict[Cell, str] = field(init=False, repr=False, compare=False)

    kind = "grid"

    def __post_init__(self) -> None:
        wanted = set(product(*(range(1, band.top + 1) for band in self.bands)))
        held = [cell for cells in self.cells.values() for cell in cells]
        if len(held) != len(set(held)) or set(held) != wanted:
            raise ValueError("a grid must put every combination of scores in exactly one segment")
        # One order, so that a grid equals itself after it was written and read.
        ordered = {name: tuple(sorted(cells, reverse=True)) for name, cells in self.cells.items()}
        object.__setattr__(self, "cells", ordered)
        owners = {cell: name for name, cells in ordered.items() for cell in cells}
        object.__setattr__(self, "_segment_of", owners)
        total = self.total
        if total and not all(total.has(name, cell) for cell, name in owners.items()):
            raise ValueError("the ranges of the sum do not give the cells")

    @property
    def features(self) -> tuple[str, ...]:
        return tuple(band.feature for band in self.bands)

    @property
    def text_features(self) -> tuple[str, ...]:
        return ()

    @property
    def segment_ids(self) -> tuple[str, ...]:
        return tuple(self.cells)

    @property
    def score_names(self) -> tuple[str, ...]:
        return tuple(band.score for band in self.bands)

    def layers(self, source: str) -> list[exp.Select]:
        scores = exp.select(
            column("customer_id"), *(exp.alias_(band.sql(), band.score) for band in self.bands)
        ).from_(outer_table(source))
        case = exp.Case()
        for segment_id in self.cells:
            case = case.when(self._is_in(segment_id), literal(segment_id))
        named = exp.select(
            column("customer_id"), *map(column, self.score_names), exp.alias_(case, "segment_id")
        ).from_("scoring_1")
        return [scores, named]

    def score(self, customer: Customer) -> Scored:
        cell = tuple(band.of(customer.get(band.feature)) for band in self.bands)
        return Scored(self._segment_of[cell], dict(zip(self.score_names, cell, strict=True)))

    def legend(self) -> tuple[str, ...]:
        return tuple(line for band in self.bands for line in band.meanings())

    def words(self, segment_id: str) -> str:
        if self.total:
            return self.total.words([band.letter for band in self.bands], segment_id)
        return "; or ".join(map(self._box_words, _boxes(set(self.cells[segment_id]))))

    def _box_words(self, box: Box) -> str:
        """``R is 4 to 5 and M is 1``: an axis on which the box holds every score goes without saying."""
        said = [
            f"{band.letter} is {span(*ends)}"
            for band, ends in zip(self.bands, box, strict=True)
            if ends != (1, band.top)
        ]
        return " and ".join(said) or "any scores"

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "bands": [band.as_json() for band in self.bands],
            "cells": {
                name: ["-".join(map(str, cell)) for cell in cells] for name, cells in self.cells.items()
            },
            **({"total": self.total.as_json()} if self.total else {}),
        }

    @staticmethod
    def from_json(saved: dict[str, Any]) -> Grid:
        bands = tuple(
            Band(**{**band, "cuts": tuple(Decimal(cut) for cut in band["cuts"])}) for band in saved["bands"]
        )
        cells = {
            name: tuple(tuple(int(score) for score in cell.split("-")) for cell in listed)
            for name, listed in saved["cells"].items()
        }
        return Grid(bands, cells, Total.from_json(saved["total"]) if "total" in saved else None)

    def renamed(self, ids: Mapping[str, str]) -> Grid:
        cells = {ids.get(name, name): cells for name, cells in self.cells.items()}
        if self.total is None:
            return replace(self, cells=cells)
        ranges = {ids.get(name, name): ends for name, ends in self.total.ranges.items()}
        return replace(self, cells=cells, total=replace(self.total, ranges=ranges))

    def _is_in(self, segment_id: str) -> exp.Condition:
        if self.total:
            return self.total.sql(self.score_names, segment_id)
        boxes = [self._within(box) for box in _boxes(set(self.cells[segment_id]))]
        return exp.or_(*boxes) if boxes else exp.false()

    def _within(self, box: Box) -> exp.Condition:
        """Whether the scores lie in the box: comparisons, as in the words; DuckDB makes joins of lists."""
        ends = zip(self.bands, box, strict=True)
        limits = [limit for band, (low, high) in ends for limit in _limits(band, low, high)]
        return exp.and_(*limits) if limits else exp.true()


def tops(rule: object) -> dict[str, int]:
    """The highest score of each column of a grid; nothing for other rules."""
    return {band.score: band.top for band in rule.bands} if isinstance(rule, Grid) else {}


def _limits(band: Band, low: int, high: int) -> Iterator[exp.Expression]:
    score = column(band.score)
    if low == high:
        yield exp.EQ(this=score, expression=literal(low))
        return
    if low > 1:
        yield exp.GTE(this=score, expression=literal(low))
    if high < band.top:
        yield exp.LTE(this=score.copy(), expression=literal(high))


def _boxes(cells: set[Cell]) -> list[Box]:
    """Cover the cells exactly with few boxes: grow each from its best cell, largest scores first."""
    left, boxes = set(cells), []
    while left:
        seed = max(left)
        box = [(score, score) for score in seed]
        for axis in reversed(range(len(seed))):
            while True:
                low, high = box[axis]
                grown = [*box[:axis], (low - 1, high), *box[axis + 1 :]]
                if not _cells_of(grown) <= cells:
                    break
                box = grown
        left -= _cells_of(box)
        boxes.append(box)
    return boxes


def _cells_of(box: Box) -> set[Cell]:
    return set(product(*(range(low, high + 1) for low, high in box)))
