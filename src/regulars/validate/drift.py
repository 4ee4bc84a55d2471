"""Drift: whether the customers of today are still those that a segmentation was made for."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from regulars.engine import Engine
from regulars.measure.proportion import share_change
from regulars.segment.definition import Definition
from regulars.types import Feature, Segment
from regulars.validate.bands import NOW, THEN, Bands, bands, kept_back
from regulars.validate.centroids import Centroid, MovedMean, moved_means
from regulars.validate.movement import Movement, movement
from regulars.validate.shift import Shift, shift
from regulars.validation_settings import DriftLimits
from regulars.value.many import Name, holm

Level = Literal["steady", "slight", "moved", "exceeded"]
"""No more than chance explains; real but small; large enough to look at; past a limit of the settings."""
CHANCE = 0.05
"""With no drift at all, the share of comparisons in which anything is told to have moved is at most this."""
OF_SIZES, OF_FEATURES, OF_MEANS = 0.0125, 0.00625, 0.00625
"""What of that chance each question uses, by Holm's method within it: sizes most, as the share of a few
customers is hardest to hear. Half is kept back: the tests are those of large samples."""
NOTABLE_POINTS = 5.0
"""Half the limit that holds by default: from there on a change is worth a look."""
NOTABLE_SD = 0.2
"""Of a segment's mean, in standard deviations of all customers: a small difference (Cohen 1988)."""


@dataclass(frozen=True)
class ShareDrift:
    """One segment's customers then and now, and their shares of all, 0 to 1; the change in points, with its
    95 % interval. ``p`` is adjusted for all that is asked in the comparison."""

    segment: Segment
    then: int
    now: int
    share_then: float
    share_now: float
    change: float
    low: float
    high: float
    p: float
    level: Level


@dataclass(frozen=True)
class FeatureDrift:
    """One feature's distribution then and now, and its mean where it is a number that anybody has.

    ``unknown`` is the change of the share that is unknown, in points, with its 95 % interval;
    ``new_share`` the share of customers in categories that the earlier day had none of, 0 to 1.
    """

    bands: Bands
    shift: Shift
    mean: MovedMean | None
    unknown: tuple[float, float, float]
    new_share: float
    p: float
    level: Level


@dataclass(frozen=True)
class CentroidDrift:
    """How far a segment's mean moved; ``p`` is the least of its features', adjusted; None where it is not
    judged, for fewer than thirty customers a side with any of them."""

    segment: Segment
    centroid: Centroid
    p: float | None
    level: Level


@dataclass(frozen=True)
class Drift:
    """What changed between two days' customers by one definition; see docs/drift.md for how to read it."""

    then: int
    now: int
    sizes: Shift
    sizes_p: float
    sizes_level: Level
    shares: tuple[ShareDrift, ...]
    features: tuple[FeatureDrift, ...]
    centroids: tuple[CentroidDrift, ...]
    movement: Movement
    movement_level: Level
    limits: DriftLimits

    @property
    def levels(self) -> list[Level]:
        """Of all that was judged."""
        return [
            self.sizes_level,
            *(each.level for each in self.shares),
            *(each.level for each in self.features),
            *(each.level for each in self.centroids),
            self.movement_level,
        ]

    @property
    def hidden(self) -> Collection[str]:
        """The segments of which no figure is shown, for few customers on a day."""
        return kept_back(
            {each.segment.id: each.then for each in self.shares},
            {each.segment.id: each.now for each in self.shares},
        )

    @property
    def has_moved(self) -> bool:
        """Whether anything changed more than chance explains, and enough to look at."""
        return bool({"moved", "exceeded"} & set(self.levels))


def drift(engine: Engine, definition: Definition, features: Sequence[Feature], limits: DriftLimits) -> Drift:
    """The drift between ``customers_then`` and ``customers_now``, each customer in its segment by the same
    definition. ``features`` are those that the definition reads. Either side may be of any size.

    Customers known on both days are counted on both sides, which makes the tests cautious: two samples that
    share customers differ less by chance than these tests allow for.
    """
    segments = definition.segments
    then, now = _sizes(engine, THEN, segments), _sizes(engine, NOW, segments)
    sizes = shift(list(then.values()), list(now.values()), ordered=False)
    shares = _shares(segments, then, now, sizes, limits)
    overall, centroids = moved_means(engine, features, [each.id for each in segments])
    means = {each.feature.name: each for each in overall}
    told = [bands(engine, definition, each) for each in features]
    moved = movement(engine, [each.id for each in segments])
    return Drift(
        sum(then.values()), sum(now.values()), sizes, *shares, tuple(_features(told, means, limits)),
        told_centroids(segments, centroids, limits), moved, _movement_level(moved, limits), limits,
    )  # fmt: skip


def _sizes(engine: Engine, table: str, segments: Sequence[Segment]) -> dict[str, int]:
    counted = dict(engine.rows(f"select segment_id, count(*) from {table} group by segment_id"))
    return {segment.id: int(counted.get(segment.id, 0)) for segment in segments}


def _shares(
    segments: Sequence[Segment],
    then: Mapping[str, int],
    now: Mapping[str, int],
    sizes: Shift,
    limits: DriftLimits,
) -> tuple[float, Level, tuple[ShareDrift, ...]]:
    """The adjusted p and the level of all sizes together, and each segment's share."""
    n, m = sum(then.values()), sum(now.values())
    if not (n and m):
        return 1.0, "steady", ()
    asked: dict[str | None, float] = {None: sizes.p}
    for each in segments:
        a, b = then[each.id], now[each.id]
        asked[each.id] = shift([a, n - a], [b, m - b], ordered=False).p
    p = _adjusted(asked, OF_SIZES)
    made = []
    for each in segments:
        change, low, high = share_change(then[each.id], n, now[each.id], m)
        level = _level(p[each.id], abs(change), NOTABLE_POINTS, limits.share_points)
        a, b = then[each.id], now[each.id]
        made.append(ShareDrift(each, a, b, a / n, b / m, change, low, high, p[each.id], level))
    return p[None], _psi_level(sizes, p[None], limits), tuple(made)


def _features(
    told: Sequence[Bands], means: Mapping[str, MovedMean], limits: DriftLimits
) -> Iterator[FeatureDrift]:
    shifts = {
        each.feature.name: shift(each.then, each.now, ordered=not each.feature.is_text) for each in told
    }
    p = _adjusted({name: each.p for name, each in shifts.items()}, OF_FEATURES)
    for each in told:
        name, n, m = each.feature.name, sum(each.then), sum(each.now)
        unknown = each.of("unknown")
        change = share_change(unknown.then, n, unknown.now, m) if n and m else (0.0, 0.0, 0.0)
        new = each.of("new").now / m if m else 0.0
        level = _psi_level(shifts[name], p[name], limits)
        if _is_real(p[name]) and (
            (change[1] > 0 and _past(change[0], limits.unknown_points))
            or _past(new, limits.new_category_share)
        ):
            level = "exceeded"
        yield FeatureDrift(each, shifts[name], means.get(name), change, new, p[name], level)


def told_centroids(
    segments: Sequence[Segment], centroids: Sequence[Centroid], limits: DriftLimits
) -> tuple[CentroidDrift, ...]:
    """Each centroid with its level."""
    named = {each.id: each for each in segments}
    asked = {
        (each.segment_id, mean.feature.name): mean.p
        for each in centroids
        for mean in each.means
        if mean.p is not None
    }
    p, made = _adjusted(asked, OF_MEANS), []
    for each in centroids:
        own = [p[each.segment_id, mean.feature.name] for mean in each.means if mean.p is not None]
        least = min(own, default=None)
        made.append(CentroidDrift(named[each.segment_id], each, least, _mean_level(each, least, limits)))
    return tuple(made)


def _mean_level(each: Centroid, p: float | None, limits: DriftLimits) -> Level:
    """Past the limit by its share and by its standard deviations both: a share alone hangs on where zero
    lies, standard deviations alone do not say whether the description still fits."""
    if each.sd is None or p is None or not _is_real(p):
        return "steady"
    if _past(each.share or 0.0, limits.centroid_share) and _reaches(each.sd, limits.centroid_sd):
        return "exceeded"
    return "moved" if each.sd >= NOTABLE_SD else "slight"


def _movement_level(moved: Movement, limits: DriftLimits) -> Level:
    """By the limit alone: these very customers were counted, and none of them moves without a change."""
    return "exceeded" if moved.share is not None and _past(moved.share, limits.moved_share) else "steady"


def _adjusted(asked: Mapping[Name, float], chance: float) -> dict[Name, float]:
    """The p-values of one question, adjusted so that those of all questions are held against one chance."""
    return {name: min(1.0, p * CHANCE / chance) for name, p in holm(asked).items()}


def _is_real(p: float) -> bool:
    return p <= CHANCE


def _past(size: float, limit: float | None) -> bool:
    return limit is not None and size > limit


def _reaches(size: float, limit: float | None) -> bool:
    return limit is not None and size >= limit


def _psi_level(moved: Shift, p: float, limits: DriftLimits) -> Level:
    if not _is_real(p):
        return "steady"
    if limits.psi is not None and moved.passes(limits.psi):
        return "exceeded"
    return "moved" if moved.psi >= moved.notable else "slight"


def _level(p: float, size: float, notable: float, limit: float | None) -> Level:
    if not _is_real(p):
        return "steady"
    if _past(size, limit):
        return "exceeded"
    return "moved" if size >= notable else "slight"
