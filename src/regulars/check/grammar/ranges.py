"""Ranges over the segments: "from 11.5% among A to 76.4% among B"."""

from __future__ import annotations

from regulars.check.clause import Clause
from regulars.check.computed import Computed, cell
from regulars.check.grammar.choosing import OF_MEASURE, chosen
from regulars.check.grammar.ranks import rank
from regulars.check.holding import finding
from regulars.check.quantities import Quantity, rounds_to
from regulars.check.table import Column
from regulars.check.tolerance import Interval, stated
from regulars.check.verdicts import Finding


def spread(clause: Clause) -> list[Finding]:
    """The verdict on the least and the greatest value of all segments, and on whose they are."""
    scene = clause.scene
    named = [each for each in scene.mentions if each.kind == "segments"]
    mark = scene.is_named("range", 0, len(scene.tokens))
    if mark is None or any(each.start < mark.start for each in named):
        return []
    ends = _ends(clause)
    match = chosen(clause, OF_MEASURE[ends[0].measure], ends[0]) if ends else None
    if match is None:
        return []
    column, is_rising = match.entry.column, ends[0].value <= ends[1].value
    signs = (-1, 1) if is_rising else (1, -1)
    return [_end(clause, column, _stated(ends[n], n), ends[n], signs[n]) for n in (0, 1)]


def _end(clause: Clause, column: Column, holds: Interval, quantity: Quantity, sign: int) -> Finding:
    """The verdict on one end: the least value where ``sign`` is −1, the greatest where it is 1."""
    facts = clause.scene.facts
    cells = [cell(facts, name, column) for name in facts.segments]
    known = [each.value for each in cells if each.value is not None]
    value = (max(known) if sign > 0 else min(known)) if known else None
    is_true = value is not None and value in holds
    named = [each for each in clause.scene.mentions if each.kind == "segments"]
    owner = next((each for each in named if each.start >= quantity.end), None)
    if is_true and owner and len(named) > 1:
        is_true = rank(facts, owner.groups[0], column, sign).value == 1
    made = Computed(value, {key: said for each in cells for key, said in each.cells.items()}, column.unit)
    return finding(
        clause, "supported" if is_true else "contradicted",
        f"{column.label}, {'highest' if sign > 0 else 'lowest'}", (quantity.start, quantity.end),
        column=column, made=made, error_type=None if is_true else "wrong_number",
    )  # fmt: skip


def _ends(clause: Clause) -> list[Quantity]:
    """The two ends: of one range in the clause, or the first two figures of the sentence."""
    own = clause.quantities
    if own and own[0].high is not None and clause.scene.tokens[own[0].start].low == "from":
        return [own[0], own[0]]
    figures = [each for each in clause.scene.quantities if each.measure != "duration"]
    is_first = bool(own) and bool(figures) and figures[0].start == own[0].start
    return figures if is_first and len(figures) == 2 and figures[0].high is None else []


def _stated(quantity: Quantity, which: int) -> Interval:
    if quantity.high is not None and which == 1:
        return stated(quantity.high, quantity.place)
    return rounds_to(quantity)
