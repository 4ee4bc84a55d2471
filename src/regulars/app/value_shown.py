"""What ``regulars value`` shows: parameters, what was foretold against what came, and a plain verdict."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Any

from rich.table import Table

from regulars import settings as chosen_settings
from regulars.app import terminal
from regulars.app.value import UNIT_DAYS, Compared, Valued, value
from regulars.app.work import Asked
from regulars.app.workspace import Workspace
from regulars.errors import UsageError, did_you_mean
from regulars.figures import money, written
from regulars.value.fitting import Fitted
from regulars.value.holdout import MOST_REPEATS
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
    terminal.out.print(
        f"Fitted on the orders up to {told.until}, tried on those to {told.upto}: {told.customers:,} "
        f"customers ({told.born_later:,} who came later are not in it).",
        markup=False,
    )
    _show_models(found, settings.currency)
    _show_parameters(first, unit)
    terminal.out.print(_classes(first))
    for error in told.errors:
        terminal.out.print(f"{error.verdict.capitalize()}.", markup=False)
    for finding in found.findings:
        terminal.print_finding(finding)


def _require(asked: str, offered: Collection[str], option: str) -> None:
    if asked not in offered:
        found = f"not one of {', '.join(offered)}"
        raise UsageError(f"{option} {asked!r}", found, f"Choose one.{did_you_mean(asked, list(offered))}")


def _json(found: Compared, *, compare: bool) -> dict[str, Any]:
    findings = [finding.as_json() for finding in found.findings]
    if compare:
        return {"models": [each.as_json() for each in found.valued], "findings": findings}
    return {**found.valued[0].as_json(), "findings": findings}


def _show_models(found: Compared, currency: str) -> None:
    """Each model's totals and errors, the best first; and the simple rule to beat."""
    table = Table(box=None, pad_edge=False)
    heads = ("model", "log-likelihood", "purchases", "error each", "spend", "error each")
    for position, head in enumerate(heads):
        table.add_column(head, justify="right" if position else "left", no_wrap=True)
    for each in found.valued:
        told = each.held_out
        spent = ("–", "–") if told.value is None else (
            money(told.value[1], currency), money(told.errors[-1].model_error, currency)
        )  # fmt: skip
        table.add_row(
            each.model.purchases.model,
            f"{each.model.purchases.log_likelihood:,.3f}",
            written(told.purchases[1], "count"),
            f"{told.errors[0].model_error:.3f}",
            *spent,
        )
    told = found.valued[0].held_out
    spent = ("–", "–") if told.value is None else ("", money(told.errors[-1].rule_error, currency))
    table.add_row("as before", "", "", f"{told.errors[0].rule_error:.3f}", *spent)
    came = "–" if told.value is None else money(told.value[0], currency)
    table.add_row("what came", "", written(told.purchases[0], "count"), "", came, "")
    terminal.out.print(table)


def _show_parameters(valued: Valued, unit: str) -> None:
    model = valued.model
    terminal.out.print(f"{model.purchases.model}, in {unit}s: {_told(model.purchases)}", markup=False)
    if model.spend is not None:
        terminal.out.print(
            f"gamma_gamma, {model.spend.customers:,} who came back: {_told(model.spend)}", markup=False
        )


def _told(fitted: Fitted) -> str:
    """``r 0.243 (se 0.013), alpha 4.41 (se 0.38)``"""
    errors = {
        name: "not told by the data" if error is None else f"se {error:.2g}"
        for name, error in fitted.standard_errors.items()
    }
    return ", ".join(f"{name} {value:.4g} ({errors[name]})" for name, value in fitted.parameters.items())


def _classes(valued: Valued) -> Table:
    table = Table(box=None, pad_edge=False)
    for position, head in enumerate(("repeat purchases", "customers", "then bought each", "foretold")):
        table.add_column(head, justify="right" if position else "left", no_wrap=True)
    for each in valued.held_out.classes:
        name = f"{each.x} or more" if each.x == MOST_REPEATS else str(each.x)
        table.add_row(name, f"{each.customers:,}", f"{each.actual:.2f}", f"{each.expected:.2f}")
    return table
