"""The verdicts as a table: a row a segment, a column a reason, and why where one holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from regulars.publish.marks import Mark

HEADINGS = {
    "TOO_SMALL": "Large enough",
    "NOT_IDENTIFIABLE": "Can be told",
    "NOT_DIFFERENT": "Differs",
    "UNSTABLE": "Stable",
    "NO_ACTION_DELTA": "Pays to treat apart",
    "OVER_CAPACITY": "Within capacity",
}
"""What it would be if the reason did not hold."""
CELLS = {"holds": "No", "does not hold": "Yes", "not assessed": "–"}


@dataclass(frozen=True)
class Judged:
    """One segment: what becomes of it, a cell a reason with its class, and the reasons that hold in words."""

    name: str
    mark: Mark | None
    verdict: str
    kind: str
    cells: list[tuple[str, str]]
    because: list[str]


@dataclass(frozen=True)
class Matrix:
    """The table of one segmentation."""

    headings: list[str]
    rows: list[Judged]


def matrix(section: Mapping[str, Any], marks: Mapping[str, Mark]) -> Matrix:
    """The table of a verdict section."""
    segments = section["segments"]
    names = {each["segment_id"]: each["segment_name"] for each in segments}
    return Matrix(list(HEADINGS.values()), [_judged(each, marks, names) for each in segments])


def _judged(each: Mapping[str, Any], marks: Mapping[str, Mark], names: Mapping[str, str]) -> Judged:
    states = {reason["code"]: reason["state"] for reason in each["reasons"]}
    cells = [(CELLS[states[code]], "no" if states[code] == "holds" else "") for code in HEADINGS]
    because = [reason["words"] for reason in each["reasons"] if reason["state"] == "holds"]
    verdict, kind = _said(each, " and ".join(names[other] for other in each["with"]))
    return Judged(each["segment_name"], marks.get(each["segment_id"]), verdict, kind, cells, because)


def _said(each: Mapping[str, Any], others: str) -> tuple[str, str]:
    """What becomes of it, and the look of that: nothing is green that was not assessed in full."""
    if each["verdict"] == "drop":
        return "Drop", "bad"
    if each["verdict"] == "merge":
        return f"Merge with {others}", "warn"
    taken = f"Keep, and take in {others}" if others else "Keep"
    return (f"{taken}, so far", "") if each["not_assessed"] else (taken, "ok")
