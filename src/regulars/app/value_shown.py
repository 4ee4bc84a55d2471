"""What ``regulars value`` shows: parameters, what was foretold against what came, and a plain verdict."""

from __future__ import annotations

from collections.abc import Collection, Sequence
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
    for verdict in told.verdicts:
        terminal.out.print(verdict, markup=False)
    terminal.out.print(_models(found, settings.currency))
    terminal.out.print(_gains(first, settings.currency))
    _show_parameters(first, unit)
    terminal.out.print(_classes(first))
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


def _models(found: Compared, currency: str) -> Table:
    """What each model and each simple rule foretold, and how far off; the best model first."""
    heads = ("", "log-likelihood", "purchases", "off by", "spend", "off by")
    table = _table(heads)
    for each in found.valued:
        told, fitted = each.held_out, each.model.purchases
        spent = None if told.value is None else told.value[1]
        table.add_row(
            fitted.model, f"{fitted.log_likelihood:,.1f}",
            *_figures(told.purchases[1], told.error("purchases"), spent, told.error("spend"), currency),
        )  # fmt: skip
    told = found.valued[0].held_out
    for name in dict.fromkeys(error.rule_name for error in told.errors):
        of_rule = {error.what: error for error in told.errors if error.rule_name == name}
        bought, spend = of_rule["purchases"], of_rule.get("spend")
        spent, off = (spend.rule_total, spend.rule_error) if spend else (None, None)
        table.add_row(name, "", *_figures(bought.rule_total, bought.rule_error, spent, off, currency))
    came = None if told.value is None else told.value[0]
    table.add_row("what came", "", *_figures(told.purchases[0], None, came, None, currency))
    return table


def _figures(
    bought: float, off: float | None, spent: float | None, spent_off: float | None, currency: str
) -> tuple[str, ...]:
    return (
        written(bought, "count"), "" if off is None else f"{off:.3f}",
        "–" if spent is None else money(spent, currency),
        "" if spent_off is None else money(spent_off, currency),
    )  # fmt: skip


def _gains(valued: Valued, currency: str) -> Table:
    """How much less than each simple rule the model is off, a customer, with 95 % intervals."""
    errors = valued.held_out.errors
    kinds = list(dict.fromkeys(error.what for error in errors))
    table = _table((f"{valued.model.purchases.model} closer than", *kinds))
    for name in dict.fromkeys(error.rule_name for error in errors):
        row = []
        for error in (error for error in errors if error.rule_name == name):
            gain, low, high = (
                money(each, currency) if error.what == "spend" else f"{each:.3f}".replace("-", "−")
                for each in (error.gain, error.low, error.high)
            )
            row.append(f"{gain} ({low} to {high})")
        table.add_row(name, *row)
    return table


def _table(heads: Sequence[str]) -> Table:
    table = Table(box=None, pad_edge=False)
    for position, head in enumerate(heads):
        table.add_column(head, justify="right" if position else "left", no_wrap=True)
    return table


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
    table = _table(("repeat purchases", "customers", "then bought each", "foretold"))
    for each in valued.held_out.classes:
        name = f"{each.x} or more" if each.x == MOST_REPEATS else str(each.x)
        table.add_row(name, f"{each.customers:,}", f"{each.actual:.2f}", f"{each.expected:.2f}")
    return table
