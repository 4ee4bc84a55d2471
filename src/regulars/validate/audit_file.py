"""The bias audit as plain values: shares in percent, null where few customers stand behind them."""

from __future__ import annotations

from typing import Any

from regulars.figures import rounded
from regulars.validate.audit import AttributeAudit, Audit, Mix, Part
from regulars.validate.audit_words import headline, is_below_four_fifths, words


def as_json(found: Audit) -> dict[str, Any]:
    """All of it that may be shown, in the order of the attributes and of the segments."""
    return {
        "is_measured": True,
        "headline": headline(found),
        "words": words(found),
        "attributes": [_attribute(each) for each in found.each],
    }


def _attribute(each: AttributeAudit) -> dict[str, Any]:
    together = each.together
    seen = together if together and together.low else None
    return {
        "attribute": each.name,
        "customers": each.customers,
        "unknown_share": _percent(100 * each.unknown / each.customers, each) if each.customers else None,
        "is_coarse": each.is_coarse,
        "overall": {value: _percent(share, each) for value, share in each.overall.items()},
        "cramers_v": None if together is None else round(together.v, 2),
        "low": None if together is None else round(together.low, 2),
        "high": None if together is None else round(together.high, 2),
        "guessed_right": round(seen.guessed, 2) if seen else None,
        "guessed_right_without": round(seen.guessed_blind, 2) if seen else None,
        "segments": [_mix(mix, each) for mix in each.mixes],
    }


def _mix(mix: Mix, each: AttributeAudit) -> dict[str, Any]:
    is_told = not (mix.is_hidden or each.is_coarse)
    return {
        "segment_id": mix.segment.id,
        "segment_name": mix.segment.name,
        "customers": None if mix.is_hidden else mix.customers,
        "unknown": mix.unknown if is_told else None,
        "values": [_part(part, mix, each) for part in mix.parts],
    }


def _part(part: Part, mix: Mix, each: AttributeAudit) -> dict[str, Any]:
    figures = {
        "customers": None if each.is_coarse else part.customers,
        "share": _percent(part.share, each),
        "low": _percent(part.low, each),
        "high": _percent(part.high, each),
        "share_of_others": _percent(part.others, each),
        "rate": _percent(part.rate, each),
        "rate_low": _percent(part.rate_low, each),
        "rate_high": _percent(part.rate_high, each),
        "rate_of_others": _percent(part.others_rate, each),
        "rate_ratio": None if part.rate_ratio is None else round(part.rate_ratio, 2),
        "is_below_four_fifths": is_below_four_fifths(part),
        "reading": part.reading,
    }
    is_hidden = mix.is_hidden or part.is_hidden
    return {"value": part.value, **(dict.fromkeys(figures) if is_hidden else figures)}


def _percent(share: float, each: AttributeAudit) -> float:
    return float(rounded(share, 0 if each.is_coarse else 1))
