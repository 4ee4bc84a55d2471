"""Schemes: which name each combination of R, F and M scores has, and which combinations have none."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from importlib.resources import files
from itertools import product
from math import ceil, gcd, lcm
from typing import Any

from regulars.segment.rules.grid import Grid
from regulars.segment.rules.total import Cell, Total
from regulars.segment.slugs import slug

LETTERS = "RFM"
REST = "Other"
_LISTED = 300
"""Characters of a list of cells that one line can hold; the definition has them all."""
Box = Mapping[str, tuple[int, int]]
"""By letter the lowest and the highest score; a letter that is not in it stands for any score."""

FIVE = {
    "Champions": ("R 4-5, F 4-5, M 4-5",),
    "Loyal Customers": ("R 3-5, F 3-5, M 3-5",),
    "New Customers": ("R 4-5, F 1-2, M 1-2",),
    "At Risk": ("R 1-2, F 3-5, M 3-5",),
    "Lost": ("R 1-2, F 1-2, M 1-2",),
}
"""The CASE of five names that dashboards and data warehouses use; the first that holds takes the cell."""
SUMS = {
    "Champions": Fraction(13 - 3, 12),
    "Loyal Customers": Fraction(10 - 3, 12),
    "Need Attention": Fraction(7 - 3, 12),
    "Hibernating": Fraction(0),
}
"""The sum score of five bands: 13 to 15, 10 to 12, 7 to 9, 3 to 6, each as how far its least lies from 3 to
15. A sum in the middle may be an old and large customer or a new and small one: it needs attention, and
a name such as Potential Loyalists would say more than the sum knows."""


@dataclass(frozen=True)
class Scheme:
    """Names and their cells, by segment id; together they hold every combination of scores once."""

    names: dict[str, str]
    cells: dict[str, tuple[Cell, ...]]
    unnamed: tuple[Cell, ...] = ()
    """Combinations without a name of their own; they stand in the last segment."""
    total: Total | None = None

    @property
    def size(self) -> int:
        """How many combinations of scores there are."""
        return sum(map(len, self.cells.values()))

    @property
    def rest(self) -> str:
        """The name of what is left unnamed."""
        return list(self.names.values())[-1] if self.unnamed else ""

    def as_choice(self, name: str, grid: Grid) -> dict[str, Any]:
        """For the definition: how many cells the scheme names, and which not, as ranges of scores."""
        return {
            "scheme": name,
            "cells": self.size,
            "named": self.size - len(self.unnamed),
            "unnamed": self._unnamed(grid),
            "reason": self.told(name, grid),
        }

    def told(self, name: str, grid: Grid) -> str:
        """What the scheme names, and which cells it leaves to the rest, in a sentence or two."""
        letters = [band.letter for band in grid.bands]
        cells, left = self.size, len(self.unnamed)
        if grid.total:
            ends = [end for both in grid.total.ranges.values() for end in both]
            return (
                f"Scheme {name} names {len(self.names)} ranges of {grid.total.formula(letters)}, from "
                f"{min(ends)} to {max(ends)}: none of the {cells} combinations of scores is left unnamed."
            )
        if not left:
            return (
                f"Scheme {name} gives {len(self.names)} names to the {cells} combinations of "
                f"{', '.join(letters[:-1])} and {letters[-1]}: none is left unnamed."
            )
        listed = "; or ".join(self._unnamed(grid))
        if len(listed) > _LISTED:
            listed = f"{listed[:_LISTED].rpartition('; or ')[0]}; and others, which the definition lists"
        return (
            f"Scheme {name} names {cells - left} of the {cells} combinations of scores. The other {left} are "
            f"{self.rest}: {listed}."
        )

    def _unnamed(self, grid: Grid) -> list[str]:
        return grid.words(list(self.names)[-1]).split("; or ") if self.unnamed else []


@cache
def _published() -> dict[str, tuple[str, tuple[str, ...]]]:
    text = (files("regulars.segment") / "rfm_grid.json").read_text("utf-8")
    return {each["id"]: (each["name"], tuple(each["cells"])) for each in json.loads(text)["segments"]}


def eleven(axes: int) -> Scheme:
    """The 11-segment grid over the 125 cells of five bands. On R and F alone it is read where M equals F."""
    names, cells = {}, {}
    for segment_id, (name, listed) in _published().items():
        scores = [tuple(map(int, cell)) for cell in listed]
        held = scores if axes == len(LETTERS) else [(r, f) for r, f, m in scores if f == m]
        if held:
            names[segment_id], cells[segment_id] = name, tuple(held)
    return Scheme(names, cells)


def by_boxes(grid: Mapping[str, Sequence[str]], rest: str, tops: Sequence[int]) -> Scheme:
    """The cells of each name in turn, the first name that fits; what fits none is the rest.

    ``tops`` are the bands of R, F and, where there are amounts, M. Without amounts M equals F, and a name
    that has no such cell falls away. Raises ValueError for what is no cell or range of cells, and for a
    name that others before it leave without any.
    """
    boxes = {name: [box(text, tops) for text in texts] for name, texts in grid.items()}
    held: dict[str, list[Cell]] = {name: [] for name in (*grid, rest)}
    for cell in product(*(range(1, top + 1) for top in tops)):
        held[next((name for name, each in boxes.items() if _fits(cell, each)), rest)].append(cell)
    empty = [name for name in grid if not held[name]]
    if empty and len(tops) == len(LETTERS):
        raise ValueError(f"no cell is left for {', '.join(map(repr, empty))}: names before it take them all")
    filled = {slug(name): (name, tuple(cells)) for name, cells in held.items() if cells}
    return Scheme(
        {each: name for each, (name, _) in filled.items()},
        {each: cells for each, (_, cells) in filled.items()},
        tuple(held[rest]),
    )


def told_apart(names: Sequence[str]) -> None:
    """Raises ValueError for names that would make the same id."""
    held: dict[str, str] = {}
    for name in names:
        if (made := slug(name)) in held:
            raise ValueError(f"{held[made]!r} and {name!r} are too alike: both would be {made!r}")
        held[made] = name


_CELL = re.compile(r"\d{3}|\d+-\d+-\d+")
_RANGE = re.compile(r"([RFM])\s*(\d+)(?:\s*[-–]\s*(\d+))?", re.IGNORECASE)


def box(text: str, tops: Sequence[int]) -> Box:
    """The cells that ``"R 4-5, F 3"`` or the cell ``"5-3-1"`` (up to nine bands also ``"531"``) means.

    Raises ValueError, in plain words, for anything else.
    """
    ends = dict(_written(text.strip()))
    for (letter, (low, high)), top in ((each, _top(each[0], tops)) for each in ends.items()):
        if not 1 <= low <= high <= top:
            raise ValueError(f"{text!r}: {letter} runs from 1 to {top}")
    return ends


def asks_for_m(text: str) -> bool:
    """Whether a spelling of cells says anything of M."""
    return "M" in dict(_written(text.strip()))


def _written(text: str) -> Iterator[tuple[str, tuple[int, int]]]:
    if _CELL.fullmatch(text):
        for letter, score in zip(LETTERS, text.split("-") if "-" in text else text, strict=True):
            yield letter, (int(score), int(score))
        return
    met = set()
    for part in text.split(","):
        found = _RANGE.fullmatch(part.strip())
        if not found or found[1].upper() in met:
            raise ValueError(
                f"{text!r} is no cell: write ranges such as 'R 4-5, F 3', or one cell as '5-3-1'"
            )
        met.add(found[1].upper())
        yield found[1].upper(), (int(found[2]), int(found[3] or found[2]))


def _top(letter: str, tops: Sequence[int]) -> int:
    place = LETTERS.index(letter)
    # Without amounts M is read as F.
    return tops[place] if place < len(tops) else tops[1]


def _fits(cell: Cell, boxes: Sequence[Box]) -> bool:
    scores = dict(zip(LETTERS, cell if len(cell) == len(LETTERS) else (*cell, cell[1]), strict=True))
    return any(all(low <= scores[letter] <= high for letter, (low, high) in each.items()) for each in boxes)


def sums(weights: Sequence[Decimal], tops: Sequence[int]) -> Scheme:
    """Ranges of the weighted sum of the scores.

    With five bands and equal weights it runs from 3 to 15. A score counts by how far it lies from the worst
    to the best band, so that weights mean the same with any number of bands, and ranges keep their places:
    Σ w (s − 1) ÷ (bands − 1), brought to whole numbers. Weights of axes that are not there fall away.
    """
    steps = [Fraction(weight) / (top - 1) for weight, top in zip(weights, tops, strict=False)]
    whole = lcm(*(step.denominator for step in steps))
    scaled = [int(step * whole) for step in steps]
    shared = gcd(*scaled)
    counted = tuple(each // shared for each in scaled)
    lowest = sum(counted)
    highest = sum(weight * top for weight, top in zip(counted, tops, strict=True))
    held: dict[str, list[Cell]] = {slug(name): [] for name in SUMS}
    ranges: dict[str, tuple[int, int]] = {}
    end = highest
    for name, place in SUMS.items():
        least = ceil(lowest + place * (highest - lowest))
        ranges[slug(name)], end = (least, end), least - 1
    total = Total(counted, ranges)
    for cell in product(*(range(1, top + 1) for top in tops)):
        held[next(each for each in ranges if total.has(each, cell))].append(cell)
    cells = {each: tuple(listed) for each, listed in held.items() if listed}
    names = {slug(name): name for name in SUMS if slug(name) in cells}
    return Scheme(names, cells, (), Total(counted, {each: ranges[each] for each in cells}))
