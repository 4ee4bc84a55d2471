"""The two value models that stand alone: what a purchase is worth, and purchases by periods."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from regulars.app.value import Compared, Valued, opened
from regulars.app.work import Asked
from regulars.app.workspace import Workspace
from regulars.errors import NotReady
from regulars.settings import Settings
from regulars.types import Finding
from regulars.value import gamma_gamma
from regulars.value.calibration import require_repeaters
from regulars.value.checks import Check
from regulars.value.fitting import Fitted
from regulars.value.histories import make_histories
from regulars.value.periods import Periods, calibrate_periods, periods_held_out
from regulars.value.spend_trial import SpendHoldOut, spend_held_out
from regulars.value.suits import checks, independent, pinned_down


@dataclass(frozen=True)
class SpendValued:
    """Gamma-Gamma alone: its parameters, how it foretold the mean spend of those who bought, its doubts."""

    model: Fitted
    held_out: SpendHoldOut
    checks: tuple[Check, ...]
    findings: tuple[Finding, ...]

    def as_json(self) -> dict[str, Any]:
        return {**self.model.as_json(), "validation": self.held_out.as_json()}


def spend_alone(
    settings: Settings, workspace: Workspace, asked: Asked, calibrate_until: date | None
) -> SpendValued:
    """Fit what a purchase is worth on the orders up to a day, and compare with the purchases after.

    Raises FitFailed, NotReady for too few who came back or spent anything, UsageError as ``value`` does.
    """
    with opened(settings, workspace, asked, calibrate_until) as (orders, until):
        engine = orders.engine
        make_histories(engine, until)
        require_repeaters(engine, until)
        spending = gamma_gamma.grouped(engine)
        if not len(spending.x):
            raise NotReady(
                "value gamma_gamma", "the orders carry no amounts above zero on repeat purchases",
                "Map an amount or unit_price column.",
            )  # fmt: skip
        asked.stage("Fitting gamma_gamma")
        fitted = gamma_gamma.fit(spending)
        told = spend_held_out(engine, fitted, until, orders.as_of)
        return SpendValued(fitted, told, (independent(engine), pinned_down(fitted)), orders.findings)


def by_periods(
    settings: Settings, workspace: Workspace, asked: Asked, calibrate_until: date | None, unit: str
) -> Compared:
    """Fit BG/BB on whole weeks, months or years with a purchase, and compare with the whole ones after.

    Raises FitFailed, NotReady for too few who came back in another period, and UsageError as ``value`` does
    and where no whole period is held out.
    """
    with opened(settings, workspace, asked, calibrate_until) as (orders, until):
        periods = Periods(unit, until, orders.as_of)
        calibration = calibrate_periods(orders.engine, periods)
        asked.stage("Fitting bgbb")
        model, doubts = calibration.fit("bgbb")
        told = periods_held_out(orders.engine, model, periods)
        made = checks(orders.engine, model, until)
    found = (*orders.findings, *calibration.doubts, *doubts, periods.told)
    return Compared((Valued(replace(model, unit_days=periods.days), told),), made, found, until)
