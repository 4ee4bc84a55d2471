"""The segment table: sizes as bars, figures shaded against the average, and all figures beneath."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from regulars.figures import short, written
from regulars.profile.metrics import FORETOLD
from regulars.publish.charts import bars
from regulars.publish.marks import Mark
from regulars.types import Fact, Metric, Profile, SegmentFacts

SHARES = ("customer_share", "revenue_share")
CORE = ("revenue_per_customer", "orders_per_customer", "aov", "recency_days", "repeat_rate")
TOTALS = ("customers", "customer_share", "revenue", "revenue_share", "orders")
TO_COME = "predicted_value_per_customer"
FAR, NEAR = 1.5, 1.15
"""A cell is shaded where it is 1.15 times the average or more (strongly from 1.5), or as far below it."""
_WIDEST = 10
"""Columns beyond the name that fit a wide screen; the rest is in "All figures"."""


@dataclass(frozen=True)
class Cell:
    """One figure of one segment: as written, as sorted, how it is shaded and why."""

    text: str
    sort: str
    shade: str = ""
    title: str | None = None
    bar: Markup | None = None


@dataclass(frozen=True)
class Row:
    name: str
    mark: Mark | None
    suppressed: bool
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class ProfileTable:
    columns: tuple[Metric, ...]
    rows: tuple[Row, ...]
    overall: Row


def profile_table(profile: Profile, marks: dict[str, Mark]) -> ProfileTable:
    """Sizes, the core figures and the segmentation's own axes, for each segment and for all customers."""
    columns = _columns(profile)
    largest = {m: max((_number(s.facts.get(m)) for s in profile.segments), default=0.0) for m in SHARES}
    rows = tuple(_row(s, marks[s.id], columns, largest) for s in profile.segments)
    return ProfileTable(columns, rows, _row(profile.overall, None, columns, {}))


def every_figure(profile: Profile, metrics: tuple[str, ...] = ()) -> list[tuple[Metric, list[str]]]:
    """Each metric with its figures, segment by segment and last all customers, written in full."""
    chosen = [m for m in profile.metrics if not metrics or m.id in metrics]
    return [(m, [_text(s, m) for s in (*profile.segments, profile.overall)]) for m in chosen]


def _columns(profile: Profile) -> tuple[Metric, ...]:
    axes = profile.panels.get("radar", {}).get("axes", [])
    own = [m.id for m in profile.metrics if m.id not in TOTALS]
    wanted = dict.fromkeys([*SHARES, *CORE[:4], *axes, *CORE, *own])
    known = {m.id: m for m in profile.metrics}
    if TO_COME not in known:
        return tuple(known[m] for m in wanted if m in known)[:_WIDEST]
    # What each is expected to bring closes the row, after all that has been.
    past = [known[m] for m in wanted if m in known and m not in FORETOLD]
    return (*past[: _WIDEST - 1], known[TO_COME])


def _row(
    segment: SegmentFacts, mark: Mark | None, columns: tuple[Metric, ...], largest: dict[str, float]
) -> Row:
    cells = tuple(_cell(segment, m, largest.get(m.id)) for m in columns)
    return Row(segment.name, mark, segment.is_suppressed, cells)


def _cell(segment: SegmentFacts, metric: Metric, largest: float | None) -> Cell:
    fact = segment.facts.get(metric.id)
    if fact is None or fact.value is None:
        return Cell("–", "", title=fact.note if fact else None)
    value = _number(fact)
    if metric.id in SHARES:
        bar = bars.share(value, largest, "f" if metric.id == "revenue_share" else "base") if largest else None
        return Cell(written(fact.value, fact.unit), f"{value:.6g}", bar=bar)
    index = segment.facts.get(f"{metric.id}.index")
    return Cell(written(fact.value, fact.unit), f"{value:.6g}", _shade(index), _against_average(index))


def _shade(index: Fact | None) -> str:
    """h2, h1, l1, l2 or nothing: well above to well below the average customer."""
    times = _number(index) / 100.0
    if index is None or index.value is None or index.id.startswith("overall."):
        return ""
    if times >= NEAR:
        return "h2" if times >= FAR else "h1"
    if times <= 1 / NEAR:
        return "l2" if times <= 1 / FAR else "l1"
    return ""


def _against_average(index: Fact | None) -> str | None:
    if index is None or index.value is None or index.id.startswith("overall."):
        return None
    return f"Index {written(index.value, 'index')}"


def _text(segment: SegmentFacts, metric: Metric) -> str:
    fact = segment.facts.get(metric.id)
    return "–" if fact is None else written(fact.value, fact.unit)


def brief(segment: SegmentFacts, metric: str) -> str:
    """A segment's figure for a tight place; a dash where there is none."""
    fact = segment.facts.get(metric)
    return "–" if fact is None else short(fact.value, fact.unit)


def amount(segment: SegmentFacts, metric: str) -> float | None:
    """A segment's figure as a number, None where there is none."""
    fact = segment.facts.get(metric)
    return _number(fact) if fact is not None and fact.value is not None else None


def _number(fact: Fact | None) -> float:
    return float(fact.value) if fact is not None and isinstance(fact.value, int | float) else 0.0
