"""Predictive power as plain values, for ``compare --json``: shares are 0 to 1; null where ten customers or
fewer stand behind a figure."""

from __future__ import annotations

from typing import Any

from regulars.measure.small_cells import SMALLEST_SHOWN
from regulars.validate.lift import Lift
from regulars.validate.prediction import JUDGED_BY, Foreseen, Prediction
from regulars.validate.prediction_trial import BY, Estimate, Measured
from regulars.value.auc import Gain

DIGITS = 6
"""Significant digits: behind them processors differ."""


def as_json(found: Prediction) -> dict[str, Any]:
    """The whole of it."""
    cut = found.cut
    return {
        "cut": cut.day.isoformat(),
        "upto": cut.upto.isoformat(),
        "horizon_days": cut.days,
        "definition": {
            "pinned_on": cut.pinned_on.isoformat(),
            "is_refit": cut.is_refit,
            "is_same_rule": cut.is_same_rule,
            "is_dated": cut.is_dated,
        },
        "customers": {"of_cut": cut.customers, "tried": found.customers},
        "outcomes": {each.outcome: _outcome(each) for each in found.outcomes},
        "lifts": [_lift(each) for each in found.lifts],
        "findings": [each.as_json() for each in cut.findings],
    }


def _outcome(each: Foreseen) -> dict[str, Any]:
    few = any(0 < part < SMALLEST_SHOWN for part in (each.came, each.customers - each.came))
    counted = {
        "customers": None if 0 < each.customers < SMALLEST_SHOWN else each.customers,
        "came": None if few else each.came,
    }
    if each.trial is None:
        return {"is_measured": False, **counted, "why_not": each.why_not}
    return {
        "is_measured": True,
        **counted,
        "judged_by": JUDGED_BY[each.outcome],
        "rfm_quintiles": each.trial.base,
        "hundredth_share_of_squares": _short(each.trial.few_share),
        "measures": {name: _measured(of) for name, of in each.trial.measures.items()},
    }


def _measured(of: Measured) -> dict[str, Any]:
    return {
        "mean": _short(of.of_mean),
        **{by: _estimate(of.of[by]) for by in BY},
        "gain_over_mean": _gain(of.over_mean),
        "gain_over_rfm": _gain(of.over_rfm),
        "gain_added_to_rfm": _gain(of.added),
    }


def _estimate(of: Estimate | None) -> dict[str, float] | None:
    return None if of is None else {"value": _short(of.value), "low": _short(of.low), "high": _short(of.high)}


def _gain(of: Gain) -> dict[str, float]:
    return {"value": _short(of.gain), "low": _short(of.low), "high": _short(of.high)}


def _lift(each: Lift) -> dict[str, Any]:
    return {
        "segment_id": each.segment.id,
        "segment_name": each.segment.name,
        "customers": each.customers,
        "repeat": _estimate(each.repeat),
        "repeat_p_adjusted": None if each.p is None else _short(each.p),
        "revenue": _estimate(each.revenue),
    }


def _short(value: float) -> float:
    return float(f"{value:.{DIGITS}g}") + 0.0 if abs(value) > 1e-9 else 0.0
