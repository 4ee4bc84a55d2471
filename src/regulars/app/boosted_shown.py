"""What ``regulars value --model boosted`` shows: verdicts, figures, who stays, and what the trees go by."""

from __future__ import annotations

from rich.table import Table

from regulars.app import terminal
from regulars.app.boosted import Tried
from regulars.figures import money, written
from regulars.value.auc import Area, Gain

MOST_FEATURES = 12


def show(told: Tried, currency: str, *, json: bool) -> None:
    """The trial as text, or as JSON."""
    if json:
        findings = [each.as_json() for each in told.findings]
        terminal.print_json({**told.as_json(), "document": told.model.as_json(), "findings": findings})
        return
    trial, learnt = told.trial, told.learnt
    terminal.say(
        f"Learnt from {told.model.customers:,} customers as of {learnt.cut} and their next "
        f"{learnt.horizon_days} days; tried on {trial.customers:,} as of {trial.until} and theirs "
        f"({trial.born_later:,} who came later are not in it)."
    )
    for verdict in trial.verdicts:
        terminal.say(verdict)
    terminal.out.print(_forecasts(told, currency))
    terminal.say(f"\n{_staying(told)}")
    terminal.out.print(_calibration(told))
    terminal.say("\nWhat it goes by, dealt out anew among customers:")
    terminal.out.print(_importances(told, currency))
    for finding in told.findings:
        terminal.print_finding(finding)


def _staying(told: Tried) -> str:
    trial = told.trial
    among = "" if trial.area_of_active is None else (
        f", and in {_area(trial.area_of_active)} where both had bought in as many days before"
    )  # fmt: skip
    return (
        f"Who stays: {trial.active[0]:,} bought, and {trial.active[1]:,.0f} were expected to. Of two "
        f"customers, one of whom bought, it names the right one in {_area(trial.area)}{among} "
        f"(AUC; 95% intervals). Probabilities are off by {_percent(trial.calibration_error)} on average "
        "(expected calibration error):"
    )


def _area(area: Area) -> str:
    return f"{_percent(area.auc)} ({_percent(area.low)} to {_percent(area.high)})"


def _forecasts(told: Tried, currency: str) -> Table:
    trial = told.trial
    actual, *sums = trial.value
    table = _table(("", "spend" if trial.of_money else "purchases", "off by", "closer than as before"))
    for name, total, error in zip(("expected", "likely"), sums, trial.errors, strict=True):
        closer = _interval(Gain(error.gain, error.low, error.high), told, currency)
        table.add_row(
            name, _amount(total, told, currency), _amount(error.model_error, told, currency), closer
        )
    error = trial.errors[0]
    table.add_row(
        "as before", _amount(error.rule_total, told, currency), _amount(error.rule_error, told, currency), ""
    )
    table.add_row("what came", _amount(actual, told, currency), "", "")
    return table


def _calibration(told: Tried) -> Table:
    table = _table(("customers", "foretold", "bought"))
    for tenth in told.trial.calibration:
        table.add_row(f"{tenth.customers:,}", _percent(tenth.foretold), _percent(tenth.came))
    return table


def _importances(told: Tried, currency: str) -> Table:
    table = _table(("", "AUC lost", "error added"))
    for each in told.trial.importances[:MOST_FEATURES]:
        auc, low, high = map(_signed, (each.auc.gain, each.auc.low, each.auc.high))
        error = _interval(each.error, told, currency)
        table.add_row(told.labels[each.feature], f"{auc} ({low} to {high})", error)
    return table


def _interval(gain: Gain, told: Tried, currency: str) -> str:
    middle, low, high = (_amount(each, told, currency) for each in (gain.gain, gain.low, gain.high))
    return f"{middle} ({low} to {high})"


def _amount(value: float, told: Tried, currency: str) -> str:
    if told.trial.of_money:
        return money(value, currency)
    return written(value, "count") if abs(value) >= 100 else _signed(value)


def _signed(value: float) -> str:
    return f"{round(value, 3) + 0.0:.3f}".replace("-", "−")


def _percent(share: float) -> str:
    return written(100 * share, "percent")


def _table(heads: tuple[str, ...]) -> Table:
    table = Table(box=None, pad_edge=False)
    for position, head in enumerate(heads):
        table.add_column(head, justify="right" if position else "left", no_wrap=True)
    return table
