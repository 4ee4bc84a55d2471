"""Purchase histories as the value models see them: how often, how lately, for how long, and of how many."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from regulars.engine import Engine, room
from regulars.types import Table

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Histories:
    """Distinct histories, each with the number of customers who share it.

    ``x``: repeat purchases (days with an order, less the first); ``t_x``: time from the first purchase
    to the last, 0 where x is 0; ``T``: time from the first purchase to the end of what was seen. All
    of one length; times in one unit (weeks, say). ``weights``: customers.
    """

    x: Array
    t_x: Array
    T: Array
    weights: Array

    def __post_init__(self) -> None:
        if not (self.x.shape == self.t_x.shape == self.T.shape == self.weights.shape):
            raise ValueError("histories need x, t_x, T and weights of one length")
        if ((self.t_x < 0) | (self.t_x > self.T) | (self.x < 0) | ((self.x == 0) & (self.t_x > 0))).any():
            raise ValueError("a history needs 0 <= t_x <= T, and t_x = 0 where x = 0")

    @property
    def customers(self) -> int:
        return int(self.weights.sum())


def make_histories(engine: Engine, until: date) -> Table:
    """Every customer's history up to a day as the table ``histories``, from clean ``orders``."""
    return engine.make("histories", room("regulars.value"), {"as_of": until})


def grouped(engine: Engine, unit_days: int) -> Histories:
    """The distinct histories of the table ``histories``, times in units of so many days."""
    found = engine.arrays(room("regulars.value")["history_groups"].select, "history_groups")
    x, last, seen, customers = (np.asarray(column, dtype=np.float64) for column in found.values())
    return Histories(x, last / unit_days, seen / unit_days, customers)
