"""How well a value model foretells: fitted up to a day, held against the days that followed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from regulars.engine import Engine, room
from regulars.value.coverage import Coverage, covered
from regulars.value.rules import MILLION, Error, Rule, errors, make_rules, verdicts
from regulars.value.tracking import tracking
from regulars.value.worth import PurchaseModel, ValueModel, purchase_model

MOST_REPEATS = 7
"""Customers with as many repeat purchases or more are one class."""


@dataclass(frozen=True)
class Class:
    """Customers with the same number of repeat purchases, ``x`` (the last class: or more): their purchases
    a head in the held-out days, as they were and as they were expected."""

    x: int
    customers: int
    actual: float
    expected: float


@dataclass(frozen=True)
class Tracked:
    """Repeat purchases of all customers up to the end of a week, counted from the first order of all."""

    week: int
    actual: int
    expected: float


@dataclass(frozen=True)
class HoldOut:
    """What a model said of the days from ``until`` to ``upto``, and what they brought."""

    until: date
    upto: date
    customers: int
    born_later: int
    purchases: tuple[int, float]
    value: tuple[float, float] | None
    errors: tuple[Error, ...]
    classes: tuple[Class, ...]
    deciles: tuple[float, ...]
    gini: tuple[float, float]
    tracking: tuple[Tracked, ...]
    coverage: Coverage | None = None

    @property
    def verdicts(self) -> tuple[str, ...]:
        """Whether the model beats the simple rules, in words; what it does not beat comes first."""
        return verdicts(self.errors)

    def error(self, what: str) -> float | None:
        """The mean absolute error a customer in ``purchases`` or ``spend``; None where that is not told."""
        return next((each.model_error for each in self.errors if each.what == what), None)

    def as_json(self) -> dict[str, Any]:
        actual, expected = self.purchases
        return {
            "calibrated_until": self.until.isoformat(),
            "held_out_until": self.upto.isoformat(),
            "customers": self.customers,
            "customers_born_later": self.born_later,
            "purchases": {"actual": actual, "expected": expected},
            "value": None
            if self.value is None
            else dict(zip(("actual", "expected"), self.value, strict=True)),
            "verdicts": list(self.verdicts),
            "errors": [each.as_json() for each in self.errors],
            "by_repeats": [asdict(each) for each in self.classes],
            "share_of_actual_in_top_deciles": list(self.deciles),
            "gini": {"model": self.gini[0], "perfect": self.gini[1]},
            "tracking": [asdict(each) for each in self.tracking],
            "interval_coverage": None if self.coverage is None else self.coverage.as_json(),
        }


def held_out(
    engine: Engine, model: ValueModel, until: date, upto: date, *, with_coverage: bool = True
) -> HoldOut:
    """The comparison, from the tables ``orders``, ``histories`` (up to ``until``) and ``worth`` (whose
    horizon is the days from ``until`` to ``upto``). Of a million customers the coverage of their intervals
    costs more than all the rest."""
    rules, days = make_rules(engine, until, upto)
    engine.make("foretold", room("regulars.value"), days)
    tracked = _tracking(engine, purchase_model(model.purchases), model.unit_days, until, upto)
    told = summed_up(engine, rules, until, upto, tracked)
    return replace(told, coverage=covered(engine, model, (upto - until).days)) if with_coverage else told


def summed_up(
    engine: Engine, rules: Sequence[Rule], until: date, upto: date, tracked: Sequence[Tracked]
) -> HoldOut:
    """The comparison of what the table ``foretold`` holds, a row a customer of ``histories``."""
    ((customers, made, expected, value_made, value_expected),) = engine.rows(
        "select count(*), sum(purchases_made), sum(purchases_expected), sum(value_made), sum(value_expected) "
        "from foretold"
    )
    ((born_later,),) = engine.rows(
        f"select count(distinct customer_id) from orders where not is_return and ordered_on <= date '{upto}' "
        "and customer_id not in (select customer_id from histories)"
    )
    with_value = value_expected is not None and value_made is not None
    ranked = "value" if with_value else "purchases"
    return HoldOut(
        until=until,
        upto=upto,
        customers=int(customers),
        born_later=int(born_later),
        purchases=(int(made) // MILLION, int(expected) / MILLION),
        value=(int(value_made) / MILLION, int(value_expected) / MILLION) if with_value else None,
        errors=errors(engine, rules, ("purchases", "value") if with_value else ("purchases",)),
        classes=tuple(_classes(engine)),
        deciles=tuple(_deciles(engine, ranked)),
        gini=(_gini(engine, ranked, f"{ranked}_expected"), _gini(engine, ranked, f"{ranked}_made")),
        tracking=tuple(tracked),
    )


def _classes(engine: Engine) -> list[Class]:
    rows = engine.rows(
        f"select least(repeats, {MOST_REPEATS}) as x, count(*), sum(purchases_made), sum(purchases_expected) "
        "from foretold group by x order by x"
    )
    return [
        Class(int(x), int(n), int(made) / n / MILLION, int(expected) / n / MILLION)
        for x, n, made, expected in rows
    ]


def _deciles(engine: Engine, kind: str) -> list[float]:
    """The share of what came that the best 10 %, 20 %, … of customers by expectation brought."""
    rows = engine.rows(
        f"select least(10 * (place - 1) // customers + 1, 10) as decile, sum({kind}_made) from "
        f"(select {kind}_made, row_number() over (order by {kind}_expected desc, customer_id) as place, "
        "count(*) over () as customers from foretold) group by decile order by decile"
    )
    upto = np.cumsum([int(made) for _, made in rows])
    return [float(each / upto[-1]) for each in upto] if upto[-1] > 0 else []


def _gini(engine: Engine, kind: str, by: str) -> float:
    """Gini coefficient of what came, with customers in the order of ``by``: 0 if that tells nothing."""
    ((n, weighted, total),) = engine.rows(
        f"select count(*), sum(cast({kind}_made as hugeint) * place), sum({kind}_made) from "
        f"(select {kind}_made, row_number() over (order by {by}, customer_id) as place from foretold)"
    )
    if not total:
        return 0.0
    return float((2 * int(weighted) - (n + 1) * int(total)) / (n * int(total)))


def _tracking(
    engine: Engine, bought: PurchaseModel, unit_days: int, until: date, upto: date
) -> list[Tracked]:
    """Week by week, the repeat purchases of those who had bought by ``until``, made and expected."""
    seen = tracking(engine, until, upto)
    days = (upto - seen.first).days
    # By days since the first purchase: many customers share them.
    by_days = bought.expected_new(np.arange(days + 1) / unit_days)
    tracked = []
    for week in range(1, math.ceil((days + 1) / 7) + 1):
        last = seen.first + timedelta(days=min(7 * week - 1, days))
        tracked.append(Tracked(week, seen.actual(last), seen.expected(by_days, last)))
    return tracked
