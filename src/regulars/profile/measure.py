"""Measuring groups in the engine: sums and medians of each metric, for each segment and for all."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from regulars.engine import Engine, literal, room
from regulars.profile.metrics import Measure

MILLIONTHS = 1_000_000
Z95 = 1.959963984540054
"""The 97.5th percentile of the standard normal: 95 % intervals reach this many standard errors."""


@dataclass(frozen=True)
class Sums:
    """What one group has of one value: customers with it, its sum and sum of squares in millionths."""

    n: int = 0
    total: int = 0
    squares: int = 0

    @property
    def sum(self) -> float:
        return self.total / MILLIONTHS

    @property
    def mean(self) -> float:
        return self.total / self.n / MILLIONTHS

    @property
    def margin(self) -> float | None:
        """Half the 95 % interval of the mean (normal approximation); None below two customers."""
        if self.n < 2:
            return None
        spread = max(self.squares * self.n - self.total * self.total, 0) / (self.n * (self.n - 1))
        return Z95 * math.sqrt(spread / self.n) / MILLIONTHS


@dataclass(frozen=True)
class Middle:
    """The median of one value in one group, with the order statistics that bound it at 95 %."""

    n: int
    median: float
    low: float
    high: float


@dataclass(frozen=True)
class Measured:
    """All sums and medians, by (group, value expression)."""

    sums: Mapping[tuple[str, str], Sums]
    middles: Mapping[tuple[str, str], Middle]


def measure(engine: Engine, chosen: Sequence[Measure]) -> Measured:
    """Measure every group of ``assignments`` on ``features``; the group ``overall`` holds everybody."""
    sums = list(dict.fromkeys(value for m in chosen for value in m.summed))
    middles = list(dict.fromkeys(m.value for m in chosen if m.how == "median"))
    steps = room("regulars.profile")
    engine.make("memberships", steps)
    engine.create("measured_values", _long(sums))
    engine.create("middle_values", _long(middles))
    summed = engine.rows(f"from ({_sql(engine, 'segment_sums')})")
    ranked = engine.rows(f"from ({_sql(engine, 'segment_medians')})")
    for table in ("measured_values", "middle_values"):
        engine.drop(table)
    return Measured(
        {(group, sums[int(key)]): Sums(int(n), int(total), int(squares)) for group, key, n, total, squares in summed},
        {
            (group, middles[int(key)]): Middle(
                int(n), (lower + upper) / 2 / MILLIONTHS, low / MILLIONTHS, high / MILLIONTHS
            )
            for group, key, n, lower, upper, low, high in ranked
        },
    )


def _sql(engine: Engine, step: str) -> str:
    return room("regulars.profile")[step].select.sql(engine.dialect)


def _long(values: Sequence[str]) -> str:
    """One row a customer and value, in whole millionths; ``metric`` is the value's position."""
    each = [
        f"select customer_id, {literal(str(position)).sql('duckdb')} as metric, "
        f"cast(floor(cast({value} as double) * {MILLIONTHS} + 0.5) as bigint) as units from features"
        for position, value in enumerate(values)
    ]
    return " union all ".join(each)


def proportion_interval(part: int, whole: int) -> tuple[float, float]:
    """Wilson's 95 % interval of ``part`` out of ``whole``, as percent (Wilson 1927)."""
    share, z2 = part / whole, Z95 * Z95
    centre = (share + z2 / (2 * whole)) / (1 + z2 / whole)
    half = Z95 * math.sqrt(share * (1 - share) / whole + z2 / (4 * whole * whole)) / (1 + z2 / whole)
    return 100 * max(centre - half, 0.0), 100 * min(centre + half, 1.0)


def ratio_margin(above: Sums, below: Sums, cross: Sums) -> float | None:
    """Half the 95 % interval of a ratio of sums, by the delta method; None below two customers."""
    if above.n < 2 or not below.total:
        return None
    n, ratio = above.n, above.total / below.total
    squares = above.squares - 2 * ratio * cross.total * MILLIONTHS + ratio * ratio * below.squares
    variance = max(squares, 0.0) / (n - 1) / n
    return Z95 * math.sqrt(variance) / (below.total / n)
