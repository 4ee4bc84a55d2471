"""BG/BB in use: each customer's own weeks, months or years, with a purchase or without, and those held out.

Periods are counted from a customer's first purchase. The one that is running on the last day of calibration
is over for nobody, so it is left out of what is fitted and is the first of those that are foretold.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from regulars.engine import Engine, room
from regulars.errors import UsageError
from regulars.types import Finding
from regulars.value.calibration import Calibration, calibrated
from regulars.value.holdout import HoldOut, summed_up
from regulars.value.rules import YEAR, Rule
from regulars.value.worth import ValueModel, make_worth

UNITS = {"week": 7, "month": 30, "year": 365}


@dataclass(frozen=True)
class Periods:
    """Periods of so many days: as many as fit between ``until`` and ``upto`` are held out."""

    unit: str
    until: date
    upto: date

    @property
    def days(self) -> int:
        return UNITS[self.unit]

    @property
    def held(self) -> int:
        return (self.upto - self.until).days // self.days

    def __post_init__(self) -> None:
        if not self.held:
            raise UsageError(
                f"--unit {self.unit}",
                f"from {self.until} to {self.upto} there is no whole {self.unit} to hold out",
                "Name an earlier day with --calibrate-until, or a shorter unit.",
            )

    @property
    def told(self) -> Finding:
        """How these periods are counted, for whom the figures are shown to."""
        return Finding(
            "note", "value.bgbb",
            f"A purchase here is a {self.unit} ({self.days} days) with an order, counted from a customer's "
            f"first. The {self.unit} that was running on {self.until} is not in the fit, but is the first of "
            f"{self.held} that are foretold: other days, for each customer, than other models foretell.",
            "Compare it with its own simple rules, not with models of single days.",
        )  # fmt: skip


def calibrate_periods(engine: Engine, periods: Periods) -> Calibration:
    """The table ``histories`` in whole periods, and what is fitted on it. Raises NotReady."""
    make_periods(engine, periods)
    return calibrated(engine, periods.until, 1)


def make_periods(engine: Engine, periods: Periods) -> None:
    """The table ``histories`` in whole periods, from clean ``orders``."""
    engine.make(
        "period_histories",
        room("regulars.value"),
        {"until": periods.until, "unit_days": periods.days},
    )
    # The steps that read histories count days; of these periods they count each as one.
    engine.create("histories", "select * from period_histories")


def periods_held_out(engine: Engine, model: ValueModel, periods: Periods) -> HoldOut:
    """The comparison, from ``orders``, and ``histories`` in these periods."""
    ((known,),) = engine.rows("select max(seen_days) from histories")
    year = max(1, min(YEAR // periods.days, int(known)))
    values = {"unit_days": periods.days, "held": periods.held, "year": year}
    make_worth(engine, model, periods.held)
    engine.make("period_outcomes", room("regulars.value"), values)
    engine.make("period_foretold", room("regulars.value"), values)
    engine.create("foretold", "select * from period_foretold")
    last = periods.until + timedelta(days=periods.held * periods.days)
    return summed_up(engine, _rules(periods, year), periods.until, last, ())


def _rules(periods: Periods, year: int) -> tuple[Rule, ...]:
    unit, held = periods.unit, periods.held
    taken = "" if year == held else f", taken to {held}"
    return (
        Rule(
            "before", "as before",
            f"as many {unit}s with a purchase again as in the {held} before",
            f"as much again as in the {held} {unit}s before",
        ),
        Rule(
            "year", f"last {year} {unit}s" if year > 1 else f"last {unit}",
            f"the {unit}s with a purchase among the last {year}{taken}",
            f"the spend of the last {year} {unit}s{taken}",
        ),
    )  # fmt: skip
