"""What ``regulars value`` shows: parameters, what was foretold against what came, and a plain verdict."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from regulars import settings as chosen_settings
from regulars.app import boosted, boosted_shown, terminal
from regulars.app import value_tables as tables
from regulars.app.value import Compared, Valued, value
from regulars.app.value_alone import SpendValued, by_periods, spend_alone
from regulars.app.work import Asked
from regulars.app.workspace import Workspace
from regulars.errors import UsageError, did_you_mean
from regulars.settings import Settings
from regulars.value.calibration import UNIT_DAYS
from regulars.value.checks import Check, findings
from regulars.value.periods import UNITS
from regulars.value.rules import verdicts
from regulars.value.worth import PURCHASES

MODELS = (*PURCHASES, "gamma_gamma", "bgbb", boosted.MODEL)


def show(
    root: Path,
    model: str | None,
    unit: str,
    until: date | None,
    *,
    compare: bool,
    json: bool,
    today: date,
    **asked: Any,
) -> None:
    """Fit one model, or all that can be compared, and show how well they foretold the rest of the orders.

    Without a model it is that of the settings.
    """
    require_one(unit, UNIT_DAYS, "--unit")
    if model is not None:
        require_one(model, MODELS, "--model")
    workspace = Workspace(root)
    settings = chosen_settings.load(workspace.settings)
    beside = boosted.Beside(None)
    with terminal.progress() as stage:
        how = Asked(today=today, stage=stage, **asked)
        found: Compared | SpendValued | boosted.Tried
        if compare:
            found = value(settings, workspace, how, PURCHASES, until, UNIT_DAYS[unit])
            beside = boosted.beside(found, settings, workspace, how)
        else:
            found = _alone(settings, workspace, how, model or settings.value.fitted, until, unit)
    if isinstance(found, boosted.Tried):
        boosted_shown.show(found, settings.currency, json=json)
    elif json:
        terminal.print_json(_json(found, beside, compare=compare))
    elif isinstance(found, SpendValued):
        _show_spend(found, settings.currency)
    elif not found.valued and beside.tried is not None:
        _show_trees_alone(found, beside.tried, settings.currency)
    else:
        _show_models(found, beside, settings.currency, unit)


def _alone(
    settings: Settings, workspace: Workspace, how: Asked, name: str, until: date | None, unit: str
) -> Compared | SpendValued | boosted.Tried:
    """One model and its trial. Raises why it cannot be fitted."""
    if name == boosted.MODEL:
        return boosted.boosted(settings, workspace, how, until)
    if name == "gamma_gamma":
        return spend_alone(settings, workspace, how, until)
    if name == "bgbb":
        require_one(unit, UNITS, "--unit")
        return by_periods(settings, workspace, how, until, unit)
    found = value(settings, workspace, how, (name,), until, UNIT_DAYS[unit])
    if not found.valued:
        raise found.failed[0]
    return found


def _show_models(found: Compared, beside: boosted.Beside, currency: str, unit: str) -> None:
    """Models of purchases, the best first: verdicts, figures beside the simple rules, parameters, doubts."""
    first = found.valued[0]
    told = first.held_out
    terminal.say(
        f"Fitted on the orders up to {told.until}, tried on those to {told.upto}: {told.customers:,} "
        f"customers ({told.born_later:,} who came later are not in it)."
    )
    for verdict in verdicts(told.errors, first.model.purchases.model):
        terminal.say(verdict)
    terminal.out.print(tables.models(found, currency, beside.tried))
    terminal.out.print(tables.gains(first.model.purchases.model, told.errors, currency))
    _show_parameters(first, unit)
    terminal.out.print(tables.classes(told.classes))
    if told.coverage is not None:
        terminal.say(told.coverage.words)
    _show_checks(found.checks)
    others = {f"value.{each.model.purchases.model}" for each in found.valued[1:]}
    for finding in (*found.findings, *beside.findings):
        # Of the other models their figures tell enough; the JSON has it all.
        if finding.where not in others:
            terminal.print_finding(finding)


def _show_trees_alone(found: Compared, trees: boosted.Tried, currency: str) -> None:
    """What there is to compare where no model of purchases could be fitted: the trees and their rule."""
    terminal.say(
        f"No model of purchases could be fitted on the orders up to {found.until} (why: below). "
        "Boosted trees could, and stand beside their simple rule:"
    )
    boosted_shown.show(trees, currency, json=False)
    for finding in found.findings:
        if finding not in trees.findings:
            terminal.print_finding(finding)


def _show_spend(found: SpendValued, currency: str) -> None:
    """Gamma-Gamma alone: what a purchase was worth to those who bought again, and what was expected."""
    told = found.held_out
    terminal.say(
        f"Fitted on {found.model.customers:,} customers who came back up to {told.until}, tried on the "
        f"{told.customers:,} who bought up to {told.upto}: the mean of a purchase day."
    )
    for verdict in verdicts(told.errors, "gamma_gamma"):
        terminal.say(verdict)
    terminal.out.print(tables.means(told, currency))
    terminal.out.print(tables.gains("gamma_gamma", told.errors, currency))
    terminal.say(f"gamma_gamma: {tables.told(found.model)}")
    terminal.out.print(tables.classes(told.classes, currency))
    _show_checks(found.checks)
    for finding in found.findings:
        terminal.print_finding(finding)


def _show_checks(made: Sequence[Check]) -> None:
    terminal.say("\nDoes this data fit the model?")
    terminal.out.print(tables.checked(made), soft_wrap=False)


def require_one(asked: str, offered: Collection[str], option: str) -> None:
    """Raises UsageError for what is not offered, with the near name."""
    if asked not in offered:
        found = f"not one of {', '.join(offered)}"
        raise UsageError(f"{option} {asked!r}", found, f"Choose one.{did_you_mean(asked, list(offered))}")


def _json(found: Compared | SpendValued, beside: boosted.Beside, *, compare: bool) -> dict[str, Any]:
    doubts = (*found.findings, *beside.findings, *findings(found.checks))
    doubted = {
        "checks": [each.as_json() for each in found.checks],
        "findings": [each.as_json() for each in doubts],
    }
    if isinstance(found, SpendValued):
        return {**found.as_json(), **doubted}
    if compare:
        trees = () if beside.tried is None else (beside.tried,)
        return {"models": [each.as_json() for each in (*found.valued, *trees)], **doubted}
    return {**found.valued[0].as_json(), **doubted}


def _show_parameters(valued: Valued, unit: str) -> None:
    model = valued.model
    priors = f"; {tables.MOST_PROBABLE}" if model.purchases.is_map else ""
    terminal.say(f"{model.purchases.model}, in {unit}s{priors}: {tables.told(model.purchases)}")
    if model.spend is not None:
        terminal.say(f"gamma_gamma, {model.spend.customers:,} who came back: {tables.told(model.spend)}")
