"""Writing: what a language model makes of the pieces, slot by slot, and what stands where its words may not.

The way of a text: neutral descriptors, then a draft, then once more what could not stand, then polish for its
readers. Each step asks for the same slots, so that no claim is lost or added; the model sees statements
without figures and names, and words of its own that have passed. All of it ends within one deadline.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pydantic import BaseModel

from regulars.errors import ModelFailed
from regulars.narrate.forms import form
from regulars.narrate.naming import as_name
from regulars.narrate.pieces import LETTERS, callable_by
from regulars.narrate.prompts import Prompt
from regulars.narrate.providers.request import Answer, Message, Request
from regulars.narrate.sheets import Sheet, Words, faults_of, taken
from regulars.narrate.slots import Slot
from regulars.types import Finding

DESCRIPTORS = 3
UNANSWERED = {
    "describe": "were written without neutral words first",
    "draft": "have words by rule",
    "again": "have words by rule where the model's could not stand, as they were not asked for once more",
    "refine": "were not polished",
}
"""What became of texts for which a step brought no answer."""


class Asks(Protocol):
    """What is needed of a line to a model: an answer or a failure for each request, in their order."""

    def ask_all(
        self, requests: Sequence[Request[BaseModel]], seconds: float | None = None
    ) -> Sequence[Answer[BaseModel] | ModelFailed]: ...


@dataclass(frozen=True)
class Manner:
    """How it is to be written: the prompts by name, the steps, for whom, and what the user adds of their own.

    ``voice`` and ``examples`` are texts of the user's; ``seconds_left`` tells what is left of the deadline.
    """

    prompts: Mapping[str, Prompt]
    steps: Sequence[str]
    audience: str
    length: str
    facts_digest: str
    seconds_left: Callable[[], float]
    voice: str = ""
    examples: str = ""
    seed: int = 0
    max_tokens: int = 1000


def write(sheets: Sequence[Sheet], line: Asks, manner: Manner) -> None:
    """Fill the sheets with a model's words, as far as they may stand."""
    if "describe" in manner.steps:
        _describe(sheets, line, manner)
    _draft(sheets, line, manner)
    _once_more(sheets, line, manner)
    if "refine" in manner.steps:
        _refine(sheets, line, manner)


def unanswered(sheets: Sequence[Sheet]) -> Iterator[Finding]:
    """What became of the sheets of a telling for which no answer came: step by step, reason by reason."""
    for step, what in UNANSWERED.items():
        reasons = Counter(str(sheet.failures[step]) for sheet in sheets if step in sheet.failures)
        for reason, count in reasons.items():
            yield Finding(
                "warning", "narration",
                f"{count} of {len(sheets)} texts {what}, since no answer came ({step}): {reason}",
                "Mend what it says and run narrate again: answers that came are kept and not asked twice.",
            )  # fmt: skip


def _describe(sheets: Sequence[Sheet], line: Asks, manner: Manner) -> None:
    """Neutral descriptors. They are shown to nobody but the model, so none has to come."""
    slots = [
        Slot(f"word_{letter}", "", "descriptor", "stated", "", most_letters=30, letter=letter)
        for letter in LETTERS[:DESCRIPTORS]
    ]
    for sheet, outcome in _ask(sheets, line, manner, "describe", lambda _: slots, lambda _: {}):
        if isinstance(outcome, Answer):
            sheet.records.append(outcome.record.as_json())
            said = _said(outcome)
            sheet.descriptors = tuple(
                said[slot.key].strip(" .").lower()
                for slot in slots
                if not sheet.guard.faults(f"They are {said[slot.key].strip(' .').lower()}.", slot)
            )


def _draft(sheets: Sequence[Sheet], line: Asks, manner: Manner) -> None:
    for sheet, outcome in _ask(sheets, line, manner, "", lambda sheet: sheet.piece.slots, _descriptors):
        sheet.words = {slot.key: Words(slot, attempt=1) for slot in sheet.piece.slots}
        if isinstance(outcome, Answer):
            _take(sheet, outcome, sheet.piece.slots, taken(sheet, sheets), attempt=1)


def _once_more(sheets: Sequence[Sheet], line: Asks, manner: Manner) -> None:
    """Ask again, once, for the words that could not stand."""
    faulty = [sheet for sheet in sheets if not sheet.failure and sheet.open()]

    def told(sheet: Sheet) -> dict[str, str]:
        system, user = _messages(sheet, manner, sheet.piece.prompt, sheet.open(), _descriptors(sheet))
        faults = (
            f"- {slot.key}: {'; '.join(fault.why for fault in sheet.words[slot.key].faults)}"
            for slot in sheet.open()
        )
        return {"before": system.text, "asked": user.text, "faults": "\n".join(faults)}

    for sheet, outcome in _ask(faulty, line, manner, "again", Sheet.open, told):
        slots = sheet.open()
        for slot in slots:
            sheet.words[slot.key].attempt = 2
        if isinstance(outcome, Answer):
            _take(sheet, outcome, slots, taken(sheet, sheets), attempt=2)


def _refine(sheets: Sequence[Sheet], line: Asks, manner: Manner) -> None:
    """Polish what stands, for its readers; words that may not stand afterwards stay as they were."""

    def told(sheet: Sheet) -> dict[str, str]:
        return {"words": "\n".join(f"{slot.key}: {sheet.words[slot.key].words}" for slot in sheet.free())}

    worth = [sheet for sheet in sheets if not sheet.failure and sheet.free()]
    for sheet, outcome in _ask(worth, line, manner, "refine", Sheet.free, told):
        if isinstance(outcome, Answer):
            sheet.records.append(outcome.record.as_json())
            for key, words in _said(outcome).items():
                if not sheet.guard.faults(words, sheet.words[key].slot):
                    sheet.words[key].words = _sentence(words)


def _ask(
    sheets: Sequence[Sheet], line: Asks, manner: Manner, name: str,
    slots: Callable[[Sheet], Sequence[Slot]], more: Callable[[Sheet], Mapping[str, str]],
) -> Iterator[tuple[Sheet, Answer[BaseModel] | ModelFailed]]:  # fmt: skip
    """Each sheet with the answer to the prompt of that name, its kind's own where there is no name.

    Failures are put down on the sheets. Descriptors may take a third of what is left of the time, no more.
    """
    requests = [
        Request(
            _messages(sheet, manner, name or sheet.piece.prompt, slots(sheet), more(sheet)),
            form(slots(sheet)),
            manner.facts_digest,
            prompt=manner.prompts[name or sheet.piece.prompt].title,
            seed=manner.seed,
            max_tokens=manner.max_tokens,
        )
        for sheet in sheets
    ]
    seconds = manner.seconds_left() / (3 if name == "describe" else 1)
    outcomes = line.ask_all(requests, seconds) if requests else []
    for sheet, outcome in zip(sheets, outcomes, strict=True):
        if isinstance(outcome, ModelFailed):
            sheet.failures[name or "draft"] = outcome
        yield sheet, outcome


def _messages(
    sheet: Sheet, manner: Manner, name: str, slots: Sequence[Slot], more: Mapping[str, str]
) -> tuple[Message, ...]:
    """The prompt filled: with statements by their letters, what is asked, and what the user adds."""
    prompt = manner.prompts[name]
    keys = prompt if prompt.keys else manner.prompts[sheet.piece.prompt]
    calls = ", ".join(callable_by(sheet.piece.statements)) or "the statements"
    told = (f"{letter.upper()}: {each.said.told}" for letter, each in sheet.piece.letters.items())
    asked = (
        keys.asks(slot.key, slot.role, {"letter": slot.letter.upper(), "calls": calls}) for slot in slots
    )
    said = {
        "audience": manner.audience,
        "length": manner.length,
        "voice": f"\nThe voice to write in:\n{manner.voice}\n" if manner.voice else "",
        "examples": f"\nWords that would do, about other groups:\n{manner.examples}\n"
        if manner.examples
        else "",
        "statements": "\n".join(told),
        "asks": "\n".join(asked),
        "descriptors": "",
    }
    return prompt.messages({**said, **more})


def _descriptors(sheet: Sheet) -> dict[str, str]:
    words = ", ".join(sheet.descriptors)
    return {"descriptors": f"In neutral words: {words}.\n"} if words else {}


def _said(answer: Answer[BaseModel]) -> dict[str, str]:
    return {key: str(value) for key, value in answer.content.model_dump().items()}


def _take(
    sheet: Sheet, answer: Answer[BaseModel], slots: Sequence[Slot], names: Sequence[str], attempt: int
) -> None:
    sheet.records.append(answer.record.as_json())
    said = _said(answer)
    for slot in slots:
        words = said[slot.key].strip()
        faults = faults_of(sheet, slot, words, names)
        words = as_name(words) if slot.role == "name" else words if slot.options else _sentence(words)
        sheet.words[slot.key] = Words(slot, words, attempt, faults)


def _sentence(words: str) -> str:
    """Words as a sentence: a capital first, a stop at the end."""
    words = " ".join(words.split())
    words = words[:1].upper() + words[1:]
    return words if words.endswith((".", "?", "!")) else f"{words}."
