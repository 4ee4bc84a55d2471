"""What ``compare`` hands to each of its sections, and what a section gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol, TypeVar

from regulars.app.work import Asked
from regulars.app.workspace import Workspace
from regulars.engine import Engine
from regulars.errors import UsageError, did_you_mean
from regulars.segment.definition import Definition
from regulars.settings import Settings
from regulars.types import Feature, Finding, Segmentation, Study

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Section:
    """One question of ``compare``, answered.

    ``answer`` is what was found, for the questions that come after it, None where it was not measured;
    ``document`` the whole of it as plain values (``is_measured``, ``headline``, ``words`` and figures);
    ``exceeded`` what is past a limit of the settings (then the command ends with exit code 4). The command
    prints the headline and the words; ``show`` prints the tables that stand below, in 80 columns.
    """

    name: str
    answer: object | None
    document: dict[str, Any]
    exceeded: tuple[Finding, ...]
    show: Callable[[], None]


@dataclass(frozen=True)
class Compared:
    """A run of one segmentation, the run before that it is held against, if any, and its definition.

    The engine has ``customers_now``, and ``customers_then`` where there is a run before: one row a customer
    with customer_id, segment_id by that definition, and every feature that it reads. ``features`` are
    these, in the definition's order; all others are in ``now.path / "features.parquet"``. ``asked`` looks
    from the day of the run. ``sections`` are those answered so far.
    """

    name: str
    definition: Definition
    features: tuple[Feature, ...]
    then: Study | None
    now: Study
    engine: Engine
    settings: Settings
    workspace: Workspace
    asked: Asked
    sections: tuple[Section, ...] = ()
    tables: Mapping[str, object] = field(default_factory=dict)
    """Frames in place of files that the settings name under ``validation``, by name."""

    @property
    def stage(self) -> Callable[[str], None]:
        """Says what is being done."""
        return self.asked.stage

    def answer(self, kind: type[Answer]) -> Answer | None:
        """The answer of that kind that an earlier section found; None where it was not measured."""
        return next((each.answer for each in self.sections if isinstance(each.answer, kind)), None)

    def said(self, name: str) -> str:
        """What the section of that name says first: why it was not measured, where it was not."""
        told = [each.document["words"][0] for each in self.sections if each.name == name]
        return told[0] if told else "It was not measured."


def unmeasured(name: str, why: str) -> Section:
    """A section that says why there is nothing to say."""
    document = {"is_measured": False, "headline": "Not measured.", "words": [why]}
    return Section(name, None, document, (), lambda: None)


class Question(Protocol):
    """A section to be: answers what it is about for a run, and the run before where there is one."""

    def __call__(self, compared: Compared) -> Section: ...


def segmentation_of(study: Study, name: str) -> Segmentation:
    """The segmentation of a run by its name. Raises UsageError where the run has none of it."""
    for each in study.segmentations:
        if each.name == name:
            return each
    known = [each.name for each in study.segmentations]
    raise UsageError(
        f"segmentation {name!r}", f"run {study.run_id} has {', '.join(known)}",
        f"Name one of them.{did_you_mean(name, known)}",
    )  # fmt: skip


def day_of(study: Study) -> date:
    """The day of a run: up to which its orders are read."""
    return date.fromisoformat(study.manifest["as_of"])
