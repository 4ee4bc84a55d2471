"""Bases: of what a percentage is a part. A share of the segment, or the segment's part of all?

"76.4% of their orders use a code" speaks of their orders; "76.4% of orders with a code are theirs", and
"they place 76.4% of orders with a code", of all such orders.
"""

from __future__ import annotations

from regulars.check.clauses import Clause
from regulars.check.computed import SHARE
from regulars.check.lexicon import Match
from regulars.check.quantities import Quantity
from regulars.check.tokens import Token

_LINKS = frozenset({"are", "is", "were", "come", "comes", "came", "belong", "belongs", "sit", "sits"})
_AFTER_LINK = frozenset({"held", "made", "by", "owned", "from", "to", "with", "a", "an", "the", "in"})
_BASE_ENDS = _LINKS | {"on", "at", "with", "by", "from"}
_POSSESSIVES = frozenset({"their", "its", "his", "her", "our"})


def is_part_of_all(clause: Clause, quantity: Quantity, match: Match) -> bool:
    """Whether a figure is the subject's part of all for whom it holds, and not how many of the subject's it
    holds for: all words of the metric stand in the base, and the base is nobody's own."""
    if match.entry.column.agg == "share" or match.entry.column.id.startswith(SHARE):
        return False
    scene = clause.scene
    linked = _linked(clause, quantity)
    has_of = [token.low for token in scene.tokens[quantity.end : quantity.end + 1]] == ["of"]
    if quantity.kind != "fraction" and not has_of and not linked:
        return False  # "50% app use" names the metric and no base
    base = range(quantity.end, linked or _base_end(clause, quantity.end))
    telling = [n for n in match.explained if scene.tokens[n].stem not in scene.language.light]
    if not telling or not all(n in base for n in telling):
        return False
    owned = any(each.start in base and each.kind == "segments" for each in scene.mentions)
    if owned or not _POSSESSIVES.isdisjoint(scene.tokens[n].low for n in base):
        return False
    verb, subject = clause.mark("shares", "copula"), clause.subject
    leads = subject is not None and subject.start < quantity.start
    return linked is not None or (leads and verb is not None and verb.end <= quantity.start)


def _leads_on(token: Token) -> bool:
    """What may stand between "are" and the segment: "held by", "made by", "from the"."""
    return token.low in _AFTER_LINK or token.low.endswith("ed")


def _base_end(clause: Clause, start: int) -> int:
    end = start
    while clause.holds(end, end + 1):
        if clause.scene.tokens[end].low in _BASE_ENDS or end in clause.scene.names:
            break
        end += 1
    return end


def _linked(clause: Clause, quantity: Quantity) -> int | None:
    """Where "are" or "come from" stands between a share's whole and the segment: "x% of all savers are A"."""
    tokens = clause.scene.tokens
    for each in clause.mentions:
        if each.kind not in {"segments", "them"} or each.start <= quantity.end:
            continue
        first = max(quantity.end, each.start - 3)
        link = next((n for n in range(first, each.start) if tokens[n].low in _LINKS), None)
        if link is not None and all(_leads_on(token) for token in tokens[link + 1 : each.start]):
            return link
    return None
