"""Asides: what is stated as fact beside advice or a supposition.

"Offer them bundles" claims nothing; "offer them bundles, since they are young parents" claims an attribute,
"remind the 62% who ordered once" a figure. What is offered ("10% off", "within 30 days") is no claim.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from regulars.check.quantities import Quantity
from regulars.check.scene import Scene
from regulars.check.tokens import Token
from regulars.check.unknown import unknown_at


@dataclass(frozen=True, slots=True)
class Aside:
    """Tokens ``start`` to ``end`` that state something by themselves."""

    start: int
    end: int


_REASONS = frozenset({"because", "since", "as", "given", "considering", "while", "although", "though"})
_GROUNDS = frozenset({"as", "since"})
"""Reasons that a supposition takes for known; what follows "because" is supposed with it."""
_JOINTS = frozenset({",", ";", "—", "–", ":", "(", "and", "but", "so", "which", "that"})
_WHO = frozenset({"they", "these", "it", "this", "their", "most", "many", "few", "all", "none", "nobody"})
_DEFINITE = frozenset({"the", "these", "those", "their", "its", "all", "our"})
_RELATIVE = frozenset({"who", "that", "which", "whose"})
_OPENING = frozenset({"as", "being"})


def asides(scene: Scene, mood: str) -> list[Aside]:
    """The parts of a sentence of that mood that are statements of their own, in order.

    A reason of advice is one, that of a supposition is supposed with it.
    """
    starts = [0, *(at for at in _joints(scene, mood) if _is_subject(scene, at + 1))]
    ends = [*starts[1:], len(scene.tokens)]
    found = [Aside(start + 1, end) for start, end in zip(starts[1:], ends[1:], strict=True)]
    return [*_opened(scene), *found]


def _joints(scene: Scene, mood: str) -> Iterator[int]:
    """The last word before each part: a reason, or a joint such as ", and"."""
    reasons = _REASONS if mood == "advice" else _GROUNDS
    for at in range(1, len(scene.tokens) - 2):
        low, before = scene.tokens[at].low, scene.tokens[at - 1].low
        is_joint = low in {";", "—", "–", "("} or (low in _JOINTS and before in {",", ";", "—"}) or low == ","
        is_joint = is_joint or [token.low for token in scene.tokens[at - 1 : at + 1]] in _MEANS
        if low in reasons or (is_joint and scene.tokens[at + 1].low not in _JOINTS | _REASONS):
            yield at


_MEANS = (["which", "means"], ["means", "that"], ["given", "that"], ["seeing", "that"], ["so", "that"])


def _is_subject(scene: Scene, at: int) -> bool:
    """Whether somebody of whom something is said stands there: they, a segment, "price made …"."""
    token = scene.tokens[at]
    after = scene.tokens[at + 1] if at + 1 < len(scene.tokens) else token
    named = any(each.start == at and each.kind in {"segments", "them"} for each in scene.mentions)
    before = scene.tokens[at - 1].low
    is_clause = before == "because" or (before in _REASONS and after.stem in scene.language.neutral)
    return named or token.low in _WHO or (is_clause and token.is_word and before not in {"as", "since"})


def _opened(scene: Scene) -> list[Aside]:
    """What somebody is said to be before the sentence goes on: "As young parents, they may …"."""
    if not scene.tokens or scene.tokens[0].low not in _OPENING:
        return []
    comma = next((n for n, token in enumerate(scene.tokens) if token.low == ","), 0)
    goes_on = comma + 1 < len(scene.tokens) and scene.tokens[comma + 1].low in _WHO
    return [Aside(1, comma)] if comma > 1 and goes_on else []


def definite(scene: Scene, outside: Sequence[Aside]) -> list[Quantity]:
    """The figures that a sentence takes for known: "the 62% who ordered once", "from 20% to 40%"."""
    return [each for each in figures_beside(scene, outside) if _is_known(scene.tokens, each)]


def figures_beside(scene: Scene, outside: Sequence[Aside]) -> list[Quantity]:
    """The figures of a sentence that stand in no aside."""
    inside = {n for each in outside for n in range(each.start, each.end)}
    return [each for each in scene.quantities if each.start not in inside]


def _is_known(tokens: Sequence[Token], each: Quantity) -> bool:
    before = tokens[each.start - 1].low if each.start else ""
    after = [token.low for token in tokens[each.end : each.end + 3]]
    if each.measure == "duration" or "off" in after[:2]:
        return False
    is_relative = not _RELATIVE.isdisjoint(after) or any(
        token.low in _RELATIVE for token in tokens[max(0, each.start - 4) : each.start]
    )
    is_from = tokens[each.start].low == "from" and each.high is not None
    counts = bool(after) and (after[0] in {"of", "who"} or each.measure == "plain")
    return is_from or is_relative or (before in _DEFINITE and counts)


def described(scene: Scene, outside: Sequence[Aside]) -> list[tuple[int, int]]:
    """Who is described by words that the facts do not know, as if it were known: "these young parents"."""
    inside = {n for each in outside for n in range(each.start, each.end)}
    found = []
    for at, token in enumerate(scene.tokens[:-1]):
        if token.low in {"these", "those"} and at not in inside:
            end = at + 1
            while end < len(scene.tokens) and scene.tokens[end].is_word and end < at + 4:
                if not unknown_at(scene, end):
                    break
                end += 1
            if end > at + 1:
                found.append((at + 1, end))
    return found
