"""Windows: spans of time beside a figure, which must be those that the metric is measured over."""

from __future__ import annotations

from regulars.check.clause import Clause
from regulars.check.dates import Day
from regulars.check.grammar.choosing import SPANS
from regulars.check.holding import Claim, finding
from regulars.check.lexicon import Entry
from regulars.check.quantities import DAYS, Quantity
from regulars.check.scene import Scene
from regulars.check.table import Facts
from regulars.check.verdicts import Finding

CLOSE = 0.03
"""Spans that differ by less are one: twelve months, a year and 365 days."""


def wrong_window(clause: Clause, entry: Entry, claim: Claim) -> Finding | None:
    """A finding where a clause limits its figure to days that the metric is not measured over."""
    scene = clause.scene
    for span in scene.quantities:
        if not clause.holds(span.start, span.end):
            continue
        is_own = span.measure != "duration" or span.start == claim.at[0] or entry.column.unit in SPANS
        if not is_own and (not is_known(span, entry, scene) or is_other_end(clause, span, entry)):
            return _unknown(clause, claim, span.start, span.end)
    for day in scene.days:
        if not is_period(day, scene.facts, scene.days) and entry.column.unit != "date":
            return _unknown(clause, claim, day.start, day.end)
    for mark in scene.marks:
        if "other_period" in mark.kinds and not _is_rate(scene.text(mark.start, mark.end), entry):
            return _unknown(clause, claim, mark.start, mark.end)
    return None


def is_other_end(clause: Clause, span: Quantity, entry: Entry) -> bool:
    """Whether a span is the first or the next one, or at most what the metric is at least."""
    said = {each.low for each in clause.scene.tokens[max(0, span.start - 1) : span.end]}
    if entry.is_foretold:
        return _AHEAD.isdisjoint(said)
    is_least = entry.is_negative or " or more" in entry.column.label.lower()
    return not said.isdisjoint(_OTHER_ENDS) or (is_least and span.hedge == "at_most")


_AHEAD = frozenset({"next", "coming"})
_OTHER_ENDS = _AHEAD | {"first"}


def is_known(span: Quantity, entry: Entry, scene: Scene) -> bool:
    """Whether a span of time is one that the metric is measured over, or all that the facts cover.

    What is foretold looks as far ahead as the labels of any such metric say.
    """
    length = span.value * span.days
    alike = [each for each in scene.reader.lexicon.entries if entry.is_foretold and each.is_foretold]
    windows = [value * DAYS[unit] for each in (entry, *alike) for value, unit in each.windows]
    if not entry.is_foretold:
        windows.append((scene.facts.end - scene.facts.start).days + 1)
    return any(abs(length - window) <= CLOSE * window for window in windows)


_RATES = frozenset({"a", "per", "each", "every", "monthly", "weekly", "daily", "quarterly"})


def _is_rate(said: str, entry: Entry) -> bool:
    """A rate ("a month") is judged by its size where the metric has one; a share's must be its label's."""
    if said.lower().split()[0] not in _RATES:
        return False
    if entry.column.unit in {"percent", "percent_change"}:
        return bool(entry.rate) and entry.rate in said
    return True


def is_period(day: Day, facts: Facts, days: list[Day]) -> bool:
    """Whether a date only says what the facts cover: their year, their first or their last day."""
    if day.first is None:
        return len(days) > 1 and days[-1].last == facts.end
    is_all = (day.first, day.last) == (facts.start, facts.end)
    is_whole_year = day.last is not None and (day.last - day.first).days > 300
    return is_all or (not is_whole_year and (facts.end in {day.first, day.last} or day.first == facts.start))


def _unknown(clause: Clause, claim: Claim, start: int, end: int) -> Finding:
    why = f"the facts do not hold {claim.what!r} for this span of time"
    column = claim.column
    return finding(clause, "unsupported_attribute", why, (start, end), column=column, error_type="wrong_time")
