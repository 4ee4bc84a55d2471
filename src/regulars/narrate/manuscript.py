"""A manuscript: what the narration of one segmentation stands on, from its facts to the sheets to fill."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from regulars.check.checker import Text, check
from regulars.check.table import Facts, facts_of
from regulars.narrate.composing import Frame, composed, resumed
from regulars.narrate.drafts import Draft, Kind
from regulars.narrate.guard import Guard, Wording
from regulars.narrate.pieces import LENGTHS, Piece, chosen, persona_piece, profile_piece
from regulars.narrate.sheets import Sheet
from regulars.narrate.standing import standing
from regulars.narrate.truths import Statement, statements
from regulars.narrate.vocabulary import vocabulary
from regulars.types import Narrative, Profile, SegmentWords, Sentence, plain

PIECES = {"profile": profile_piece, "persona": persona_piece}


@dataclass(frozen=True)
class Manuscript:
    """One segmentation to be narrated: its profile, its facts file's content, and the words by rule.

    ``wording`` gives what policy and privacy hold against a text.
    """

    profile: Profile
    document: Mapping[str, Any]
    narrative: Narrative
    frame: Frame
    wording: Wording
    promises: Wording = lambda _: ()
    """The same of a text that promises customers something."""

    @cached_property
    def facts(self) -> Facts:
        return facts_of(self.document)

    def names(self) -> Iterator[str]:
        """What customers' data call things: segments, and categories in the labels of metrics."""
        yield from (each.name for each in self.profile.segments)
        known = {name.partition(".")[0] for name in vocabulary()}
        labels = [each.label for each in self.profile.metrics if each.id not in known]
        yield from (each.partition(": ")[2] for each in labels)
        yield from (each.removeprefix("Share of ") for each in labels if each.startswith("Share of "))

    def sheets(
        self, kind: Kind, segments: Sequence[str] = (), old: Sequence[Draft] | None = None
    ) -> list[Sheet]:
        """A sheet for each segment, or each of those named, in the narrative's order.

        With older drafts only for those that have one: its statements come first, as far as they still hold.
        A persona is made of those segments of which something can be stated.
        """
        before = {each.segment_id: each for each in old or () if each.kind == kind}
        made = []
        for words in self.narrative.segments:
            if segments and words.segment_id not in segments:
                continue
            if old is not None and words.segment_id not in before:
                continue
            sheet = self._sheet(kind, words, before.get(words.segment_id))
            if sheet.piece.statements or kind == "profile":
                made.append(sheet)
        return made

    def _sheet(self, kind: Kind, words: SegmentWords, old: Draft | None) -> Sheet:
        segment = self.profile.segment(words.segment_id)
        found = statements(self.profile, segment, lambda sentence: self._holds(sentence, segment.id))
        kept = [each for each in found if old and each.id in {claim.statement for claim in old.claims}]
        told = chosen([*kept, *(each for each in found if each not in kept)], LENGTHS[self.frame.length])
        guard = Guard(
            self.facts, segment.id, standing(self.profile, segment) if found else {},
            self.wording, self.promises, tuple(each.said.told for each in told),
        )  # fmt: skip
        sheet = Sheet(_piece(kind, words, told), guard)
        return resumed(sheet, old) if old else sheet

    def _holds(self, sentence: Sentence, segment_id: str) -> bool:
        (verdict,) = check(self.facts, [Text("statement", plain(sentence), segment_id)])
        return verdict.label == "supported"

    def drafts(self, sheets: Sequence[Sheet]) -> Iterator[Draft]:
        for sheet in sheets:
            yield composed(sheet, self.frame)


def _piece(kind: Kind, words: SegmentWords, told: tuple[Statement, ...]) -> Piece:
    """The piece; without anything to state of a segment, one that asks for no words."""
    return PIECES[kind](words, told) if told else Piece(kind, words, (), ())
