"""What a rule looks for, as somebody writes it in a pack, and where it stands in a text.

A term is a row of words:

    guarantee~       the word in any of its forms (guarantees, guaranteed, guaranteeing)
    safe|secure      one of these
    the?             there or not
    ..  ..5          at most three (five) words or commas between, none of another sentence
    #  #1-10         a figure; one between these, bounds included
    $  %             a sign of money; % or "percent"
    .  .|and         here a sentence or the text ends or pauses; or "and" comes: nothing of it is taken

Nothing else is special, and a word is always whole. Matching walks a set of places forward once, so that it
takes time in proportion to the text whatever the term.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from regulars.check.policy.words import END, PAUSE, SIGN, Word, words

Class = Literal["word", "figure", "gap", "end"]
GAP = 3
LONGEST_GAP = 20
SENTENCE = frozenset({END})
FIGURE = "#"
_GAP = re.compile(r"\.\.(\d*)")
_FIGURE = re.compile(r"#(?:(\d+)-(\d+))?")


@dataclass(frozen=True, slots=True)
class _Step:
    """One element of a term: words, a figure, a gap, or an end."""

    kind: Class
    words: frozenset[str] = frozenset()
    low: float = 0
    high: float = float("inf")
    is_optional: bool = False

    def takes(self, word: Word) -> bool:
        if self.kind == "figure":
            return word.number is not None and self.low <= word.number <= self.high
        return word.text in self.words


@dataclass(frozen=True)
class Term:
    """A term, parsed. ``keys`` are the words that it can begin with (``#`` for a figure)."""

    text: str
    steps: tuple[_Step, ...]
    keys: frozenset[str]

    def end(self, text: Sequence[Word], start: int, bars: frozenset[str] = SENTENCE) -> int | None:
        """Where the term ends that begins at a word: the index after its last word, the nearest one.

        No gap goes past a word of ``bars``.
        """
        places = {start}
        for step in self.steps:
            places = _after(step, text, places, bars)
            if not places:
                return None
        return min(places)


def _after(step: _Step, text: Sequence[Word], places: set[int], bars: frozenset[str]) -> set[int]:
    if step.kind == "gap":
        reached = set()
        for place in places:
            for at in range(place, min(place + int(step.high), len(text)) + 1):
                reached.add(at)
                if at < len(text) and text[at].text in bars:
                    break
        return reached
    if step.kind == "end":
        return {place for place in places if place == len(text) or step.takes(text[place])}
    after = {place + 1 for place in places if place < len(text) and step.takes(text[place])}
    return after | places if step.is_optional else after


@cache
def term(text: str) -> Term:
    """The term that was written. Raises ValueError with what cannot be: an empty one, or one that begins or
    ends with a gap or with what may not be there."""
    steps = tuple(_step(each) for each in text.split())
    if not steps:
        raise ValueError("a term without words")
    ends = (steps[0], steps[-1])
    if steps[0].kind == "end" or any(step.kind == "gap" or step.is_optional for step in ends):
        raise ValueError(f"term {text!r} begins or ends with a gap or an optional word: every text has that")
    first = steps[0]
    return Term(text, steps, frozenset({FIGURE}) if first.kind == "figure" else first.words)


def _step(element: str) -> _Step:
    if gap := _GAP.fullmatch(element):
        width = int(gap[1] or GAP)
        if not 1 <= width <= LONGEST_GAP:
            raise ValueError(f"a gap of {width} words; it may be 1 to {LONGEST_GAP}")
        return _Step("gap", high=width)
    is_optional = element.endswith("?")
    element = element.removesuffix("?")
    if figure := _FIGURE.fullmatch(element):
        low, high = figure.groups()
        bounds = (float(low), float(high)) if low else (0.0, float("inf"))
        return _Step("figure", frozenset(), *bounds, is_optional=is_optional)
    alternatives = element.split("|")
    said = frozenset(form for each in alternatives if each != "." for form in _forms_of(each))
    if "." in alternatives:
        return _Step("end", said | {END, PAUSE})
    return _Step("word", said, is_optional=is_optional)


def _forms_of(element: str) -> frozenset[str]:
    if element == "%":
        return frozenset({"percent"})
    if element == "$":
        return frozenset({SIGN})
    word = element.removesuffix("~")
    plain = [each.text for each in words(word)] if word != "'s" else [word]
    if len(plain) != 1 or (not plain[0].isalnum() and word != "'s"):
        raise ValueError(f"{element!r} is not one word: write its parts with a space between them")
    return forms(plain[0]) if element.endswith("~") else frozenset(plain)


def forms(word: str) -> frozenset[str]:
    """A word with its regular endings; what is no word of English does no harm.

    >>> sorted(forms("apply")), sorted(forms("save"))
    (['applied', 'applies', 'apply', 'applying'], ['save', 'saved', 'saves', 'saving', 'savings'])
    """
    vowels = "aeiou"
    if word.endswith("y") and word[-2:-1] not in vowels:
        return frozenset({word, f"{word[:-1]}ies", f"{word[:-1]}ied", f"{word}ing"})
    if word.endswith("e"):
        stem = word if word.endswith("ee") else word[:-1]
        return frozenset({word, f"{word}s", f"{word}d", f"{stem}ing", f"{stem}ings"})
    plural = f"{word}es" if word.endswith(("s", "x", "z", "ch", "sh")) else f"{word}s"
    made = {word, plural, f"{word}ed", f"{word}ing"}
    if len(word) > 2 and word[-1] not in vowels + "wxy" and word[-2] in vowels and word[-3] not in vowels:
        made |= {f"{word}{word[-1]}ed", f"{word}{word[-1]}ing"}
    return frozenset(made)


Index = Mapping[str, Sequence[Term]]


def index_of(terms: Sequence[Term]) -> dict[str, list[Term]]:
    """The terms by the words that they can begin with."""
    made: dict[str, list[Term]] = {}
    for each in terms:
        for key in each.keys:
            made.setdefault(key, []).append(each)
    return made


def beginning(word: Word, index: Index) -> Sequence[Term]:
    """The terms of an index that can begin with a word."""
    named = index.get(word.text, ())
    return [*named, *index.get(FIGURE, ())] if word.number is not None else named


def found(text: Sequence[Word], index: Index) -> list[tuple[int, int]]:
    """Where terms of an index stand in a text: first word and the one after the last, from left to right."""
    places = []
    for start, word in enumerate(text):
        ends = (each.end(text, start) for each in beginning(word, index))
        reached = [end for end in ends if end is not None]
        if reached:
            places.append((start, max(reached)))
    return places
