"""A grid of two scores: each cell shaded by how many customers stand in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

SHADES = 8


@dataclass(frozen=True)
class Cell:
    """Customers at one recency and one spend score; ``customers`` is None where ten or fewer stand there."""

    r: int
    m: int
    customers: int | None
    revenue: float | None
    shade: int
    """1 (fewest) to 8 (most); 0 where it is not shown or empty."""


def heat(panel: dict[str, Any]) -> list[list[Cell]]:
    """The grid's rows, the most recent first; a missing cell is an empty one."""
    bands = int(panel["bands"])
    found = {(c["r"], c["m"]): c for c in panel["cells"]}
    counts = [c["customers"] for c in panel["cells"] if c["customers"]]
    return [[_cell(found.get((r, m)), r, m, counts) for m in range(1, bands + 1)] for r in range(bands, 0, -1)]


def _cell(found: dict[str, Any] | None, r: int, m: int, counts: Sequence[int]) -> Cell:
    if found is None:
        return Cell(r, m, 0, None, 0)
    customers = found["customers"]
    return Cell(r, m, customers, found.get("revenue"), _shade(customers, counts))


def _shade(customers: int | None, counts: Sequence[int]) -> int:
    if not customers:
        return 0
    low, high = min(counts), max(counts)
    if low == high:
        return 4
    return 1 + round((SHADES - 1) * (customers - low) / (high - low))
