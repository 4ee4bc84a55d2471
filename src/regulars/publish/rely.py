"""Can you rely on it: what ``compare`` found of each segmentation, a card a question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from regulars.figures import day
from regulars.publish.marks import Mark
from regulars.publish.rely_rows import DRAWN, Row
from regulars.publish.rely_sheets import SHEETS, Sheet
from regulars.publish.rely_verdict import Matrix, matrix
from regulars.types import Study
from regulars.validate.plain import OF, plainly

QUESTIONS = {
    "verdict": "Is each segment worth having?",
    "stability": "Would the segments come back?",
    "prediction": "Do they tell what comes next?",
    "difference": "Do they behave differently?",
    "drift": "Are they still what they were?",
    "audit": "Who is in them more often than others?",
}
"""What each section of ``compare`` answers, in the order of the page."""


@dataclass(frozen=True)
class Validations:
    """What ``compare`` found of a study, by segmentation, or why it cannot be told; ``stale`` are those that
    were answered under other settings than there are now."""

    each: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    fault: str = ""
    stale: tuple[str, ...] = ()


@dataclass(frozen=True)
class Card:
    """One question of one segmentation: the finding, its table and drawing, and the words behind it.

    ``rows`` are drawn on one scale, which ``scale`` explains; both are empty where there is nothing to draw.
    """

    question: str
    finding: str
    words: list[str]
    rows: list[Row]
    scale: str
    sheet: Sheet | None
    matrix: Matrix | None


@dataclass(frozen=True)
class Part:
    """One segmentation: the day that it was held against, the limits that are exceeded, whether the settings
    of validation are others by now, its cards, and each question that has no answer with the reason."""

    title: str
    since: str
    exceeded: list[str]
    is_stale: bool
    cards: list[Card]
    unmeasured: list[tuple[str, str]]


@dataclass(frozen=True)
class Rely:
    """The section: a part a segmentation that was looked into, with each measure that is told of there in
    words to repeat; the names of the others."""

    parts: list[Part]
    measures: list[str]
    others: list[str]
    fault: str


def rely(
    study: Study, found: Validations, given: Sequence[Mapping[str, Mark]], titles: Sequence[str]
) -> Rely:
    """The section of a study, with what was found of it so far."""
    parts, others = [], []
    for segmentation, marks, title in zip(study.segmentations, given, titles, strict=True):
        told = found.each.get(segmentation.name)
        if told is None:
            others.append(segmentation.name)
        else:
            parts.append(_part(title, told, marks, is_stale=segmentation.name in found.stale))
    asked = {card.question for part in parts for card in part.cards}
    names = [each for name, question in QUESTIONS.items() if question in asked for each in OF.get(name, ())]
    return Rely(parts, [plainly(each) for each in dict.fromkeys(names)], others, found.fault)


def found_of(told: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Each question of one segmentation, with its finding in a sentence."""
    asked = {name: told["sections"][name] for name in QUESTIONS if name in told["sections"]}
    return [(QUESTIONS[name], each["headline"]) for name, each in asked.items()]


def _part(title: str, told: Mapping[str, Any], marks: Mapping[str, Mark], *, is_stale: bool) -> Part:
    since = day(date.fromisoformat(told["from"]["as_of"])) if told["from"] else ""
    sections = told["sections"]
    asked = {name: sections[name] for name in QUESTIONS if name in sections}
    return Part(
        title, since, [each["what"] for each in told["exceeded"]], is_stale,
        [_card(name, each, marks) for name, each in asked.items() if each["is_measured"]],
        [(QUESTIONS[k], " ".join(each["words"])) for k, each in asked.items() if not each["is_measured"]],
    )  # fmt: skip


def _card(name: str, section: Mapping[str, Any], marks: Mapping[str, Mark]) -> Card:
    rows, scale = DRAWN[name](section, marks) if name in DRAWN else ([], "")
    return Card(
        QUESTIONS[name],
        section["headline"],
        list(section["words"]),
        rows,
        scale,
        SHEETS[name](section) if name in SHEETS else None,
        matrix(section, marks) if name == "verdict" else None,
    )
