"""Facts: every figure about every segment, with its n, its interval and the query behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from regulars.engine import Engine
from regulars.measure.proportion import proportion_interval
from regulars.measure.small_cells import SMALLEST_SHOWN
from regulars.profile.measure import Measured, Sums, measure, ratio_margin
from regulars.profile.metrics import Measure, measures
from regulars.profile.panels import panels
from regulars.profile.suppression import suppressed
from regulars.types import Fact, Feature, Profile, Segment, SegmentFacts, Value

OVERALL = "overall"
PLACES = 4
"""Decimals kept in a facts file; readers round from there."""
RANKED = (
    "customers", "revenue", "revenue_per_customer", "orders_per_customer", "recency_days", "predicted_value",
    "predicted_value_per_customer",
)  # fmt: skip


@dataclass(frozen=True)
class Frame:
    """What a profile is of: the names and dates that its facts file carries, by column the highest score
    that the segmentation gives (the lowest is 1), and how far the value model looks ahead, if there is one.
    """

    segmentation: str
    dataset: str
    currency: str
    start: date
    as_of: date
    tops: Mapping[str, int] = field(default_factory=dict)
    horizon_days: int | None = None


def profile(
    engine: Engine, frame: Frame, segments: Sequence[Segment], features: Sequence[Feature]
) -> Profile:
    """The profile of the segmentation in ``assignments``: facts of each segment and of all customers.

    Reads ``features`` and ``assignments``. Figures of ten customers or fewer are suppressed, and with them
    what they could be worked out from.
    """
    chosen = measures(features, frame.currency, _commonest(engine, features), frame.horizon_days)
    measured = measure(engine, chosen)
    sizes = _sizes(engine, segments)
    groups = {group: _facts(group, size, chosen, measured, sizes[OVERALL]) for group, size in sizes.items()}
    everybody = groups.pop(OVERALL)
    apart = {(group, m.metric.id): measured.apart(group, m) for group in sizes for m in chosen}
    safe, overall = suppressed(groups, everybody, apart)
    indexed = {group: {**facts, **_indices(group, facts, overall)} for group, facts in safe.items()}
    ranked = _with_ranks(indexed)
    overall |= _largest_together(ranked) | _horizon(overall, frame)
    deviations = {m.metric.id: measured.of(OVERALL, m.value).deviation for m in chosen if m.how == "mean"}
    return Profile(
        frame.segmentation, frame.dataset, frame.currency, frame.start, frame.as_of, frame.as_of,
        tuple(m.metric for m in chosen),
        SegmentFacts(OVERALL, "All customers", overall),
        tuple(SegmentFacts(s.id, s.name, ranked[s.id]) for s in segments),
        panels(engine, chosen, ranked, deviations, frame.tops),
        {m.metric.id: m.query.replace("{segmentation}", frame.segmentation) for m in chosen},
    )  # fmt: skip


def _commonest(engine: Engine, features: Sequence[Feature]) -> dict[str, str]:
    """The commonest category of each feature of text, the first of equals; none of ten customers or fewer."""
    found: dict[str, str] = {}
    for name in (feature.name for feature in features if feature.is_text):
        rows = engine.rows(
            f"select {name} from features where {name} is not null group by {name} "
            f"having count(*) >= {SMALLEST_SHOWN} order by count(*) desc, {name} limit 1"
        )
        if rows:
            found[name] = str(rows[0][0])
    return found


def _sizes(engine: Engine, segments: Sequence[Segment]) -> dict[str, int]:
    counted = dict(engine.rows("select segment_id, count(*) from assignments group by segment_id"))
    sizes = {segment.id: int(counted.get(segment.id, 0)) for segment in segments}
    return {OVERALL: sum(sizes.values()), **sizes}


def _facts(
    group: str, size: int, chosen: Sequence[Measure], measured: Measured, everybody: int
) -> dict[str, Fact]:
    return {m.metric.id: _fact(group, m, _figure(group, size, m, measured, everybody)) for m in chosen}


@dataclass(frozen=True)
class _Figure:
    """A figure before it is rounded and named: the customers behind it, its value and its 95 % interval."""

    n: int
    value: float | None
    low: float | None = None
    high: float | None = None
    note: str = "no customer of the group has it"


def _figure(group: str, size: int, m: Measure, measured: Measured, everybody: int) -> _Figure:
    match m.how:
        case "size":
            return _Figure(size, size)
        case "share" if m.per:
            return _share_of_total(size, measured.of(group, m.per), measured.of(OVERALL, m.per))
        case "share":
            return _Figure(size, 100 * size / everybody, *proportion_interval(size, everybody))
        case "median":
            middle = measured.middles.get((group, m.value))
            return _Figure(middle.n, middle.median, middle.low, middle.high) if middle else _Figure(0, None)
        case "ratio":
            return _ratio(size, m, group, measured)
        case "sum":
            return _Figure(size, measured.of(group, m.value).sum)
        case "mean":
            return _mean(m, measured.of(group, m.value))


def _fact(group: str, m: Measure, figure: _Figure) -> Fact:
    return Fact(
        f"{group}.{m.metric.id}", _kept(figure.value, m.metric.unit), m.metric.unit, m.metric.label,
        figure.n, _rounded(figure.low), _rounded(figure.high), m.metric.id,
        figure.note if figure.value is None else None,
    )  # fmt: skip


def _share_of_total(size: int, part: Sums, whole: Sums) -> _Figure:
    """A share only means something of a total above zero."""
    if whole.total <= 0:
        return _Figure(size, None, note="the total is not above zero")
    return _Figure(size, 100 * part.total / whole.total)


def _ratio(size: int, m: Measure, group: str, measured: Measured) -> _Figure:
    above, below = measured.of(group, m.value), measured.of(group, m.per)
    if not below.total:
        return _Figure(size, None)
    value = above.total / below.total
    margin = ratio_margin(above, below, measured.of(group, m.value, m.per))
    return _Figure(size, value, *_around(value, margin))


def _mean(m: Measure, sums: Sums) -> _Figure:
    """A mean with Student's interval, kept to what can be: a percent to 0..100, a count to 0 or more.

    For yes or no, and where all have the same share, Wilson's interval stands: none is ever of no width.
    """
    if not sums.n:
        return _Figure(0, None)
    low, high = _around(sums.mean, sums.margin)
    if m.metric.unit == "percent" and (m.metric.id == "repeat_rate" or sums.all_alike):
        low, high = proportion_interval(sums.mean * sums.n / 100, sums.n)
    elif low is not None and high is not None and m.metric.unit in ("percent", "ratio"):
        low, high = max(low, 0.0), min(high, 100.0) if m.metric.unit == "percent" else high
    return _Figure(sums.n, sums.mean, low, high)


def _around(value: float, margin: float | None) -> tuple[float | None, float | None]:
    return (None, None) if margin is None else (value - margin, value + margin)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, PLACES)


def _kept(value: float | None, unit: str) -> Value:
    if value is None:
        return None
    return round(value) if unit == "count" else round(float(value), PLACES)


def _indices(group: str, facts: Mapping[str, Fact], overall: Mapping[str, Fact]) -> dict[str, Fact]:
    """100 × the segment's figure over that of all customers, for averages and medians."""
    made = {}
    for name, fact in facts.items():
        whole = overall[name].value
        if name in _TOTALS or not isinstance(fact.value, (int, float)) or not isinstance(whole, (int, float)):
            continue
        # Points have no zero of their own, so nothing has twice as many.
        if whole > 0 and fact.unit != "points":
            made[f"{name}.index"] = Fact(
                f"{group}.{name}.index", round(100 * fact.value / whole, 1), "index",
                f"{fact.label}, index (all customers = 100)", fact.n, query=name,
            )  # fmt: skip
    return made


_TOTALS = {
    "customers", "customer_share", "revenue", "revenue_share", "orders", "predicted_value",
    "predicted_value_share",
}  # fmt: skip


_LARGEST = {1: "largest segment", 2: "two largest segments", 3: "three largest segments"}


def _largest_together(groups: Mapping[str, Mapping[str, Fact]]) -> dict[str, Fact]:
    """The revenue share of the one, two and three largest segments together, among those that are shown."""
    facts = [f["revenue_share"] for f in groups.values() if "revenue_share" in f]
    shares = sorted((float(f.value) for f in facts if isinstance(f.value, (int, float))), reverse=True)
    return {
        f"revenue_share.top_{k}": Fact(
            f"{OVERALL}.revenue_share.top_{k}", round(sum(shares[:k]), PLACES), "percent",
            f"Share of total revenue, the {named}", query="revenue_share",
        )
        for k, named in _LARGEST.items()
        if len(shares) >= k
    }  # fmt: skip


def _horizon(overall: Mapping[str, Fact], frame: Frame) -> dict[str, Fact]:
    """How far ahead the value model looks, as a fact: words cite it like any figure."""
    expected = overall.get("expected_purchases_per_customer")
    if expected is None or expected.value is None or frame.horizon_days is None:
        return {}
    name, label = "expected_purchases_per_customer.horizon", "How far ahead the value model looks"
    return {name: Fact(f"{OVERALL}.{name}", frame.horizon_days, "days", label)}


def _with_ranks(groups: dict[str, dict[str, Fact]]) -> dict[str, dict[str, Fact]]:
    """Ranks among the segments that are shown, 1 = largest; equal figures share the better rank."""
    made = {group: dict(facts) for group, facts in groups.items()}
    for name in RANKED:
        values = {g: f[name].value for g, f in groups.items() if name in f}
        numbers = {g: v for g, v in values.items() if isinstance(v, (int, float))}
        for group, value in numbers.items():
            fact = groups[group][name]
            rank = 1 + sum(1 for other in numbers.values() if other > value)
            made[group][f"{name}.rank"] = replace(
                fact, id=f"{fact.id}.rank", value=rank, unit="count", label=f"{fact.label}, rank",
                low=None, high=None,
            )  # fmt: skip
    return made
