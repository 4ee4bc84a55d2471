"""``regulars value --output``: what each customer will be worth, a row each, by a model of all orders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from regulars import settings as chosen_settings
from regulars.app import boosted_file, terminal
from regulars.app.boosted import MODEL
from regulars.app.output import require_table_name, write_table
from regulars.app.study import cleaned_orders
from regulars.app.value import require_orders
from regulars.app.value_tables import MOST_PROBABLE
from regulars.app.work import Asked
from regulars.app.workspace import Workspace
from regulars.errors import UsageError
from regulars.settings import Settings
from regulars.types import Finding
from regulars.value.calibration import calibrate
from regulars.value.customers import LEVEL, make_valued_customers
from regulars.value.priors import priors
from regulars.value.worth import PURCHASES, ValueModel

WEEK = 7
ORDERED = "select * from valued_customers order by customer_id"


@dataclass(frozen=True)
class Written:
    """The file of customers, the model that it was made by, and how far it looks."""

    output: Path
    customers: int
    model: ValueModel
    horizon_days: int
    discount_rate: float
    findings: tuple[Finding, ...]

    def as_json(self) -> dict[str, Any]:
        spend = self.model.spend
        return {
            "output": str(self.output),
            "customers": self.customers,
            "fitted_until": self.model.until.isoformat(),
            "horizon_days": self.horizon_days,
            "discount_rate": self.discount_rate,
            "interval_level": LEVEL,
            "model": self.model.purchases.as_json(),
            "spend": None if spend is None else spend.as_json(),
            "kept_share": self.model.kept_share,
            "findings": [each.as_json() for each in self.findings],
        }


def show(
    root: Path,
    model: str | None,
    output: Path,
    horizon_days: int | None,
    discount_rate: float | None,
    *,
    json: bool,
    today: date,
    **asked: Any,
) -> None:
    """Fit, write the file, and say what stands in it."""
    workspace = Workspace(root)
    settings = chosen_settings.load(workspace.settings)
    name = model or settings.value.fitted
    with terminal.progress() as stage:
        how = Asked(today=today, stage=stage, **asked)
        if name == MODEL:
            horizon = settings.value.horizon_days if horizon_days is None else horizon_days
            boosted_file.show(
                boosted_file.write_customers(settings, workspace, how, output, horizon), json=json
            )
            return
        made = write_customers(settings, workspace, how, name, output, horizon_days, discount_rate)
    if json:
        terminal.print_json(made.as_json())
        return
    priors = f" (parameters: {MOST_PROBABLE})" if made.model.purchases.is_map else ""
    terminal.say(
        f"{made.customers:,} customers in {made.output}: by {name}{priors}, fitted on all orders up to "
        f"{made.model.until}, for the {made.horizon_days} days after, discounted at "
        f"{made.discount_rate * 100:g} % a year. Intervals hold {LEVEL * 100:g} %."
    )
    for finding in made.findings:
        terminal.print_finding(finding)


def write_customers(
    settings: Settings, workspace: Workspace, asked: Asked, name: str, output: Path,
    horizon_days: int | None, discount_rate: float | None,
) -> Written:  # fmt: skip
    """Fit the model on all orders up to the day of the study and write what every customer will be worth.

    Horizon and discount rate are those of the settings unless given. Rows go from the engine to the file.
    Raises FitFailed and NotReady where the orders carry no model, UsageError for a file or model that
    cannot be, or without orders.
    """
    require_table_name(output)
    if not output.absolute().parent.is_dir():
        raise UsageError(f"--output {str(output)!r}", "no such folder", "Make the folder first.")
    if name not in PURCHASES:
        raise UsageError(
            f"--model {name!r}", "it tells nothing of purchases at any day of a customer's life",
            f"Choose one of {', '.join(PURCHASES)} for --output.",
        )  # fmt: skip
    require_orders(settings)
    horizon = settings.value.horizon_days if horizon_days is None else horizon_days
    rate = settings.value.discount_rate if discount_rate is None else discount_rate
    with cleaned_orders(settings, workspace, asked) as orders:
        asked.stage(f"Fitting {name} on the orders up to {orders.as_of}")
        calibration = calibrate(orders.engine, orders.as_of, WEEK)
        model, doubts = calibration.fit(name, priors(settings.value, name, WEEK))
        asked.stage("Foretelling")
        make_valued_customers(orders.engine, model, horizon, rate)
        write_table(orders.engine, ORDERED, output)
        customers = orders.engine.count("valued_customers")
        findings = (*orders.findings, *calibration.doubts, *doubts)
    return Written(output, customers, model, horizon, rate, findings)
