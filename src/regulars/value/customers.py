"""A row a customer: what they are expected to buy and bring, and the interval of what they may."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from regulars.engine import Engine, room
from regulars.types import Table
from regulars.value.bgnbd import BgNbd
from regulars.value.columns import worth_steps
from regulars.value.features import STEP
from regulars.value.gamma_gamma import GammaGamma
from regulars.value.histories import Histories
from regulars.value.pareto_nbd import ParetoNbd
from regulars.value.predictive import intervals
from regulars.value.worth import ValueModel, purchase_model

LEVEL = 0.8
"""Of the intervals: eight in ten lie within, one in ten below and one above, where the model holds."""


def make_valued_customers(
    engine: Engine, model: ValueModel, horizon_days: int, discount_rate: float, level: float = LEVEL
) -> Table:
    """The table ``valued_customers``, from ``histories``; money is null without a spend model.

    Intervals are worked out here for distinct histories; the customers stay in the engine. They hold
    what chance does to a customer of known parameters, and not how well these are known.
    """
    steps = {
        **room("regulars.value"),
        **{step.name: step for step in worth_steps(model, horizon_days, discount_rate)},
    }
    engine.make(STEP, steps)
    make_intervals(engine, model, horizon_days, level)
    v = None if model.spend is None else Decimal(repr(model.spend.parameters["v"]))
    return engine.make("valued_customers", steps, {"v": v, "kept": Decimal(repr(model.kept_share))})


def make_intervals(engine: Engine, model: ValueModel, horizon_days: int, level: float = LEVEL) -> Table:
    """The table ``interval_of_histories``: one row a distinct history and count of purchases with an amount.

    Raises TypeError for a model that is not of purchases at any time.
    """
    groups = engine.arrays(room("regulars.value")["valued_groups"].select, "valued_groups")
    repeats, last, seen, valued, customers = (np.asarray(each, dtype=np.float64) for each in groups.values())
    histories = Histories(repeats, last / model.unit_days, seen / model.unit_days, customers)
    spend = None if model.spend is None else GammaGamma(**model.spend.parameters)
    bought = purchase_model(model.purchases)
    if not isinstance(bought, BgNbd | ParetoNbd):
        raise TypeError(f"{model.purchases.model} tells no interval")
    found = intervals(bought, spend, histories, valued, horizon_days / model.unit_days, level)
    unknown = np.full(len(repeats), np.nan)
    return engine.put(
        "interval_of_histories",
        {
            **{name: groups[name] for name in ("repeats", "last_days", "seen_days", "counted")},
            "purchases_low": found.purchases_low.astype(np.int64),
            "purchases_high": found.purchases_high.astype(np.int64),
            "purchases_inside": found.purchases_inside,
            "value_low": unknown if found.value_low is None else found.value_low,
            "value_high": unknown if found.value_high is None else found.value_high,
            "value_inside": unknown if found.value_inside is None else found.value_inside,
        },
    )
