"""The section of ``compare`` on difference: in what the segments differ, and which do not in behaviour."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # it carries no types

from regulars.app import terminal
from regulars.app.compared import Compared, Section, day_of, unmeasured
from regulars.engine import Engine
from regulars.figures import written
from regulars.types import Feature
from regulars.validate.bands import NOW
from regulars.validate.contrasts import Contrast
from regulars.validate.difference import Difference, State, difference
from regulars.validate.difference_file import as_json
from regulars.validate.difference_words import headline, label, within, words
from regulars.validate.importance import importance
from regulars.validate.later import done_after_cut
from regulars.validate.memberships import hidden_sizes
from regulars.validate.people import FEWEST, people
from regulars.validate.prediction import Prediction

NAMED, FEATURED = 18, 24
"""Letters of a segment's name and of what it stands out in, in 80 columns."""
_TOLD: dict[State, str] = {
    "different": "different",
    "not_different": "[yellow]not different[/]",
    "cannot_be_told": "[dim]not told[/]",
}


def section(compared: Compared) -> Section:
    """The differences between the later run's segments; what is not measured says why."""
    definition, engine, now = compared.definition, compared.engine, compared.now
    ids = [each.id for each in definition.segments]
    sizes = _sizes(engine, ids)
    large = sum(customers >= FEWEST for customers in sizes.values())
    if large < 2:
        of = "no segment has" if not large else "only one segment has"
        return unmeasured("difference", f"There is nothing to tell apart: {of} {FEWEST} customers or more.")
    compared.stage("Holding the segments against one another")
    features = _features(compared)
    sample = people(engine, now.path / "features.parquet", features, ids)
    with threadpool_limits(1):
        weighed = importance(engine, definition, features, sample, day_of(now), compared.settings.seed)
    later = done_after_cut(compared.answer(Prediction), definition.segments)
    found = difference(sample, definition, features, weighed, later, hidden_sizes(sizes))
    told = words(found)
    document = {"is_measured": True, "headline": headline(found), "words": told, **as_json(found)}
    return Section("difference", found, document, (), lambda: _show(found))


def _features(compared: Compared) -> list[Feature]:
    """What the run knows of customers; what protects people is for the audit, unless the segments read it."""
    read = compared.definition.rule.features
    return [each for each in compared.now.features if not each.protected or each.name in read]


def _sizes(engine: Engine, segment_ids: Sequence[str]) -> dict[str, int]:
    counted = dict(engine.rows(f"select segment_id, count(*) from {NOW} group by segment_id"))
    return {each: int(counted.get(each, 0)) for each in segment_ids}


def _show(found: Difference) -> None:
    for table in (_neighbours(found), _hanging(found)):
        if table.row_count:
            terminal.out.print()
            terminal.out.print(table)


def _neighbours(found: Difference) -> Table:
    """In which behaviour each segment stands out most, and whether it differs from its likest neighbour."""
    table = terminal.table("segment", "stands out by", "likest", "", left=("stands out by", "likest"))
    for each in found.segments if found.pairs else ():
        pair = found.neighbours(each.segment.id)[0]
        other = pair.other if pair.one == each.segment else pair.one
        most = _stands_out_in(each.apart[0]) if each.apart else "[dim]nothing[/]"
        names = [terminal.cut(one.name, NAMED) for one in (each.segment, other)]
        table.add_row(names[0], most, names[1], _TOLD[pair.state])
    return table


def _stands_out_in(told: Contrast) -> str:
    name = within(told.behaviour.feature)
    if not told.behaviour.feature.is_text:
        name = f"{'higher' if told.effect.size > 0 else 'lower'} {name}"
    elif told.most and told.behaviour.relation == "later":
        name = f"{'more' if told.most.change > 0 else 'less'} {name}"
    elif told.most:
        name = f"{'more' if told.most.change > 0 else 'fewer'} with {name} {told.most.category}"
    return terminal.cut(name, FEATURED)


def _hanging(found: Difference) -> Table:
    """Of each segment the two features without which most of its customers would be in another."""
    names = {each.feature.name: label(each.feature) for each in found.behaviours}
    table = terminal.table("segment", "hangs most on", "and on", left=("hangs most on", "and on"))
    for each in found.segments:
        at = each.segment.id
        own = {one.feature: one.by_segment[at][0] for one in found.importance.read if at in one.by_segment}
        most = [] if at in found.hidden else sorted(own, key=lambda one: (-own[one], one))[:2]
        if most:
            told = (f"{terminal.cut(names[one], FEATURED)} {written(own[one], 'percent')}" for one in most)
            table.add_row(terminal.cut(each.segment.name, NAMED), *told)
    return table
