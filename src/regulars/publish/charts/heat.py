"""A grid of two scores: each cell shaded by how many customers stand in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

SHADES = 8


@dataclass(frozen=True)
class Cell:
    """Customers at one recency and one other score; ``customers`` is None where ten or fewer stand there."""

    r: int
    across: int
    customers: int | None
    revenue: float | None
    shade: int
    """1 (fewest) to 8 (most); 0 where it is not shown or empty."""


def heat(panel: dict[str, Any]) -> list[list[Cell]]:
    """The grid's rows, the most recent first; a missing cell is an empty one."""
    bands = range(1, int(panel["bands"]) + 1)
    columns = range(1, int(panel.get("across_bands", panel["bands"])) + 1)
    across = panel.get("across", "m")
    found = {(c["r"], c[across]): c for c in panel["cells"]}
    counts = [c["customers"] for c in panel["cells"] if c["customers"]]
    return [[_cell(found.get((r, a)), r, a, counts) for a in columns] for r in reversed(bands)]


def _cell(found: dict[str, Any] | None, r: int, across: int, counts: Sequence[int]) -> Cell:
    if found is None:
        return Cell(r, across, 0, None, 0)
    customers = found["customers"]
    return Cell(r, across, customers, found.get("revenue"), _shade(customers, counts))


def _shade(customers: int | None, counts: Sequence[int]) -> int:
    if not customers:
        return 0
    low, high = min(counts), max(counts)
    if low == high:
        return 4
    return 1 + round((SHADES - 1) * (customers - low) / (high - low))
