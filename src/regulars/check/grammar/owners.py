"""Owners: whose figure it is, where a clause has figures of two: "18% against 43.6% across all customers"."""

from __future__ import annotations

from dataclasses import replace

from regulars.check.clause import Clause
from regulars.check.quantities import Quantity
from regulars.check.subjects import Mention
from regulars.check.table import OVERALL

_OF = frozenset({"for", "among", "across", "in", "of", "at", "from", "by", "with", "to"})
_BETWEEN = frozenset(
    {
        "'s",
        "'",
        "’",
        "of",
        "at",
        "is",
        "a",
        ",",
        "figure",
        "average",
        "rate",
        "level",
        "total",
        "the",
        "(",
        "score",
        "wide",
    }
)
_AVERAGE = frozenset({"average", "overall", "mean", "norm"})


def owned(clause: Clause, quantity: Quantity) -> Clause:
    """The clause with the figure's owner for its subject: mostly the clause itself."""
    owner = _owner(clause, quantity)
    if owner is None:
        return clause
    return replace(clause, subject=owner, other=owner, explained=set(), is_joint=False)


def _owner(clause: Clause, quantity: Quantity) -> Mention | None:
    tokens = clause.scene.tokens
    after = tokens[quantity.end].low if quantity.end < len(tokens) else ""
    before = tokens[quantity.start - 1].low if quantity.start else ""
    if after in _AVERAGE and before in {"the", "an", "its", "overall"}:
        return Mention("overall", quantity.end, quantity.end + 1, (OVERALL,))
    if after == "total" and before in {"the", "a"} and quantity.measure == "money":
        return Mention("overall", quantity.end, quantity.end + 1, (OVERALL,))
    following = _following(clause, quantity)
    if following:
        return following
    preceding = _preceding(clause, quantity)
    if preceding:
        return preceding
    if tokens[clause.start].low in {"against", "versus", "vs", "compared"}:
        return _compared_with(clause)
    return None


def _following(clause: Clause, quantity: Quantity) -> Mention | None:
    for each in clause.mentions:
        if each.kind in {"segments", "overall"} and each.start >= quantity.end and each.groups:
            between = [token.low for token in clause.scene.tokens[quantity.end : each.start]]
            is_other = clause.subject is None or each.groups != clause.subject.groups
            if (
                is_other
                and between
                and len(between) <= 2
                and between[0] in {"for", "among", "across", "in", "at"}
            ):
                return each
    return None


def _preceding(clause: Clause, quantity: Quantity) -> Mention | None:
    for each in clause.mentions:
        if each.kind in {"segments", "overall"} and each.end <= quantity.start and each.groups:
            between = [token.low for token in clause.scene.tokens[each.end : quantity.start]]
            is_compared = clause.other is not None and each.start == clause.other.start
            if is_compared and len(between) <= 3 and all(low in _BETWEEN for low in between):
                return each
    return None


def _compared_with(clause: Clause) -> Mention | None:
    own = [each for each in clause.mentions if each.groups]
    if own:
        return own[-1]
    others = [each for each in clause.scene.mentions if each.kind in {"overall", "segments"} and each.groups]
    subject = clause.subject.groups if clause.subject else ()
    everybody = Mention("overall", clause.start, clause.start + 1, (OVERALL,))
    return next((each for each in others if each.groups != subject), everybody)
