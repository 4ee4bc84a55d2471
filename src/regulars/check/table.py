"""The table of facts that claims are held to: the content of a facts file, checked and typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from regulars.errors import SourceUnreadable
from regulars.types import Value

SCHEMA = "segment-facts/1"
OVERALL = "overall"
UNITS = (
    "count", "percent", "percent_change", "ratio", "days", "months", "years", "date", "category", "points",
    "per_1000",
)  # fmt: skip


@dataclass(frozen=True)
class Column:
    """A metric of the table: its id, the words it goes by, its unit and how it adds up."""

    id: str
    label: str
    unit: str
    agg: str
    aliases: tuple[str, ...] = ()

    @property
    def is_money(self) -> bool:
        return self.unit not in UNITS


@dataclass(frozen=True)
class Group:
    """A segment, or all customers: the names it goes by, and its value of each metric."""

    id: str
    name: str
    code: str
    values: Mapping[str, Value]
    aliases: tuple[str, ...] = ()
    description: str = ""
    """What its definition makes of it, in words; empty where the facts do not say."""


@dataclass(frozen=True)
class Facts:
    """All that may be known: metrics, segments, all customers, the currency and the days that are covered."""

    currency: str
    start: date
    end: date
    columns: Mapping[str, Column]
    overall: Group
    segments: Mapping[str, Group]
    notes: Mapping[str, str] = field(default_factory=dict)
    dataset: str = ""

    def group(self, name: str) -> Group:
        return self.overall if name == OVERALL else self.segments[name]

    def value(self, group: str, metric: str) -> Value:
        return self.group(group).values.get(metric)

    def number(self, group: str, metric: str) -> float | None:
        """The value of a cell where it is a number, else None."""
        value = self.value(group, metric)
        return float(value) if isinstance(value, (int, float)) else None


def facts_of(document: Any, where: str = "facts") -> Facts:
    """The facts of a document in the form ``segment-facts/1``.

    Raises SourceUnreadable with every fault found: a wrong schema, a missing part, an unknown unit, a
    value that is none of its metric's kind.
    """
    faults = list(_faults(document))
    if faults:
        raise SourceUnreadable(
            f"facts file {where!r}", f"{'; '.join(faults[:5])}",
            f"Give a file of the form {SCHEMA}, such as a run's facts/<name>.json.", count=len(faults),
        )  # fmt: skip
    aliases = _aliases(document)
    columns = {
        name: Column(name, m["label"], m["unit"], m.get("agg", ""), tuple(aliases.get(name, ())))
        for name, m in document["metrics"].items()
    }
    described = (document.get("detail") or {}).get("descriptions") or {}
    segments = {
        name: replace(_group(name, each, aliases), description=str(described.get(name, "")))
        for name, each in document["segments"].items()
    }
    period = document["period"]
    return Facts(
        document["currency"], date.fromisoformat(period["start"]), date.fromisoformat(period["end"]), columns,
        _group(OVERALL, document["overall"], aliases), segments, document.get("notes", {}),
        document.get("dataset", ""),
    )  # fmt: skip


def _aliases(document: Mapping[str, Any]) -> dict[str, Sequence[str]]:
    found = (document.get("detail") or {}).get("aliases") or {}
    return {str(name): [str(each) for each in said] for name, said in found.items()}


def _group(name: str, said: Mapping[str, Any], aliases: Mapping[str, Sequence[str]]) -> Group:
    return Group(name, said["name"], said.get("code", ""), said["metrics"], tuple(aliases.get(name, ())))


def _faults(document: Any) -> Sequence[str]:
    if not isinstance(document, dict):
        return ["it is no JSON object"]
    if document.get("schema") != SCHEMA:
        return [f"schema is {document.get('schema')!r}, not {SCHEMA!r}"]
    missing = [
        part for part in ("currency", "period", "metrics", "overall", "segments") if not document.get(part)
    ]
    if missing:
        return [f"no {part}" for part in missing]
    return [*_period_faults(document["period"]), *_metric_faults(document), *_value_faults(document)]


def _period_faults(period: Any) -> list[str]:
    try:
        start, end = (date.fromisoformat(period[name]) for name in ("start", "end"))
    except (TypeError, KeyError, ValueError):
        return [f"period is {period!r}, not a start and an end like 2025-01-31"]
    return [] if start <= end else [f"the period ends ({end}) before it starts ({start})"]


def _metric_faults(document: Mapping[str, Any]) -> list[str]:
    faults = []
    for name, metric in document["metrics"].items():
        if not isinstance(metric, dict) or not {"label", "unit"} <= metric.keys():
            faults.append(f"metric {name!r} has no label or no unit")
        elif metric["unit"] not in UNITS and not (len(metric["unit"]) == 3 and metric["unit"].isupper()):
            faults.append(f"metric {name!r} has the unknown unit {metric['unit']!r}")
    return faults


def _value_faults(document: Mapping[str, Any]) -> list[str]:
    faults = []
    for name, group in {OVERALL: document["overall"], **document["segments"]}.items():
        if not isinstance(group, dict) or not {"name", "metrics"} <= group.keys():
            faults.append(f"{name!r} has no name or no metrics")
            continue
        for metric, value in group["metrics"].items():
            unit = (document["metrics"].get(metric) or {}).get("unit")
            if unit is None:
                faults.append(f"{name}.{metric} is no metric of the file")
            elif not _fits(value, unit):
                faults.append(f"{name}.{metric} is {value!r}, which is no {unit}")
    return faults


def _fits(value: Any, unit: str) -> bool:
    if value is None:
        return True
    if unit == "date":
        try:
            return bool(date.fromisoformat(value))
        except (TypeError, ValueError):
            return False
    if unit == "category":
        return isinstance(value, str)
    return isinstance(value, (int, float)) and not isinstance(value, bool)
