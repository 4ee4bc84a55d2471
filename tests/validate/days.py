"""Two days of one segmentation, laid out in the engine as ``compare`` lays out two runs."""

from __future__ import annotations

from datetime import date

import numpy as np

from regulars.engine import Engine
from regulars.segment.definition import Definition
from regulars.segment.methods import Ground, chosen
from regulars.types import Feature
from regulars.validate.drift import Drift, drift
from regulars.validation_settings import DriftLimits

DAY = date(2024, 6, 30)
SHOP = (
    Feature("recency_days", "Days since the last order", "days", "outcome", ""),
    Feature("orders", "Orders", "count", "outcome", ""),
    Feature("spend", "Spend", "currency", "outcome", ""),
)
CAUSES = tuple(Feature(f"habit_{at}", f"Habit {at}", "ratio", "cause", "") for at in range(1, 6))


def shop(chance: np.random.Generator, n: int) -> dict[str, np.ndarray]:
    """Customers as shops have them: skewed, tied, and of few orders. Bigger spenders order more."""
    orders = chance.geometric(0.35, n)
    recency = np.floor(chance.exponential(90, n)).astype(np.int64)
    spend = np.round(orders * np.exp(chance.normal(4, 0.9, n)), 2)
    return {"recency_days": recency, "orders": orders.astype(np.int64), "spend": spend}


def habits(chance: np.random.Generator, n: int, apart: float = 1.5) -> dict[str, np.ndarray]:
    """Customers of four groups on five features; at 1.5 they overlap by much, at 3 hardly."""
    where = chance.choice(4, n, p=(0.3, 0.3, 0.2, 0.2))
    middles = apart * np.array([[1, 1, 0, 0, 0], [-1, 1, 0, 1, 0], [1, -1, 0, 0, 0], [-1, -1, 0, -1, 0]])
    places = middles[where] + chance.normal(size=(n, 5))
    return {each.name: np.round(places[:, at], 6) for at, each in enumerate(CAUSES)}


def fitted(engine: Engine, people: dict[str, np.ndarray], features, **settings) -> Definition:
    table = engine.put("people", {"customer_id": ids(people), **people})
    return chosen("made", settings).fit(Ground("made", table, features, DAY, 0, "UTC", "EUR"), engine)


def ids(people: dict[str, np.ndarray], first: int = 0) -> np.ndarray:
    n = len(next(iter(people.values())))
    return np.array([f"C{first + at:06d}" for at in range(n)], dtype=object)


def lay(engine: Engine, definition: Definition, table: str, people: dict[str, np.ndarray], first: int = 0):
    engine.put("people", {"customer_id": ids(people, first), **people})
    engine.make("assignments", {step.name: step for step in definition.steps("people", DAY)})
    engine.create(table, "select people.*, segment_id from people join assignments using (customer_id)")


def between(engine, definition, features, then, now, *, known=0, **limits) -> Drift:
    """The drift from ``then`` to ``now``; the first ``known`` customers of both are the same people."""
    lay(engine, definition, "customers_then", then)
    lay(engine, definition, "customers_now", now, first=len(ids(then)) - known)
    return drift(engine, definition, features, DriftLimits(**limits))


def segments_of(engine: Engine, definition: Definition, people: dict[str, np.ndarray]) -> np.ndarray:
    """Each customer's segment, in their order."""
    lay(engine, definition, "pool", people)
    return engine.arrays("select segment_id from pool order by customer_id")["segment_id"].astype(str)


def with_share(chance, people, segments, segment: str, points: float, n: int) -> dict[str, np.ndarray]:
    """Customers drawn so that one segment has so many points more of them, and the others fewer, each by as
    much of its own."""
    is_in = segments == segment
    share = is_in.mean()
    weights = np.where(is_in, (share + points / 100) / share, (1 - share - points / 100) / (1 - share))
    drawn = chance.choice(len(segments), n, p=weights / weights.sum())
    return {name: each[drawn] for name, each in people.items()}
