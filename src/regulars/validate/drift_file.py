"""Drift as plain values, for ``compare --json``: shares are 0 to 1, changes of shares in points; null where
ten customers or fewer stand behind a figure."""

from __future__ import annotations

from typing import Any

from regulars.measure.small_cells import SMALLEST_SHOWN
from regulars.validate.bands import Bands
from regulars.validate.centroids import MovedMean
from regulars.validate.drift import CentroidDrift, Drift, FeatureDrift, ShareDrift
from regulars.validate.movement import Movement
from regulars.validate.shift import Shift

PLACES = 6
FEW_PLACES = 3


def as_json(found: Drift) -> dict[str, Any]:
    """The whole of it."""
    hidden = found.hidden
    return {
        "customers": {"then": found.then, "now": found.now},
        "sizes": {**_shift(found.sizes, found.sizes_p), "level": found.sizes_level},
        "segments": [_share(each, hides=each.segment.id in hidden) for each in found.shares],
        "features": [_feature(each) for each in found.features],
        "centroids": [_centroid(each, hides=each.segment.id in hidden) for each in found.centroids],
        "movement": {**_movement(found.movement), "level": found.movement_level},
        "limits": found.limits.model_dump(mode="json"),
    }


def _shift(moved: Shift, p: float) -> dict[str, Any]:
    return {
        "psi": _rounded(moved.psi),
        "psi_by_chance": _rounded(moved.noise),
        "exchanged_share": _rounded(moved.exchanged),
        "p": _significant(p),
        "bands": moved.bands,
    }


def _share(each: ShareDrift, *, hides: bool) -> dict[str, Any]:
    figures = {
        "customers_then": each.then,
        "customers_now": each.now,
        "share_then": _rounded(each.share_then),
        "share_now": _rounded(each.share_now),
        "change_points": _rounded(each.change),
        "low": _rounded(each.low),
        "high": _rounded(each.high),
        "p": _significant(each.p),
        "level": each.level,
    }
    named = {"segment_id": each.segment.id, "segment_name": each.segment.name}
    return {**named, **(dict.fromkeys(figures) if hides else figures)}


def _feature(each: FeatureDrift) -> dict[str, Any]:
    feature = each.bands.feature
    change, low, high = each.unknown
    n, m = sum(each.bands.then), sum(each.bands.now)
    unknown = each.bands.of("unknown")
    shows_unknown = not any(0 < count < SMALLEST_SHOWN for count in (unknown.then, unknown.now))
    figures = {
        "share_then": _rounded(unknown.then / n if n else 0.0),
        "share_now": _rounded(unknown.now / m if m else 0.0),
        "change_points": _rounded(change),
        "low": _rounded(low),
        "high": _rounded(high),
    }
    return {
        "feature": feature.name,
        "label": feature.label,
        **_shift(each.shift, each.p),
        "level": each.level,
        "bands_from": each.bands.source,
        "bands_counted": _bands(each.bands),
        "mean": _mean(each.mean) if each.mean else None,
        "unknown": figures if shows_unknown else dict.fromkeys(figures),
        "new_categories": {
            "share": _rounded(each.new_share) if each.bands.of("new").now >= SMALLEST_SHOWN else None,
            "categories": len(each.bands.new),
            "named": {name: _rounded(customers / m) for name, customers in each.bands.named.items()},
        }
        if feature.is_text
        else None,
    }


def _bands(told: Bands) -> list[dict[str, Any]]:
    n, m, hidden = sum(told.then), sum(told.now), told.hidden
    return [
        {
            "band": each.label,
            "kind": each.kind,
            "share_then": None if at in hidden else _rounded(each.then / n if n else 0.0),
            "share_now": None if at in hidden else _rounded(each.now / m if m else 0.0),
        }
        for at, each in enumerate(told.bands)
    ]


def _mean(each: MovedMean) -> dict[str, Any]:
    figures = {
        "then": _rounded(each.then.mean),
        "now": _rounded(each.now.mean),
        "change": _rounded(each.change),
        "low": _rounded(each.low),
        "high": _rounded(each.high),
        "change_share": _rounded(each.share),
        "standard_deviations": _rounded(each.sd),
    }
    return figures if each.is_shown else dict.fromkeys(figures)


def _centroid(each: CentroidDrift, *, hides: bool) -> dict[str, Any]:
    figures = {
        "moved_share": _rounded(each.centroid.share),
        "standard_deviations": _rounded(each.centroid.sd),
        "p": _significant(each.p),
        "level": each.level,
        "means": {mean.feature.name: _mean(mean) for mean in each.centroid.means},
    }
    named = {"segment_id": each.segment.id, "segment_name": each.segment.name}
    return {**named, **(dict.fromkeys(figures) if hides else figures)}


def _movement(moved: Movement) -> dict[str, Any]:
    counts = {"known_on_both_days": moved.both, "moved": moved.moved, "came": moved.came, "left": moved.left}
    low, high = moved.interval or (None, None)
    # Few digits where counts are not told, so that the share does not tell them either.
    places = PLACES if moved.counts_are_told else FEW_PLACES
    shares = {
        name: None if each is None else round(each, places)
        for name, each in (("moved_share", moved.share), ("low", low), ("high", high))
    }
    return {
        **(counts if moved.counts_are_told else dict.fromkeys(counts)),
        **(shares if moved.is_told else dict.fromkeys(shares)),
        "largest": [
            {
                "from_segment_id": each.from_segment_id,
                "to_segment_id": each.to_segment_id,
                "customers": each.customers,
            }
            for each in moved.flows
        ],
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, PLACES)


def _significant(p: float | None) -> float | None:
    """Three digits of a p-value, however small."""
    return None if p is None else float(f"{p:.3g}")
