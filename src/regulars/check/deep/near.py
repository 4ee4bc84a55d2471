"""Near: what of a sentence belongs to each of the behaviours that it names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from regulars.check.locale import Found, Phrases
from regulars.check.scene import Scene
from regulars.check.tokens import Token

_BREAKS = frozenset({";", ":", ",", "(", ")", "—", "–", "but", "while", "whereas", "although", "though"})
_JOINING = frozenset({"or", "nor", ",", "and"})
_TIMES = frozenset({"weekends", "mornings", "evenings", "often"})
"""Behaviours whose words also say when another one is shown."""
_NEAR = 4
"""How many words before a behaviour a "not" or a "rarely" may stand."""


@dataclass(frozen=True)
class Near:
    """The behaviours of a sentence, left to right, and the words that mark what is claimed of them."""

    found: Scene
    behaviours: Sequence[Found]
    marks: Phrases

    def owner(self, start: int) -> int:
        """The behaviour that a place, day or comparison belongs to: the last before it, unless a joint stands
        between them and none before the next one ("…, and in Dairy they stock up")."""
        at = max((at for at, each in enumerate(self.behaviours) if each.start <= start), default=0)
        following = self.behaviours[at + 1 : at + 2]
        if not following or start < self.behaviours[at].start:
            return at
        is_parted = self._has_joint(self.behaviours[at].end, start)
        return at + 1 if is_parted and not self._has_joint(start, following[0].start) else at

    def _has_joint(self, begin: int, end: int) -> bool:
        return any(each.low in _BREAKS | _JOINING for each in self.found.tokens[begin:end])

    def opens(self, at: int) -> int:
        """Where the words begin that belong to a behaviour alone."""
        phrase = self.behaviours[at]
        first = self.behaviours[at - 1].end if at else 0
        breaks = [n for n in range(first, phrase.start) if self.found.tokens[n].low in _BREAKS]
        return breaks[-1] + 1 if breaks else first

    def closes(self, at: int) -> int:
        """Where they end."""
        following = self.behaviours[at + 1].start if at + 1 < len(self.behaviours) else None
        end = len(self.found.tokens) if following is None else following
        phrase = self.behaviours[at]
        return next((n for n in range(phrase.end, end) if self.found.tokens[n].low in _BREAKS), end)

    def _joins_before(self, at: int) -> bool:
        """Whether only "or" or "and" stands between a behaviour and the one before it."""
        if not at:
            return False
        between = self.found.tokens[self.behaviours[at - 1].end : self.behaviours[at].start]
        return all(each.low in _JOINING for each in between)

    def is_denied(self, at: int) -> bool:
        """Whether it is said not to be so: "not deal-driven", also of what "or" joins to that."""
        if self._joins_before(at):
            return self.is_denied(at - 1)
        begin = max(self.opens(at), self.behaviours[at].start - _NEAR)
        denied = [
            mark
            for mark in self.found.marks
            if "not" in mark.kinds and begin <= mark.start and mark.end <= self.behaviours[at].start
        ]
        return any(
            self.found.tokens[each.end].low != "only" and self.found.tokens[each.start].low != "never"
            for each in denied
        )

    def is_little(self, at: int) -> bool:
        """Whether it is said to be less than others': "rarely return anything"."""
        if self._joins_before(at):
            return self.is_little(at - 1)
        phrase = self.behaviours[at]
        return self.marked("little", max(self.opens(at), phrase.start - _NEAR), phrase.start)

    def marked(self, kind: str, begin: int, end: int) -> bool:
        """Whether a word that marks claims stands among some tokens."""
        return any(
            kind in each.kinds and begin <= each.start and each.end <= end
            for each in self.marks.all(self.found.tokens)
        )


def without_adverbs(found: Sequence[Found], tokens: Sequence[Token]) -> list[Found]:
    """Of "rarely buy on discount" only the discount is asked: how often is said of it, and not by itself. Of
    "stock up at weekends" only what is bought: when is then a word that was not read."""
    kept: list[Found] = []
    for at, each in enumerate(found):
        following = found[at + 1] if at + 1 < len(found) else None
        is_adverb = _behaviour(each) == "often" and following and _adjoin(each, following, tokens)
        is_when = _behaviour(each) in _TIMES and kept and _adjoin(kept[-1], each, tokens)
        if not is_adverb and not is_when:
            kept.append(each)
    return kept


def _behaviour(phrase: Found) -> str:
    return phrase.kinds[0].split(" ", 1)[1]


def _adjoin(one: Found, two: Found, tokens: Sequence[Token]) -> bool:
    between = [token.low for token in tokens[one.end : two.start]]
    return len(between) <= 1 and _JOINING.isdisjoint(between)
