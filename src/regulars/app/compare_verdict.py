"""The section of ``compare`` on the verdict: keep, merge or drop, segment by segment."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import replace
from itertools import zip_longest

from regulars.app import terminal
from regulars.app.compared import Compared, Section
from regulars.app.tried import Tried, tried
from regulars.engine import literal, quoted
from regulars.types import Segment
from regulars.validate.actionable import no_action_delta
from regulars.validate.alike import not_different
from regulars.validate.bands import NOW
from regulars.validate.difference import Difference
from regulars.validate.experiments import figures_of
from regulars.validate.grouping import Ground
from regulars.validate.identifiable import identities, not_identifiable
from regulars.validate.memberships import hidden_sizes
from regulars.validate.nearness import nearness
from regulars.validate.reasons import QUESTIONS, Reason, not_assessed, too_small, unstable
from regulars.validate.stability import Stability
from regulars.validate.verdict import Verdicts, verdicts
from regulars.validate.verdict_file import as_json

NAMED, HELD, OPEN = 22, 25, 18
"""Letters of a name, of reasons and of what is not assessed in a table of 80 columns."""
WEIGHTS = {"predicted_value": "predicted value", "spend": "spend"}
"""Features that say what a segment brings, the best first; without them its customers are counted."""


def section(compared: Compared) -> Section:
    """The verdict on each segment, from what the sections before it found and from what the team knows."""
    compared.stage("Ruling on each segment")
    found = _verdicts(compared)
    return Section("verdict", found, as_json(found), (), lambda: _show(found))


def _verdicts(compared: Compared) -> Verdicts:
    segments, engine = compared.definition.segments, compared.engine
    counted = engine.rows(f"select segment_id, count(*) from {NOW} group by 1 order by 1")
    customers = dict.fromkeys((each.id for each in segments), 0) | {str(k): int(n) for k, n in counted}
    hidden = frozenset(hidden_sizes(customers))
    weighed_by, weights = _weights(compared, customers)
    ground = Ground(
        tuple(customers), customers, weights, nearness(engine, compared.features, NOW),
        compared.settings.validation.capacity,
    )  # fmt: skip
    known = tried(compared)
    path = compared.now.path / "assignments" / f"{compared.name}.parquet"
    told = identities(
        engine, compared.definition, compared.features, NOW,
        f"(select segment_id, probability from read_parquet({literal(str(path)).sql('duckdb')}))",
    )  # fmt: skip
    everyone = sum(customers.values())
    reasons: dict[str, tuple[Reason, ...]] = {}
    for each in segments:
        identity = told.get(each.id)
        asked = (
            too_small(customers[each.id], everyone, is_hidden=each.id in hidden),
            not_identifiable(identity) if identity else not_assessed("NOT_IDENTIFIABLE", "Nobody is in it."),
            not_different(each, compared.answer(Difference), compared.said("difference")),
            _unstable(compared, each),
            _no_action_delta(known, each, segments, ground),
        )
        reasons[each.id] = tuple(map(_quiet, asked)) if each.id in hidden else asked
    names = {each.id: each.name for each in segments}
    notes = tuple(figures_of(known.results, names)) if known.results else ()
    return verdicts(segments, ground, reasons, weighed_by=weighed_by, hidden=hidden, notes=notes)


def _weights(compared: Compared, customers: Mapping[str, int]) -> tuple[str, Mapping[str, int]]:
    """What each segment brings, in whole hundredths, and what that is."""
    engine = compared.engine
    path = literal(str(compared.now.path / "features.parquet")).sql("duckdb")
    engine.view("features_of_now", f"select * from read_parquet({path})")
    columns = engine.table("features_of_now").columns
    for name, said in WEIGHTS.items():
        if name in columns:
            rows = engine.rows(
                f"select segment_id, sum(cast(floor(features_of_now.{quoted(name)} * 100 + 0.5) as bigint)) "
                f"from {NOW} join features_of_now using (customer_id) group by segment_id order by segment_id"
            )
            if any(total for _, total in rows):
                return said, dict.fromkeys(customers, 0) | {str(k): int(total or 0) for k, total in rows}
    return "customers", customers


def _unstable(compared: Compared, segment: Segment) -> Reason:
    found = compared.answer(Stability)
    if found is None:
        return unstable(None, None, compared.said("stability"))
    refit = found.refit.segments.get(segment.id) if found.refit else None
    why_not = found.why_no_refit or "Too few of its customers were drawn."
    return unstable(found.jaccard.get(segment.id), refit, why_not)


def _no_action_delta(known: Tried, segment: Segment, segments: tuple[Segment, ...], ground: Ground) -> Reason:
    near = ground.nearest(segment.id)
    others = near + [each.id for each in segments if each.id not in near and each.id != segment.id]
    names = {each.id: each.name for each in segments}
    return no_action_delta(segment, known.actions, known.results, names, others)


def _quiet(reason: Reason) -> Reason:
    """A reason of a segment whose size is not shown: what it says, without the figures."""
    if not reason.figures:
        return reason
    state = "It holds" if reason.holds else "It does not hold"
    return replace(reason, figures=(), words=f"{state}; figures of so few customers are not shown.")


def _show(found: Verdicts) -> None:
    terminal.out.print()
    heads = ("segment", "verdict", "reasons that hold", "not assessed")
    table = terminal.table(*heads, left=heads)
    for each in found.each:
        held = textwrap.wrap(", ".join(reason.code for reason in each.held), HELD)
        unknown = textwrap.wrap(", ".join(QUESTIONS[code][0] for code in each.unassessed), OPEN)
        names = [terminal.cut(each.segment.name, NAMED)], [each.decision]
        for cells in zip_longest(*names, held, unknown, fillvalue=""):
            table.add_row(*cells)
    terminal.out.print(table)
    terminal.out.print("Kept means: nothing that was assessed speaks against it.", markup=False)
