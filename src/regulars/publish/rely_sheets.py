"""What is told of each question as a small table, where a drawing would hide what it is held against."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from regulars.figures import written

MOST = 12
"""Rows of an audit: its words tell of the others."""
OUTCOMES = {"repeat": "Who buys again", "revenue": "Revenue", "churn": "Who falls silent"}
MEASURES = {"auc": "AUC", "r2": "R²", "r2_capped": "R², capped"}


@dataclass(frozen=True)
class Sheet:
    """Headings, and rows of a head, texts, and a ruling with its look at the end."""

    title: str
    headings: list[str]
    rows: list[tuple[str, list[str], str, str]]


def prediction(section: Mapping[str, Any]) -> Sheet | None:
    """How well each outcome was foretold: by the segment, by RFM quintiles and by the mean."""
    rows = list(_foretold(section["outcomes"]))
    headings = ["Foretold", "Segment", "RFM quintiles", "Mean", "Against RFM quintiles"]
    return Sheet("How well the days after were foretold", headings, rows) if rows else None


def _foretold(outcomes: Mapping[str, Any]) -> Iterator[tuple[str, list[str], str, str]]:
    for name, each in outcomes.items():
        if not each["is_measured"]:
            continue
        judged = each["judged_by"]
        of, gain = each["measures"][judged], each["measures"][judged]["gain_over_rfm"]
        texts = [_interval(of["segment"]), _interval(of["rfm"]), written(of["mean"], "ratio")]
        ruling, look = _ruling(gain["low"], gain["high"])
        yield f"{OUTCOMES[name]} ({MEASURES[judged]})", texts, ruling, look


def _ruling(low: float, high: float) -> tuple[str, str]:
    if low > 0:
        return "better", "ok"
    return ("worse", "bad") if high < 0 else ("no better", "warn")


def _interval(of: Mapping[str, float]) -> str:
    value, low, high = (written(of[each], "ratio") for each in ("value", "low", "high"))
    return f"{value} ({low} to {high})"


def audit(section: Mapping[str, Any]) -> Sheet | None:
    """Which groups are in a segment more or less often than all others, as far as chance does not explain it:
    the rates by which the audit rules."""
    rows = [
        (mix["segment_name"], _group(each["attribute"], part), part["reading"], "warn")
        for each in section["attributes"]
        for mix in each["segments"]
        for part in mix["values"]
        if part["reading"] in ("more", "fewer")
    ]
    headings = ["Segment", "Group", "Of the group", "Of all others", "Holds"]
    return Sheet("Who is in a segment more or less often", headings, rows[:MOST]) if rows else None


def _group(attribute: str, part: Mapping[str, Any]) -> list[str]:
    rate, low, high, others = (
        written(part[each], "percent") for each in ("rate", "rate_low", "rate_high", "rate_of_others")
    )
    return [f"{attribute} {part['value']}", f"{rate} ({low} to {high})", others]


SHEETS: Mapping[str, Callable[[Mapping[str, Any]], Sheet | None]] = {"prediction": prediction, "audit": audit}
"""By question: its table, or None where there is nothing to put in it."""
