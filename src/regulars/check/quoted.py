"""Quoted labels: where a text names a metric by its whole label or alias, no other reading is needed.

"Plan: Starter: 13.1%" is no advice, and in "Onboarding: Self-serve" no segment of that name is meant.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from regulars.check.locale import Language
from regulars.check.table import Column, Facts
from regulars.check.tokens import Token

Labels = Mapping[str, Sequence[tuple[tuple[str, ...], str]]]
"""By the first word, the stems of each label's words and the metric's id, longest first."""
_PARTING = frozenset({":", ",", "-", "‑", "(", ")", "/"})
"""Marks that may stand between the words of a label, and are none of them."""


@dataclass(frozen=True, slots=True)
class Quoted:
    """A label that stands in a text, in tokens ``start`` to ``end``."""

    column: str
    start: int
    end: int


def labels_of(facts: Facts, language: Language) -> Labels:
    """The labels and aliases of two words or more; one that two metrics share is none of either."""
    named: dict[tuple[str, ...], set[str]] = {}
    for column in facts.columns.values():
        for said in (column.label, *column.aliases):
            words = tuple(language.of_phrase(said))
            if _is_telling(words, column, language):
                named.setdefault(words, set()).add(column.id)
    found: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for words in sorted(named, key=len, reverse=True):
        if len(named[words]) == 1:
            (meant,) = named[words]
            found.setdefault(words[0], []).append((words, meant))
    return found


def _is_telling(words: Sequence[str], column: Column, language: Language) -> bool:
    """Whether the words name a metric by themselves: two of them, of which one is no small word."""
    return len(words) > 1 and column.unit != "category" and any(word not in language.light for word in words)


def quoted(tokens: Sequence[Token], labels: Labels) -> list[Quoted]:
    """The labels of a text from left to right, the longest at each place."""
    found: list[Quoted] = []
    at = 0
    while at < len(tokens):
        fits = ((_end(tokens, at, words), column) for words, column in labels.get(tokens[at].stem, ()))
        end, column = next((each for each in fits if each[0]), (0, ""))
        if end:
            found.append(Quoted(column, at, end))
        at = end or at + 1
    return found


def _end(tokens: Sequence[Token], start: int, words: Sequence[str]) -> int:
    """Where the words end that start at a token; 0 where they do not stand there."""
    at = start
    for word in words:
        while at > start and at < len(tokens) and tokens[at].low in _PARTING:
            at += 1
        if at >= len(tokens) or tokens[at].stem != word:
            return 0
        at += 1
    return at
