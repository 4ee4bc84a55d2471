"""A language: its words as data (``<code>.toml``), and how they are found in a sentence."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from regulars.check.locale.stems import Stems

if TYPE_CHECKING:
    from regulars.check.tokens import Token


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase in a sentence: what it is a word for, and its tokens from ``start`` up to ``end``."""

    kinds: tuple[str, ...]
    start: int
    end: int


class _Node:
    """A word of phrases: what the phrase that ends with it is a word for, and the words that may follow."""

    __slots__ = ("kinds", "next")

    def __init__(self) -> None:
        self.kinds: tuple[str, ...] = ()
        self.next: dict[str, _Node] = {}


class Phrases:
    """Phrases of one or more words, each a word for one or more kinds; the longest match wins."""

    def __init__(self, kinds: Mapping[str, str], stems: Stems) -> None:
        self._root: dict[str, _Node] = {}
        for kind, phrases in kinds.items():
            for phrase in phrases.split(","):
                self.add(stems.of_phrase(phrase), kind)

    def add(self, words: Sequence[str], kind: str) -> None:
        """One phrase more, by the stems of its words."""
        following, node = self._root, None
        for word in words:
            node = following.setdefault(word, _Node())
            following = node.next
        if node is not None and kind not in node.kinds:
            node.kinds += (kind,)

    def at(self, tokens: Sequence[Token], start: int) -> Found | None:
        """The longest phrase that starts at a token."""
        found = self.every_at(tokens, start)
        return found[0] if found else None

    def every_at(self, tokens: Sequence[Token], start: int) -> list[Found]:
        """Every phrase that starts at a token, longest first."""
        found: list[Found] = []
        node = self._root.get(tokens[start].stem)
        end = start
        while node is not None:
            end += 1
            if node.kinds:
                found.insert(0, Found(node.kinds, start, end))
            node = node.next.get(tokens[end].stem) if node.next and end < len(tokens) else None
        return found

    def before(self, tokens: Sequence[Token], end: int) -> Found | None:
        """The longest phrase that ends right before a token."""
        for start in range(max(0, end - 5), end):
            found = self.at(tokens, start)
            if found and found.end == end:
                return found
        return None

    def all(self, tokens: Sequence[Token], taken: frozenset[int] | set[int] = frozenset()) -> Iterator[Found]:
        """Every phrase from left to right, none overlapping; none over a token that is ``taken``."""
        at = 0
        while at < len(tokens):
            free = (each for each in self.every_at(tokens, at) if taken.isdisjoint(range(at, each.end)))
            found = None if at in taken else next(free, None)
            if found:
                yield found
            at = found.end if found else at + 1


class Language:
    """The words of one language, as the grammar asks for them."""

    def __init__(self, words: Mapping[str, Any]) -> None:
        self.contractions: Mapping[str, str] = words["contractions"]
        stems = Stems(words["irregular"], self.contractions)
        self.stems = stems
        self.stem = stems.of
        self.of_phrase = stems.of_phrase
        self.numbers: Mapping[str, int] = words["numbers"]
        self.scales: Mapping[str, int] = words["scales"]
        self.parts: Mapping[str, int] = words["parts"]
        self.ordinals: Mapping[str, int] = words["ordinals"]
        self.months: Mapping[str, int] = words["months"]
        self.times: Mapping[str, float] = words["times"]
        self.currencies: Mapping[str, str] = words["currencies"]
        self.minor: Mapping[str, str] = words["minor_currencies"]
        self.counting = frozenset(
            {*self.numbers, *self.times, *words["articles"].split(), *words["signs"].split(), "half"}
        )
        self.articles = frozenset(words["articles"].split())
        self.bad = frozenset(words["bad_when_high"].split())
        self.wants = frozenset(words["wants"].split())
        self.neutral = _stems(words["neutral"], stems)
        self.companies = _stems(words["companies"], stems)
        self.outside = frozenset(words["outside"].split())
        self.nations = frozenset(words["nations"].split())
        self.peoples = _stems(words["peoples"], stems)
        self.called = _stems(words["called"], stems)
        self.multiplied = frozenset(words["multiplied"].split())
        self.pasts = frozenset(
            form
            for word, forms in words["irregular"].items()
            if word not in {"be", "have", "do", "less"}
            for form in forms.split()
            if not form.endswith(("s", "ing"))
        )
        self.makes_do = _stems(words["makes_do"], stems)
        self.light = _stems(words["light"], stems)
        self.imperatives = _stems(words["imperatives"], stems)
        self.units = Phrases(words["units"], stems)
        self.hedges = Phrases(words["hedges"], stems)
        self.hedges_after = Phrases(words["hedges_after"], stems)
        self.subjects = Phrases(words["subjects"], stems)
        self.marks = Phrases(words["marks"], stems)
        self.manners = Phrases(words["manners"], stems)
        self.moods = Phrases(words["moods"], stems)
        self.families = Phrases(words["families"], stems)


def _stems(words: str, stems: Stems) -> frozenset[str]:
    return frozenset(stems.of(word) for word in words.split())


@cache
def english() -> Language:
    """English, from ``en.toml``."""
    return read("en")


def read(code: str) -> Language:
    """The language of a code, from the file of its words."""
    text = (files("regulars.check.locale") / f"{code}.toml").read_text(encoding="utf-8")
    return Language(tomllib.loads(text))
