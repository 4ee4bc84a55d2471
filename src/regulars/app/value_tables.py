"""The tables of ``regulars value``: models beside simple rules, gains, parameters, classes, and checks."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from regulars.app.boosted import MODEL, Tried
from regulars.app.value import Compared
from regulars.figures import money, written
from regulars.value.checks import Check
from regulars.value.fitting import Fitted
from regulars.value.holdout import MOST_REPEATS, Class
from regulars.value.rules import Error
from regulars.value.spend_trial import SpendHoldOut

MOST_PROBABLE = "by the priors of the settings the most probable, not the most likely (MAP)"
"""Said of parameters that were not fitted by maximum likelihood alone."""
STANDS = {True: "holds", False: "doubtful", None: "not told"}


def models(found: Compared, currency: str, trees: Tried | None = None) -> Table:
    """What each model and each simple rule foretold, and how far off; the best model first. Of boosted
    trees, what they expect. Without amounts there is nothing of spend."""
    of_trees = trees is not None and trees.trial.of_money
    with_spend = of_trees or any(each.held_out.value is not None for each in found.valued)
    heads = ("", "log-likelihood", "purchases", "off by", *(("spend", "off by") if with_spend else ()))
    table = _table(heads)

    def add(*cells: str) -> None:
        table.add_row(*cells[: len(heads)])

    for each in found.valued:
        told, fitted = each.held_out, each.model.purchases
        spent = None if told.value is None else told.value[1]
        add(
            fitted.model, f"{fitted.log_likelihood:,.1f}",
            *_figures(told.purchases[1], told.error("purchases"), spent, told.error("spend"), currency),
        )  # fmt: skip
    if trees is not None:
        add(MODEL, "", *_of_trees(trees, currency))
    told = found.valued[0].held_out
    for name in dict.fromkeys(error.rule_name for error in told.errors):
        of_rule = {error.what: error for error in told.errors if error.rule_name == name}
        bought, spend = of_rule["purchases"], of_rule.get("spend")
        spent, off = (spend.rule_total, spend.rule_error) if spend else (None, None)
        add(name, "", *_figures(bought.rule_total, bought.rule_error, spent, off, currency))
    came = None if told.value is None else told.value[0]
    add("what came", "", *_figures(told.purchases[0], None, came, None, currency))
    return table


def _of_trees(trees: Tried, currency: str) -> tuple[str, ...]:
    _, expected, _ = trees.trial.value
    if trees.trial.of_money:
        return "–", "", money(expected, currency), money(trees.error, currency)
    return _figures(expected, trees.error, None, None, currency)


def _figures(
    bought: float, off: float | None, spent: float | None, spent_off: float | None, currency: str
) -> tuple[str, ...]:
    return (
        written(bought, "count"), "" if off is None else f"{off:.3f}",
        "–" if spent is None else money(spent, currency),
        "" if spent_off is None else money(spent_off, currency),
    )  # fmt: skip


def means(told: SpendHoldOut, currency: str) -> Table:
    """The mean of a purchase day as it was foretold and as it came; and how far off each was, a customer."""
    table = _table(("", "mean spend", "off by"))
    table.add_row("gamma_gamma", money(told.mean[1], currency), money(told.errors[0].model_error, currency))
    for error in told.errors:
        mean = error.rule_total / told.customers
        table.add_row(error.rule_name, money(mean, currency), money(error.rule_error, currency))
    table.add_row("what came", money(told.mean[0], currency), "")
    return table


def gains(name: str, errors: Sequence[Error], currency: str) -> Table:
    """How much less than each simple rule the model is off, a customer, with 95 % intervals."""
    kinds = list(dict.fromkeys(error.what for error in errors))
    table = _table((f"{name} closer than", *kinds))
    for rule in dict.fromkeys(error.rule_name for error in errors):
        table.add_row(rule, *[gain_told(each, currency) for each in errors if each.rule_name == rule])
    return table


def gain_told(error: Error, currency: str) -> str:
    """``0.241 (0.213 to 0.270)``, or with money."""
    gain, low, high = (
        money(each, currency) if error.what != "purchases" else f"{each:.3f}".replace("-", "−")
        for each in (error.gain, error.low, error.high)
    )
    return f"{gain} ({low} to {high})"


def _table(heads: Sequence[str]) -> Table:
    table = Table(box=None, pad_edge=False)
    for position, head in enumerate(heads):
        table.add_column(head, justify="right" if position else "left", no_wrap=True)
    return table


def told(fitted: Fitted) -> str:
    """``r 0.243 (se 0.013), alpha 4.41 (se 0.38)``"""
    errors = {
        name: "not told by the data" if error is None else f"se {error:.2g}"
        for name, error in fitted.standard_errors.items()
    }
    return ", ".join(f"{name} {value:.4g} ({errors[name]})" for name, value in fitted.parameters.items())


def classes(of: Sequence[Class], currency: str | None = None) -> Table:
    """What each class of repeat purchases bought, or (with a currency) spent a purchase, and was to."""
    then = "then bought each" if currency is None else "then spent a purchase"
    table = _table(("repeat purchases", "customers", then, "foretold"))
    for each in of:
        name = f"{each.x} or more" if each.x == MOST_REPEATS else str(each.x)
        figures = (
            f"{figure:.2f}" if currency is None else money(figure, currency)
            for figure in (each.actual, each.expected)
        )  # fmt: skip
        table.add_row(name, f"{each.customers:,}", *figures)
    return table


def checked(checks: Sequence[Check]) -> Table:
    """What the model takes for granted of this data, whether it holds, and what to do where it does not."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for check in checks:
        said = check.found if check.holds else f"{check.found} {check.remedy}"
        table.add_row(STANDS[check.holds], said)
    return table
