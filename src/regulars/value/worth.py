"""What each customer is worth: purchases to come times what a purchase is worth, over a horizon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

import numpy as np

from regulars.engine import Engine, room
from regulars.types import Table
from regulars.value import bgbb, bgnbd, pareto_nbd
from regulars.value.bgbb import BgBb
from regulars.value.bgnbd import BgNbd
from regulars.value.fitting import Array, Fitted, Prior
from regulars.value.histories import Histories, grouped
from regulars.value.pareto_nbd import ParetoNbd

PURCHASES = ("bgnbd", "mbgnbd", "pareto_nbd")
LEAVING = {"bgnbd": ("a", "b"), "mbgnbd": ("a", "b"), "pareto_nbd": ("s", "beta")}
"""The parameters that say who leaves."""


class PurchaseModel(Protocol):
    """A fitted model of purchases; times in its own unit."""

    def p_alive(self, x: Array, t_x: Array, T: Array) -> Array: ...

    def expected(self, t: Array | float, x: Array, t_x: Array, T: Array) -> Array: ...

    def expected_new(self, t: Array | float) -> Array: ...


def fit_purchases(name: str, histories: Histories, priors: Mapping[str, Prior] | None = None) -> Fitted:
    """The parameters of the model of that name. Raises FitFailed; KeyError for no such model."""
    fits = {
        "bgnbd": lambda: bgnbd.fit(histories, priors=priors),
        "mbgnbd": lambda: bgnbd.fit(histories, modified=True, priors=priors),
        "pareto_nbd": lambda: pareto_nbd.fit(histories, priors=priors),
        "bgbb": lambda: bgbb.fit(histories, priors=priors),
    }
    return fits[name]()


def log_likelihood(fitted: Fitted, histories: Histories) -> float:
    """How likely a model finds histories that it need not have been fitted on."""
    objectives = {
        "bgnbd": lambda: bgnbd.objective(histories),
        "mbgnbd": lambda: bgnbd.objective(histories, modified=True),
        "pareto_nbd": lambda: pareto_nbd.objective(histories),
        "bgbb": lambda: bgbb.objective(histories),
    }
    return objectives[fitted.model]()(np.array(list(fitted.parameters.values())))[0]


def purchase_model(fitted: Fitted) -> PurchaseModel:
    """The model that those parameters belong to."""
    if fitted.model == "pareto_nbd":
        return ParetoNbd(**fitted.parameters)
    if fitted.model == "bgbb":
        return BgBb(**fitted.parameters)
    return BgNbd(**fitted.parameters, modified=fitted.model == "mbgnbd")


@dataclass(frozen=True)
class ValueModel:
    """Fitted models of purchases and of what one is worth, and the days that they are in.

    ``spend`` is None where the orders carry no amounts, or too few customers came back to spend.
    ``kept_share``: what is left of sales after returns, over all customers up to ``until``.
    """

    purchases: Fitted
    spend: Fitted | None
    unit_days: int
    kept_share: float
    until: date


def make_worth(engine: Engine, model: ValueModel, horizon_days: int) -> Table:
    """The table ``worth``: what each customer of ``histories`` is expected to buy and bring in the horizon.

    Only distinct histories are scored here; the customers stay in the engine.
    """
    histories = grouped(engine, model.unit_days)
    bought = purchase_model(model.purchases)
    whole = {
        "repeats": histories.x,
        "last_days": histories.t_x * model.unit_days,
        "seen_days": histories.T * model.unit_days,
    }
    engine.put(
        "history_worth",
        {
            **{name: np.rint(each).astype(np.int64) for name, each in whole.items()},
            "p_alive": bought.p_alive(histories.x, histories.t_x, histories.T),
            "expected_purchases": bought.expected(
                horizon_days / model.unit_days, histories.x, histories.t_x, histories.T
            ),
        },
    )
    spend = {} if model.spend is None else model.spend.parameters
    values = {name: Decimal(repr(spend[name])) if name in spend else None for name in ("p", "q", "v")}
    return engine.make("worth", room("regulars.value"), {**values, "kept": Decimal(repr(model.kept_share))})
