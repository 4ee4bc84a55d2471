"""Repeat purchases of all customers as they came and as a model expects them, by day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from regulars.engine import Engine
from regulars.value.fitting import Array


@dataclass(frozen=True)
class Tracking:
    """Customers by the day of their first purchase, and repeat purchases by day; both ascending."""

    born: tuple[tuple[date, int], ...]
    made: tuple[tuple[date, int], ...]

    @property
    def first(self) -> date:
        return self.born[0][0]

    def actual(self, last: date) -> int:
        """Repeat purchases up to the end of a day."""
        return sum(n for day, n in self.made if day <= last)

    def expected(self, by_days: Array, last: date) -> float:
        """Repeat purchases expected of these customers up to the end of a day, where ``by_days`` are those
        expected of one customer in so many days after the first purchase: from 0 to the days there are."""
        seen = np.array([(last - day).days for day, _ in self.born])
        customers = np.array([n for _, n in self.born], dtype=np.float64)
        return float(customers @ by_days[np.maximum(seen, 0)])


def tracking(engine: Engine, until: date, upto: date) -> Tracking:
    """Those who had bought by ``until``, and when they bought up to ``upto``.

    From the tables ``orders`` and ``histories`` (up to ``until``).
    """
    born = engine.rows(
        "select ordered_on, count(*) from (select customer_id, min(ordered_on) as ordered_on from orders "
        f"where not is_return and ordered_on <= date '{until}' group by customer_id) "
        "group by ordered_on order by ordered_on"
    )
    bought = engine.rows(
        "select ordered_on, count(*) from (select distinct customer_id, ordered_on from orders "
        f"where not is_return and ordered_on <= date '{upto}' and customer_id in "
        "(select customer_id from histories)) group by ordered_on order by ordered_on"
    )
    firsts = dict(born)
    made = tuple((day, n - firsts.get(day, 0)) for day, n in bought)
    return Tracking(tuple(born), made)
