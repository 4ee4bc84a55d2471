"""Composing: a sheet of words into a draft, each claim held to the facts once more as it will be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from regulars.narrate.drafts import Claim, Draft, Source
from regulars.narrate.guard import Fault
from regulars.narrate.slots import Slot
from regulars.narrate.truths import Statement
from regulars.narrate.writing import Sheet, Words
from regulars.types import Sentence

FALSE = ("contradicted", "unsupported_attribute")
"""Labels of the checker with which words of a model are not shown."""
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
        tuple(_checked(claim, sheet) for claim in claims),
        tuple(record.as_json() for record in sheet.records),
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
            faults = () if slot.role == "name" else sheet.guard.faults(was.words, slot)
            sheet.words[slot.key] = Words(slot, was.words, was.attempt, faults)
    return sheet


def lead(sheet: Sheet) -> Statement | None:
    """The statement that the model picked to head the text, or the weightiest."""
    picked = sheet.words.get("lead")
    letters = sheet.piece.letters
    if picked is not None and picked.stands:
        return letters[picked.words]
    return next(iter(letters.values()), None)


def _profile(sheet: Sheet) -> Iterator[Claim]:
    told, top = sheet.piece.words, lead(sheet)
    slots = {slot.key: slot for slot in sheet.piece.slots}
    if top is not None:
        yield _claim(sheet, slots["name"])
        yield _claim(sheet, slots["headline"], top, top.said.told)
    yield from _by_program("level", (told.headline, *told.paragraph))
    for statement in sorted(sheet.piece.statements, key=lambda each: each != top):
        letter = next(key for key, each in sheet.piece.letters.items() if each == statement)
        yield _claim(sheet, slots[letter], statement, figures=statement.figures)
    if top is not None:
        yield _claim(sheet, slots["hypothesis"], top, top.said.maybe)
        yield _claim(sheet, slots["advice"], top, top.said.do)
    yield from _by_program("caveat", told.caveats)


def _persona(sheet: Sheet) -> Iterator[Claim]:
    for slot in sheet.piece.slots:
        yield _claim(sheet, slot, slot.statement)


def _by_program(role: str, sentences: tuple[Sentence, ...]) -> Iterator[Claim]:
    for nth, sentence in enumerate(sentences, 1):
        yield Claim(f"{role}.{nth}", role, sentence, "", "program")


def _claim(
    sheet: Sheet, slot: Slot, statement: Statement | None = None, twin: str = "", figures: Sentence = ()
) -> Claim:
    on = (statement or slot.statement).id if statement or slot.statement else None  # type: ignore[union-attr]
    written = sheet.words.get(slot.key)
    source: Source = "template"
    words, why, attempt = twin or slot.twin, "", 0
    if written is not None:
        attempt, why = written.attempt, _why(written.faults, sheet)
        if written.stands:
            words, source, why = written.words, "model", ""
    return Claim(slot.claim, slot.role, figures, words, source, on, attempt, why=why)


def _why(faults: tuple[Fault, ...], sheet: Sheet) -> str:
    if sheet.failure is not None:
        return f"no answer ({sheet.failure.reason})"
    return "; ".join(f"{fault.code}: {fault.why}" for fault in faults)


def _checked(claim: Claim, sheet: Sheet) -> Claim:
    """The claim with the checker's label on all of it; a model's words go where the whole is false."""
    if claim.role in UNRULED:
        return claim
    label = sheet.guard.verdict(claim.text).label
    if claim.source == "model" and label in FALSE:
        slot = next(each for each in sheet.piece.slots if each.claim == claim.id)
        twin = Claim(
            claim.id, claim.role, claim.figures, slot.twin, "template", claim.statement, claim.attempt
        )
        label = sheet.guard.verdict(twin.text).label
        why = "beside its figures the checker does not hold it to be true"
        return Claim(**{**vars(twin), "verdict": label, "why": why})
    return Claim(**{**vars(claim), "verdict": label})
