"""What ``regulars value --propensity`` shows: do separate models pay, and what counts in which segment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from rich.table import Table

from regulars import settings as chosen_settings
from regulars.app import terminal
from regulars.app.propensity import OUTCOMES, Asking, Told, propensity
from regulars.app.sql_command import pinned_definition
from regulars.app.work import Asked
from regulars.app.workspace import Workspace
from regulars.errors import UsageError, did_you_mean
from regulars.value.auc import Gain
from regulars.value.importance import Importance
from regulars.value.propensity import KINDS, Judged, Score

MOST_SHOWN = 5
"""Features a segment on the terminal; the rest is in the JSON."""


def show(
    root: Path,
    name: str,
    outcome: str,
    kind: str,
    until: date | None,
    *,
    json: bool,
    today: date,
    **asked: Any,
) -> None:
    """Compare one model with one a segment, and say what each segment goes by."""
    _require("--outcome", outcome, list(OUTCOMES))
    _require("--model", kind, list(KINDS))
    workspace = Workspace(root)
    settings = chosen_settings.load(workspace.settings)
    asking = Asking(pinned_definition(workspace, settings, name), outcome, kind, until)
    with terminal.progress() as stage:
        told = propensity(settings, workspace, Asked(today=today, stage=stage, **asked), asking)
    if json:
        terminal.print_json(told.as_json())
        return
    for line in _opening(told):
        terminal.out.print(line, markup=False)
    terminal.out.print(_areas(told))
    terminal.out.print(_verdict(told), markup=False)
    terminal.out.print(_calibration(told))
    for line in _reasons(told):
        terminal.out.print(line, markup=False)
    for finding in told.findings:
        terminal.print_finding(finding)


def _require(option: str, asked: str, offered: list[str]) -> None:
    if asked not in offered:
        raise UsageError(
            f"{option} {asked!r}", f"not one of {', '.join(offered)}",
            f"Choose one.{did_you_mean(asked, offered)}",
        )  # fmt: skip


def _opening(told: Told) -> Iterator[str]:
    overall, days = told.found.overall, (told.upto - told.tried_as_of).days
    yield f"{told.asking.outcome}: {OUTCOMES[told.asking.outcome]} ({days} days)."
    yield (
        f"Learnt from {overall.fitted_on:,} customers as of {told.learnt_as_of} "
        f"({_share(told.outcomes(overall, fitted=True), overall.fitted_on)}),"
    )
    yield (
        f"tried on {overall.customers:,} as of {told.tried_as_of} "
        f"({_share(told.outcomes(overall), overall.customers)})."
    )
    if told.left_out:
        yield f"{told.left_out:,} others had not bought in as many days before, and are not in it."


def _areas(told: Told) -> Table:
    """AUC of both on the customers tried, with intervals; ``gain`` is paired."""
    table = _table("AUC", "tried", "one model", "its own", "gain (95 %)")
    for each, name in _shown(told):
        table.add_row(
            name,
            f"{each.customers:,}",
            _area(each.pooled),
            _area(each.separate),
            "–" if each.gain is None else _signed(each.gain, 2),
        )
    return table


def _verdict(told: Told) -> str:
    overall = told.found.overall
    said = overall.verdict.capitalize()
    if overall.gain is not None:
        said = f"{said}: AUC {_signed(overall.gain, 3)} with them"
    lines = [f"{said}."]
    lines += [
        f"{name}: {each.why_not}; it had {each.fitted_on:,} to learn from."
        for each, name in _shown(told)
        if each.why_not and each.segment is not None
    ]
    pay = [name for each, name in _shown(told) if each.segment is not None and "pays" in each.verdict]
    if pay:
        lines.append(f"A model of its own pays, of all segments weighed together, for {', '.join(pay)}.")
    if told.hidden:
        names = ", ".join(told.names[each] for each in told.names if each in told.hidden)
        lines.append(f"Not shown, for so few customers or to keep these hidden: {names}.")
    return "\n".join(lines)


def _calibration(told: Told) -> Table:
    """What the probabilities add up to against what came, and the mean squared error of each."""
    table = _table("Expected", "came", "one model", "its own", "Brier, one", "its own", "per weight")
    for each, name in _shown(told):
        if each.pooled is None:
            continue
        own = each.separate
        table.add_row(
            name,
            "–" if (outcomes := told.outcomes(each)) is None else f"{outcomes:,}",
            f"{each.pooled.expected:,.0f}",
            "–" if own is None else f"{own.expected:,.0f}",
            f"{each.pooled.brier:.4f}",
            "–" if own is None else f"{own.brier:.4f}",
            f"{each.per_weight:.1f}",
        )
    return table


def _reasons(told: Told) -> Iterator[str]:
    """For each segment the features without which its AUC falls, by how much, and which way they go."""
    for each, name in _shown(told):
        if each.segment is None or each.pooled is None:
            continue
        of = "" if each.separate is not None else ", by the one model"
        found = [loss for loss in each.importances if loss.matters]
        yield f"What counts for {name}{of}:"
        for loss in found[:MOST_SHOWN]:
            yield f"  {_reason(told, each, loss)}"
        if len(found) > MOST_SHOWN:
            yield f"  and {len(found) - MOST_SHOWN} more (--json has all)"
        if not found:
            yield "  no feature that these customers could tell from chance"
    yield from told.sentences
    yield "What the model says goes along with a feature: it need not come of it."


def _reason(told: Told, judged: Judged, loss: Importance) -> str:
    label = told.features[loss.feature].label
    return (
        f"{label}: AUC −{loss.loss:.3f} without it (−{loss.high:.3f} to −{max(loss.low, 0):.3f}); "
        f"{told.said(judged, loss)}"
    )


def _shown(told: Told) -> Iterator[tuple[Judged, str]]:
    """The segments that may be shown, and all customers."""
    for each in told.found.segments:
        if each.segment not in told.hidden and each.customers:
            yield each, told.names[str(each.segment)]
    yield told.found.overall, "All customers"


def _table(*heads: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for position, head in enumerate(heads):
        table.add_column(head, justify="right" if position else "left", no_wrap=bool(position))
    return table


def _area(score: Score | None) -> str:
    return "–" if score is None else f"{score.area.auc:.2f} ({score.area.low:.2f}–{score.area.high:.2f})"


def _signed(gain: Gain, places: int) -> str:
    """``+0.08 (+0.05 to +0.12)``"""
    up, low, high = (f"{each:+.{places}f}".replace("-", "−") for each in (gain.gain, gain.low, gain.high))
    return f"{up} ({low} to {high})"


def _share(part: int | None, whole: int) -> str:
    return "–" if part is None or not whole else f"{part / whole:.1%}"
