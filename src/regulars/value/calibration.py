"""What value models are fitted on: histories and spending up to a day, and what returns leave of sales."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from regulars.engine import Engine
from regulars.errors import FitFailed, NotReady
from regulars.types import Finding
from regulars.value import gamma_gamma
from regulars.value.fitting import Fitted, Prior
from regulars.value.histories import Histories, grouped, make_histories
from regulars.value.worth import ValueModel, fit_purchases

UNIT_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
"""The parameters come in one of these; what is foretold is the same in all."""
CALIBRATED_SHARE = 0.75
"""Of the span of the orders, where no day is named: the last quarter is held out."""
FEWEST_REPEATERS = 30
"""With fewer customers who came back, a model of coming back rests on nobody."""


@dataclass(frozen=True)
class Calibration:
    """The days up to ``until``, grouped for fitting; the spend model, or a doubt that says why not."""

    until: date
    unit_days: int
    histories: Histories
    spend: Fitted | None
    kept_share: float
    doubts: tuple[Finding, ...]

    def fit(
        self, name: str, priors: Mapping[str, Prior] | None = None
    ) -> tuple[ValueModel, tuple[Finding, ...]]:
        """The model of that name, and what is doubtful of it. Raises FitFailed."""
        purchases = fit_purchases(name, self.histories, priors)
        model = ValueModel(purchases, self.spend, self.unit_days, self.kept_share, self.until)
        return model, _nobody_leaves(purchases)


def last_calibrated(start: date, as_of: date) -> date:
    """The last day to fit on, of the days from ``start`` to ``as_of``, where nobody names one."""
    return start + timedelta(days=int((as_of - start).days * CALIBRATED_SHARE))


def calibrate(engine: Engine, until: date, unit_days: int) -> Calibration:
    """The table ``histories`` and what is fitted on it, from clean ``orders`` up to that day.

    Raises NotReady where too few customers came back.
    """
    make_histories(engine, until)
    return calibrated(engine, until, unit_days)


def calibrated(engine: Engine, until: date, unit_days: int) -> Calibration:
    """What is fitted on a table ``histories`` that is there already."""
    require_repeaters(engine, until)
    spend, doubts = _spend(engine)
    return Calibration(
        until, unit_days, grouped(engine, unit_days), spend, _kept_share(engine, until), doubts
    )


def require_repeaters(engine: Engine, until: date) -> None:
    """Raises NotReady where too few customers of ``histories`` came back."""
    ((repeaters, customers),) = engine.rows(
        "select count(case when repeats > 0 then 1 end), count(*) from histories"
    )
    if repeaters < FEWEST_REPEATERS:
        raise NotReady(
            "value", f"of {customers:,} customers up to {until}, {repeaters:,} came back on another day",
            f"A model of coming back needs {FEWEST_REPEATERS} or more: take a later day, or more orders.",
        )  # fmt: skip


def _spend(engine: Engine) -> tuple[Fitted | None, tuple[Finding, ...]]:
    """The model of what a purchase is worth, or the finding that says why there is none."""
    spending = gamma_gamma.grouped(engine)
    if not len(spending.x):
        what = "There is no value: the orders carry no amounts above zero on repeat purchases."
        return None, (Finding("warning", "value.spend", what, "Map an amount or unit_price column."),)
    try:
        return gamma_gamma.fit(spending), ()
    except FitFailed as failure:
        return None, (Finding("warning", "value.spend", failure.found, failure.remedy),)


def _kept_share(engine: Engine, until: date) -> float:
    """What is left of sales after returns up to the day, 0 to 1, in six decimals; 1 without amounts."""
    ((sold, returned),) = engine.rows(
        "select sum(case when not is_return then amount end), sum(case when is_return then amount end) "
        f"from orders where ordered_on <= date '{until}'"
    )
    if not sold or sold <= 0:
        return 1.0
    return round(max(float((sold + (returned or 0)) / sold), 0.0), 6)


def _nobody_leaves(fitted: Fitted) -> tuple[Finding, ...]:
    """A note where the parameters of leaving run off: in days so few, silence looks like a slow rhythm."""
    untold = [name for name, error in fitted.standard_errors.items() if error is None]
    if not untold:
        return ()
    return (
        Finding(
            "note", f"value.{fitted.model}",
            f"Nobody is seen to leave, so {' and '.join(untold)} could be anything and everybody counts as "
            "alive: what is left of the model is each customer's own rate of purchases (NBD).",
            "Take a longer calibration period: silence tells of leaving only where it is long.",
        ),
    )  # fmt: skip
