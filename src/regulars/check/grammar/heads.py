"""Heads: a figure of customers themselves, and a total as it is for one of them."""

from __future__ import annotations

from collections.abc import Sequence
from math import log

from regulars.check.clause import Clause
from regulars.check.computed import Computed, over, total
from regulars.check.grammar.choosing import is_each, size_entry
from regulars.check.lexicon import Match
from regulars.check.quantities import Quantity
from regulars.check.table import OVERALL, Column, Facts


def heads(clause: Clause, quantity: Quantity) -> Match | None:
    """A count right before "customers" is of customers: "$1.8bn in deposits for 80,000 customers"."""
    tokens = clause.scene.tokens
    if quantity.measure != "plain" or quantity.end >= len(tokens):
        return None
    said = clause.scene.language.families.every_at(tokens, quantity.end)
    is_people = any("headcount" in each.kinds for each in said)
    entry = size_entry(clause.scene.reader.lexicon.entries) if is_people else None
    return Match(entry, 1.0, frozenset(range(quantity.end, quantity.end + 1))) if entry else None


def counted_by(clause: Clause, quantity: Quantity, match: Match, *, is_rated: bool) -> Column | None:
    """The metric of customers, where a total is told of one of them: "$620 in fees a head".

    Only for totals that have no metric per customer. What is so much "a month on average" may be either:
    there the size of the figure decides.
    """
    column, groups = match.entry.column, clause.subject.groups if clause.subject else ()
    size = _size_for(clause, column)
    if size is None or len(groups) != 1 or not is_each(clause):
        return None
    if not is_rated:
        return size
    whole, heads = total(clause.scene.facts, groups, column), total(clause.scene.facts, groups, size)
    if not whole.value or not heads.value or not quantity.value:
        return None
    of_one = abs(log(abs(quantity.value * heads.value / whole.value)))
    return size if of_one < abs(log(abs(quantity.value / whole.value))) else None


def compared_by(clause: Clause, column: Column, rival: Sequence[str]) -> Column | None:
    """The metric of customers, where a total is compared as it is for one of them.

    So it is beside all customers, whose total is larger anyhow, and wherever it is said of each.
    """
    said = clause.other or clause.subject
    words = {token.low for token in clause.scene.tokens[said.start : said.end]} if said else set()
    is_average = tuple(rival) == (OVERALL,) and words.isdisjoint({"total", "all"})
    return _size_for(clause, column) if is_each(clause) or is_average else None


def head_total(facts: Facts, groups: Sequence[str], column: Column, size: Column | None) -> Computed:
    """A metric of some groups, over their customers where there is a ``size``."""
    made = total(facts, groups, column)
    return over(made, total(facts, groups, size), unit=column.unit) if size else made


def _size_for(clause: Clause, column: Column) -> Column | None:
    size = size_entry(clause.scene.reader.lexicon.entries)
    if column.agg != "sum" or size is None or column.id == size.column.id:
        return None
    return size.column
