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


def asides(scene: Scene, mood: str, shown: int = 0) -> list[Aside]:
    """The parts of a sentence of that mood that are statements of their own, in order.

    A reason of advice is one, that of a supposition is supposed with it. What goes before the part in which
    advice is ``shown`` (at that token) is one too: "they hold half of it, so we should …".
    """
    head = _head(scene, shown) if mood == "advice" else []
    first = head[0].end if head else 0
    starts = [at for at in _joints(scene, mood) if at >= first and _is_subject(scene, at + 1)]
    ends = [*starts, len(scene.tokens)][1:]
    found = [Aside(start + 1, end) for start, end in zip(starts, ends, strict=True)]
    if mood == "advice":
        found = _apart([*found, *(each for each in _appositions(scene) if each.start >= first)])
    return [*(head or _opened(scene)), *found]


def _head(scene: Scene, shown: int) -> list[Aside]:
    """The statement before advice: up to the last joint before its mark, without the reason's own word."""
    tokens = scene.tokens
    joints = [
        n for n in range(1, shown) if tokens[n].low in _HEAD_ENDS and n not in scene.names | scene.figures
    ]
    end = joints[-1] if joints else 0
    while end and tokens[end - 1].low in _HEAD_ENDS:
        end -= 1
    if not end or tokens[0].low in _PURPOSES:
        return []
    start = 1 if tokens[0].low in _REASONS | _OPENING_HEADS else 0
    inside = range(start, end)
    is_of_them = any(each.kind in {"segments", "them"} for each in scene.mentions)
    tells = any(each.start in inside and not _is_offered(scene.tokens, each) for each in scene.quantities)
    ranks = [each for each in scene.marks if each.start in inside and not _RANKING.isdisjoint(each.kinds)]
    return [Aside(start, end)] if is_of_them and end > start and (tells or ranks) else []


_HEAD_ENDS = frozenset({",", ";", "—", "–", ":", "and", "so", "hence", "which", "therefore", ")", "thus"})
_PURPOSES = frozenset(
    {"to", "for", "if", "when", "before", "after", "until", "unless", "by", "once", "where", "instead", "in"}
)
"""What opens a purpose or a condition, which states nothing."""
_OPENING_HEADS = frozenset({"that", "so"})
_RANKING = frozenset(
    {"most", "least", "best", "worst", "more", "less", "up", "down", "all_of", "none_of", "second_to"}
)


def _appositions(scene: Scene) -> list[Aside]:
    """What is said of a segment right behind its name: "…, our largest segment", "(half of all balances)"."""
    tokens, found = scene.tokens, []
    for each in scene.mentions:
        at = each.end
        if each.kind != "segments" or at + 1 >= len(tokens) or tokens[at].low not in _APPOSED:
            continue
        closing = ")" if tokens[at].low == "(" else ","
        end = next((n for n in range(at + 1, len(tokens)) if tokens[n].low == closing), len(tokens))
        inside = range(at + 1, end)
        opens = tokens[at + 1].low in _DEFINITE | {"with", "at", "a", "an"} or tokens[at].low in {"(", ":"}
        figures = [q for q in scene.quantities if q.start in inside and not _is_offered(tokens, q)]
        ranks = [mark for mark in scene.marks if mark.start in inside and not _RANKING.isdisjoint(mark.kinds)]
        if opens and (figures or ranks):
            found.append(Aside(at + 1, end))
    return found


_APPOSED = frozenset({",", "(", ":", "—", "–", "-"})


def _apart(found: list[Aside]) -> list[Aside]:
    """Each part once, in order: of two that overlap, the first."""
    made: list[Aside] = []
    for each in sorted(found, key=lambda each: (each.start, -each.end)):
        if not made or each.start >= made[-1].end:
            made.append(each)
    return made


def _joints(scene: Scene, mood: str) -> Iterator[int]:
    """The last word before each part: a reason, or a joint such as ", and"."""
    reasons = _REASONS if mood == "advice" else _GROUNDS
    for at in range(1, len(scene.tokens) - 2):
        low, before = scene.tokens[at].low, scene.tokens[at - 1].low
        is_joint = (
            low in {";", "—", "–", "(", ":"} or (low in _JOINTS and before in {",", ";", "—"}) or low == ","
        )
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


def loose(scene: Scene, outside: Sequence[Aside]) -> list[Quantity]:
    """The figures of advice that it neither offers nor sets as a target, nor takes for known."""
    tokens = scene.tokens
    return [
        each
        for each in figures_beside(scene, outside)
        if not _is_known(tokens, each) and not _is_offered(tokens, each) and _counts(scene, each)
    ]


def _is_offered(tokens: Sequence[Token], each: Quantity) -> bool:
    """Whether a figure is offered or aimed at: "10% off", "a $20 voucher", "within 30 days", "to 40%"."""
    before = tokens[each.start - 1].low if each.start else ""
    after = {token.low for token in tokens[each.end : each.end + 3]}
    is_sum = each.measure == "money" and before == "of"  # "a buffer of $50"
    is_aim = (
        is_sum or before in {"to", "by", "a", "an", "for", "up"} or tokens[each.start].low in {"to", "within"}
    )
    return each.measure in {"duration", "times"} or is_aim or not _OFFERS.isdisjoint(after)


_OFFERS = frozenset(
    {"off", "discount", "discounts", "cashback", "voucher", "bonus", "credit", "reward", "coupon", "refund",
     "rebate", "cheaper", "extra"}
)  # fmt: skip


def _counts(scene: Scene, each: Quantity) -> bool:
    """Whether it is no bare number or amount, which advice is full of ("two emails", "over $50")."""
    if each.measure == "money":
        return {token.low for token in scene.tokens[each.end : each.end + 1]} <= {"of", "in"}
    if each.measure != "plain":
        return True
    said = scene.language.families.every_at(scene.tokens, each.end) if each.end < len(scene.tokens) else []
    return not each.is_word and any("headcount" in found.kinds for found in said)


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
