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
    return Matrix(list(HEADINGS.values()), [_judged(each, marks) for each in section["segments"]])


def _judged(each: Mapping[str, Any], marks: Mapping[str, Mark]) -> Judged:
    by_code = {reason["code"]: reason for reason in each["reasons"]}
    cells = [
        (CELLS[by_code[code]["state"]], "no" if by_code[code]["state"] == "holds" else "")
        for code in HEADINGS
    ]
    because = [reason["words"] for reason in each["reasons"] if reason["state"] == "holds"]
    return Judged(
        each["segment_name"], marks.get(each["segment_id"]), each["words"].partition(": ")[2].rstrip("."),
        {"keep": "ok", "merge": "warn", "drop": "bad"}[each["verdict"]], cells, because,
    )  # fmt: skip
