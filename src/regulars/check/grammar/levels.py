"""Levels: a figure said of a metric. "They spend £214 per order", "three quarters of their orders …"."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from regulars.check.clause import Clause
from regulars.check.computed import Computed, part_of_all, total
from regulars.check.grammar.bases import is_by_people, is_of_money, is_of_people, is_part_of_all
from regulars.check.grammar.changes import changed, is_word_of_metric
from regulars.check.grammar.choosing import OF_MEASURE, SPANS, chosen, is_telling, size_entry
from regulars.check.grammar.heads import counted_by, head_total, heads
from regulars.check.grammar.owners import owned
from regulars.check.grammar.windows import wrong_window
from regulars.check.holding import Claim, Groups, finding, judged
from regulars.check.lexicon import Match
from regulars.check.quantities import A_YEAR, DAYS, RATES, Quantity, rate_in
from regulars.check.table import Column
from regulars.check.tolerance import Interval
from regulars.check.verdicts import Finding

_DOLLARS = frozenset({"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN"})


def level(clause: Clause, quantity: Quantity) -> list[Finding]:
    """The verdict on a figure as the value of a metric."""
    change = clause.mark("up", "down")
    if change and quantity.measure in {"percent", "points"}:
        made = [] if is_of_people(clause, quantity) else changed(clause, quantity)
        if made or not (is_of_people(clause, quantity) or is_word_of_metric(clause, change)):
            return made or [_unchanged(clause, quantity)]
    if _is_their_income(clause, quantity):
        why = "the facts hold nothing about what they earn"
        at = (quantity.start, quantity.end)
        return [finding(clause, "unsupported_attribute", why, at, error_type="invented_attribute")]
    about = owned(clause, quantity)
    match = _size_of_named(clause, quantity) or chosen(about, _units(clause, about, quantity), quantity)
    if match is None and quantity.measure == "percent":
        match = chosen(about, ("per_1000",), quantity)
    match = match or heads(clause, quantity)
    clause.explained |= about.explained
    if match is None:
        return [_of_nothing(clause, quantity) or unbound(clause, quantity)]
    clause.column = match.entry.column
    if quantity.measure == "money" and not is_same_currency(quantity.unit, match.entry.column.unit):
        return [_other_currency(about, quantity, match.entry.column)]
    claim = _claim(about, quantity, match)
    late = wrong_window(clause, match.entry, claim)
    made = [late] if late else judged(claim, about)
    is_other_base = is_of_people(clause, quantity) and not is_by_people(clause, match.entry.column)
    made = [_of_other_base(each) if is_other_base else each for each in made]
    of_money = is_of_money(about, quantity, match)
    return [_of_unread_base(each, of_money) if of_money else each for each in made]


def _of_unread_base(found: Finding, word: str) -> Finding:
    if found.label != "supported":
        return found
    return replace(found, label="needs_review", why=f"{found.why}, which is no share of {word!r}")


def _is_their_income(clause: Clause, quantity: Quantity) -> bool:
    """Whether people are said to earn an amount, and not to earn it for somebody: "they earn $90,000"."""
    tokens = clause.scene.tokens
    is_earned = quantity.start > 0 and tokens[quantity.start - 1].low in {"earn", "earns", "earned"}
    after = {token.low for token in tokens[quantity.end : quantity.end + 4]}
    return quantity.measure == "money" and is_earned and after.isdisjoint({"for", "in", "of"})


def _of_other_base(found: Finding) -> Finding:
    """A share of orders told as one of customers is not in the facts, though the figure be theirs."""
    if found.label != "supported":
        return found
    why = f"{found.why}: the facts hold no such share of customers"
    return replace(found, label="unsupported_attribute", why=why, error_type="wrong_base")


def _unchanged(clause: Clause, quantity: Quantity) -> Finding:
    """A rise or fall of something whose change the facts do not hold."""
    if not any(is_telling(clause, hit) for hit in clause.hits()):
        return unbound(clause, quantity)
    why = "the facts hold no change of it"
    at = (quantity.start, quantity.end)
    return finding(clause, "unsupported_attribute", why, at, error_type="missing_value")


def _units(clause: Clause, about: Clause, quantity: Quantity) -> tuple[str, ...]:
    """The units that the figure can have; after a change, a bare percentage is a change too."""
    carried = clause.column
    is_change = carried is not None and carried.unit == "percent_change" and not about.hits()
    return (
        ("percent_change",) if is_change and quantity.measure == "percent" else OF_MEASURE[quantity.measure]
    )


def _size_of_named(clause: Clause, quantity: Quantity) -> Match | None:
    """A count right before a segment's name is its customers: "the 2,640 Big-Basket Occasionals"."""
    named = any(each.kind == "segments" and each.start == quantity.end for each in clause.mentions)
    entry = size_entry(clause.scene.reader.lexicon.entries) if named and quantity.measure == "plain" else None
    return Match(entry, 1.0, frozenset()) if entry else None


def _of_nothing(clause: Clause, quantity: Quantity) -> Finding | None:
    """A bound that people are said to be at, with nothing that it measures: "they are mostly under 30"."""
    tokens = clause.scene.tokens
    is_bound = quantity.hedge in {"over", "under", "at_least", "at_most"} or quantity.high is not None
    ends = quantity.end >= len(tokens) or not tokens[quantity.end].is_word
    before = clause.scene.is_named("copula", max(0, quantity.start - 2), quantity.start)
    if quantity.measure != "plain" or not (is_bound and ends and before) or clause.hits():
        return None
    at = (quantity.start, quantity.end)
    why = "the facts hold nothing that this could be the figure of"
    return finding(clause, "unsupported_attribute", why, at, error_type="invented_attribute")


def _claim(clause: Clause, quantity: Quantity, match: Match) -> Claim:
    column, facts = match.entry.column, clause.scene.facts
    interval, at = in_units_of(quantity, column), (quantity.start, quantity.end)
    fell = clause.change is not None and "down" in clause.change.kinds
    if column.unit == "percent_change" and fell and quantity.value > 0:
        interval = interval.negated()  # "fell by 9.6% at A and by 3.5% at B"
    if column.unit == "percent" and is_part_of_all(clause, quantity, match):
        what = f"part of all: {column.label}"
        return Claim(
            lambda groups: part_of_all(facts, groups, column), interval, what, "wrong_base", column, at
        )
    factor = _rate_factor(clause, quantity, match)
    is_rest = column.unit == "percent" and _is_rest(clause, match)
    size = counted_by(clause, quantity, match, is_rated=factor != 1)

    def of(groups: Groups) -> Computed:
        made = head_total(facts, groups, column, size)
        return made.rest if is_rest else made.times(factor)

    what = f"not: {column.label}" if is_rest else column.label
    denied = column.unit not in {"percent", *SPANS} and any(
        "not" in mark.kinds and mark.start < quantity.start for mark in clause.marks
    )
    return Claim(of, interval, what, "wrong_number" if factor == 1 else "wrong_unit", column, at, denied)


def _is_rest(clause: Clause, match: Match) -> bool:
    """Whether the share of those is meant for whom the metric does not hold: "are not placed on mobile".

    A label that denies ("no order in 180 days") is meant as it stands by words that deny.
    """
    subject = clause.subject
    denials = [
        mark for mark in clause.marks
        if "not" in mark.kinds
        and not (subject and subject.kind == "none" and subject.start <= mark.start < subject.end)
    ]  # fmt: skip
    if not match.entry.is_negative:
        return len(denials) % 2 == 1
    said = {key for hit in clause.hits() for key in hit.keys}
    return bool(said) and said.isdisjoint({"@not", "@inactive"})


def in_units_of(quantity: Quantity, column: Column) -> Interval:
    """The interval of a quantity in the unit of a metric: weeks in days, months in years."""
    if quantity.measure == "duration" and f"{quantity.unit}s" != column.unit:
        return quantity.interval.scaled(quantity.days / DAYS[column.unit.removesuffix("s")])
    if quantity.measure == "percent" and column.unit == "per_1000":
        return quantity.interval.scaled(10)
    return quantity.interval


def is_same_currency(said: str, meant: str) -> bool:
    """Whether a currency that was said can be the table's: $ is any dollar."""
    return said == meant or (said == "$" and meant in _DOLLARS)


def _other_currency(clause: Clause, quantity: Quantity, column: Column) -> Finding:
    groups = clause.subject.groups if clause.subject else ()
    return finding(
        clause, "contradicted", f"the facts are in {column.unit}", (quantity.start, quantity.end),
        column=column, made=total(clause.scene.facts, groups, column) if groups else None,
        error_type="wrong_unit",
    )  # fmt: skip


def _rate_factor(clause: Clause, quantity: Quantity, match: Match) -> float:
    """What turns a metric's rate into the one that is said: a year's orders into a month's."""
    said = quantity.per or _rate_said(clause)
    meant = match.entry.rate or _rate_of_period(clause)
    if match.entry.column.agg == "sum" and not quantity.per and _span_said(clause) == said:
        return 1.0  # a total of the period, or of its end
    if not said or not meant or match.entry.column.unit in {"percent", "percent_change", *SPANS}:
        return 1.0
    return 1.0 if said == meant else A_YEAR[meant] / A_YEAR[said]


def _rate_said(clause: Clause) -> str:
    said = [clause.scene.tokens[n] for n in clause.at]
    found = rate_in(said, clause.scene.language)
    if found:
        return found[0]
    worded = next((RATES[token.low] for token in said if token.low in RATES), "")
    return worded or _span_said(clause)


def _span_said(clause: Clause) -> str:
    """The year in which something is said to be done in all: "24 purchases in 2025", "last year"."""
    tokens = clause.scene.tokens
    days = [
        each for each in clause.scene.days if each.first and each.last and clause.holds(each.start, each.end)
    ]
    is_year = any((each.last - each.first).days in {364, 365} for each in days if each.first and each.last)
    lows = [tokens[n].low for n in clause.at]
    is_year = is_year or any(
        pair in {("last", "year"), ("past", "year"), ("the", "year")} for pair in pairwise(lows)
    )
    return "year" if is_year else ""


def _rate_of_period(clause: Clause) -> str:
    length = (clause.scene.facts.end - clause.scene.facts.start).days + 1
    return "year" if abs(length - DAYS["year"]) < 3 else ""


def unbound(clause: Clause, quantity: Quantity) -> Finding:
    """A figure of which it cannot be told what it measures."""
    why = "no metric of the facts is named for this figure"
    return finding(clause, "needs_review", why, (quantity.start, quantity.end))
