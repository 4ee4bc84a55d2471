"""Whose outcomes an experiment tells: how many customers are known, and whether chance dealt them out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from regulars.measure.small_cells import SMALLEST_SHOWN

LEAST_KNOWN = 0.95
OLD_DAYS = 35
"""A month and some days: segments older than that may be those of other customers."""
MISMATCH = 0.001
"""Arms that chance would deal out so unevenly once in a thousand are taken for a fault of the experiment, as
is usual for sample ratios (Fabijan et al., KDD 2019)."""


@dataclass(frozen=True)
class Matched:
    """The customers of a file with a row a customer: by arm, those in the run that tells their segments
    (``as_of`` its day), and those who are not in it."""

    started: date
    as_of: date
    arms: Mapping[str, tuple[int, int]]

    @property
    def known(self) -> int:
        return sum(known for known, _ in self.arms.values())

    @property
    def rows(self) -> int:
        return sum(map(sum, self.arms.values()))

    def told(self) -> Iterator[str]:
        """How many are known, by the segments of which day, and what speaks against relying on it."""
        yield f"{self._many()} matched, by the segments of {self.as_of}."
        if self.known < LEAST_KNOWN * self.rows:
            yield (
                f"Fewer than {100 * LEAST_KNOWN:.0f}% are known: what it says is of these alone. Are all ids "
                "those of the orders?"
            )
        days = (self.started - self.as_of).days
        if days > OLD_DAYS:
            yield (
                f"Those segments are {days} days older than its start: make a run for {self.started} with "
                "backfill."
            )
        if unevenness(list(self.arms.values())) < MISMATCH:
            yield "More are known of one arm than of another, by more than chance: this may favour an arm."

    def _many(self) -> str:
        lacking = self.rows - self.known
        if 0 < lacking < SMALLEST_SHOWN:
            return f"All but ten or fewer of {self.rows:,} rows"
        known = "ten or fewer" if self.known < SMALLEST_SHOWN else f"{self.known:,}"
        return f"{known} of {self.rows:,} rows"


def unevenness(counts: Sequence[Sequence[int]]) -> float:
    """The chance of counts as uneven as these where rows and columns do not go together (Pearson's
    chi-square); 1 where there is but one row or column with customers."""
    from scipy.special import chdtrc

    columns = [list(each) for each in zip(*counts, strict=True) if sum(each)]
    rows = [each for each in zip(*columns, strict=True) if sum(each)]
    freedom = (len(rows) - 1) * (len(columns) - 1)
    if freedom < 1:
        return 1.0
    n = sum(map(sum, rows))
    sums = [sum(each) for each in zip(*rows, strict=True)]
    terms = [
        (each - sum(row) * of / n) ** 2 / (sum(row) * of / n)
        for row in rows
        for each, of in zip(row, sums, strict=True)
    ]
    return float(chdtrc(freedom, math.fsum(terms)))
