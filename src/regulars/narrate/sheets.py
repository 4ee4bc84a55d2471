"""Sheets: texts being written, slot by slot, and whether the words of each may stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from regulars.errors import ModelFailed
from regulars.narrate.drafts import Draft, Source
from regulars.narrate.guard import Guard
from regulars.narrate.naming import name_faults
from regulars.narrate.pieces import Piece, callable_by
from regulars.narrate.plain_words import Fault
from regulars.narrate.slots import Slot


@dataclass
class Words:
    """What became of one slot: the words that stand there, if they are the model's, and why not."""

    slot: Slot
    words: str = ""
    attempt: int = 0
    faults: tuple[Fault, ...] = ()
    source: Source = "model"

    @property
    def stands(self) -> bool:
        return bool(self.words) and not self.faults


@dataclass
class Sheet:
    """One piece being written."""

    piece: Piece
    guard: Guard
    words: dict[str, Words] = field(default_factory=dict)
    records: list[dict[str, Any]] = field(default_factory=list)
    failures: dict[str, ModelFailed] = field(default_factory=dict)
    """By the step that brought no answer."""
    descriptors: tuple[str, ...] = ()
    named_elsewhere: tuple[str, ...] = ()
    """Names that other segments have in texts that are not being written here."""

    @property
    def failure(self) -> ModelFailed | None:
        """Why there was no draft, so that all words are by rule."""
        return self.failures.get("draft")

    def open(self) -> list[Slot]:
        """The slots whose words may not stand."""
        return [slot for slot in self.piece.slots if not self.words[slot.key].stands]

    def free(self) -> list[Slot]:
        """The slots with words that stand and could be polished: sentences, not names or choices."""
        return [s for s in self.piece.slots if s.mood != "named" and self.words[s.key].stands]


def faults_of(sheet: Sheet, slot: Slot, words: str, others: Sequence[str]) -> tuple[Fault, ...]:
    """Everything that speaks against the words; of a name also that one of ``others`` is the same."""
    faults = sheet.guard.faults(words, slot)
    if slot.role != "name" or faults:
        return faults
    return tuple(name_faults(words, sheet.guard.places, others, callable_by(sheet.piece.statements)))


def names_of(drafts: Sequence[Draft], but: str) -> tuple[str, ...]:
    """What drafts call their segments, but for those of one segment."""
    claims = (each.claim("name") for each in drafts if each.segment_id != but)
    return tuple(claim.text for claim in claims if claim is not None)


def taken(own: Sheet, sheets: Sequence[Sheet]) -> list[str]:
    """Names that others have: of their segments, in texts there are, and those given while writing."""
    others = [sheet for sheet in sheets if sheet is not own]
    given = [sheet.words["name"] for sheet in others if "name" in sheet.words]
    return [
        *(each.piece.words.name for each in others),
        *own.named_elsewhere,
        *(each.words for each in given if each.stands),
    ]
