"""How closely two groupings of the same customers go together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from regulars.measure.noncentral import noncentrality


@dataclass(frozen=True)
class Association:
    """Cramér's V (1946), 0 to 1, with chance taken off, and its 95 % interval; and of how many customers in a
    hundred the column would be guessed right with the row and without it, 0 to 1 (Goodman & Kruskal 1954),
    among these very customers: where the interval reaches 0 the gain may be chance alone. ``m``: one
    less than the fewer of rows and columns."""

    v: float
    low: float
    high: float
    guessed: float
    guessed_blind: float
    m: int

    @property
    def w(self) -> float:
        """Cohen's w (1988), V √m: what his steps of 0.1, 0.3 and 0.5 are of."""
        return self.v * math.sqrt(self.m)


def association(table: Sequence[Sequence[int]]) -> Association | None:
    """The association of rows and columns of counts; None where fewer than two of either have customers.

    χ² is about a noncentral χ² whose noncentrality is n m V² with m = min(rows, columns) − 1: V is told from
    χ² less its degrees of freedom, its interval by turning that distribution round (Smithson 2003).
    """
    rows = [list(row) for row in table if sum(row)]
    filled = [at for at in range(len(rows[0])) if any(row[at] for row in rows)] if rows else []
    rows = [[row[at] for at in filled] for row in rows]
    m = min(len(rows), len(filled)) - 1
    if m < 1:
        return None
    n = sum(map(sum, rows))
    columns = [sum(each) for each in zip(*rows, strict=True)]
    chi_square = math.fsum(
        (each - sum(row) * column / n) ** 2 / (sum(row) * column / n)
        for row in rows
        for each, column in zip(row, columns, strict=True)
    )
    freedom = (len(rows) - 1) * (len(filled) - 1)
    v, low, high = (min(math.sqrt(each / (n * m)), 1.0) for each in noncentrality(chi_square, freedom))
    guessed, blind = sum(map(max, rows)) / n, max(columns) / n
    return Association(v, low, high, guessed, blind, m)
