"""Times: the first and last dates of a segment, how long ago, and what days the facts cover."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from regulars.check.clause import Clause
from regulars.check.computed import Computed, cell
from regulars.check.dates import Day
from regulars.check.grammar.changes import is_denied
from regulars.check.grammar.choosing import ACCEPTED, OF_MEASURE, SPANS, chosen, is_telling, said_hits
from regulars.check.grammar.levels import in_units_of, level
from regulars.check.grammar.owners import owned
from regulars.check.grammar.windows import is_known
from regulars.check.holding import Claim, Groups, finding, judged
from regulars.check.lexicon import Match
from regulars.check.quantities import Quantity
from regulars.check.scene import best
from regulars.check.tolerance import Interval
from regulars.check.verdicts import Finding, Label

_COVERING = frozenset(
    {
        "figur",
        "dataset",
        "data",
        "period",
        "cover",
        "calendar",
        "number",
        "month",
        "year",
        "fiscal",
        "financial",
    }
)
"""Stems of words that speak of the days that the facts cover."""


def dated(clause: Clause) -> list[Finding]:
    """The verdict on a date: of a segment's first or last order, or of what the facts cover."""
    days = [each for each in clause.scene.days if clause.holds(each.start, each.end)]
    if not days or any(each.measure != "duration" for each in clause.quantities):
        return []
    found = _date_metric(clause) if clause.subject and clause.subject.groups else None
    if found is None:
        return _period(clause, days)
    if days[0].first is None:
        return []
    clause.explained |= found.explained | set(clause.at)
    facts, column = clause.scene.facts, found.entry.column

    def of(groups: Groups) -> Computed:
        value = facts.value(groups[0], column.id)
        number = float(date.fromisoformat(value).toordinal()) if isinstance(value, str) else None
        return Computed(number, {f"{groups[0]}.{column.id}": value}, "days")

    at = (days[0].start, days[0].end)
    claim = Claim(of, _days_meant(clause, days[0]), column.label, "wrong_time", column, at)
    return [_as_day(each) for each in judged(claim, clause)]


def _as_day(found: Finding) -> Finding:
    """A computed date as a date, and not as the number of its day."""
    if not isinstance(found.computed, float) or len(found.evidence) != 1:
        return found
    day = date.fromordinal(int(found.computed)).isoformat()
    return replace(found, computed=day, correction=day if found.correction else None)


def _date_metric(clause: Clause) -> Match | None:
    """The date metric that is meant: the last one after "since", the first one before "onwards"."""
    matches = [each for each in best(clause.scene, said_hits(clause), ("date",)) if each.score > -1]
    late, early = clause.mark("since"), clause.mark("before", "onwards")
    wanted = "max" if late else "min" if early else ""
    if not matches:
        matches = _only_date(clause)
    fitting = [each for each in matches if each.entry.column.agg == wanted]
    return next(iter([*fitting, *matches]), None)


def _only_date(clause: Clause) -> list[Match]:
    """The one first (or last) date that the facts hold, where only "oldest" (or "newest") names it."""
    hits = clause.hits()
    keys = (
        set() if any(is_telling(clause, hit) for hit in hits) else {key for hit in hits for key in hit.keys}
    )
    wanted = "min" if "@first" in keys else "max" if "@latest" in keys else ""
    dates = [each for each in clause.scene.reader.lexicon.entries if each.column.unit == "date"]
    found = [each for each in dates if each.column.agg == wanted]
    return [Match(found[0], 0.0, frozenset())] if len(found) == 1 else []


def _days_meant(clause: Clause, day: Day) -> Interval:
    assert day.first is not None
    assert day.last is not None
    first, last = float(day.first.toordinal()), float(day.last.toordinal())
    nobody = clause.mark("not", "none_of")
    if nobody and clause.mark("since"):
        return Interval(high=last)
    if nobody and clause.mark("before"):
        return Interval(low=first)
    said = [token.low for token in clause.scene.tokens[max(0, day.start - 2) : day.start]]
    if said[-1:] == ["after"] and said[-2:] != ["or", "after"]:
        return Interval(low=last, low_open=True)
    if said[-1:] == ["before"] and said[-2:] != ["or", "before"]:
        return Interval(high=first, high_open=True)
    return Interval(first, last)


def _period(clause: Clause, days: list[Day]) -> list[Finding]:
    """The verdict on the days that the facts are said to cover."""
    facts, first, last = clause.scene.facts, days[0], days[-1]
    if last.last is None or _COVERING.isdisjoint(clause.scene.tokens[n].stem for n in clause.at):
        return []
    start = first.first or (facts.start if _is_start(clause, first) else None)
    is_span = len(days) > 1 or first.first != first.last
    is_true = last.last == facts.end and (not is_span or start == facts.start)
    clause.explained |= set(clause.at)
    label: Label = "supported" if is_true else "contradicted"
    why = f"the facts cover {facts.start} to {facts.end}"
    at = (first.start, last.end)
    return [finding(clause, label, why, at, error_type=None if is_true else "wrong_time")]


def _is_start(clause: Clause, day: Day) -> bool:
    """Whether a day and month without a year are those at which the facts start."""
    said = clause.scene.text(day.start, day.end).lower().split()
    months = clause.scene.language.months
    month = next((months[word] for word in said if word in months), None)
    number = next((int(word) for word in said if word.isdigit()), None)
    start = clause.scene.facts.start
    return month == start.month and number in {None, start.day}


def ago(clause: Clause, quantity: Quantity) -> list[Finding]:
    """The verdict on a span of time as a metric of days, months or years."""
    about = owned(clause, quantity)
    match = chosen(about, SPANS, quantity) or _counting(about, quantity)
    clause.explained |= about.explained
    if match is None:
        return []
    facts, column = clause.scene.facts, match.entry.column
    clause.column = column
    before = clause.scene.tokens[quantity.start - 1].low if quantity.start else ""
    if before in {"every", "each"} and not match.entry.keys.isdisjoint({"@recency", "@tenure", "@latest"}):
        why = f"{column.label}, which is not how often"
        return [finding(clause, "needs_review", why, (quantity.start, quantity.end), column=column)]

    def of(groups: Groups) -> Computed:
        return cell(facts, groups[0], column)

    holds = in_units_of(quantity, column) if column.unit in SPANS else quantity.interval
    kind = "wrong_unit" if f"{quantity.unit}s" != column.unit else "wrong_number"
    at = (quantity.start, quantity.end)
    return judged(Claim(of, holds, column.label, kind, column, at), about)


def _counting(clause: Clause, quantity: Quantity) -> Match | None:
    """The metric that counts such spans, where its label says so: "Days with an event"."""
    match = chosen(clause, ("ratio", "count"), quantity)
    stems = clause.scene.language.of_phrase(match.entry.column.label) if match else []
    return match if clause.scene.language.stem(quantity.unit) in stems else None


def half_within(clause: Clause) -> list[Finding]:
    """The verdict on "half of them have ordered within 12 days": what the median says."""
    half = next((each for each in clause.quantities if each.measure == "percent"), None)
    span = next((each for each in clause.quantities if _is_bound(each)), None)
    if half is None or span is None:
        return []
    found = best(clause.scene, said_hits(clause, span), OF_MEASURE[span.measure])
    percent = chosen(replace(clause, explained=set()), ("percent",), half)
    is_window = (
        span.measure == "duration" and percent is not None and is_known(span, percent.entry, clause.scene)
    )
    if not found or found[0].entry.column.agg != "median" or found[0].score < ACCEPTED or is_window:
        return []
    clause.explained |= found[0].explained
    facts, column, at = clause.scene.facts, found[0].entry.column, (half.start, span.end)
    clause.column = column
    if half.kind != "fraction" or half.value != 50 or half.hedge:
        why = "the facts hold the median only, which tells of half of them"
        return [finding(clause, "unsupported_attribute", why, at, column=column, error_type="missing_value")]

    def of(groups: Groups) -> Computed:
        return cell(facts, groups[0], column)

    said = in_units_of(span, column)
    holds = said if span.hedge == "at_least" else Interval(high=said.high)
    if not span.hedge and is_denied(clause):
        holds = Interval(low=said.low)  # half "have not ordered for 64 days"
    counted = [_counted(clause, each) for each in clause.quantities if each not in (half, span)]
    made = judged(Claim(of, holds, column.label, "wrong_number", column, at), clause)
    return [*made, *(each for found in counted for each in found)]


def _counted(clause: Clause, quantity: Quantity) -> list[Finding]:
    """The verdict on how many those are of whom half is told: "half of the 343 customers"."""
    at = [n for n in clause.at if quantity.start <= n <= quantity.end]
    return level(replace(clause, at=at, core=at, column=None, explained=set()), quantity)


def _is_bound(each: Quantity) -> bool:
    """Whether it is a span of time, or another figure up to which or from which half of them are."""
    return each.measure == "duration" or (
        each.measure in {"plain", "money"} and each.hedge in {"at_least", "at_most"}
    )
