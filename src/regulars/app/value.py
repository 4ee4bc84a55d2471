"""What customers will be worth: models fitted on a project's orders, and held against what came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from regulars.app.study import CleanOrders, cleaned_orders
from regulars.app.work import Asked
from regulars.app.workspace import Workspace
from regulars.engine import Engine
from regulars.errors import FitFailed, NotReady, UsageError
from regulars.settings import Settings
from regulars.types import Finding
from regulars.value import gamma_gamma
from regulars.value.fitting import Fitted
from regulars.value.gamma_gamma import Spending
from regulars.value.histories import grouped, make_histories
from regulars.value.holdout import HoldOut, held_out
from regulars.value.worth import ValueModel, fit_purchases, make_worth, purchase_model

UNIT_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
"""The parameters come in one of these; what is foretold is the same in all."""
CALIBRATED_SHARE = 0.75
"""Of the span of the orders, where no day is named: the last quarter is held out."""
FEWEST_REPEATERS = 30
"""With fewer customers who came back, a model of coming back rests on nobody."""


@dataclass(frozen=True)
class Valued:
    """One model: its parameters on the calibration days, its spend model, and how it foretold the rest."""

    model: ValueModel
    held_out: HoldOut

    def as_json(self) -> dict[str, Any]:
        spend = self.model.spend
        return {
            **self.model.purchases.as_json(),
            "unit_days": self.model.unit_days,
            "spend": None if spend is None else spend.as_json(),
            "kept_share": self.model.kept_share,
            "validation": self.held_out.as_json(),
        }


@dataclass(frozen=True)
class Compared:
    """Every model that could be fitted, the best first, and why the others could not."""

    valued: tuple[Valued, ...]
    findings: tuple[Finding, ...]


def value(
    settings: Settings,
    workspace: Workspace,
    asked: Asked,
    models: Sequence[str],
    calibrate_until: date | None,
    unit_days: int,
) -> Compared:
    """Fit each model on the orders up to a day, and compare what it foretells with the days after.

    Raises FitFailed where none of the models can be fitted; NotReady for too few who came back;
    UsageError for a day that leaves nothing to fit on or nothing to compare with, and without orders.
    """
    if not settings.sources.shops:
        raise UsageError(
            "value", "this study has no orders, only a table of customers",
            "Name sources.orders: what people will buy is foretold from when they bought.",
        )  # fmt: skip
    with cleaned_orders(settings, workspace, asked) as orders:
        until = _until(orders, calibrate_until)
        asked.stage(f"Fitting on the orders up to {until}")
        engine = orders.engine
        make_histories(engine, until)
        _require_repeaters(engine, until)
        spend, doubts = _spend(engine)
        kept = _kept_share(engine, until)
        found: list[Valued] = []
        failed: list[FitFailed] = []
        histories = grouped(engine, unit_days)
        for name in models:
            asked.stage(f"Fitting {name}")
            try:
                purchases = fit_purchases(name, histories)
            except FitFailed as failure:
                failed.append(failure)
                continue
            doubts += _nobody_leaves(purchases)
            model = ValueModel(purchases, spend, unit_days, kept, until)
            make_worth(engine, model, (orders.as_of - until).days)
            told = held_out(engine, purchase_model(purchases), model.unit_days, until, orders.as_of)
            found.append(Valued(model, told))
    if not found:
        raise failed[0]
    doubts += [Finding("warning", each.asked, each.found, each.remedy) for each in failed]
    best = sorted(found, key=lambda each: each.held_out.errors[-1].model_error)
    return Compared(tuple(best), (*orders.findings, *doubts))


def _nobody_leaves(fitted: Fitted) -> list[Finding]:
    """A note where the parameters of leaving run off: in days so few, silence looks like a slow rhythm."""
    untold = [name for name, error in fitted.standard_errors.items() if error is None]
    if not untold:
        return []
    return [
        Finding(
            "note", f"value.{fitted.model}",
            f"Nobody is seen to leave, so {' and '.join(untold)} could be anything and everybody counts as "
            "alive: what is left of the model is each customer's own rate of purchases (NBD).",
            "Take a longer calibration period: silence tells of leaving only where it is long.",
        )
    ]  # fmt: skip


def _until(orders: CleanOrders, asked: date | None) -> date:
    """The last day of calibration. Raises UsageError where it leaves no day on one of its sides."""
    start, span = orders.cleaned.start, (orders.as_of - orders.cleaned.start).days
    until = asked or start + timedelta(days=int(span * CALIBRATED_SHARE))
    if not start < until < orders.as_of:
        raise UsageError(
            f"--calibrate-until {until}", f"the orders run from {start} to {orders.as_of}",
            "Name a day between these: a model is fitted up to it and tried on what follows.",
        )  # fmt: skip
    return until


def _require_repeaters(engine: Engine, until: date) -> None:
    ((repeaters, customers),) = engine.rows(
        "select count(case when repeats > 0 then 1 end), count(*) from histories"
    )
    if repeaters < FEWEST_REPEATERS:
        raise NotReady(
            "value", f"of {customers:,} customers up to {until}, {repeaters:,} came back on another day",
            f"A model of coming back needs {FEWEST_REPEATERS} or more: take a later day, or more orders.",
        )  # fmt: skip


def _spend(engine: Engine) -> tuple[Fitted | None, list[Finding]]:
    """The model of what a purchase is worth, or the finding that says why there is none."""
    spending: Spending = gamma_gamma.grouped(engine)
    if not len(spending.x):
        what = "There is no value: the orders carry no amounts above zero on repeat purchases."
        return None, [Finding("warning", "value.spend", what, "Map an amount or unit_price column.")]
    try:
        return gamma_gamma.fit(spending), []
    except FitFailed as failure:
        return None, [Finding("warning", "value.spend", failure.found, failure.remedy)]


def _kept_share(engine: Engine, until: date) -> float:
    """What is left of sales after returns up to the day, 0 to 1, in six decimals; 1 without amounts."""
    ((sold, returned),) = engine.rows(
        "select sum(case when not is_return then amount end), sum(case when is_return then amount end) "
        f"from orders where ordered_on <= date '{until}'"
    )
    if not sold or sold <= 0:
        return 1.0
    return round(max(float((sold + (returned or 0)) / sold), 0.0), 6)
