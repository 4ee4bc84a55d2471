"""What customers will be worth: what a value model expects of each segment, and how far to trust it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from regulars.figures import written
from regulars.profile.metrics import FORETOLD
from regulars.publish.charts.shift import shift
from regulars.publish.evidence import Evidence
from regulars.publish.marks import Mark
from regulars.publish.profile_table import amount, every_figure
from regulars.publish.value_model import Trial, ValueModel, trial, value_model
from regulars.types import Finding, Segmentation, SegmentFacts, Study
from regulars.value.standing import doubt

PAST, TO_COME = "revenue_share", "predicted_value_share"


@dataclass(frozen=True)
class Way:
    """One segment: its share of revenue so far and of predicted value; empty where they are not shown."""

    name: str
    mark: Mark
    past: str
    to_come: str
    track: Markup


@dataclass(frozen=True)
class BySegment:
    """The card of one segmentation; ``chapter`` is its place on the page."""

    chapter: int
    title: Markup
    ways: list[Way]
    table: list[tuple[str, list[str]]]


@dataclass(frozen=True)
class Worth:
    """The section: how far ahead, what must be said beside it, value by segment, and the model itself."""

    horizon: str
    doubt: str
    segments: list[BySegment]
    trial: Trial
    model: ValueModel
    notes: list[Finding]
    """What is doubtful of the model, where it does not stand among the findings of the study."""


def worth(study: Study, marks: Sequence[dict[str, Mark]], evidence: Evidence) -> Worth | None:
    """The section of a study that foretells; None where it does not."""
    document = study.value
    if document is None:
        return None
    made = study.segmentations
    cards = [
        card
        for place, each in enumerate(made)
        if (card := by_segment(place, each, marks[place], evidence)) is not None
    ]
    notes = [Finding(**each) for each in document["notes"]]
    told = [each.what for each in study.findings]
    first = made[0].profile if made else None
    return Worth(
        written(document["recipe"]["horizon_days"], "days"),
        doubt(document),
        cards,
        trial(document, first.start if first else None),
        value_model(document),
        # A finding of the study may say first when the model was fitted.
        [each for each in notes if not any(said.endswith(each.what) for said in told)],
    )


def by_segment(
    place: int, segmentation: Segmentation, marks: dict[str, Mark], evidence: Evidence
) -> BySegment | None:
    """Shares of revenue so far and of predicted value; None without amounts or with nothing to compare."""
    profile = segmentation.profile
    known = [s for s in profile.segments if amount(s, TO_COME) is not None]
    if len(known) < 2:
        return None
    largest = max(amount(s, metric) or 0.0 for s in known for metric in (PAST, TO_COME))
    ordered = sorted(profile.segments, key=lambda s: -(amount(s, TO_COME) or 0.0))
    said = segmentation.narrative.titles.get("value")
    return BySegment(
        place,
        evidence.sentence(profile, said) if said else Markup("Where the value to come lies"),
        [_way(s, marks[s.id], largest) for s in ordered],
        [(m.label, texts) for m, texts in every_figure(profile, (PAST, *FORETOLD))],
    )


def _way(segment: SegmentFacts, mark: Mark, largest: float) -> Way:
    past, to_come = amount(segment, PAST), amount(segment, TO_COME)
    if past is None or to_come is None:
        return Way(segment.name, mark, "", "", Markup(""))
    return Way(
        segment.name, mark, written(past, "percent"), written(to_come, "percent"),
        shift(past, to_come, largest),
    )  # fmt: skip
