"""Wholes: all, never, most. Shares that are said without a figure."""

from __future__ import annotations

from regulars.check.clause import Clause
from regulars.check.computed import Computed, total
from regulars.check.grammar.choosing import chosen
from regulars.check.grammar.windows import wrong_window
from regulars.check.holding import Claim, Groups, judged
from regulars.check.locale import Found
from regulars.check.tolerance import ALL, NONE, Interval, nearly
from regulars.check.verdicts import Finding

FEW = 10.0
"""Hardly any is at most so many percent, as nearly all is the rest."""


def whole(clause: Clause) -> list[Finding]:
    """The verdict on "all of them", "they never", "most of their"."""
    mark = counting(clause)
    if (
        mark is None
        or clause.subject is None
        or any(each.measure != "duration" for each in clause.quantities)
    ):
        return []
    match = chosen(clause, ("percent",)) or (
        chosen(clause, ("ratio", "per_1000")) if _is_none(mark) else None
    )
    if match is None:
        return []
    facts, column = clause.scene.facts, match.entry.column
    denied = any("not" in each.kinds and each.start != mark.start for each in clause.marks)

    def of(groups: Groups) -> Computed:
        made = total(facts, groups, column)
        return made.rest if denied is not match.entry.is_negative else made

    at = (mark.start, mark.end)
    claim = Claim(of, _interval(clause, mark), column.label, "over_generalisation", column, at)
    late = wrong_window(clause, match.entry, claim)
    return [late] if late else judged(claim, clause)


def counting(clause: Clause) -> Found | None:
    """The word that says of how many it holds; the "all" of "all customers" only says who is meant."""
    everybody = [each for each in clause.mentions if each.kind == "overall"]
    for mark in clause.marks:
        is_who = any(each.start <= mark.start and mark.end <= each.end for each in everybody)
        if not is_who and not {"few_of", "mostly", "all_of", "none_of"}.isdisjoint(mark.kinds):
            return mark
    return None


def _is_none(mark: Found) -> bool:
    return "none_of" in mark.kinds and "all_of" not in mark.kinds


def _interval(clause: Clause, mark: Found) -> Interval:
    """All, nearly all, none, or more than half."""
    if "few_of" in mark.kinds:
        return Interval(high=FEW)
    hedge = clause.scene.language.hedges.before(clause.scene.tokens, mark.start)
    if hedge and "nearly" in hedge.kinds and not _is_none(mark):
        return nearly(100.0)
    if "mostly" in mark.kinds and "all_of" not in mark.kinds:
        return Interval(low=50, low_open=True)
    return Interval(high=NONE, high_open=True) if _is_none(mark) else Interval(low=ALL)
