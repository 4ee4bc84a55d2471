"""Meet the segments: each as a card of words, figures and doubts."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from regulars.figures import written
from regulars.publish.charts import bars
from regulars.publish.evidence import Evidence
from regulars.publish.marks import Mark
from regulars.types import Fact, Profile, Segmentation, SegmentFacts, SegmentWords

STATS = (
    ("revenue_per_customer", "Revenue per customer"),
    ("orders_per_customer", "Orders per customer"),
    ("recency_days", "Since last order"),
    ("repeat_rate", "Ordered again"),
)
_MOST_STATS = 3
SIZE = (("customers", "{} customers"), ("customer_share", "{} of all"), ("revenue_share", "{} of revenue"))


@dataclass(frozen=True)
class Stat:
    """A headline figure of a card, and how far it leans from the average customer."""

    label: str
    text: str
    lean: Markup | None
    title: str | None


@dataclass(frozen=True)
class Person:
    """One card. A suppressed segment has no size, no words and no figures."""

    name: str
    mark: Mark
    size: tuple[str, ...]
    suppressed: bool
    stats: tuple[Stat, ...] = ()
    headline: Markup | None = None
    paragraph: Markup | None = None
    apart: tuple[Markup, ...] = ()
    caveats: tuple[Markup, ...] = ()


def people(segmentation: Segmentation, marks: dict[str, Mark], evidence: Evidence) -> list[Person]:
    """A card for each segment, in the profile's order; a segment without words has its figures alone."""
    said = {w.segment_id: w for w in segmentation.narrative.segments}
    profile = segmentation.profile
    return [_person(profile, s, marks[s.id], said.get(s.id), evidence) for s in profile.segments]


def _person(
    profile: Profile, segment: SegmentFacts, mark: Mark, words: SegmentWords | None, evidence: Evidence
) -> Person:
    if segment.is_suppressed:
        return Person(segment.name, mark, (), True)
    if words is None:
        return Person(segment.name, mark, _size(segment, SIZE), False, _stats(segment))
    return Person(
        segment.name, mark, _size(segment, SIZE[:1]), False, _stats(segment),
        evidence.sentence(profile, words.headline),
        evidence.sentences(profile, words.paragraph),
        tuple(evidence.sentence(profile, each) for each in words.apart),
        tuple(evidence.sentence(profile, each) for each in words.caveats),
    )  # fmt: skip


def _size(segment: SegmentFacts, forms: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    return tuple(form.format(_text(segment.facts[m])) for m, form in forms if _has(segment, m))


def _stats(segment: SegmentFacts) -> tuple[Stat, ...]:
    return tuple(_stat(segment, m, label) for m, label in STATS if _has(segment, m))[:_MOST_STATS]


def _stat(segment: SegmentFacts, metric: str, label: str) -> Stat:
    index = segment.facts.get(f"{metric}.index")
    if index is None or not isinstance(index.value, int | float):
        return Stat(label, _text(segment.facts[metric]), None, None)
    title = f"Index {written(index.value, 'index')}"
    return Stat(label, _text(segment.facts[metric]), bars.lean(float(index.value)), title)


def _has(segment: SegmentFacts, metric: str) -> bool:
    return metric in segment.facts and segment.facts[metric].value is not None


def _text(fact: Fact) -> str:
    return written(fact.value, fact.unit)
