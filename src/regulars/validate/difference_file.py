"""Difference as plain values, for ``compare --json`` and the dashboard: percent is 0 to 100, other shares 0
to 1; null where ten customers or fewer would be told."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from regulars.measure.effects import Effect
from regulars.measure.small_cells import SMALLEST_SHOWN
from regulars.validate.behaviours import Behaviour
from regulars.validate.contrasts import Contrast
from regulars.validate.difference import Beside, Difference, Pair
from regulars.validate.importance import Importance, Share, Weight

DIGITS = 6


def as_json(found: Difference) -> dict[str, Any]:
    """The whole of it."""
    return {
        "customers": found.customers,
        "sampled": found.sampled,
        "features": [_behaviour(each) for each in found.behaviours],
        "segments": [_beside(each, hides=each.segment.id in found.hidden) for each in found.segments],
        "pairs": [_pair(each, hides=not found.shows(each)) for each in found.pairs],
        "importance": _importance(found.importance, found.hidden),
    }


def _behaviour(each: Behaviour) -> dict[str, Any]:
    return {
        "feature": each.feature.name,
        "label": each.feature.label,
        "relation": each.relation,
        "measured_on_the_same_things": list(each.like),
        "is_judged": each.is_judged,
        "why_not": each.why or None,
        "unknown": _shown(each.unknown),
        "between_segments": {
            "measure": "cramers_v_squared" if each.feature.is_text else "epsilon_squared",
            "share": _rounded(each.spread.share),
            "low": _rounded(each.spread.low),
            "high": _rounded(each.spread.high),
        },
    }


def _beside(each: Beside, *, hides: bool) -> dict[str, Any]:
    return {
        "segment_id": each.segment.id,
        "segment_name": each.segment.name,
        "is_apart": bool(each.apart),
        "effects": None if hides else [_contrast(told) for told in each.contrasts],
    }


def _pair(each: Pair, *, hides: bool) -> dict[str, Any]:
    return {
        "segment_ids": [each.one.id, each.other.id],
        "segment_names": [each.one.name, each.other.name],
        "state": each.state,
        "customers_needed": None if hides else each.needed,
        "unmeasured": [feature.name for feature in each.unmeasured],
        "effects": None if hides else [_contrast(told) for told in each.contrasts],
    }


def _contrast(each: Contrast) -> dict[str, Any]:
    effect, is_text = each.effect, each.behaviour.feature.is_text
    return {
        "feature": each.behaviour.feature.name,
        "is_judged": each.behaviour.is_judged,
        # Beside a segment's size the one would tell the other.
        "known": [
            None if _shown(unknown) is None else n
            for n, unknown in zip((effect.n, effect.m), each.unknown, strict=True)
        ],
        "unknown": [_shown(unknown) for unknown in each.unknown],
        "measure": "cramers_v" if is_text else "cliffs_delta",
        **_effect(effect),
        "superiority": None if is_text else _rounded(effect.superiority),
        "p": float(f"{each.p:.3g}"),
        "standardised": _interval(effect.standardised),
        "most_apart": None
        if each.most is None
        else {
            "category": each.most.category,
            "percent": _rounded(each.most.share),
            "percent_of_other": _rounded(each.most.other),
            "change_points": _interval((each.most.change, each.most.low, each.most.high)),
        },
    }


def _effect(effect: Effect) -> dict[str, Any]:
    return {
        "size": _rounded(effect.size),
        "low": _rounded(effect.low),
        "high": _rounded(effect.high),
        "negligible_within": _rounded(effect.zone),
        "magnitude": effect.magnitude,
    }


def _importance(found: Importance, hidden: Collection[str]) -> dict[str, Any]:
    beside = found.beside
    return {
        "customers": found.customers,
        # The definition was fitted on these customers too; the forest was not.
        "is_held_out": False,
        "read": [_weight(each, hidden) for each in found.read],
        "beside": None
        if beside is None
        else {
            "is_held_out": True,
            "right": _interval(beside.right),
            "largest_segment": _rounded(beside.largest),
            "features": [_weight(each, hidden) for each in beside.weights],
        },
    }


def _weight(each: Weight, hidden: Collection[str]) -> dict[str, Any]:
    return {
        "feature": each.feature,
        "percent": _interval(each.share),
        "by_segment": {
            segment: _interval(share) for segment, share in each.by_segment.items() if segment not in hidden
        },
        "measured_on_the_same_things": list(each.kin),
    }


def _interval(share: Share | None) -> dict[str, float] | None:
    if share is None:
        return None
    value, low, high = share
    return {"value": _rounded(value), "low": _rounded(low), "high": _rounded(high)}


def _shown(customers: int) -> int | None:
    return None if 0 < customers < SMALLEST_SHOWN else customers


def _rounded(value: float) -> float:
    """Six significant digits; adding zero turns -0.0 into 0.0."""
    return float(f"{value:.{DIGITS}g}") + 0.0
