"""Whether the intervals hold what they say: the share of customers of whom what came lies within."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from regulars.engine import Engine, room
from regulars.value.customers import LEVEL, make_intervals
from regulars.value.worth import ValueModel

MILLION = 1_000_000


@dataclass(frozen=True)
class Coverage:
    """Shares of customers, 0 to 1. ``said``: how many would lie within if the model were right, which is
    more than ``level``: counts come whole, and of many customers nothing is the likeliest.
    """

    level: float
    purchases: float
    purchases_said: float
    value: float | None
    value_said: float | None

    def as_json(self) -> dict[str, Any]:
        return {
            "level": self.level,
            "purchases": {"covered": self.purchases, "said": self.purchases_said},
            "value": None if self.value is None else {"covered": self.value, "said": self.value_said},
        }

    @property
    def words(self) -> str:
        """``Within their 80 % interval: purchases of 92 % of customers (the model said 94 %).``"""
        told = f"purchases of {self.purchases:.0%} of customers (the model said {self.purchases_said:.0%})"
        if self.value is not None:
            told += f", spend of {self.value:.0%} ({self.value_said:.0%})"
        return f"Within their {self.level:.0%} interval: {told}.".replace("%", " %")


def covered(engine: Engine, model: ValueModel, horizon_days: int) -> Coverage:
    """The shares, from ``foretold`` and ``histories`` up to the first day of the horizon."""
    make_intervals(engine, model, horizon_days)
    v = None if model.spend is None else Decimal(repr(model.spend.parameters["v"]))
    values = {"v": v, "kept": Decimal(repr(model.kept_share))}
    engine.make("within_intervals", room("regulars.value"), values)
    ((customers, bought, said, valued, spent, spend_said),) = engine.rows(
        "select count(*), sum(purchases_within), sum(purchases_said), "
        "count(value_within), sum(value_within), sum(value_said) from within_intervals"
    )
    return Coverage(
        LEVEL,
        int(bought) / customers,
        int(said) / customers / MILLION,
        int(spent) / valued if valued else None,
        int(spend_said) / valued / MILLION if valued else None,
    )
