"""What customers will be worth: models fitted on a project's orders, and held against what came."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from regulars.app.study import CleanOrders, cleaned_orders, for_outcomes
from regulars.app.work import Asked
from regulars.app.workspace import Workspace
from regulars.errors import DataRefused, FitFailed, NotReady, UsageError
from regulars.settings import Settings
from regulars.types import Finding
from regulars.value.calibration import calibrate, last_calibrated
from regulars.value.checks import Check
from regulars.value.holdout import HoldOut, held_out
from regulars.value.priors import priors
from regulars.value.suits import checks
from regulars.value.worth import ValueModel, make_worth

NOT_BESIDE = Finding(
    "note", "value.compare",
    "bgbb and gamma_gamma are not beside these: bgbb counts periods with a purchase, over days of each "
    "customer's own; gamma_gamma tells what a purchase is worth, and is in the spend of every model here.",
    "Ask for them alone: --model bgbb, --model gamma_gamma.",
)  # fmt: skip


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
    """Every model that could be fitted up to a day, the best first, and why the others could not (which is
    among the findings too); and whether what the best takes for granted holds."""

    valued: tuple[Valued, ...]
    checks: tuple[Check, ...]
    findings: tuple[Finding, ...]
    until: date
    failed: tuple[DataRefused, ...] = ()


def value(
    settings: Settings,
    workspace: Workspace,
    asked: Asked,
    models: Sequence[str],
    calibrate_until: date | None,
    unit_days: int,
) -> Compared:
    """Fit each model on the orders up to a day, and compare what it foretells with the days after.

    Of models that cannot be fitted, and where too few came back for any, it is told why. Raises UsageError
    for a day that leaves nothing to fit on or nothing to compare with, and without orders.
    """
    with opened(settings, workspace, asked, calibrate_until) as (orders, until):
        engine = orders.engine
        try:
            calibration = calibrate(engine, until, unit_days)
        except NotReady as lacking:
            return Compared((), (), (*orders.findings, *_why_not([lacking])), until, (lacking,))
        doubts = list(calibration.doubts)
        found: list[Valued] = []
        failed: list[FitFailed] = []
        for name in models:
            asked.stage(f"Fitting {name}")
            try:
                model, of_model = calibration.fit(name, priors(settings.value, name, unit_days))
            except FitFailed as failure:
                failed.append(failure)
                continue
            doubts += of_model
            make_worth(engine, model, (orders.as_of - until).days)
            told = held_out(engine, model, until, orders.as_of)
            found.append(Valued(model, told))
        best = sorted(found, key=_error)
        made = checks(engine, best[0].model, until) if best else ()
    doubts += _without_priors(settings, models)
    doubts += [NOT_BESIDE] if len(found) > 1 else []
    doubts += _why_not(failed)
    return Compared(tuple(best), made, (*orders.findings, *doubts), until, tuple(failed))


def _why_not(failed: Sequence[DataRefused]) -> list[Finding]:
    """A finding for each reason, with all the models that it holds for."""
    asked: dict[tuple[str, str], list[str]] = {}
    for each in failed:
        asked.setdefault((each.found, each.remedy), []).append(each.asked)
    return [Finding("warning", ", ".join(models), found, remedy) for (found, remedy), models in asked.items()]


@contextmanager
def opened(
    settings: Settings, workspace: Workspace, asked: Asked, calibrate_until: date | None
) -> Iterator[tuple[CleanOrders, date]]:
    """The study's clean orders, for as long as the block lasts, and the last day to fit on.

    Whose net spend is nothing or less is among them, whatever the settings say: on that day nobody knew of
    later returns. Raises UsageError for a day that leaves nothing to fit on or nothing to compare with, and
    without orders.
    """
    require_orders(settings)
    with cleaned_orders(for_outcomes(settings), workspace, asked) as orders:
        until = _until(orders, calibrate_until)
        asked.stage(f"Fitting on the orders up to {until}")
        yield orders, until


def require_orders(settings: Settings) -> None:
    """Raises UsageError for a study of customers alone."""
    if not settings.sources.shops:
        raise UsageError(
            "value", "this study has no orders, only a table of customers",
            "Name sources.orders: what people will buy is foretold from when they bought.",
        )  # fmt: skip


def _error(valued: Valued) -> float:
    """What models are ranked by: the error in spend, and without amounts that in purchases."""
    spend, purchases = (valued.held_out.error(what) for what in ("spend", "purchases"))
    return (spend if spend is not None else purchases) or 0.0


def _without_priors(settings: Settings, models: Sequence[str]) -> list[Finding]:
    """A note where a model is fitted without the priors of the settings, which are another's."""
    chosen = settings.value
    others = [name for name in models if name != chosen.fitted]
    if not chosen.priors or not others:
        return []
    are = "is" if len(others) == 1 else "are"
    return [
        Finding(
            "note", "value.priors",
            f"The priors are those of {chosen.fitted}; {' and '.join(others)} {are} fitted without any.",
            "Parameters of one name mean other things in another model: set value.model with its priors.",
        )
    ]  # fmt: skip


def _until(orders: CleanOrders, asked: date | None) -> date:
    """The last day of calibration. Raises UsageError where it leaves no day on one of its sides."""
    start = orders.cleaned.start
    until = asked or last_calibrated(start, orders.as_of)
    if not start < until < orders.as_of:
        raise UsageError(
            f"--calibrate-until {until}", f"the orders run from {start} to {orders.as_of}",
            "Name a day between these: a model is fitted up to it and tried on what follows.",
        )  # fmt: skip
    return until
