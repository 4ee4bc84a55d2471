"""Where the middle of each segment stands on two days, feature by feature."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from regulars.engine import Engine, quoted
from regulars.measure.small_cells import SMALLEST_SHOWN
from regulars.types import Feature
from regulars.validate.bands import NOW, THEN
from regulars.validate.shift import Moments, mean_change, pooled_sd

EVERYBODY = "overall"
FEWEST_JUDGED = 30
"""Customers a side below which no moved mean is told: skewed figures such as spend need as many."""
_MILLIONTHS = 1_000_000


@dataclass(frozen=True)
class MovedMean:
    """One feature's mean in one group, then and now.

    ``change`` is now less then, with its 95 % interval; ``share`` the same over the earlier mean (None where
    that is zero); ``sd`` the same in standard deviations within the group's two sides (None where all are
    alike); ``p`` by Welch's test, None below thirty customers a side.
    """

    feature: Feature
    then: Moments
    now: Moments
    change: float
    low: float
    high: float
    share: float | None
    sd: float | None
    p: float | None

    @property
    def is_shown(self) -> bool:
        """Whether more than ten customers a side have a value."""
        return min(self.then.n, self.now.n) >= SMALLEST_SHOWN


@dataclass(frozen=True)
class Centroid:
    """How far one segment's mean moved, over the features of numbers that the definition reads and that at
    least thirty of its customers have a value of on each day.

    Each counts in standard deviations over all customers (within the two sides), so that no unit outweighs
    another. ``sd`` is the distance moved in these, None where none counts; ``share`` is it over the earlier
    mean's own distance from zero, None also where that is zero. ``most`` is the one that moved farthest.
    """

    segment_id: str
    sd: float | None
    share: float | None
    most: MovedMean | None
    means: tuple[MovedMean, ...]


def moved_means(
    engine: Engine, features: Sequence[Feature], segment_ids: Sequence[str]
) -> tuple[tuple[MovedMean, ...], tuple[Centroid, ...]]:
    """The means of all customers, and the centroid of each segment that has customers on both days."""
    numbers = [each for each in features if not each.is_text]
    if not numbers:
        return (), ()
    then, now = (_moments(engine, table, numbers) for table in (THEN, NOW))
    overall = _means(numbers, then.get(EVERYBODY, {}), now.get(EVERYBODY, {}))
    scales = {each.feature.name: pooled_sd(each.then, each.now) for each in overall}
    both = [each for each in segment_ids if each in then and each in now]
    made = (_centroid(each, _means(numbers, then[each], now[each]), scales) for each in both)
    return overall, tuple(made)


def _means(
    features: Sequence[Feature], then: Mapping[str, Moments], now: Mapping[str, Moments]
) -> tuple[MovedMean, ...]:
    return tuple(
        _mean(each, then[each.name], now[each.name])
        for each in features
        if each.name in then and each.name in now
    )


def _mean(feature: Feature, then: Moments, now: Moments) -> MovedMean:
    change, half, p = mean_change(then, now)
    sd = pooled_sd(then, now)
    return MovedMean(
        feature, then, now, change, change - half, change + half,
        change / abs(then.mean) if then.mean else None,
        change / sd if sd else None,
        p if min(then.n, now.n) >= FEWEST_JUDGED else None,
    )  # fmt: skip


def _centroid(segment_id: str, means: tuple[MovedMean, ...], scales: Mapping[str, float]) -> Centroid:
    counted = [each for each in means if each.p is not None and scales[each.feature.name]]
    if not counted:
        return Centroid(segment_id, None, None, None, means)
    changes = [each.change / scales[each.feature.name] for each in counted]
    moved = math.hypot(*changes)
    stood = math.hypot(*(each.then.mean / scales[each.feature.name] for each in counted))
    farthest = max(range(len(counted)), key=lambda at: abs(changes[at]))
    return Centroid(segment_id, moved, moved / stood if stood else None, counted[farthest], means)


def _moments(engine: Engine, table: str, features: Sequence[Feature]) -> dict[str, dict[str, Moments]]:
    """By segment, and for everybody, the moments of each feature that any customer has.

    Sums are of whole millionths and of their squares, so that the order of customers cannot matter.
    """
    columns = ", ".join(part for each in features for part in _sums(each.name))
    rows = engine.rows(f"select segment_id, {columns} from {table} group by segment_id order by segment_id")
    sums = {str(segment): [int(each or 0) for each in found] for segment, *found in rows}
    if sums:
        sums[EVERYBODY] = [sum(each) for each in zip(*sums.values(), strict=True)]
    return {segment: dict(_told(features, found)) for segment, found in sums.items()}


def _sums(feature: str) -> Iterator[str]:
    units = f"cast(floor(cast({quoted(feature)} as double) * {_MILLIONTHS} + 0.5) as bigint)"
    yield f"count({quoted(feature)})"
    yield f"sum({units})"
    yield f"sum(cast({units} as decimal(38, 0)) * {units})"


def _told(features: Sequence[Feature], sums: Sequence[int]) -> Iterator[tuple[str, Moments]]:
    for at, feature in enumerate(features):
        n, total, squares = sums[3 * at : 3 * at + 3]
        if n:
            spread = (squares * n - total * total) / (n * (n - 1)) if n > 1 else 0.0
            yield feature.name, Moments(n, total / n / _MILLIONTHS, spread / _MILLIONTHS**2)
