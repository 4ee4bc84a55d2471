"""Measuring groups in the engine: sums and medians of each metric, for each segment and for all."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from regulars.engine import Engine, literal, room
from regulars.measure.small_cells import SMALLEST_SHOWN
from regulars.profile.metrics import FORETOLD, REPEATED, Measure, Product

MILLIONTHS = 1_000_000
FEWEST_FOR_BOUNDS = 6
"""The smallest and largest of five values hold the median with 93.75 %, of six with 96.9 %."""


@dataclass(frozen=True)
class Sums:
    """What one group has of one value: customers with it, its sum in millionths, and its sum of squares (or
    of products with another value) in millionths of millionths."""

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
    def all_alike(self) -> bool:
        """Whether every customer has the same value, so that their spread cannot be judged from them."""
        return self.squares * self.n == self.total * self.total

    @property
    def margin(self) -> float | None:
        """Half the 95 % interval of the mean (Student 1908); None below two customers."""
        if self.n < 2:
            return None
        return t95(self.n - 1) * self.deviation / math.sqrt(self.n)

    @property
    def deviation(self) -> float:
        """The standard deviation over customers (n - 1); 0 below two of them."""
        if self.n < 2:
            return 0.0
        return (
            math.sqrt((self.squares * self.n - self.total * self.total) / (self.n * (self.n - 1)))
            / MILLIONTHS
        )


@dataclass(frozen=True)
class Middle:
    """The median of one value in one group, with the order statistics that bound it at 95 %.

    With fewer than six values not even the smallest and the largest do, so there are no bounds.
    """

    n: int
    median: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Measured:
    """All sums by group and product of value expressions, all medians by group and value expression."""

    sums: Mapping[tuple[str, Product], Sums]
    middles: Mapping[tuple[str, str], Middle]

    def of(self, group: str, value: str, times: str = "") -> Sums:
        """The sums of a value, squared or multiplied by another; empty ones where no customer has it."""
        return self.sums.get((group, (value, times or value)), Sums())

    def apart(self, group: str, m: Measure) -> tuple[int, ...]:
        """How many customers a figure sets apart from the rest of the group, as far as it gives them away.

        Of a yes or no, those who have it and those who have it not. Of counts, at most as many have any as
        there are in all, and at most as many more than one as there are beyond one each: one order more
        than customers is one customer with two.
        """
        if m.counts:
            sums = self.of(group, m.counts)
            beyond = max(sums.total // MILLIONTHS - sums.n, 0)
            return (
                sums.total // MILLIONTHS,
                beyond,
                *(self._repeaters(group, beyond) if m.counts == "orders" else ()),
            )
        sums = self.of(group, m.value) if m.how == "mean" else Sums()
        whole = 100 if m.metric.unit == "percent" else 1
        if m.metric.id in FORETOLD or sums.squares != whole * MILLIONTHS * sums.total:
            return ()
        having = sums.total // whole // MILLIONTHS
        return having, sums.n - having

    def _repeaters(self, group: str, beyond: int) -> tuple[int, ...]:
        """Who has two orders or more and who has not, where the orders ``beyond`` one each tell them: where
        hardly anybody has three."""
        sums = self.of(group, REPEATED)
        having = sums.total // 100 // MILLIONTHS
        return (having, sums.n - having) if beyond - having < SMALLEST_SHOWN else ()


def measure(engine: Engine, chosen: Sequence[Measure]) -> Measured:
    """Measure every group of ``assignments`` on ``features``; the group ``overall`` holds everybody."""
    sums = list(dict.fromkeys(value for m in chosen for value in m.summed))
    middles = list(dict.fromkeys(m.value for m in chosen if m.how == "median"))
    steps = room("regulars.profile")
    engine.make("memberships", steps)
    engine.create("measured_values", _long(sums))
    engine.create("middle_values", _long([(value, value) for value in middles]))
    summed = engine.rows(f"from ({_sql(engine, 'segment_sums')})")
    ranked = engine.rows(f"from ({_sql(engine, 'segment_medians')})")
    for table in ("measured_values", "middle_values"):
        engine.drop(table)
    return Measured(
        {
            (group, sums[int(key)]): Sums(int(n), int(total), int(squares))
            for group, key, n, total, squares in summed
        },
        {
            (group, middles[int(key)]): _middle(int(n), (lower + upper) / 2, low, high)
            for group, key, n, lower, upper, low, high in ranked
        },
    )


def _middle(n: int, median: float, low: int, high: int) -> Middle:
    if n < FEWEST_FOR_BOUNDS:
        return Middle(n, median / MILLIONTHS, None, None)
    return Middle(n, median / MILLIONTHS, low / MILLIONTHS, high / MILLIONTHS)


def _sql(engine: Engine, step: str) -> str:
    return room("regulars.profile")[step].select.sql(engine.dialect)


def _long(products: Sequence[Product]) -> str:
    """One row a customer and product of values, in whole millionths; ``metric`` is the product's position."""
    each = [
        f"select customer_id, {literal(str(position)).sql('duckdb')} as metric, "
        f"{_units(value)} as units, {_units(other)} as other_units from features"
        for position, (value, other) in enumerate(products)
    ]
    nothing = "select customer_id, '' as metric, 0 as units, 0 as other_units from features where false"
    return " union all ".join(each) or nothing


def _units(value: str) -> str:
    return f"cast(floor(cast({value} as double) * {MILLIONTHS} + 0.5) as bigint)"


def ratio_margin(above: Sums, below: Sums, cross: Sums) -> float | None:
    """Half the 95 % interval of a ratio of sums, by the delta method (Cochran 1977, 6.4).

    None below two customers. s² = Σ (y − R x)² / (n − 1) with R = Σ y / Σ x; the margin is t · s / (√n · x̄).
    """
    if above.n < 2 or not below.total:
        return None
    n, ratio = above.n, Fraction(above.total, below.total)
    squares = above.squares - 2 * ratio * cross.squares + ratio * ratio * below.squares
    return t95(n - 1) * math.sqrt(squares / (n - 1) / n) / (below.total / n)


@cache
def t95(freedom: int) -> float:
    """The 97.5th percentile of Student's t with so many degrees of freedom."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.975))
