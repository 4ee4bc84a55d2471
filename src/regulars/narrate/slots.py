"""Slots: the places of a text that words may be written for, by a model or by rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from regulars.narrate.truths import Statement

Mood = Literal["stated", "meant", "supposed", "advised", "positioned", "named"]
"""What words do: state what is so, say what that means for us, suppose, advise, say what we want to be for
somebody, or give a name."""


@dataclass(frozen=True)
class Slot:
    """A place for words: what an answer calls it (``key``), what it is in the text, and what stands there by
    rule (``twin``). With ``options`` it is a choice among them, and no free words.

    ``letter`` is that of its statement in the prompt, where it stands on one alone.
    """

    key: str
    claim: str
    role: str
    mood: Mood
    twin: str
    statement: Statement | None = None
    most_letters: int = 160
    options: tuple[str, ...] = ()
    letter: str = ""
