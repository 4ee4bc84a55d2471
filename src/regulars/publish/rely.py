"""Can you rely on it: what was found of each segmentation, question by question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from regulars.figures import day
from regulars.types import Study

QUESTIONS = {
    "drift": "Is it still true?",
    "stability": "Would the segments come back?",
    "prediction": "Does the segment tell what comes next?",
    "difference": "Do the segments behave differently?",
    "verdict": "Is each segment worth having?",
    "audit": "Whom does it treat differently?",
}
"""What each section of ``compare`` answers, in the order of the page."""


@dataclass(frozen=True)
class Validations:
    """What ``compare`` found of a study, by segmentation, or why it cannot be told."""

    each: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    fault: str = ""


@dataclass(frozen=True)
class Answer:
    """One question answered: what was found in a sentence, and the sentences behind it."""

    question: str
    headline: str
    words: list[str]


@dataclass(frozen=True)
class Card:
    """One segmentation: the day that it was held against, and its answers."""

    title: str
    since: str
    passed: list[str]
    answers: list[Answer]


@dataclass(frozen=True)
class Rely:
    """The section: a card a segmentation that was looked into; the names of the others."""

    cards: list[Card]
    others: list[str]
    fault: str


def rely(study: Study, validations: Validations, titles: Sequence[str]) -> Rely:
    """The section of a study, with what was found of it so far."""
    cards, others = [], []
    for segmentation, title in zip(study.segmentations, titles, strict=True):
        found = validations.each.get(segmentation.name)
        if found is None:
            others.append(segmentation.name)
        else:
            cards.append(_card(title, found))
    return Rely(cards, others, validations.fault)


def _card(title: str, found: Mapping[str, Any]) -> Card:
    since = day(date.fromisoformat(found["from"]["as_of"])) if found["from"] else ""
    return Card(title, since, [each["what"] for each in found["passed"]], answers(found))


def answers(found: Mapping[str, Any]) -> list[Answer]:
    """What ``compare`` found of a segmentation, question by question."""
    sections = found["sections"]
    return [
        Answer(question, sections[name]["headline"], list(sections[name]["words"]))
        for name, question in QUESTIONS.items()
        if name in sections
    ]
