"""Facts: every figure about every segment, with its n, its interval and the query behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from regulars.engine import Engine
from regulars.profile.measure import Measured, Sums, measure, proportion_interval, ratio_margin
from regulars.profile.metrics import Measure, measures
from regulars.profile.panels import panels
from regulars.profile.suppression import suppressed
from regulars.types import Fact, Feature, Profile, Segment, SegmentFacts, Value

OVERALL = "overall"
PLACES = 4
"""Decimals kept in a facts file; readers round from there."""
RANKED = ("customers", "revenue", "revenue_per_customer", "orders_per_customer", "recency_days")


@dataclass(frozen=True)
class Frame:
    """What a profile is of: the names and dates that its facts file carries."""

    segmentation: str
    dataset: str
    currency: str
    start: date
    as_of: date


def profile(engine: Engine, frame: Frame, segments: Sequence[Segment], features: Sequence[Feature]) -> Profile:
    """The profile of the segmentation in ``assignments``: facts of each segment and of all customers.

    Reads ``features`` and ``assignments``. Cells of ten customers or fewer are suppressed, and with them
    what they could be worked out from.
    """
    chosen = measures(features, frame.currency)
    measured = measure(engine, chosen)
    sizes = _sizes(engine, segments)
    groups = {group: _facts(group, size, chosen, measured, sizes[OVERALL]) for group, size in sizes.items()}
    overall = groups.pop(OVERALL)
    del sizes[OVERALL]
    indexed = {group: {**facts, **_indices(group, facts, overall)} for group, facts in groups.items()}
    safe = suppressed(indexed, sizes, {m.metric.id for m in chosen if m.is_additive})
    ranked = _with_ranks(safe)
    overall = {**overall, **_largest_together(ranked)}
    return Profile(
        frame.segmentation, frame.dataset, frame.currency, frame.start, frame.as_of, frame.as_of,
        tuple(m.metric for m in chosen),
        SegmentFacts(OVERALL, "All customers", overall),
        tuple(SegmentFacts(s.id, s.name, ranked[s.id]) for s in segments),
        panels(engine, chosen, ranked),
        {m.metric.id: m.query.replace("{segmentation}", frame.segmentation) for m in chosen},
    )  # fmt: skip


def _sizes(engine: Engine, segments: Sequence[Segment]) -> dict[str, int]:
    counted = dict(engine.rows("select segment_id, count(*) from assignments group by segment_id"))
    sizes = {segment.id: int(counted.get(segment.id, 0)) for segment in segments}
    return {OVERALL: sum(sizes.values()), **sizes}


def _facts(group: str, size: int, chosen: Sequence[Measure], measured: Measured, everybody: int) -> dict[str, Fact]:
    return {m.metric.id: _fact(group, size, m, measured, everybody) for m in chosen}


def _fact(group: str, size: int, m: Measure, measured: Measured, everybody: int) -> Fact:
    n, value, ends = size, None, (None, None)
    match m.how:
        case "size":
            value = size
        case "share" if m.per:
            value = _percent(measured.sums.get((group, m.per)), measured.sums.get((OVERALL, m.per)))
        case "share":
            value = 100 * size / everybody
            ends = proportion_interval(size, everybody)
        case "median":
            middle = measured.middles.get((group, m.value))
            n, value, ends = (middle.n, middle.median, (middle.low, middle.high)) if middle else (0, None, ends)
        case "ratio":
            above, below = (measured.sums.get((group, each), Sums()) for each in (m.value, m.per))
            if below.total:
                value = above.total / below.total
                ends = _around(value, ratio_margin(above, below, measured.sums[group, m.cross]))
        case "sum":
            value = measured.sums.get((group, m.value), Sums()).sum
        case "mean":
            n, value, ends = _mean(m, measured.sums.get((group, m.value), Sums()))
    return Fact(
        f"{group}.{m.metric.id}", _kept(value, m.metric.unit), m.metric.unit, m.metric.label,
        n, _rounded(ends[0]), _rounded(ends[1]), m.metric.id,
        "no customer of the segment has it" if value is None else None,
    )  # fmt: skip


def _mean(m: Measure, sums: Sums) -> tuple[int, float | None, tuple[float | None, float | None]]:
    if not sums.n:
        return 0, None, (None, None)
    if m.metric.id == "repeat_rate":
        return sums.n, sums.mean, proportion_interval(round(sums.mean * sums.n / 100), sums.n)
    return sums.n, sums.mean, _around(sums.mean, sums.margin)


def _percent(part: Sums | None, whole: Sums | None) -> float | None:
    return 100 * part.total / whole.total if part and whole and whole.total else None


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
        if whole > 0:
            made[f"{name}.index"] = Fact(
                f"{group}.{name}.index", round(100 * fact.value / whole, 1), "index",
                f"{fact.label}, index (all customers = 100)", fact.n, query=name,
            )  # fmt: skip
    return made


_TOTALS = {"customers", "customer_share", "revenue", "revenue_share", "orders"}


def _largest_together(groups: Mapping[str, Mapping[str, Fact]]) -> dict[str, Fact]:
    """The revenue share of the one, two and three largest segments together, among those that are shown."""
    facts = [f["revenue_share"] for f in groups.values() if "revenue_share" in f]
    shares = sorted((float(f.value) for f in facts if isinstance(f.value, (int, float))), reverse=True)
    return {
        f"revenue_share.top_{k}": Fact(
            f"{OVERALL}.revenue_share.top_{k}", round(sum(shares[:k]), PLACES), "percent",
            f"Share of total revenue of the {k} largest segments", query="revenue_share",
        )
        for k in (1, 2, 3)
        if len(shares) >= k
    }  # fmt: skip


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
                fact, id=f"{fact.id}.rank", value=rank, unit="count", label=f"{fact.label}, rank", low=None, high=None
            )
    return made
