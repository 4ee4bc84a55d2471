"""Features: what is measured about each customer, with its unit, meaning and role, and the table of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlglot import exp

from regulars.engine import Engine, Step, room
from regulars.settings import Columns
from regulars.types import Feature, Finding, Table


@dataclass(frozen=True)
class Family:
    """Features that one step makes, and what the orders must hold for them."""

    step: str
    features: tuple[Feature, ...]
    needs: str = ""
    lacking: str = ""


FAMILIES = (
    Family(
        "rfm_features",
        (
            Feature(
                "recency_days",
                "Days since last order",
                "days",
                "outcome",
                "Days from the customer's last order to the day of the study.",
            ),
            Feature("orders", "Orders", "count", "outcome", "Orders placed; returns are none."),
        ),
    ),
    Family(
        "rfm_features",
        (Feature("spend", "Net spend", "currency", "outcome", "What was bought less what was returned."),),
        "value",
        "the orders carry no amounts",
    ),
    Family(
        "value_features",
        (Feature("average_order", "Average order value", "currency", "outcome", "Net spend over orders."),),
        "value",
        "the orders carry no amounts",
    ),
    Family(
        "rhythm_features",
        (
            Feature(
                "tenure_days",
                "Days since first order",
                "days",
                "outcome",
                "Days from the customer's first order to the day of the study.",
            ),
            Feature(
                "gap_days",
                "Days between purchases",
                "days",
                "cause",
                "Mean days between days with an order; unknown with one.",
                "Slow-rhythm",
                "Quick-rhythm",
            ),
            Feature(
                "gap_variation",
                "Irregularity of purchases",
                "ratio",
                "cause",
                "Standard deviation of the gaps over their mean: 0 like a clock, more in bursts.",
                "Bursty",
                "Clockwork",
            ),
        ),
    ),
    Family(
        "clock_features",
        (
            Feature(
                "weekend_share",
                "Orders at the weekend",
                "share",
                "cause",
                "Share of orders placed on Saturday or Sunday; all or nothing with one order.",
                "Weekend",
                "Weekday",
            ),
        ),
    ),
    Family(
        "clock_features",
        (
            Feature(
                "morning_share",
                "Orders in the morning",
                "share",
                "cause",
                "Share of orders placed before noon; all or nothing with one order.",
                "Morning",
                "Afternoon",
            ),
            Feature(
                "evening_share",
                "Orders in the evening",
                "share",
                "cause",
                "Share of orders placed from 18:00; all or nothing with one order.",
                "Evening",
                "Daytime",
            ),
        ),
        "time",
        "the orders carry no time of day",
    ),
    Family(
        "basket_features",
        (
            Feature(
                "products_per_order",
                "Products per order",
                "ratio",
                "cause",
                "Mean number of different products in an order whose products are known.",
                "Full-basket",
                "Small-basket",
            ),
            Feature(
                "product_variety",
                "Product variety",
                "share",
                "cause",
                "Share of an order's products that were not in the order before; unknown with one order.",
                "Exploring",
                "Repeat-item",
            ),
        ),
        "products",
        "the orders carry no products",
    ),
    Family(
        "category_features",
        (
            Feature(
                "categories",
                "Categories bought",
                "count",
                "cause",
                "Different product categories bought.",
                "Wide-range",
                "Narrow-range",
            ),
            Feature(
                "category_entropy",
                "Spread over categories",
                "ratio",
                "cause",
                "Shannon entropy of the customer's lines over categories, in bits.",
                "Broad-mix",
                "Focused",
            ),
            Feature(
                "top_category_share",
                "Share of the largest category",
                "share",
                "cause",
                "Share of the customer's lines in the category bought most.",
                "One-category",
                "Many-category",
            ),
        ),
        "categories",
        "the products carry no categories",
    ),
    Family(
        "return_features",
        (
            Feature(
                "return_share",
                "Share returned",
                "share",
                "cause",
                "Value returned over value bought.",
                "High-return",
                "Low-return",
            ),
        ),
        "returns",
        "the orders hold no returns",
    ),
    Family(
        "promotion_features",
        (
            Feature(
                "promotion_share",
                "Orders with a promotion",
                "share",
                "cause",
                "Share of orders with a promotion on any line.",
                "Promotion-led",
                "Full-price",
            ),
        ),
        "promotions",
        "the orders carry no promotions",
    ),
)


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
