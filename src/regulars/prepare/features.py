"""Features: what is measured about each customer, as one table; what each means is in the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlglot import exp

from regulars.engine import Engine, Step, room
from regulars.prepare.catalogue import FAMILIES, Family
from regulars.settings import Columns
from regulars.types import Feature, Finding, Table


@dataclass(frozen=True)
class Features:
    """The table ``features`` (one row a customer), what its columns mean, and what could not be made."""

    table: Table
    features: tuple[Feature, ...]
    left_out: dict[str, str]
    findings: tuple[Finding, ...] = ()


def make_features(engine: Engine, columns: Columns, as_of: date) -> Features:
    """Every feature that these orders can give, as the table ``features``: one row a customer.

    Shares and ratios are doubles rounded half up to six decimals, money is decimal; all are the same to
    the bit whatever the order of rows. What the orders cannot give is named in ``left_out``.
    """
    there = _what_orders_hold(engine, columns)
    families = [family for family in FAMILIES if not family.needs or there[family.needs]]
    left_out = {
        feature.name: family.lacking
        for family in FAMILIES
        if family not in families
        for feature in family.features
    }
    steps = {**room("regulars.prepare"), "features": features_step(families)}
    table = engine.make("features", steps, {"as_of": as_of})
    return Features(table, tuple(f for family in families for f in family.features), left_out)


def features_step(families: list[Family]) -> Step:
    """The step that joins the families' tables: the one place where the list of columns varies."""
    first, *others = dict.fromkeys(family.step for family in families)
    select = exp.select(exp.column("customer_id", table=first)).from_(first)
    for family in families:
        for feature in family.features:
            select = select.select(exp.column(feature.name, table=family.step))
    for step in others:
        same = exp.EQ(
            this=exp.column("customer_id", table=first), expression=exp.column("customer_id", table=step)
        )
        select = select.join(step, on=same, join_type="left")
    return Step("features", select)


def _what_orders_hold(engine: Engine, columns: Columns) -> dict[str, bool]:
    ((time, products, categories, returns, promotions),) = engine.rows(
        "select coalesce(max(case when ordered_at <> cast(ordered_on as timestamp) then 1 else 0 end), 0), "
        "count(product_id), count(category), coalesce(max(case when is_return then 1 else 0 end), 0), "
        "coalesce(max(is_promoted), 0) from order_lines"
    )
    return {
        "value": columns.has_value,
        "time": bool(time),
        "products": bool(products),
        "categories": bool(categories),
        "returns": bool(returns),
        "promotions": bool(promotions),
    }
