"""Values that are known beforehand: the ids, names and labels of our own columns, found as whole words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from regulars.check.personal.plain import plain

_WORD = re.compile(r"\w+")
LONGEST = 8
"""Words of a value that are compared; one that begins so is told by them."""


class Known:
    """Values to look for, made ready once for many texts. It shows their number, and none of them."""

    __slots__ = ("_lengths", "_values")

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._values: set[tuple[str, ...]] = set()
        self._lengths: dict[str, set[int]] = {}
        for value in values:
            self._add(_said(plain(value).text)[:LONGEST])

    def _add(self, words: tuple[str, ...]) -> None:
        if words:
            self._values.add(words)
            self._lengths.setdefault(words[0], set()).add(len(words))

    def but_for(self, texts: Iterable[str]) -> Known:
        """The values that stand in none of these plain texts."""
        said = {_said(text[start:end]) for text in texts for start, end in self.spans(text)}
        rest = Known()
        for words in self._values - said:
            rest._add(words)
        return rest

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Known({len(self)} values)"

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where a value stands in a plain text, the longest first where several begin at one place.

        Words are compared without regard to case; what stands between them (a hyphen, two spaces) is not.
        """
        words = list(_words(text)) if self._values else []
        for at, (word, start, _) in enumerate(words):
            for length in sorted(self._lengths.get(word, ()), reverse=True):
                said = words[at : at + length]
                if tuple(each for each, _, _ in said) in self._values:
                    yield start, said[-1][2]
                    break


def _said(text: str) -> tuple[str, ...]:
    return tuple(word for word, _, _ in _words(text))


def _words(text: str) -> Iterator[tuple[str, int, int]]:
    for found in _WORD.finditer(text):
        yield found[0].casefold(), found.start(), found.end()
