"""Cues: words without figures that say where customers stand on a metric, found in a text.

Data in ``cues.toml``. A claim checker decides what a sentence claims; cues are for words that say little and
imply much ("our regulars", "a quiet group"), where only the direction can be held to the facts.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

BETWEEN = 2
"""Words that ``..`` may stand for, at most."""
BEFORE = 3
"""How many words before a phrase may turn it round."""
AFTER = 2
"""How many words after one of those who lie above may: "at weekends less than usual"."""
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
Pattern = tuple[tuple[frozenset[str], bool], ...]
"""Words one after the other: which ones will do, and whether others may stand before them."""


@dataclass(frozen=True)
class Cue:
    """That a text says customers lie above, or below, others on a metric; ``words`` are those that say so."""

    metric: str
    is_above: bool
    words: str
    before: tuple[str, ...] = ()
    """The words that stand before it, nearest last."""

    @property
    def place(self) -> Literal["above", "below"]:
        return "above" if self.is_above else "below"


def phrases() -> Iterator[str]:
    """All words of all cues, a pattern at a time."""
    for _, _, pattern in _data()[0]:
        yield " ".join(sorted(word for words, _ in pattern for word in words))


def cues(text: str) -> Iterator[Cue]:
    """The cues of a text, metric by metric.

    >>> [(cue.metric, cue.is_above) for cue in cues("They buy less often than others.")]
    [('orders_per_customer', False)]
    """
    words = [found[0].lower().replace("’", "'") for found in _WORD.finditer(text)]
    patterns, turned = _data()
    for metric, is_above, pattern in patterns:
        for at in range(len(words)):
            end = _end(pattern, words, at)
            if end is not None:
                is_turned = any(word in turned for word in words[max(0, at - BEFORE) : at])
                is_turned = is_turned or (is_above and "less" in words[end : end + AFTER])
                yield Cue(metric, is_above != is_turned, " ".join(words[at:end]), tuple(words[:at]))
                break


def _end(pattern: Pattern, words: Sequence[str], at: int) -> int | None:
    """Where the pattern ends that begins at that word, None where it does not."""
    first, *rest = pattern
    if words[at] not in first[0]:
        return None
    place = at + 1
    for allowed, is_apart in rest:
        reach = words[place : place + (BETWEEN if is_apart else 0) + 1]
        step = next((n for n, word in enumerate(reach) if word in allowed), None)
        if step is None:
            return None
        place += step + 1
    return place


@cache
def _data() -> tuple[tuple[tuple[str, bool, Pattern], ...], frozenset[str]]:
    said = tomllib.loads((files("regulars.narrate") / "cues.toml").read_text(encoding="utf-8"))
    turned = frozenset(said.pop("turned")["round"])
    patterns = [
        (metric, name == "high", _pattern(phrase))
        for metric, sides in said.items()
        for name in ("high", "low")
        for phrase in sides[name]
    ]
    return tuple(patterns), turned


def _pattern(phrase: str) -> Pattern:
    made: list[tuple[frozenset[str], bool]] = []
    is_apart = False
    for word in phrase.split():
        if word == "..":
            is_apart = True
            continue
        made.append((frozenset(word.split("|")), is_apart))
        is_apart = False
    return tuple(made)
