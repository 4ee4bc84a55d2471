"""What each rule of a waterfall takes, as it was counted in fitting: for the page and the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup

from regulars.figures import day, written
from regulars.publish.charts.taken import bar
from regulars.publish.marks import Mark
from regulars.types import Segmentation


@dataclass(frozen=True)
class Taken:
    """One rule: its condition as settings write it, or, where a method wrote it, what its customers are like.

    ``meets`` are all for whom it holds, ``takes`` those of them whom no rule before it took, and ``after``
    those whom it leaves; None where ten customers or fewer stand behind a count, or could be told from it.
    The last row is the rest, which has no condition and leaves nobody.
    """

    segment_id: str
    name: str
    said: str
    meaning: str
    meets: int | None
    takes: int | None
    after: int | None
    is_rest: bool = False

    @property
    def texts(self) -> tuple[str, str, str]:
        """The three counts as written; a rest has only the one."""
        if self.is_rest:
            return "", _count(self.takes), ""
        return _count(self.meets), _count(self.takes), _count(self.after)


@dataclass(frozen=True)
class Waterfall:
    """The card: its title, when and on how many customers was counted, and each rule with its bar."""

    title: str
    counted: str
    rows: list[tuple[Taken, Mark, Markup]]
    hides: bool


def taken(segmentation: Segmentation) -> list[Taken]:
    """The rules in order, the rest last; empty where the method tries no rules."""
    made = segmentation.definition.get("choice") or {}
    if not made.get("rules"):
        return []
    segments = {each["id"]: each for each in segmentation.definition["segments"]}
    return list(_rows(made, segments))


def _rows(made: dict[str, Any], segments: dict[str, dict[str, Any]]) -> Iterator[Taken]:
    after: int | None = made["customers"]
    for rule in made["rules"]:
        left = rule["left"]
        # One count that is not shown could be told from what is left before and after it.
        after = None if after is None or left is None else after - left
        segment = segments[rule["segment_id"]]
        said, meaning = str(rule["when"]), str(segment.get("meaning") or "")
        yield Taken(segment["id"], str(segment["name"]), said, meaning, rule["alone"], left, after)
    rest = segments[made["rest"]["segment_id"]]
    meaning = str(rest.get("meaning") or "all others")
    yield Taken(rest["id"], str(rest["name"]), "", meaning, None, made["rest"]["left"], None, is_rest=True)


def counted(segmentation: Segmentation) -> str:
    """``4,334 customers as of 9 Dec 2011``: those whom the rules were fitted on."""
    fitted = segmentation.definition["fitted"]
    customers = written(fitted["customers"], "count")
    return f"{customers} customers as of {day(date.fromisoformat(fitted['as_of']))}"


def waterfall(segmentation: Segmentation, marks: dict[str, Mark]) -> Waterfall | None:
    """The card of a segmentation by rules; None for others."""
    rows = taken(segmentation)
    if not rows:
        return None
    whole = segmentation.definition["choice"]["customers"] or 1
    drawn, start = [], 0.0
    for row in rows:
        meets, takes = (None if each is None else 100.0 * each / whole for each in (row.meets, row.takes))
        drawn.append((row, marks[row.segment_id], bar(start, takes, meets)))
        start += takes or 0.0
    hides = any(row.takes is None or (row.meets is None and not row.is_rest) for row in rows)
    return Waterfall(_title(rows, whole), counted(segmentation), drawn, hides)


def _title(rows: list[Taken], whole: int) -> str:
    rest = rows[-1]
    if rest.takes is None or any(row.meaning for row in rows[:-1]):
        return f"How the rules part {written(whole, 'count')} customers"
    if not rest.takes:
        return f"Every customer meets a rule: nobody falls through to {rest.name}"
    share = written(100.0 * rest.takes / whole, "percent")
    return f"{share} of customers meet no rule and fall through to {rest.name}"


def _count(customers: int | None) -> str:
    return "not shown" if customers is None else written(customers, "count")
