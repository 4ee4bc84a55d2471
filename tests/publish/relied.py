"""An invented validation for any study: every section that draws something, and one that was not measured."""

from __future__ import annotations

from typing import Any

from regulars.publish.rely import Validations
from regulars.types import Segmentation, Study

CODES = ("TOO_SMALL", "NOT_IDENTIFIABLE", "NOT_DIFFERENT", "UNSTABLE", "NO_ACTION_DELTA", "OVER_CAPACITY")


def validations(study: Study, *, earlier: bool = True) -> Validations:
    return Validations({each.name: validation(each, earlier=earlier) for each in study.segmentations})


def validation(segmentation: Segmentation, *, earlier: bool = True) -> dict[str, Any]:
    named = [{"segment_id": each.id, "segment_name": each.name} for each in segmentation.profile.segments]
    drifted = [_drifted(each, at) for at, each in enumerate(named)]
    stable = [_stable(each, at) for at, each in enumerate(named)]
    lifts = [_lift(each, at) for at, each in enumerate(named)]
    auc = {
        "mean": 0.5,
        "segment": {"value": 0.731, "low": 0.713, "high": 0.748},
        "rfm": {"value": 0.74, "low": 0.724, "high": 0.757},
        "gain_over_rfm": {"value": -0.0095, "low": -0.018, "high": -0.0006},
    }
    outcomes = {
        "repeat": {"is_measured": True, "judged_by": "auc", "measures": {"auc": auc}},
        "churn": {"is_measured": False},
    }
    share = {"value": 64.1, "low": 62.0, "high": 66.2}
    warning = {"severity": "warning", "where": "x", "what": "A mean moved by 24%.", "remedy": "Look."}
    return {
        "from": {"run_id": "run-0", "as_of": "2011-08-31"} if earlier else None,
        "exceeded": [warning],
        "sections": {
            "drift": _section("Nothing moved.", segments=drifted),
            "stability": _section("They come back.", segments=stable),
            "prediction": _section("They foretell.", lifts=lifts, outcomes=outcomes),
            "difference": _section(
                "They differ.",
                features=[{"feature": "orders", "label": "Orders"}],
                importance={"read": [{"feature": "orders", "percent": share}]},
            ),
            "verdict": _section("Not all are kept.", segments=_judged(named)),
            "audit": {"is_measured": False, "headline": "Not measured.", "words": ["Nothing is supplied."]},
        },
    }  # fmt: skip


def _section(headline: str, **figures: object) -> dict[str, Any]:
    return {"is_measured": True, "headline": headline, "words": [f"Behind: {headline}"], **figures}


def _drifted(named: dict[str, str], at: int) -> dict[str, Any]:
    hidden = at == 1
    figures = {"change_points": -0.04 if at else 3.25, "low": -1.0 + at, "high": 4.0 + at}
    return {**named, **(dict.fromkeys(figures) if hidden else figures)}


def _stable(named: dict[str, str], at: int) -> dict[str, Any]:
    return {
        **named, "jaccard": 0.93 - 0.1 * at, "stability_within": {"mean": 0.9, "low": 0.8, "high": 0.96},
        "refit_share": None,
    }  # fmt: skip


def _lift(named: dict[str, str], at: int) -> dict[str, Any]:
    return {**named, "repeat": None, "revenue": {"value": 3.19 - at, "low": 2.85 - at, "high": 3.54 - at}}


def _judged(named: list[dict[str, str]]) -> list[dict[str, Any]]:
    """The first is kept so far, the second merged with it, the third dropped, all others kept for good."""
    verdicts = ["keep", "merge", "drop", *["keep"] * len(named)]
    return [_verdict(each, verdicts[at], at, named[0]["segment_id"]) for at, each in enumerate(named)]


def _verdict(named: dict[str, str], verdict: str, at: int, first: str) -> dict[str, Any]:
    held = {"merge": "NOT_DIFFERENT", "drop": "TOO_SMALL"}.get(verdict)
    unknown = "NO_ACTION_DELTA" if at == 0 else None

    def state(code: str) -> str:
        return "holds" if code == held else "not assessed" if code == unknown else "does not hold"

    reasons = [{"code": code, "state": state(code), "words": f"Because of {code}."} for code in CODES]
    return {
        **named, "verdict": verdict, "with": [first] if verdict == "merge" else [],
        "not_assessed": [unknown] if unknown else [], "reasons": reasons,
    }  # fmt: skip


def audited(segment_name: str) -> dict[str, Any]:
    """One attribute: a group that a segment holds more of, one that is alike, and one that is hidden."""
    more = {"rate": 31.0, "rate_low": 28.0, "rate_high": 34.2, "rate_of_others": 22.0, "reading": "more"}
    values = [
        {"value": "North", **more},
        {"value": "South", **more, "reading": "alike"},
        {"value": "West", **dict.fromkeys(more)},
    ]
    mix = {"segment_name": segment_name, "values": values}
    return _section("It holds more.", attributes=[{"attribute": "region", "segments": [mix]}])
