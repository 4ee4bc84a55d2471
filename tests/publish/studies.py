"""Invented studies: rich retail, no amounts, one segment, suppressed, hostile names."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from regulars.figures import written
from regulars.types import (
    Example,
    Fact,
    Feature,
    Finding,
    Ledger,
    Metric,
    Narrative,
    Profile,
    Segmentation,
    SegmentFacts,
    SegmentWords,
    Sentence,
    SetAside,
    SourceLedger,
    Span,
    Study,
)

CURRENCY = "GBP"
METRICS = (
    Metric("customers", "Customers", "count", "count", "Customers in the segment"),
    Metric("customer_share", "Share of customers", "percent", "share", "Of all customers in the study"),
    Metric("revenue", "Revenue", CURRENCY, "sum", "Net of returns, without postage and fees"),
    Metric("revenue_share", "Share of revenue", "percent", "share", "Of all net revenue in the study"),
    Metric("orders", "Orders", "count", "sum", "Distinct orders; a return is not an order"),
    Metric("orders_per_customer", "Orders per customer", "ratio", "mean", "Distinct orders over customers"),
    Metric("revenue_per_customer", "Revenue per customer", CURRENCY, "mean", "Net revenue over customers"),
    Metric("aov", "Average order value", CURRENCY, "mean", "Net revenue over orders"),
    Metric("recency_days", "Days since last order", "days", "median", "Median days from the last order"),
    Metric("repeat_rate", "Repeat rate", "percent", "share", "Customers with two or more orders"),
    Metric("tenure_days", "Tenure", "days", "median", "Median days from first to last order"),
    Metric("gap_days", "Days between orders", "days", "median", "Median of each customer's mean gap"),
    Metric("weekend_share", "Weekend orders", "percent", "mean", "Orders on Saturday or Sunday"),
    Metric("evening_share", "Evening orders", "percent", "mean", "Orders from 18:00 in the shop's zone"),
    Metric("products_per_order", "Products per order", "ratio", "mean", "Distinct products in an order"),
    Metric("product_variety", "Different products", "count", "median", "Distinct products ever bought"),
    Metric("return_share", "Returned lines", "percent", "mean", "Lines that are returns"),
)
MONEY = ("revenue", "revenue_share", "revenue_per_customer", "aov")
SIDE = ("weekend_share", "evening_share", "products_per_order", "product_variety", "return_share")

# name, customers, revenue £k, orders, recency, repeat %, tenure, gap
RFM = (
    ("Champions", 942, 5_402.1, 9_418, 8, 100.0, 331, 31),
    ("Loyal customers", 548, 1_193.4, 2_630, 29, 100.0, 284, 58),
    ("Potential loyalists", 486, 402.7, 1_102, 21, 84.6, 121, 47),
    ("New customers", 231, 71.9, 238, 11, 3.0, 0, None),
    ("Promising", 118, 34.6, 119, 30, 0.8, 0, None),
    ("Need attention", 263, 287.3, 712, 52, 97.3, 196, 73),
    ("About to sleep", 341, 101.2, 402, 71, 17.6, 12, 66),
    ("Cannot lose them", 83, 362.8, 601, 132, 100.0, 207, 38),
    ("At risk", 371, 496.4, 1_091, 138, 99.5, 152, 62),
    ("Hibernating", 488, 178.3, 655, 166, 33.2, 34, 71),
    ("Lost", 467, 92.5, 471, 284, 0.9, 0, None),
)
BEHAVIOUR = (
    ("Broad-range regulars", 861, 4_602.0, 8_110, 14, 99.2, 318, 34),
    ("Weekend shoppers", 402, 688.1, 1_644, 44, 71.9, 168, 61),
    ("Big-basket planners", 644, 1_671.5, 2_498, 51, 68.2, 171, 79),
    ("Quick top-ups", 912, 903.3, 3_001, 48, 63.0, 140, 55),
    ("Evening browsers", 377, 341.2, 871, 63, 49.1, 96, 68),
    ("One-off buyers", 1_142, 417.1, 1_315, 189, 8.9, 0, 88),
)
SIDES = {
    "Broad-range regulars": (11.2, 6.1, 24.6, 128, 2.9),
    "Weekend shoppers": (71.4, 4.8, 19.9, 44, 1.9),
    "Big-basket planners": (9.8, 3.0, 41.7, 71, 2.2),
    "Quick top-ups": (10.9, 5.2, 6.8, 21, 1.4),
    "Evening browsers": (13.8, 41.3, 15.0, 33, 3.1),
    "One-off buyers": (14.6, 7.4, 16.2, 17, 1.6),
}


def _tried(
    k: int, silhouette: float, *figures: float, jaccard: tuple[float, ...], verdict: str
) -> dict[str, Any]:
    names = (
        "inertia",
        "calinski_harabasz",
        "davies_bouldin",
        "bic",
        "gap",
        "prediction_strength",
        "smallest_share",
    )
    told = dict(zip(names, figures, strict=True))
    return {
        "k": k, "silhouette": silhouette, "low": silhouette - 0.01, "high": silhouette + 0.01, **told,
        "gap": {"value": told["gap"], "error": 0.01}, "jaccard": list(jaccard), "verdict": verdict,
    }  # fmt: skip


HELD, MOVED = "reproducible", "constructive"
TRIED = {
    "k": 6,
    "recommended": 6,
    "verdict": "reproducible",
    "speaks_for": {
        "silhouette": 3, "calinski_harabasz": 8, "davies_bouldin": 8, "bic": 8, "elbow": 5, "gap": 1,
        "prediction_strength": 2,
    },
    "gap_of_one": {"value": 1.26, "error": 0.01},
    "reason": "6 segments: silhouette 0.24 (0.23 to 0.25) is within 0.05 of the highest, 0.29 at 3.",
    "candidates": [
        _tried(2, 0.27, 6.13, 613, 1.74, 85_660, 1.24, 0.82, 0.136, jaccard=(0.9, 0.86), verdict=HELD),
        _tried(3, 0.29, 5.36, 662, 1.51, 83_471, 1.28, 0.76, 0.062, jaccard=(0.9, 0.5), verdict=MOVED),
        _tried(5, 0.22, 4.13, 752, 1.47, 82_126, 1.43, 0.48, 0.058, jaccard=(0.8, 0.4), verdict=MOVED),
        _tried(6, 0.24, 3.64, 800, 1.31, 79_955, 1.49, 0.59, 0.057, jaccard=(0.9, 0.7), verdict=HELD),
        _tried(8, 0.27, 2.90, 874, 1.10, 76_418, 1.65, 0.62, 0.052, jaccard=(0.9, 0.8), verdict=HELD),
    ],
}  # fmt: skip


def retail() -> Study:
    """Both segmentations, money, order ids, findings and a ledger of three reasons: nothing is missing."""
    rfm = segmentation("rfm", "rfm", RFM, grid=True)
    behaviour = segmentation("behaviour", "kmeans", BEHAVIOUR, grid=False)
    return study((rfm, choosing(behaviour, TRIED)))


def without_amounts() -> Study:
    """Customer and date only: no money, no products, no hours; the least that a study can be made of."""
    rfm = segmentation("rfm", "rfm", RFM[:7], grid=False, omit=MONEY + SIDE)
    behaviour = segmentation("behaviour", "kmeans", BEHAVIOUR[:3], grid=False, omit=MONEY + SIDE)
    left_out = {
        "revenue": "no column holds an amount or a unit price",
        "products_per_order": "no column holds a product",
        "evening_share": "the dates have no time of day",
    }
    return replace(study((rfm, behaviour)), left_out=left_out)


# name, customers, revenue £k, orders, recency, repeat %, tenure, gap
QUARTERS = (
    ("Loyalists", 610, 4_120.0, 6_204, 15, 98.0, 301, 31),
    ("Devotees", 640, 388.0, 1_911, 41, 61.0, 140, 58),
    ("Switchers", 640, 3_771.0, 5_130, 21, 96.0, 288, 34),
    ("Light users", 610, 301.0, 1_402, 62, 43.0, 101, 66),
)


def loyalty(*hide: str) -> Study:
    """The 2 × 2 of loyalty and spend; quarters of these names are too small to show."""
    whole = segmentation("loyalty", "loyalty_monetary", QUARTERS, grid=False)
    axes = {
        "loyalty": {
            "feature": "own_brand_share", "label": "Spend on own brands", "unit": "share", "how": "median",
            "cut": "0.281000", "upper": "More loyal", "lower": "Less loyal", "low_is_good": False,
        },
        "spend": {
            "feature": "category_spend", "label": "Category spend", "unit": "currency", "how": "mean",
            "cut": "1533.120000", "upper": "Higher spend", "lower": "Lower spend", "low_is_good": False,
        },
    }  # fmt: skip
    cells = {"s0": ["2-2"], "s1": ["2-1"], "s2": ["1-2"], "s3": ["1-1"]}
    made = {**whole.definition, "rule": {"kind": "grid", "cells": cells}, "choice": {"axes": axes}}
    segments = tuple(hidden(s) if s.name in hide else s for s in whole.profile.segments)
    said = tuple(w for w in whole.narrative.segments if w.name not in hide)
    return study((replace(
        whole,
        definition=made,
        profile=replace(whole.profile, segments=segments),
        narrative=replace(whole.narrative, segments=said),
    ),))  # fmt: skip


def one_segment() -> Study:
    """A single segment, and nothing found."""
    return replace(study((segmentation("rfm", "rfm", RFM[:1], grid=False),)), findings=())


def suppressed() -> Study:
    """One segment of at most ten customers, and grid cells that are too small to show."""
    whole = segmentation("rfm", "rfm", RFM[:6], grid=True)
    facts = tuple(hidden(s) if s.name == "New customers" else s for s in whole.profile.segments)
    words = tuple(w for w in whole.narrative.segments if w.name != "New customers")
    return study((replace(
        whole,
        profile=replace(whole.profile, segments=facts),
        narrative=replace(whole.narrative, segments=words),
    ),))  # fmt: skip


def tiny() -> Study:
    """Three customers: every segment, and all customers together, are too few to show."""
    whole = segmentation("rfm", "rfm", RFM[:3], grid=False)
    segments = tuple(hidden(s) for s in whole.profile.segments)
    profile = replace(whole.profile, segments=segments, overall=hidden(whole.profile.overall))
    said = replace(whole.narrative, headline=((Span("Too few to show."),),), lede=(), segments=(), titles={})
    return study((replace(whole, profile=profile, narrative=said),))


def measured(**changed: Any) -> Study:
    """What the retail study tried, with some of the choice changed."""
    base = retail()
    first, second = base.segmentations
    return replace(base, segmentations=(first, choosing(second, {**TRIED, **changed})))


def choosing(segmentation: Segmentation, choice: dict[str, Any]) -> Segmentation:
    return replace(segmentation, definition={**segmentation.definition, "choice": choice})


def tried(*silhouettes: tuple[int, float, float | None, float | None]) -> Study:
    """Numbers of segments that were tried: k, silhouette and the ends of its interval. The first is taken."""
    base = retail()
    candidates = [dict(zip(("k", "silhouette", "low", "high"), each, strict=True)) for each in silhouettes]
    made = {"k": silhouettes[0][0], "candidates": candidates, "reason": "Teams can act on this many."}
    first, second = base.segmentations
    return replace(base, segmentations=(first, choosing(second, made)))


def without(base: Study, segment: str, metric: str) -> Study:
    """The study, where a segment of its second segmentation has no figure of a metric."""
    first, second = base.segmentations
    segments = tuple(_lacking(s, metric) if s.name == segment else s for s in second.profile.segments)
    return replace(
        base, segmentations=(first, replace(second, profile=replace(second.profile, segments=segments)))
    )


def _lacking(segment: SegmentFacts, metric: str) -> SegmentFacts:
    found = {m: f for m, f in segment.facts.items() if m != f"{metric}.index"}
    return replace(segment, facts={**found, metric: replace(found[metric], value=None)})


def together(k: int) -> Study:
    """The retail study, whose headline says what its k largest segments bring together."""
    base = retail()
    first = base.segmentations[0]
    each = (float(s.facts["revenue_share"].value or 0) for s in first.profile.segments)
    shares = sorted(each, reverse=True)
    label = f"Share of total revenue of the {k} largest segments shown"
    fact = Fact(f"overall.revenue_share.top_{k}", sum(shares[:k]), "percent", label, query="rfm_profile")
    overall = first.profile.overall
    overall = replace(overall, facts={**overall.facts, f"revenue_share.top_{k}": fact})
    headline = ((Span("Together they bring "), Span(written(fact.value, "percent"), fact.id)),)
    return replace(base, segmentations=(
        replace(first, profile=replace(first.profile, overall=overall),
                narrative=replace(first.narrative, headline=headline)),
        *base.segmentations[1:],
    ))  # fmt: skip


def by_rules(*, name: str = "Weekend shoppers", when: str = "weekend_share > 0.5") -> Study:
    """Behaviour as rules that a person wrote: one never reached, one too small to count, and a rest."""
    base = retail()
    first, second = base.segmentations
    segments = [dict(each) for each in second.definition["segments"]]
    segments[1]["name"] = name
    counts = ((861, 861), (510, 402), (20, 0), (None, None), (None, None))
    made = {
        "customers": 4_338,
        "rules": [
            {"segment_id": segments[at]["id"], "when": when, "alone": alone, "left": left}
            for at, (alone, left) in enumerate(counts)
        ],
        "rest": {"segment_id": segments[5]["id"], "left": 1_142},
        "cuts": [],
    }
    fitted = {"customers": 4_338, "as_of": "2011-11-30"}
    definition = {"segments": segments, "fitted": fitted, "choice": made}
    return replace(base, segmentations=(first, replace(second, method="rules", definition=definition)))


HOSTILE = (
    "<script>document.title='owned'</script>",
    '"><img src=x onerror="document.title=\'owned\'">',
    "عملاء مخلصون & קונים 🛒",
    "Long " + "x" * 195,
    "'; alert(1) {{ 7 * 7 }} </style></textarea>",
)


def hostile() -> Study:
    """Names, words, reasons, labels and queries that try to be markup."""
    rows = tuple((name, *row[1:]) for name, row in zip(HOSTILE, RFM, strict=False))
    whole = segmentation("rfm", "rfm", rows, grid=True)
    queries = {"rfm_profile": "select '</pre><script>document.title=\"owned\"</script>' as name"}
    script = HOSTILE[0]
    base = study((replace(whole, profile=replace(whole.profile, dataset=script, queries=queries)),))
    source = replace(
        base.ledger.sources[0],
        name=script,
        set_aside=(SetAside(script, script, 1_000, (Example(1, 2, script),)),),
        rows_in=base.ledger.sources[0].rows_kept + 1_000,
    )
    return replace(
        base,
        run_id=script,
        ledger=replace(base.ledger, sources=(source,)),
        findings=(Finding("warning", script, script, script),),
        left_out={script: script},
    )


def hidden(segment: SegmentFacts) -> SegmentFacts:
    note = "10 customers or fewer: not shown"
    return replace(segment, facts={m: replace(f, value=None, note=note) for m, f in segment.facts.items()})


def study(segmentations: tuple[Segmentation, ...]) -> Study:
    return Study(
        run_id="run-4c1f09a7d2e6",
        path=Path("regulars/runs/run-4c1f09a7d2e6"),
        manifest={
            "run_id": "run-4c1f09a7d2e6",
            "as_of": "2011-12-09",
            "inputs": [{"name": "orders", "sha256": "9f2c" * 16, "size_bytes": 45_580_638}],
            "settings": {"name": "Online Retail", "seed": 0},
            "files": {"ledger.json": "a1b2" * 16, "facts/rfm.json": "c3d4" * 16},
        },
        ledger=ledger(),
        findings=FINDINGS,
        segmentations=segmentations,
        features=FEATURES,
        left_out={
            "promotion_share": "no column says whether a promotion was used",
            "categories": "no column holds a category",
        },
    )


FINDINGS = (
    Finding(
        "warning", "orders.customer",
        "24.9% of rows have no customer and are set aside",
        "Ask how guest orders are recorded; loyalty ids at checkout would bring them in.",
    ),
    Finding(
        "note", "rfm.frequency",
        "34% of customers share one order count, so frequency has 4 bands",
        "Use bands: 3 if five even bands matter to you.",
    ),
    Finding(
        "warning", "orders.time",
        "The last month is incomplete: it ends on 9 Dec 2011",
        "Compare months up to November, or wait for the month to close.",
    ),
    Finding(
        "note", "behaviour.k",
        "6 and 5 segments are nearly as well separated",
        "Choose the number that your teams can act on; set k to fix it.",
    ),
)  # fmt: skip

FEATURES = (
    Feature("recency_days", "Recency", "days", "outcome", "Days from the last order to the day seen from"),
    Feature("orders", "Frequency", "count", "outcome", "Distinct orders"),
    Feature("weekend_share", "Weekend orders", "percent", "cause", "Share of orders on Saturday or Sunday"),
    Feature("products_per_order", "Products per order", "ratio", "cause", "Distinct products in an order"),
)


def ledger() -> Ledger:
    orders = SourceLedger(
        "orders", 541_909, 396_372,
        (
            SetAside("missing_customer", "No customer: a guest order cannot be given to anybody", 135_080,
                     (Example(623, 624, None), Example(1_443, 1_444, None))),
            SetAside("duplicate", "An exact repeat of a row of the same order", 5_225,
                     (Example(518, 519, None), Example(528, 529, None))),
            SetAside("non_product", "Postage, fees or a manual correction, not a product", 5_192,
                     (Example(46, 47, "POST"), Example(142, 143, "D"), Example(387, 388, "POST"))),
            SetAside("zero_value", "A line worth nothing", 40, (Example(9_303, 9_304, "0.00"),)),
        ),
        (SetAside("outlier", "An order worth more than 100 times the median order", 3,
                  (Example(61_620, 61_621, "77183.60"),)),),
    )  # fmt: skip
    totals: dict[str, Any] = {
        "customers": 4_338, "orders": 18_402, "lines": 396_372, "returns": 8_506, "value": "8623247.10",
    }  # fmt: skip
    return Ledger((orders,), totals)


def segmentation(
    name: str, method: str, rows: tuple[Any, ...], *, grid: bool, omit: tuple[str, ...] = ()
) -> Segmentation:
    metrics = tuple(m for m in METRICS if m.id not in omit)
    overall_values = sums(rows)
    overall = facts("overall", "All customers", overall_values, overall_values, metrics, name)
    segments = tuple(
        facts(f"s{i}", row[0], values(row, overall_values, i), overall_values, metrics, name)
        for i, row in enumerate(rows)
    )
    axes = [a for a in axes_of(name) if a not in omit]
    widest = next((a for a in ("recency_days", "evening_share") if a in axes), axes[0])
    panels: dict[str, Any] = {"radar": {"axes": axes, "widest": widest}}
    if grid:
        panels["rfm_grid"] = {"bands": 5, "cells": cells()}
    profile = Profile(
        name, "Online Retail", CURRENCY, date(2010, 12, 1), date(2011, 12, 9), date(2011, 12, 9),
        metrics, overall, segments, panels, {f"{name}_profile": SQL},
    )  # fmt: skip
    definition = {"segments": [{"id": s.id, "name": s.name, "rule": RULE} for s in segments]}
    return Segmentation(name, method, 1, "5e7d" * 16, definition, profile, narrative(profile))


RULE = "recency 1–18 days and 6 or more orders, or recency 1–18 days and spend above £1,661"
SQL = """select
    a.segment_id,
    count(*) as customers,
    sum(f.revenue) as revenue,
    sum(f.orders) as orders
from assignments as a
inner join features as f on a.customer_id = f.customer_id
group by a.segment_id"""


def axes_of(name: str) -> list[str]:
    if name == "rfm":
        return ["recency_days", "orders_per_customer", "revenue_per_customer", "aov", "tenure_days"]
    return [*SIDE, "gap_days"]


def cells() -> list[dict[str, Any]]:
    counts = (
        (392, 214, 121, 84, 47), (301, 236, 178, 98, 61), (190, 211, 214, 154, 103),
        (98, 142, 201, 248, 176), (None, 61, 148, 284, 472),
    )  # fmt: skip
    return [
        {"r": r, "m": m, "customers": n, "revenue": None if n is None else n * 90.0 * m * m}
        for r, row in enumerate(counts, 1)
        for m, n in enumerate(row, 1)
    ]


def sums(rows: tuple[Any, ...]) -> dict[str, Any]:
    customers = sum(r[1] for r in rows)
    thousands, orders = sum(r[2] for r in rows), sum(r[3] for r in rows)
    return values(("All", customers, thousands, orders, 50, 65.4, 92, 56), None, 99)


def values(row: tuple[Any, ...], whole: dict[str, Any] | None, place: int) -> dict[str, Any]:
    name, customers, thousands, orders, recency, repeat, tenure, gap = row
    revenue = thousands * 1000
    side = SIDES.get(name, (17.0 + place % 4, 8.0 + place % 3, 20.5 - place % 5, 35 + 3 * (place % 6), 2.1))
    return {
        "customers": customers,
        "customer_share": 100.0 * customers / (whole or {"customers": customers})["customers"],
        "revenue": revenue,
        "revenue_share": 100.0 * revenue / (whole or {"revenue": revenue})["revenue"],
        "orders": orders,
        "orders_per_customer": orders / customers,
        "revenue_per_customer": revenue / customers,
        "aov": revenue / orders,
        "recency_days": recency,
        "repeat_rate": repeat,
        "tenure_days": tenure,
        "gap_days": gap,
        **dict(zip(SIDE, side, strict=True)),
    }


def facts(
    segment_id: str,
    name: str,
    own: dict[str, Any],
    whole: dict[str, Any],
    metrics: tuple[Metric, ...],
    query: str,
) -> SegmentFacts:
    found: dict[str, Fact] = {}
    for m in metrics:
        value, n = own[m.id], own["customers"]
        sampled = m.agg == "mean" and value is not None
        found[m.id] = Fact(
            f"{segment_id}.{m.id}", value, m.unit, m.label, n,
            value * 0.94 if sampled else None, value * 1.06 if sampled else None, f"{query}_profile",
        )  # fmt: skip
        if value is not None and whole[m.id]:
            index = 100.0 * value / whole[m.id]
            found[f"{m.id}.index"] = Fact(
                f"{segment_id}.{m.id}.index", index, "index", f"{m.label}, index", n, query=f"{query}_profile"
            )
    return SegmentFacts(segment_id, name, found)


def narrative(profile: Profile) -> Narrative:
    first = profile.segments[0]
    share = "revenue_share" if "revenue_share" in first.facts else "customer_share"
    headline: tuple[Sentence, ...] = (
        (figure(first, "customer_share"), Span(f" of customers are in {first.name} and bring "),
         figure(first, share), Span(" of revenue." if share == "revenue_share" else " of the base.")),
    )  # fmt: skip
    lede: tuple[Sentence, ...] = (
        (figure(profile.overall, "customers"), Span(" customers placed "), figure(profile.overall, "orders"),
         Span(" orders; "), figure(profile.overall, "repeat_rate"), Span(" came back at least once.")),
        (Span("The typical customer last ordered "), figure(profile.overall, "recency_days"), Span(" ago.")),
    )  # fmt: skip
    titles: dict[str, Sentence] = {}
    if share == "revenue_share":
        titles["revenue"] = (Span(f"{first.name} bring "), figure(first, share), Span(" of revenue"))
    return Narrative(
        profile.segmentation, "template", headline, lede, tuple(words(s) for s in profile.segments), titles
    )


def words(s: SegmentFacts) -> SegmentWords:
    rate = "revenue_per_customer" if "revenue_per_customer" in s.facts else "repeat_rate"
    return SegmentWords(
        s.id, s.name,
        (Span("They order "), figure(s, "orders_per_customer"), Span(" times and last came "),
         figure(s, "recency_days"), Span(" ago.")),
        (
            (Span("Half of them have been here for more than "), figure(s, "tenure_days"), Span(".")),
            (figure(s, "repeat_rate"), Span(" came back; each is at "), figure(s, rate), Span(".")),
        ),
        (
            (Span("Orders per customer: "), figure(s, "orders_per_customer"), Span(", index "),
             figure(s, "orders_per_customer.index"), Span(" against all customers")),
            (Span("Days since last order: "), figure(s, "recency_days"), Span(" (median)")),
            (Span("Repeat rate: "), figure(s, "repeat_rate")),
        ),
        ((Span("This describes what they did, not why."),),),
    )  # fmt: skip


def figure(segment: SegmentFacts, metric: str) -> Span:
    fact = segment.facts[metric]
    return Span(written(fact.value, fact.unit), fact.id)
