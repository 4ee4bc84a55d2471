"""``regulars value --by``: a model fitted cohort by cohort, or plan by plan, against one for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from rich.table import Table

from regulars import settings as chosen_settings
from regulars.app import terminal
from regulars.app.reading import offered
from regulars.app.value import opened
from regulars.app.value_shown import require_one
from regulars.app.value_tables import MOST_PROBABLE, gain_told
from regulars.app.work import Asked
from regulars.app.workspace import Workspace
from regulars.engine import Engine, quoted
from regulars.errors import UsageError, did_you_mean, sentence
from regulars.prepare.beside import customers_known
from regulars.prepare.features.attributes import CUSTOMERS
from regulars.settings import Settings
from regulars.types import Finding
from regulars.value.by_group import ByGroup, Group, fit_by
from regulars.value.calibration import UNIT_DAYS, calibrate
from regulars.value.fitting import Fitted
from regulars.value.priors import priors
from regulars.value.worth import PURCHASES

COHORTS = {
    "quarter": "year(first_on) || ' Q' || quarter(first_on)",
    "year": "cast(year(first_on) as varchar)",
}
"""When a customer's first purchase was."""
MOST_GROUPS = 40
"""A text of more values than this names customers, and no kinds of them."""
NOT_KNOWN = "not known"


@dataclass(frozen=True)
class ValuedBy:
    """Groups beside one model for all, and what is doubtful of the comparison.

    ``undated``: why nothing is compared, where the groups may have been told after the days held out began.
    """

    by_group: ByGroup
    findings: tuple[Finding, ...]
    undated: Finding | None

    def as_json(self) -> dict[str, Any]:
        first = () if self.undated is None else (self.undated,)
        return {
            **self.by_group.as_json(),
            "findings": [each.as_json() for each in (*first, *self.findings)],
        }


def value_by(
    settings: Settings,
    workspace: Workspace,
    asked: Asked,
    name: str,
    by: str,
    calibrate_until: date | None,
    unit_days: int,
) -> ValuedBy:
    """Fit one model of purchases for all and for each group, and compare both with the days after.

    An attribute is taken as it was known on the last day of calibration. Of one that may have been written
    after it nothing is compared: it could tell what came.

    Raises UsageError for what is no cohort and no attribute of kinds of customers; and as ``value`` does.
    """
    _require_grouping(settings, by)
    with opened(settings, workspace, asked, calibrate_until) as (orders, until):
        calibration = calibrate(orders.engine, until, unit_days)
        undated = _undated(settings, by, until)
        if by not in COHORTS and undated is None:
            customers_known(orders.engine, orders.tables.beside[CUSTOMERS], until)
        _make_groups(orders.engine, by, until)
        asked.stage(f"Fitting {name} by {by}")
        found = fit_by(
            orders.engine, calibration, name, by, orders.as_of, priors(settings.value, name, unit_days)
        )
    if undated is not None:
        found = replace(found, errors=())
    return ValuedBy(found, (*orders.findings, *calibration.doubts), undated)


def _undated(settings: Settings, by: str, until: date) -> Finding | None:
    """The reason why nothing is said of whether groups pay, where nobody knows when they were known."""
    customers = settings.sources.customers
    if by in COHORTS or customers is None or customers.columns.known_on is not None:
        return None
    return Finding(
        "warning", f"value.by.{by}",
        f"Whether separate models pay is not told: the table of customers does not say when it was known, "
        f"and {by} may have been written after {until}, when it could tell what came.",
        "Name sources.customers.columns.known_on, a date column, or take a cohort: quarter, year.",
    )  # fmt: skip


def _require_grouping(settings: Settings, by: str) -> None:
    """Raises UsageError for a segmentation, for a protected attribute and for what is neither cohort nor
    attribute."""
    if by in COHORTS:
        return
    if by in settings.segmentations:
        raise UsageError(
            f"--by {by}", "it is a segmentation, made of the same purchases as the histories",
            "Its segments would differ by construction, and the test would prove nothing. Take quarter, year "
            "or an attribute of the customers' table.",
        )  # fmt: skip
    customers = settings.sources.customers
    attributes = list(customers.attributes) if customers else []
    if by not in attributes:
        remedy = (
            f"Choose one of {', '.join([*COHORTS, *attributes])}.{did_you_mean(by, [*COHORTS, *attributes])}"
        )
        raise UsageError(f"--by {by}", "no cohort and no attribute of the customers' table", remedy)
    (feature,) = [each for each in offered(settings).features if each.name == by]
    if feature.protected:
        raise UsageError(
            f"--by {by}", f"customers may not be told apart by it: {feature.protected}",
            "Take another attribute, or a cohort.",
        )  # fmt: skip


def _make_groups(engine: Engine, by: str, until: date) -> None:
    """The table ``customer_groups``: each customer of ``histories`` and the group's name.

    Raises UsageError for an attribute that is a number, or has one value or too many.
    """
    if by in COHORTS:
        first = f"select *, date '{until}' - cast(seen_days as integer) as first_on from histories"
        groups = f"select customer_id, {COHORTS[by]} as name from ({first})"
    elif (kind := engine.kinds("customers")[by]) != "VARCHAR":
        raise UsageError(
            f"--by {by}", f"it is a number ({kind.lower()}), not a kind of customer",
            "Take an attribute that is text, or a cohort: quarter, year.",
        )  # fmt: skip
    else:
        groups = (
            f"select histories.customer_id, coalesce(customers.{quoted(by)}, '{NOT_KNOWN}') as name "
            "from histories left join customers using (customer_id)"
        )
    engine.create("customer_groups", groups)
    ((count, first_name),) = engine.rows(
        f"select count(distinct name), min(name) from customer_groups where name != '{NOT_KNOWN}'"
    )
    if count < 2:
        raise UsageError(
            f"--by {by}",
            f"all customers are of one: {first_name or NOT_KNOWN}",
            "Take another attribute, or a cohort.",
        )
    if count > MOST_GROUPS:
        raise UsageError(
            f"--by {by}", f"it has {count:,} values", f"Take an attribute of at most {MOST_GROUPS} kinds."
        )


def show(
    root: Path,
    model: str | None,
    unit: str,
    until: date | None,
    *,
    by: str,
    json: bool,
    today: date,
    **asked: Any,
) -> None:
    """Fit a model by group and show whether that pays; without a model it is that of the settings."""
    require_one(unit, UNIT_DAYS, "--unit")
    workspace = Workspace(root)
    settings = chosen_settings.load(workspace.settings)
    name = model or settings.value.fitted
    if name not in PURCHASES:
        raise UsageError(f"--by {by} --model {name}", "groups are fitted by a model of purchases",
                         f"Take one of {', '.join(PURCHASES)}.{did_you_mean(name, PURCHASES)}")  # fmt: skip
    with terminal.progress() as stage:
        how = Asked(today=today, stage=stage, **asked)
        found = value_by(settings, workspace, how, name, by, until, UNIT_DAYS[unit])
    if json:
        terminal.print_json(found.as_json())
        return
    told = found.by_group
    if found.undated is not None:
        terminal.say(f"{sentence(found.undated.what)} {found.undated.remedy}")
    tried = f", tried on those to {told.upto}" if told.errors else ""
    terminal.say(f"{told.pooled.model} by {told.by}, fitted on the orders up to {told.until}{tried}.")
    for verdict in verdicts(told, settings.currency):
        terminal.say(verdict)
    terminal.out.print(_sizes(told))
    priors = f"; {MOST_PROBABLE}" if told.pooled.is_map else ""
    terminal.say(
        f"\nParameters in {unit}s, standard errors beside them (not told: any value would do){priors}:"
    )
    terminal.out.print(_parameters(told), soft_wrap=False)
    for finding in found.findings:
        terminal.print_finding(finding)


def verdicts(told: ByGroup, currency: str) -> list[str]:
    """Whether separate models pay in the days held out, and whether the parameters differ at all."""
    said = []
    for error in told.errors:
        pays = "pay" if error.beats else "do worse than one for all" if error.high < 0 else "do not pay"
        said.append(
            f"On {error.what} separate models {pays}: {gain_told(error, currency)} closer a customer."
        )
    if not told.degrees_of_freedom:
        return [*said, "No group has enough customers who came back for a fit of its own."]
    differ = "differ" if told.p < 0.05 else "may be the same"
    size = "less than 0.001" if told.p < 0.001 else f"{told.p:.3f}"
    ratio = (
        f"likelihood ratio {told.statistic:,.1f} on {told.degrees_of_freedom} degrees of freedom, p {size}"
    )
    bic = f"BIC {'better' if told.bic_gain > 0 else 'worse'} by {abs(told.bic_gain):,.1f}"
    said.append(f"The parameters {differ}: {ratio}; {bic}.")
    return said


def _sizes(told: ByGroup) -> Table:
    """How many customers each group has, and how many of them came back."""
    table = _table((told.by, "customers", "came back"))
    for each in (*told.groups, _everybody(told)):
        table.add_row(each.name, f"{each.customers:,}", f"{each.repeaters:,}")
    return table


def _parameters(told: ByGroup) -> Table:
    """Each parameter with its standard error; of a group without its own, that it has those of all."""
    names = list(told.pooled.parameters)
    table = _table((told.by, *names))
    for each in (*told.groups, _everybody(told)):
        figures = ["as all"] if each.fitted is None else [_figure(each.fitted, name) for name in names]
        table.add_row(each.name, *figures)
    return table


def _everybody(told: ByGroup) -> Group:
    repeaters = sum(each.repeaters for each in told.groups)
    return Group("all", told.pooled.customers, repeaters, told.pooled)


def _figure(fitted: Fitted, name: str) -> str:
    """``0.745 (0.041)``; where any value would do as well, the one that the search ended on says nothing."""
    error = fitted.standard_errors[name]
    return "not told" if error is None else f"{fitted.parameters[name]:.3g} ({error:.2g})"


def _table(heads: Sequence[str]) -> Table:
    """A long name of a group is folded, and not cut short."""
    table = Table(box=None, pad_edge=False)
    for position, head in enumerate(heads):
        table.add_column(head, justify="right" if position else "left", overflow="fold")
    return table
