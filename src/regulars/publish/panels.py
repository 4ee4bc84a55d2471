"""The charts of one segmentation, each with the title, the words and the table that belong to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from regulars.figures import written
from regulars.publish.charts.flow import Stream, flow
from regulars.publish.charts.heat import Cell, heat
from regulars.publish.charts.radar import radar, web
from regulars.publish.charts.waterfall import Row, Step, waterfall
from regulars.publish.evidence import Evidence
from regulars.publish.marks import Mark
from regulars.publish.profile_table import amount, brief, every_figure
from regulars.types import Metric, Profile, Segmentation, SegmentFacts

AXES = {
    "recency_days": "Last order", "orders_per_customer": "Orders", "revenue_per_customer": "Revenue",
    "aov": "Order value", "repeat_rate": "Repeat", "tenure_days": "Tenure", "gap_days": "Gap",
    "gap_variation": "Irregular", "category_entropy": "Breadth",
    "weekend_share": "Weekend", "evening_share": "Evening", "morning_share": "Morning",
    "products_per_order": "Basket", "product_variety": "Variety", "categories": "Categories",
    "top_category_share": "Focus", "items_per_order": "Items", "brands": "Brands",
    "brand_entropy": "Brand mix", "top_brand_share": "One brand", "own_brand_share": "Own brand",
    "return_share": "Returns", "promotion_share": "Promotion", "campaigns_received": "Campaigns",
    "campaign_order_share": "In campaign", "offers_redeemed": "Offers", "redemption_rate": "Redeemed",
    "discount_share": "Discount", "event_count": "Events", "event_days": "Event days",
}  # fmt: skip
"""One word an axis: SVG text cannot wrap. The metric's whole name is in the table beneath."""
EXTREMES = {
    "recency_days": ("longest since last order", "most recent"),
    "orders_per_customer": ("most orders each", "fewest orders each"),
    "revenue_per_customer": ("highest revenue each", "lowest revenue each"),
    "aov": ("highest order value", "lowest order value"),
    "repeat_rate": ("highest repeat rate", "lowest repeat rate"),
    "tenure_days": ("longest tenure", "shortest tenure"),
    "gap_days": ("longest gaps", "shortest gaps"),
    "gap_variation": ("most irregular", "most regular"),
    "category_entropy": ("broadest range", "narrowest range"),
    "weekend_share": ("highest weekend share", "lowest weekend share"),
    "evening_share": ("highest evening share", "lowest evening share"),
    "morning_share": ("highest morning share", "lowest morning share"),
    "products_per_order": ("largest baskets", "smallest baskets"),
    "product_variety": ("most variety", "least variety"),
    "categories": ("most categories", "fewest categories"),
    "top_category_share": ("most focused", "least focused"),
    "items_per_order": ("most items an order", "fewest items an order"),
    "brands": ("most brands", "fewest brands"),
    "brand_entropy": ("widest mix of brands", "narrowest mix of brands"),
    "top_brand_share": ("most true to one brand", "least true to one brand"),
    "own_brand_share": ("highest share of own brands", "lowest share of own brands"),
    "discount_share": ("most taken off", "least taken off"),
    "campaigns_received": ("most campaigns", "fewest campaigns"),
    "campaign_order_share": ("most orders in campaigns", "fewest orders in campaigns"),
    "offers_redeemed": ("most offers redeemed", "fewest offers redeemed"),
    "redemption_rate": ("most responsive", "least responsive"),
    "event_count": ("most events", "fewest events"),
    "event_days": ("most days with an event", "fewest days with an event"),
    "return_share": ("highest share of returns", "lowest share of returns"),
    "promotion_share": ("highest share on promotion", "lowest share on promotion"),
}
"""How the one segment at either end of an axis is called."""
_FEWEST_AXES = 3
_ROOMY = 6
"""Columns of a grid that leave room for a second figure in each cell."""


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
    across: str
    """spend, or orders where there are no amounts"""
    bands: int
    across_bands: int
    rows: list[list[Cell]]
    fewest: int
    most: int

    @property
    def is_dense(self) -> bool:
        """Whether there are too many columns for two figures in a cell."""
        return self.across_bands > _ROOMY


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
    web: Markup
    shapes: list[Shape]
    rows: list[tuple[str, list[str]]]


def brought(profile: Profile) -> Brought | None:
    """Revenue where the data has amounts, orders where it has not, None where it has neither."""
    if any(amount(s, "revenue_share") is not None for s in profile.segments):
        shares = {s.id: amount(s, "revenue_share") for s in profile.segments}
        return Brought("revenue_share", "revenue", shares)
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
        for s in sorted(profile.segments, key=lambda s: -(bring.shares[s.id] or 0.0))
        if bring.shares[s.id] is not None
    ]  # fmt: skip
    if len(streams) < 2:
        return None
    each = (f"{s.name}: {s.customers_text} of customers, {s.brought_text} {bring.word}" for s in streams)
    label = f"Share of customers and of {bring.word} by segment. {'; '.join(each)}."
    return flow(streams, bring.word.capitalize(), label)


def build(segmentation: Segmentation, marks: dict[str, Mark], evidence: Evidence) -> Build | None:
    """The waterfall of what segments bring."""
    profile = segmentation.profile
    bring = brought(profile)
    if bring is None:
        return None
    steps = [
        Step(s.name, marks[s.id].classes, bring.shares[s.id], amount(s, "customer_share"),
             brief(s, bring.metric), brief(s, "customer_share"))
        for s in profile.segments
    ]  # fmt: skip
    brings = ("revenue", "revenue_share") if bring.word == "revenue" else ("orders",)
    columns = ("customers", "customer_share", *brings)
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
    figure = evidence.figure(profile, fact, written(fact.value, fact.unit))
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
    across = "orders" if panel.get("across") == "f" else "spend"
    words = evidence.sentence(segmentation.profile, title) if title else _grid_title(shown, across)
    columns = len(rows[0])
    return Grid(words, across, len(rows), columns, rows, min(counts, default=0), max(counts, default=0))


def _grid_title(cells: Sequence[Cell], across: str) -> Markup:
    if not cells:
        return Markup("Recency and {}").format(across)
    most = max(cells, key=lambda c: c.customers or 0)
    form = Markup("Recency and {0}: the fullest cell is recency {1}, {0} {2}")
    return form.format(across, most.r, most.across)


def shapes(segmentation: Segmentation, marks: dict[str, Mark], evidence: Evidence) -> Shapes | None:
    """Small multiples over the profile's radar axes; None with fewer than three axes or two segments."""
    profile = segmentation.profile
    axes = _axes(profile)
    shown = [s for s in profile.segments if not s.is_suppressed]
    if len(axes) < _FEWEST_AXES or len(shown) < 2:
        return None
    title = segmentation.narrative.titles.get("features")
    words = evidence.sentence(profile, title) if title else _widest(profile, shown, axes, evidence)
    anchor = f"web-{next(iter(marks.values())).anchor}"
    average = [_reach(profile.overall, shown, m.id) for m in axes]
    drawn = [_shape(s, shown, axes, marks[s.id], anchor) for s in profile.segments]
    table = [(m.label, texts) for m, texts in every_figure(profile, tuple(m.id for m in axes))]
    return Shapes(words, web(average, [_word(m) for m in axes], anchor), drawn, table)


def _widest(
    profile: Profile, shown: Sequence[SegmentFacts], axes: Sequence[Metric], evidence: Evidence
) -> Markup:
    """The title, where the words have none: the axis on which segments lie furthest apart."""
    axis = next((m for m in axes if m.id == profile.panels["radar"].get("widest")), axes[0])
    known = [s for s in shown if amount(s, axis.id) is not None]
    if not known:
        return Markup("What sets each segment apart")
    lowest = min(known, key=lambda s: amount(s, axis.id) or 0.0)
    highest = max(known, key=lambda s: amount(s, axis.id) or 0.0)
    low, high = (evidence.figure(profile, s.facts[axis.id], _full(s, axis.id)) for s in (lowest, highest))
    form = Markup("Segments differ most in {}: {} in {}, {} in {}")
    return form.format(_lower(axis.label), low, lowest.name, high, highest.name)


def _axes(profile: Profile) -> list[Metric]:
    known = {m.id: m for m in profile.metrics}
    return [known[a] for a in profile.panels.get("radar", {}).get("axes", []) if a in known]


def _shape(
    segment: SegmentFacts, shown: Sequence[SegmentFacts], axes: Sequence[Metric], mark: Mark, anchor: str
) -> Shape:
    if segment.is_suppressed:
        return Shape(segment.name, mark, None, "")
    reach = [_reach(segment, shown, m.id) for m in axes]
    listed = "; ".join(
        f"{m.label} {'no figure' if r is None else _full(segment, m.id)}"
        for r, m in zip(reach, axes, strict=True)
    )
    drawing = radar(reach, anchor, f"{segment.name}: {listed}.")
    missing = [_word(m) for r, m in zip(reach, axes, strict=True) if r is None]
    said = _stands_out(segment, shown, axes) + ([f"no figure: {', '.join(missing)}"] if missing else [])
    return Shape(segment.name, mark, drawing, " · ".join(said))


def _reach(segment: SegmentFacts, shown: Sequence[SegmentFacts], metric: str) -> float | None:
    """0 at the lowest segment that is shown, 1 at the highest; a half where all are equal."""
    value = amount(segment, metric)
    values = [v for v in (amount(s, metric) for s in shown) if v is not None]
    if value is None or not values:
        return None
    low, high = min(values), max(values)
    return 0.5 if high == low else (value - low) / (high - low)


def _stands_out(segment: SegmentFacts, shown: Sequence[SegmentFacts], axes: Sequence[Metric]) -> list[str]:
    """What this segment alone is the highest or the lowest in, two at most; a tie as written is not said."""
    high = [_most(m) for m in axes if _is_alone_at(max, segment, shown, m.id)]
    low = [_least(m) for m in axes if _is_alone_at(min, segment, shown, m.id)]
    return (high + low)[:2]


def _is_alone_at(
    end: Callable[[Iterable[float]], float], segment: SegmentFacts, shown: Sequence[SegmentFacts], metric: str
) -> bool:
    known = [s for s in shown if amount(s, metric) is not None]
    value = amount(segment, metric)
    if value is None or value != end(amount(s, metric) or 0.0 for s in known):
        return False
    return [_full(s, metric) for s in known].count(_full(segment, metric)) == 1


def _most(metric: Metric) -> str:
    return EXTREMES[metric.id][0] if metric.id in EXTREMES else f"highest {_lower(metric.label)}"


def _least(metric: Metric) -> str:
    return EXTREMES[metric.id][1] if metric.id in EXTREMES else f"lowest {_lower(metric.label)}"


def _lower(label: str) -> str:
    """A label inside a sentence; one that begins with capitals (GROCERY) keeps them."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def _word(metric: Metric) -> str:
    label = metric.label.removeprefix("Share of ")
    return AXES.get(metric.id, label if len(label) <= 12 else label[:11] + "…")


def _full(segment: SegmentFacts, metric: str) -> str:
    fact = segment.facts.get(metric)
    return "–" if fact is None else written(fact.value, fact.unit)
