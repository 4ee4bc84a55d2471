"""A study that foretells: the retail study with what a value model expects, and the model of a real shop.

``value_model.json`` is what the program made of Online Retail (Chen 2015, CC BY 4.0), fitted on its first 280
days and tried on the 94 after.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.publish import studies

from regulars.types import Fact, Metric, Profile, Segmentation, SegmentFacts, Span, Study

DOCUMENT = Path(__file__).with_name("value_model.json")
KEPT = {"Champions": 0.9, "New customers": 3.0, "Lost": 0.02, "Hibernating": 0.1, "At risk": 0.2}
"""What a segment is expected to bring over what it brought; half where nothing is said."""
SAID = "By the value model, not yet seen."
METRICS = (
    Metric("predicted_value", "Predicted value, next 365 days", "GBP", "sum", SAID),
    Metric("predicted_value_share", "Share of total predicted value", "percent", "share", SAID),
    Metric(
        "predicted_value_per_customer", "Predicted value per customer, next 365 days", "GBP", "ratio", SAID
    ),
    Metric("expected_purchases_per_customer", "Expected purchases per customer", "ratio", "ratio", SAID),
    Metric("p_alive", "Chance of still being a customer", "percent", "mean_by_customers", SAID),
)


def document(**changed: Any) -> dict[str, Any]:
    """The model as a run keeps it, with some of it changed."""
    return {**json.loads(DOCUMENT.read_text(encoding="utf-8")), **changed}


def tried(**changed: Any) -> dict[str, Any]:
    """The model, with some of its trial changed."""
    made = document()
    return {**made, "validation": {**made["validation"], **changed}}


def valued(value: dict[str, Any] | None = None) -> Study:
    """The retail study with predicted values; the model may be another."""
    return with_worth(studies.retail(), value or document())


def with_worth(base: Study, value: dict[str, Any]) -> Study:
    return replace(base, value=value, segmentations=tuple(_worth(each) for each in base.segmentations))


def _worth(segmentation: Segmentation) -> Segmentation:
    profile = segmentation.profile
    worth = {s.id: _expected(s) for s in profile.segments}
    total = sum(worth.values())
    segments = tuple(_with_facts(s, worth[s.id], total) for s in profile.segments)
    overall = _with_facts(profile.overall, total, total)
    made: Profile = replace(
        profile, metrics=(*profile.metrics, *METRICS), segments=segments, overall=overall,
        queries={**profile.queries, "predicted_value": "select 1"},
    )  # fmt: skip
    first = segments[0].facts.get("predicted_value_share")
    title = (Span(f"{segments[0].name}: "), Span(f"{first.value:.1f}%", first.id)) if first else ()
    titles = {**segmentation.narrative.titles, "value": (*title, Span(" of predicted value"))}
    return replace(segmentation, profile=made, narrative=replace(segmentation.narrative, titles=titles))


def _expected(segment: SegmentFacts) -> float:
    revenue = segment.facts["revenue"].value
    return float(revenue or 0) * KEPT.get(segment.name, 0.5)


def _with_facts(segment: SegmentFacts, value: float, total: float) -> SegmentFacts:
    customers = segment.facts["customers"].value
    is_hidden = customers is None
    each = value / float(customers or 1)
    figures = (value, 100 * value / total, each, each / 400, min(99.0, each / 60))
    facts = {
        m.id: Fact(
            f"{segment.id}.{m.id}", None if is_hidden else figure, m.unit, m.label,
            None if is_hidden else int(customers or 0), query="predicted_value",
        )
        for m, figure in zip(METRICS, figures, strict=True)
    }  # fmt: skip
    return replace(segment, facts={**segment.facts, **facts})
