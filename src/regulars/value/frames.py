"""What was known of customers on a day, beside what came after it: rows to learn from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlglot import exp

from regulars.engine import Engine, room
from regulars.errors import SettingsError
from regulars.types import Feature, Table

Values = npt.NDArray[Any]
OUTCOMES = ("later_purchases", "later_spend", "before_purchases", "before_spend")
"""Columns of a frame beside the customer and the features."""


@dataclass(frozen=True)
class Frame:
    """A table in the engine, one row a customer who had bought by the day ``cut``.

    The features were measured on ``cut`` from what was known by then. ``later_purchases`` and
    ``later_spend`` are of the days after it up to ``upto``, ``before_…`` of as many days up to ``cut``:
    days with an order, and study currency with returns taken off. ``born_later``: customers whose first
    purchase lies in the days after, and who are not in it.
    """

    name: str
    features: tuple[Feature, ...]
    cut: date
    upto: date
    customers: int
    born_later: int

    @property
    def horizon_days(self) -> int:
        return (self.upto - self.cut).days


@dataclass(frozen=True)
class Rows:
    """Customers of a frame, in the order of a hash of their ids: all columns of one length.

    ``columns`` by feature: doubles, NaN where unknown, or text as objects, None where unknown. ``is_active``
    is true of who bought on any of the days after; spends are in study currency, doubles.
    """

    columns: dict[str, Values]
    is_active: npt.NDArray[np.bool_]
    later_purchases: npt.NDArray[np.int64]
    later_spend: npt.NDArray[np.float64]
    before_purchases: npt.NDArray[np.int64]
    before_spend: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.is_active)


def make_frame(engine: Engine, name: str, features: Sequence[Feature], cut: date, upto: date) -> Frame:
    """The frame as the table ``name``, from ``features`` as of the cut and ``outcome_lines`` up to the end.

    Raises SettingsError where a feature is called like a column of outcomes.
    """
    if taken := [each.name for each in features if each.name in OUTCOMES]:
        raise SettingsError(
            f"feature {taken[0]!r}", "what comes after the day of the features is called that",
            "Give the attribute or the derived feature another name.",
        )  # fmt: skip
    days = {"cut": cut, "upto": upto, "since": cut - (upto - cut)}
    engine.make("frame_outcomes", room("regulars.value"), days)
    columns = [exp.column(each, table="features", quoted=True) for each in ("customer_id", *_names(features))]
    select = (
        exp.select(*columns, *(exp.column(each, table="frame_outcomes") for each in OUTCOMES))
        .from_("features")
        .join("frame_outcomes", using="customer_id")
    )
    table = engine.create(name, select)
    engine.drop("frame_outcomes")
    ((born_later,),) = engine.rows(
        "select count(*) from (select customer_id from outcome_lines where not is_return "
        f"group by customer_id having min(ordered_on) > date '{cut.isoformat()}' "
        f"and min(ordered_on) <= date '{upto.isoformat()}')"
    )
    return Frame(name, tuple(features), cut, upto, engine.count(table.name), int(born_later))


def keep_outcome_lines(engine: Engine) -> Table:
    """The clean ``order_lines`` of the whole time as ``outcome_lines``, before they are cleaned anew as of
    an earlier day."""
    return engine.create(
        "outcome_lines", "select customer_id, ordered_on, is_return, amount, product_id from order_lines"
    )


def _names(features: Sequence[Feature]) -> list[str]:
    return [each.name for each in features]


def rows_of(engine: Engine, frame: Frame, most: int, after: int = 0) -> Rows:
    """At most ``most`` customers of the frame, those whose hashed ids come first (``after`` so many).

    The hash orders them alike in every frame and for any order of the rows, and a share of the first ones
    is as good as one drawn by chance.
    """
    columns = [
        exp.column(each.name, quoted=True)
        if each.is_text
        else exp.cast(exp.column(each.name, quoted=True), "double").as_(each.name, quoted=True)
        for each in frame.features
    ]
    money = [exp.cast(exp.column(each), "double").as_(each) for each in ("later_spend", "before_spend")]
    counts = [
        exp.cast(exp.column(each), "bigint").as_(each) for each in ("later_purchases", "before_purchases")
    ]
    select = _in_hash_order(exp.select(*columns, *money, *counts), frame, most, after)
    found = engine.arrays(select, "frame_rows")
    made = {each.name: _column(found[each.name], is_text=each.is_text) for each in frame.features}
    later, earlier = (_numbers(found[each]) for each in ("later_purchases", "before_purchases"))
    return Rows(
        made, later > 0, later, _column(found["later_spend"]), earlier, _column(found["before_spend"])
    )


def customers_of(engine: Engine, frame: Frame, most: int, after: int = 0) -> Values:
    """The ids of the customers that ``rows_of`` gives, in its order."""
    select = _in_hash_order(exp.select("customer_id"), frame, most, after)
    return _column(engine.arrays(select, "frame_customers")["customer_id"], is_text=True)


def _in_hash_order(select: exp.Select, frame: Frame, most: int, after: int) -> exp.Select:
    customer = exp.cast(exp.column("customer_id"), "varchar")
    ordered = select.from_(exp.to_table(frame.name)).order_by(exp.MD5(this=customer), customer.copy())
    return ordered.limit(most).offset(after)


def _column(found: Any, *, is_text: bool = False) -> Values:
    """What the engine gave, its masked places as None or NaN."""
    if is_text:
        return np.array(np.ma.filled(np.ma.asarray(found).astype(object), None), dtype=np.object_)
    return np.asarray(np.ma.filled(np.ma.asarray(found).astype(np.float64), np.nan), dtype=np.float64)


def _numbers(found: Any) -> npt.NDArray[np.int64]:
    return np.asarray(found, dtype=np.int64)
