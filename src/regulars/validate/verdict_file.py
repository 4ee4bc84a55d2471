"""The verdicts as plain values: what ``compare --json`` prints and the dashboard reads."""

from __future__ import annotations

from typing import Any

from regulars.validate.reasons import MEANINGS, Figure, Reason
from regulars.validate.verdict import Verdict, Verdicts
from regulars.validate.verdict_words import headline, sentence, words

DIGITS = 6


def as_json(found: Verdicts) -> dict[str, Any]:
    """All of it. A figure that is not shown is null; ``groups`` are the segments that would be left."""
    return {
        "is_measured": True,
        "headline": headline(found),
        "words": words(found),
        "customers": found.customers,
        "capacity": found.capacity,
        "weighed_by": found.weighed_by,
        "groups": [[each.id for each in group] for group in found.groups],
        "segments": [_verdict(each) for each in found.each],
    }


def _verdict(each: Verdict) -> dict[str, Any]:
    return {
        "segment_id": each.segment.id,
        "segment_name": each.segment.name,
        "verdict": each.decision,
        "with": [other.id for other in each.others],
        "words": sentence(each),
        "holds": [reason.code for reason in each.held],
        "not_assessed": list(each.unassessed),
        "reasons": [_reason(reason) for reason in each.reasons],
    }


def _reason(each: Reason) -> dict[str, Any]:
    return {
        "code": each.code,
        "meaning": MEANINGS[each.code],
        "state": each.state,
        "words": each.words,
        "like": each.like,
        "figures": [_figure(figure) for figure in each.figures],
    }


def _figure(each: Figure) -> dict[str, Any]:
    return {
        "label": each.label,
        "value": _rounded(each.value),
        "low": _rounded(each.low),
        "high": _rounded(each.high),
        "unit": each.unit,
        "source": each.source,
    }


def _rounded(value: float | None) -> float | None:
    """Six significant digits: the same on every machine."""
    return None if value is None else float(f"{value:.{DIGITS}g}")
