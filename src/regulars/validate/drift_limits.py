"""The limits of drift that are exceeded, each with what moved and what to do."""

from __future__ import annotations

from collections.abc import Iterator

from regulars.figures import written
from regulars.types import Finding
from regulars.validate.drift import CentroidDrift, Drift, FeatureDrift, ShareDrift
from regulars.validate.drift_words import told_centroid, told_feature, told_movement, told_share, told_sizes
from regulars.validation_settings import DriftLimits

_ANEW = "fit anew: regulars run --refit."
CUSTOMERS = (
    "See first whether a source or its cleaning changed, or a campaign brought these customers; if they are "
    f"others for good, {_ANEW}"
)
SIZE = "Plan for the size that a segment has now."
MEANING = f"Read again what is said of a segment whose mean moved; if its name no longer fits, {_ANEW}"
CATEGORIES = f"The definition knows nothing of new categories: {_ANEW}"
GAPS = "Look at the source: a column with more gaps than before is more often broken than true."
MOVERS = "Draw lists of single customers anew; compare the days in between to see when they moved."


def exceeded(found: Drift, name: str, currency: str) -> Iterator[Finding]:
    """A finding for each change past a limit, in the order of the section. ``name``: the segmentation."""
    limits, hidden = found.limits, found.hidden
    if found.sizes_level == "exceeded":
        what = f"{told_sizes(found.sizes)} The limit is a PSI of {limits.psi}."
        yield Finding("warning", f"{name}.sizes", what, CUSTOMERS)
    for share in found.shares:
        if share.level == "exceeded":
            what = f"{told_share(share)} The limit is {limits.share_points:g} points."
            said = _unsaid(share) if share.segment.id in hidden else what
            yield Finding("warning", f"{name}.{share.segment.id}", said, SIZE)
    yield from (_feature(each, limits, name, currency) for each in found.features if each.level == "exceeded")
    for each in found.centroids:
        if each.level == "exceeded":
            limit = (
                f"The limit is {_percent(limits.centroid_share)}, from {limits.centroid_sd:g} of these on."
            )
            said = _unsaid(each) if each.segment.id in hidden else f"{told_centroid(each, currency)} {limit}"
            yield Finding("warning", f"{name}.{each.segment.id}.mean", said, MEANING)
    if found.movement_level == "exceeded":
        what = f"{next(told_movement(found.movement, {}))} The limit is {_percent(limits.moved_share)}."
        yield Finding("warning", f"{name}.movement", what, MOVERS)


def _feature(each: FeatureDrift, limits: DriftLimits, name: str, currency: str) -> Finding:
    what, feature = told_feature(each, currency), each.bands.feature.name
    if _is_past(each.new_share, limits.new_category_share):
        told, remedy = f"The limit of what is new is {_percent(limits.new_category_share)}.", CATEGORIES
    elif _is_past(each.unknown[0], limits.unknown_points):
        told, remedy = f"The limit of what is unknown is {limits.unknown_points:g} points more.", GAPS
    else:
        told, remedy = f"The limit is a PSI of {limits.psi}.", CUSTOMERS
    return Finding("warning", f"{name}.{feature}", f"{what} {told}", remedy)


def _is_past(size: float, limit: float | None) -> bool:
    return limit is not None and size > limit


def _unsaid(each: ShareDrift | CentroidDrift) -> str:
    why = "ten customers or fewer stand behind them, or would follow from them"
    return f"{each.segment.name} changed by more than the limit; the figures are not shown: {why}."


def _percent(limit: float | None) -> str:
    return written(100 * (limit or 0.0), "percent")
