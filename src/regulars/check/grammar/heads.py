"""Heads: a figure of customers themselves, and a total as it is for one of them."""

from __future__ import annotations

from math import log

from regulars.check.clause import Clause
from regulars.check.computed import total
from regulars.check.grammar.choosing import is_each, size_entry
from regulars.check.lexicon import Match
from regulars.check.quantities import Quantity
from regulars.check.table import Column


def heads(clause: Clause, quantity: Quantity) -> Match | None:
    """A count right before "customers" is of customers: "$1.8bn in deposits for 80,000 customers"."""
    tokens = clause.scene.tokens
    if quantity.measure != "plain" or quantity.end >= len(tokens):
        return None
    said = clause.scene.language.families.every_at(tokens, quantity.end)
    is_people = any("headcount" in each.kinds for each in said)
    entry = size_entry(clause.scene.reader.lexicon.entries) if is_people else None
    return Match(entry, 1.0, frozenset(range(quantity.end, quantity.end + 1))) if entry else None


def counted_by(clause: Clause, quantity: Quantity, match: Match) -> Column | None:
    """The metric of customers, where a total is told of one of them: "$620 in fees a head".

    Only for totals that have no metric per customer, and where the figure is rather one customer's.
    """
    column, size = match.entry.column, size_entry(clause.scene.reader.lexicon.entries)
    groups = clause.subject.groups if clause.subject else ()
    if column.agg != "sum" or size is None or column.id == size.column.id or len(groups) != 1:
        return None
    if not is_each(clause):
        return None
    whole, heads = total(clause.scene.facts, groups, column), total(clause.scene.facts, groups, size.column)
    if not whole.value or not heads.value or not quantity.value:
        return None
    of_one = abs(log(abs(quantity.value * heads.value / whole.value)))
    return size.column if of_one < abs(log(abs(quantity.value / whole.value))) else None
