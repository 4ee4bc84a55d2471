"""What ``regulars value`` shows: parameters, what was foretold against what came, and a plain verdict."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Any

from regulars import settings as chosen_settings
from regulars.app import terminal
from regulars.app import value_tables as tables
from regulars.app.value import UNIT_DAYS, Compared, Valued, value
from regulars.app.work import Asked
from regulars.app.workspace import Workspace
from regulars.errors import UsageError, did_you_mean
from regulars.value.checks import findings
from regulars.value.worth import PURCHASES


def show(
    root: Path,
    model: str,
    unit: str,
    until: date | None,
    *,
    compare: bool,
    json: bool,
    today: date,
    **asked: Any,
) -> None:
    """Fit one model, or all of them, on a project's orders and show how well they foretold the rest."""
    _require(model, PURCHASES, "--model")
    _require(unit, UNIT_DAYS, "--unit")
    workspace = Workspace(root)
    settings = chosen_settings.load(workspace.settings)
    models = PURCHASES if compare else (model,)
    with terminal.progress() as stage:
        found = value(
            settings, workspace, Asked(today=today, stage=stage, **asked), models, until, UNIT_DAYS[unit]
        )
    if json:
        terminal.print_json(_json(found, compare=compare))
        return
    first = found.valued[0]
    told = first.held_out
    _say(
        f"Fitted on the orders up to {told.until}, tried on those to {told.upto}: {told.customers:,} "
        f"customers ({told.born_later:,} who came later are not in it)."
    )
    for verdict in told.verdicts:
        _say(verdict)
    terminal.out.print(tables.models(found, settings.currency))
    terminal.out.print(tables.gains(first, settings.currency))
    _show_parameters(first, unit)
    terminal.out.print(tables.classes(first))
    _say("\nDoes this data fit the model?")
    terminal.out.print(tables.checked(found.checks), soft_wrap=False)
    others = {f"value.{each.model.purchases.model}" for each in found.valued[1:]}
    for finding in found.findings:
        # Of the other models their figures tell enough; the JSON has it all.
        if finding.where not in others:
            terminal.print_finding(finding)


def _require(asked: str, offered: Collection[str], option: str) -> None:
    if asked not in offered:
        found = f"not one of {', '.join(offered)}"
        raise UsageError(f"{option} {asked!r}", found, f"Choose one.{did_you_mean(asked, list(offered))}")


def _json(found: Compared, *, compare: bool) -> dict[str, Any]:
    also = {
        "checks": [each.as_json() for each in found.checks],
        "findings": [each.as_json() for each in (*found.findings, *findings(found.checks))],
    }
    if compare:
        return {"models": [each.as_json() for each in found.valued], **also}
    return {**found.valued[0].as_json(), **also}


def _show_parameters(valued: Valued, unit: str) -> None:
    model = valued.model
    _say(f"{model.purchases.model}, in {unit}s: {tables.told(model.purchases)}")
    if model.spend is not None:
        _say(f"gamma_gamma, {model.spend.customers:,} who came back: {tables.told(model.spend)}")


def _say(words: str) -> None:
    """Prose, broken between words where the terminal ends."""
    terminal.out.print(words, markup=False, soft_wrap=False)
