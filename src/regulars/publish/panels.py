"""The charts of one segmentation, each with the title, the words and the table that belong to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from regulars.figures import written
from regulars.publish.charts.flow import Stream, flow
from regulars.publish.charts.heat import Cell, heat
from regulars.publish.charts.radar import radar
from regulars.publish.charts.waterfall import Row, Step, waterfall
from regulars.publish.evidence import Evidence
from regulars.publish.marks import Mark
from regulars.publish.profile_table import amount, brief, every_figure
from regulars.types import Metric, Profile, SegmentFacts, Segmentation

AXES = {
    "recency_days": "Last order", "orders_per_customer": "Orders", "revenue_per_customer": "Revenue",
    "aov": "Order value", "repeat_rate": "Repeat", "tenure_days": "Tenure", "gap_days": "Gap",
    "weekend_share": "Weekend", "evening_share": "Evening", "morning_share": "Morning",
    "products_per_order": "Basket", "product_variety": "Variety", "categories": "Categories",
    "top_category_share": "Focus", "return_share": "Returns", "promotion_share": "Promotion",
}  # fmt: skip
"""One word an axis: SVG text cannot wrap. The metric's whole name is in the table beneath."""
_FEWEST_AXES = 3


@dataclass(frozen=True)
class Brought:
    """What segments bring, in percent of the whole: revenue, or orders where there are no amounts."""

    metric: str
    word: str
    shares: dict[str, float | None]


@dataclass(frozen=True)
class Build:
    """The waterfall card."""

    title: Markup
    word: str
    rows: list[Row]
    table: list[tuple[str, list[str]]]


@dataclass(frozen=True)
class Grid:
    """The recency × spend card."""

    title: Markup
    bands: int
    rows: list[list[Cell]]
    fewest: int
    most: int


@dataclass(frozen=True)
class Shape:
    """One radar of the small multiples."""

    name: str
    mark: Mark
    drawing: Markup | None
    stands_out: str


@dataclass(frozen=True)
class Shapes:
    title: Markup
    shapes: list[Shape]
    axes: list[tuple[str, str]]
    """Axis word and whole label, for the key beneath."""
    rows: list[tuple[str, list[str]]]


def brought(profile: Profile) -> Brought | None:
    """Revenue where the data has amounts, orders where it has not, None where it has neither."""
    if any(amount(s, "revenue_share") is not None for s in profile.segments):
        return Brought("revenue_share", "revenue", {s.id: amount(s, "revenue_share") for s in profile.segments})
    whole = amount(profile.overall, "orders")
    if not whole:
        return None
    return Brought("orders", "orders", {s.id: _part(amount(s, "orders"), whole) for s in profile.segments})


def _part(value: float | None, whole: float) -> float | None:
    return None if value is None else 100.0 * value / whole


def overview(profile: Profile, marks: dict[str, Mark]) -> Markup | None:
    """Customers to revenue, joined. Needs two segments that are shown, and something that they bring."""
    bring = brought(profile)
    if bring is None:
        return None
    streams = [
        Stream(s.name, marks[s.id].colour, amount(s, "customer_share") or 0.0, bring.shares[s.id] or 0.0,
               brief(s, "customer_share"), brief(s, bring.metric))
        for s in profile.segments
        if bring.shares[s.id] is not None
    ]  # fmt: skip
    if len(streams) < 2:
        return None
    listed = "; ".join(f"{s.name}: {s.customers_text} of customers, {s.brought_text} {bring.word}" for s in streams)
    return flow(streams, bring.word.capitalize(), f"Share of customers and of {bring.word} by segment. {listed}.")


def build(segmentation: Segmentation, marks: dict[str, Mark], evidence: Evidence) -> Build | None:
    """The waterfall of what segments bring."""
    profile = segmentation.profile
    bring = brought(profile)
    if bring is None:
        return None
    steps = [
        Step(s.name, marks[s.id].classes, bring.shares[s.id], amount(s, "customer_share"), brief(s, bring.metric))
        for s in profile.segments
    ]
    columns = ("customers", "customer_share", *(("revenue", "revenue_share") if bring.word == "revenue" else ("orders",)))
    table = [(m.label, texts) for m, texts in every_figure(profile, columns)]
    return Build(_build_title(segmentation, bring, evidence), bring.word, waterfall(steps), table)


def _build_title(segmentation: Segmentation, bring: Brought, evidence: Evidence) -> Markup:
    profile = segmentation.profile
    if bring.word in segmentation.narrative.titles:
        return evidence.sentence(profile, segmentation.narrative.titles[bring.word])
    first = max(profile.segments, key=lambda s: bring.shares[s.id] or 0.0)
    if bring.shares[first.id] is None:
        return Markup("How {} is spread").format(bring.word)
    fact = first.facts[bring.metric]
    figure = evidence.figure(profile, first.name, fact, written(fact.value, fact.unit))
    if bring.word == "revenue":
        return Markup("{} bring {} of revenue").format(first.name, figure)
    return Markup("{} placed the most orders: {}").format(first.name, figure)


def grid(segmentation: Segmentation, evidence: Evidence) -> Grid | None:
    """The recency × spend grid, where the profile has one."""
    panel = segmentation.profile.panels.get("rfm_grid")
    if not panel:
        return None
    rows = heat(panel)
    shown = [c for row in rows for c in row if c.customers]
    counts = [c.customers or 0 for c in shown]
    title = segmentation.narrative.titles.get("grid")
    words = evidence.sentence(segmentation.profile, title) if title else _grid_title(shown)
    return Grid(words, int(panel["bands"]), rows, min(counts, default=0), max(counts, default=0))


def _grid_title(cells: Sequence[Cell]) -> Markup:
    if not cells:
        return Markup("Recency and spend")
    most = max(cells, key=lambda c: c.customers or 0)
    return Markup("Recency and spend: most customers stand at recency {}, spend {}").format(most.r, most.m)


def shapes(segmentation: Segmentation, marks: dict[str, Mark], evidence: Evidence) -> Shapes | None:
    """Small multiples over the profile's radar axes; None with fewer than three axes or two segments."""
    profile = segmentation.profile
    known = {m.id: m for m in profile.metrics}
    axes = [known[a] for a in profile.panels.get("radar", {}).get("axes", []) if a in known]
    shown = [s for s in profile.segments if not s.is_suppressed]
    if len(axes) < _FEWEST_AXES or len(shown) < 2:
        return None
    title = segmentation.narrative.titles.get("features")
    words = evidence.sentence(profile, title) if title else Markup("What sets each segment apart")
    drawn = [_shape(s, shown, profile.overall, axes, marks[s.id]) for s in profile.segments]
    key = [(_word(m), m.label) for m in axes]
    table = [(m.label, texts) for m, texts in every_figure(profile, tuple(m.id for m in axes))]
    return Shapes(words, drawn, key, table)


def _shape(
    segment: SegmentFacts, shown: Sequence[SegmentFacts], overall: SegmentFacts, axes: Sequence[Metric], mark: Mark
) -> Shape:
    if segment.is_suppressed:
        return Shape(segment.name, mark, None, "")
    reach = [_reach(segment, shown, m.id) for m in axes]
    average = [_reach(overall, shown, m.id) for m in axes]
    listed = "; ".join(f"{m.label} {_full(segment, m.id)}" for m in axes)
    drawing = radar(reach, average, [_word(m) for m in axes], f"{segment.name}: {listed}.")
    return Shape(segment.name, mark, drawing, _stands_out(reach, axes))


def _reach(segment: SegmentFacts, shown: Sequence[SegmentFacts], metric: str) -> float | None:
    """0 at the lowest segment that is shown, 1 at the highest; a half where all are equal."""
    value = amount(segment, metric)
    values = [v for v in (amount(s, metric) for s in shown) if v is not None]
    if value is None or not values:
        return None
    low, high = min(values), max(values)
    return 0.5 if high == low else (value - low) / (high - low)


def _stands_out(reach: Sequence[float | None], axes: Sequence[Metric]) -> str:
    """The axes on which this segment is the highest or the lowest of all: at most two of them."""
    high = [f"highest {_word(m).lower()}" for r, m in zip(reach, axes, strict=True) if r == 1.0]
    low = [f"lowest {_word(m).lower()}" for r, m in zip(reach, axes, strict=True) if r == 0.0]
    return " · ".join((high + low)[:2])


def _word(metric: Metric) -> str:
    return AXES.get(metric.id, metric.label if len(metric.label) <= 12 else metric.label[:11] + "…")


def _full(segment: SegmentFacts, metric: str) -> str:
    fact = segment.facts.get(metric)
    return "–" if fact is None else written(fact.value, fact.unit)
