"""Idioms: a fair share, an index, and how many of one make one of another."""

from __future__ import annotations

from regulars.check.clause import Clause
from regulars.check.computed import Computed, cell, over, share, total
from regulars.check.grammar.choosing import NUMERIC, chosen
from regulars.check.grammar.ranks import size_of
from regulars.check.holding import Claim, Groups, finding, judged
from regulars.check.quantities import Quantity
from regulars.check.scene import best, hits_in
from regulars.check.table import OVERALL
from regulars.check.verdicts import Finding


def fair_share(clause: Clause, quantity: Quantity) -> list[Finding]:
    """Three times their fair share of revenue: their share of it over their share of customers."""
    if clause.mark("fair_share") is None:
        return []
    match, size = chosen(clause, ("percent", "money", "count")), size_of(clause)
    if match is None or size is None:
        return []
    facts, column = clause.scene.facts, match.entry.column

    def of(groups: Groups) -> Computed:
        part = total(facts, groups, column) if column.unit == "percent" else share(facts, groups, column.id)
        return over(part, share(facts, groups, size.id))

    at = (quantity.start, quantity.end)
    what = f"{column.label}, over the share of customers"
    return judged(Claim(of, quantity.interval, what, "wrong_number", column, at), clause)


def index(clause: Clause, quantity: Quantity) -> list[Finding]:
    """An index of 303, where all customers are 100."""
    is_index = clause.scene.is_named("index", 0, len(clause.scene.tokens)) is not None
    at = (quantity.start, quantity.end)
    if not is_index or quantity.measure != "plain":
        return []
    if quantity.value == 100:
        return [finding(clause, "not_checkable", "what the index starts from", at)]
    match = chosen(clause, NUMERIC)
    if match is None:
        return []
    facts, column, size = clause.scene.facts, match.entry.column, size_of(clause)

    def of(groups: Groups) -> Computed:
        if column.agg == "sum" and size is not None and column.id != size.id:
            return over(share(facts, groups, column.id), share(facts, groups, size.id), 100, "index")
        return over(total(facts, groups, column), cell(facts, OVERALL, column), 100, "index")

    what = f"{column.label}, all customers being 100"
    return judged(Claim(of, quantity.interval, what, "wrong_number", column, at), clause)


def exchange(clause: Clause, quantity: Quantity) -> list[Finding]:
    """It takes 35 of these to match one of those."""
    scene = clause.scene
    named = [each for each in scene.mentions if each.kind == "segments"]
    many = next((each for each in named if each.start == quantity.end), None)
    one = next((each for each in named if many and each.start > many.end and each.is_singular), None)
    if many is None or one is None or quantity.measure != "plain":
        return []
    hits = hits_in(scene, range(many.end, len(scene.tokens)))
    ranked = [each for each in best(scene, hits, ("money",)) if each.entry.is_each]
    if not ranked:
        return []
    facts, column = scene.facts, ranked[0].entry.column
    clause.explained |= set(clause.at)

    def of(_: Groups) -> Computed:
        return over(cell(facts, one.groups[0], column), cell(facts, many.groups[0], column))

    at = (quantity.start, quantity.end)
    what = f"{column.label}, one over the other"
    return judged(Claim(of, quantity.interval, what, "wrong_number", column, at), clause)
