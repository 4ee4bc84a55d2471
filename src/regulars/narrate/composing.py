"""Composing: a sheet of words into a draft, each claim held to the facts once more as it will be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from regulars.narrate.drafts import Claim, Draft
from regulars.narrate.guard import FALSE
from regulars.narrate.plain_words import Fault
from regulars.narrate.sheets import Sheet, Words, faults_of
from regulars.narrate.slots import Slot
from regulars.narrate.truths import Statement
from regulars.types import Sentence

UNRULED = ("name", "channel", "positioning")
"""Roles that claim nothing: what customers are in them was held to the facts by itself."""


@dataclass(frozen=True)
class Frame:
    """What all drafts of one telling have in common."""

    segmentation: str
    audience: str
    length: str
    facts_digest: str
    policy_digest: str
    locale: str = "en"


def composed(sheet: Sheet, frame: Frame) -> Draft:
    """The draft of a sheet. Where no model was asked, or its words may not stand, the rules' words do."""
    claims = _profile(sheet) if sheet.piece.kind == "profile" else _persona(sheet)
    return Draft(
        sheet.piece.kind, frame.segmentation, sheet.piece.words.segment_id, sheet.piece.words.name,
        frame.audience, frame.length, frame.locale, frame.facts_digest, frame.policy_digest,
        tuple(claims),
        tuple(sheet.records),
    )  # fmt: skip


def resumed(sheet: Sheet, old: Draft) -> Sheet:
    """The sheet with the words of an older draft, wherever they may stand beside the facts of today.

    No model is asked: figures come from the new facts, words from those who wrote them.
    """
    for slot in sheet.piece.slots:
        was = old.claim(slot.claim)
        if slot.role == "lead":
            letters = {each.id: letter for letter, each in sheet.piece.letters.items()}
            head = old.claim("headline")
            letter = letters.get(head.statement or "") if head else None
            sheet.words[slot.key] = Words(slot, letter or slot.twin)
        elif was is not None and was.source in {"model", "person"}:
            faults = faults_of(sheet, slot, was.words, others=())
            sheet.words[slot.key] = Words(slot, was.words, was.attempt, faults, was.source)
    sheet.records += old.records
    return sheet


def lead(sheet: Sheet) -> Statement | None:
    """The statement that the model picked to head the text; by rule the one by which they stand out most."""
    picked = sheet.words.get("lead")
    letters = sheet.piece.letters
    if picked is not None and picked.stands:
        return letters[picked.words]
    return max(letters.values(), key=lambda each: each.strength, default=None)


def _profile(sheet: Sheet) -> Iterator[Claim]:
    told, top = sheet.piece.words, lead(sheet)
    slots = {slot.key: slot for slot in sheet.piece.slots}
    if top is not None:
        yield _claim(sheet, slots["name"])
        yield _claim(sheet, _led(slots["headline"], top, top.said.told))
    yield from _by_program("level", (told.headline, *told.paragraph))
    for letter, statement in sorted(sheet.piece.letters.items(), key=lambda each: each[1] != top):
        yield _claim(sheet, slots[letter], statement.figures)
    if top is not None:
        yield _claim(sheet, _led(slots["hypothesis"], top, top.said.maybe))
        yield _claim(sheet, _led(slots["advice"], top, top.said.do))
    yield from _by_program("caveat", told.caveats)


def _led(slot: Slot, top: Statement, twin: str) -> Slot:
    """A slot that stands on the statement at the head."""
    return replace(slot, statement=top, twin=twin)


def _persona(sheet: Sheet) -> Iterator[Claim]:
    return (_claim(sheet, slot) for slot in sheet.piece.slots)


def _by_program(role: str, sentences: tuple[Sentence, ...]) -> Iterator[Claim]:
    for nth, sentence in enumerate(sentences, 1):
        yield Claim(f"{role}.{nth}", role, sentence, "", "program")


def _claim(sheet: Sheet, slot: Slot, figures: Sentence = ()) -> Claim:
    """The claim of a slot: with the model's words where they may stand, also beside the figures."""
    on = slot.statement.id if slot.statement else None
    written = sheet.words.get(slot.key)
    by_rule = Claim(slot.claim, slot.role, figures, slot.twin, "template", on)
    if written is None:
        return _labelled(by_rule, sheet)
    by_rule = replace(by_rule, attempt=written.attempt)
    if not written.stands:
        return _labelled(replace(by_rule, why=_why(written.faults, sheet)), sheet)
    by_model = _labelled(replace(by_rule, words=written.words, source=written.source), sheet)
    if by_model.verdict not in FALSE:
        return by_model
    return _labelled(
        replace(by_rule, why="beside its figures the checker does not hold it to be true"), sheet
    )


def _why(faults: tuple[Fault, ...], sheet: Sheet) -> str:
    if sheet.failure is not None:
        return f"no answer ({sheet.failure.reason})"
    return "; ".join(f"{fault.code}: {fault.why}" for fault in faults)


def _labelled(claim: Claim, sheet: Sheet) -> Claim:
    """The claim with the checker's label on all of it, as it is read, and on its words alone."""
    if claim.role in UNRULED:
        return claim
    of_words = sheet.guard.verdict(claim.words).label if claim.words and claim.figures else ""
    return replace(claim, verdict=sheet.guard.verdict(claim.text).label, words_verdict=of_words)
