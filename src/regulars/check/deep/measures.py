"""Measures: what a behaviour is measured by, as one sum of the orders over another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Measure:
    """A rate: ``part`` over ``whole``, columns of the table that ``step`` makes, each a whole number of so
    many to one of its unit.

    ``unit`` is ``percent`` for a share, ``ratio`` for so many an order, ``currency`` for money.
    ``feature`` is the feature of the catalogue that needs the same of the data; ``kin`` those that tell the
    same of a customer, so that segments made by them stand out in it by construction. ``of`` is what is
    counted in it, and ``by_category`` whether it can be asked of one category.
    """

    id: str
    label: str
    unit: Literal["percent", "ratio", "currency"]
    feature: str
    step: str
    part: str
    whole: str
    kin: frozenset[str]
    part_of_one: int = 1
    whole_of_one: int = 1
    by_category: bool = True
    has_mix: bool = True
    """Whether its whole is of the category, so that it follows what is bought where."""
    kind: str = ""
    """For measures of sameness, the column whose kinds are told apart."""


def _kin(names: str) -> frozenset[str]:
    return frozenset(names.split())


_OFTEN = _kin(
    "recency_days orders gap_days last_gap_days earlier_gap_days tenure_days expected_purchases p_alive"
)
_PROMOTIONS = _kin("discount_share promotion_share redemption_rate offers_redeemed campaign_order_share")
# fmt: off
MEASURES: Mapping[str, Measure] = {
    each.id: each
    for each in (
        Measure("discount_share", "Share taken off the full price", "percent", "discount_share",
                "line_parts", "saved", "full_price", _PROMOTIONS),
        Measure("promotion_share", "Orders with a promotion", "percent", "promotion_share",
                "order_parts", "promoted_orders", "orders", _PROMOTIONS),
        Measure("redemption_rate", "Campaigns redeemed", "percent", "redemption_rate",
                "response_parts", "redeemed", "campaigns", _PROMOTIONS, by_category=False),
        Measure("campaign_order_share", "Orders during campaigns", "percent", "campaign_order_share",
                "campaign_parts", "during_orders", "orders", _PROMOTIONS),
        Measure("weekend_share", "Orders at the weekend", "percent", "weekend_share",
                "order_parts", "weekend_orders", "orders", _kin("weekend_share")),
        Measure("morning_share", "Orders in the morning", "percent", "morning_share",
                "order_parts", "morning_orders", "orders", _kin("morning_share evening_share")),
        Measure("evening_share", "Orders in the evening", "percent", "evening_share",
                "order_parts", "evening_orders", "orders", _kin("morning_share evening_share")),
        Measure("return_share", "Share returned", "percent", "return_share",
                "line_parts", "returned", "sold", _kin("return_share")),
        Measure("own_brand_share", "Spend on own brands", "percent", "own_brand_share",
                "line_parts", "own", "branded", _kin("own_brand_share")),
        Measure("same_brand", "Chance that two of a customer's lines are of one brand", "percent",
                "top_brand_share", "same_kind_parts", "same_pairs", "pairs",
                _kin("top_brand_share brand_entropy brands own_brand_share"), kind="brand"),
        Measure("same_category", "Chance that two of a customer's lines are of one category", "percent",
                "top_category_share", "same_kind_parts", "same_pairs", "pairs",
                _kin("top_category_share category_entropy categories"), by_category=False, kind="category"),
        Measure("same_product", "Chance that two of a customer's lines are of one product", "percent",
                "product_variety", "same_kind_parts", "same_pairs", "pairs", _kin("product_variety"),
                kind="product_id"),
        Measure("items_per_order", "Items per order", "ratio", "items_per_order",
                "order_parts", "items", "orders", _kin("items_per_order products_per_order"),
                part_of_one=1000),
        Measure("products_per_order", "Products per order", "ratio", "products_per_order",
                "basket_parts", "products", "orders", _kin("items_per_order products_per_order")),
        Measure("order_value", "Average order value", "currency", "spend",
                "order_parts", "amount", "orders", _kin("spend average_order order_value predicted_value"),
                part_of_one=10_000),
        Measure("active_months", "Months with an order, of those after the first order", "percent", "orders",
                "month_parts", "bought_months", "months", _OFTEN, has_mix=False),
        Measure("category_orders", "Orders with the category", "percent", "categories",
                "order_parts", "wanted_orders", "orders", _kin(""), by_category=False),
    )
}
# fmt: on
BEHAVIOURS: Mapping[str, tuple[tuple[str, ...], int]] = {
    "deals": (("discount_share", "promotion_share", "redemption_rate", "campaign_order_share"), 1),
    "promotions": (("promotion_share", "discount_share"), 1),
    "coupons": (("redemption_rate",), 1),
    "campaigns": (("campaign_order_share", "redemption_rate"), 1),
    "weekends": (("weekend_share",), 1),
    "mornings": (("morning_share",), 1),
    "evenings": (("evening_share",), 1),
    "returns": (("return_share",), 1),
    "own_brands": (("own_brand_share",), 1),
    "one_brand": (("same_brand",), 1),
    "one_category": (("same_category",), 1),
    "variety": (("same_product", "same_category"), -1),
    "stock_up": (("items_per_order", "products_per_order"), 1),
    "range": (("products_per_order",), 1),
    "big_orders": (("order_value",), 1),
    "often": (("active_months",), 1),
    "category": (("category_orders",), 1),
}
"""What a behaviour is asked by: the first of these measures that the data can give, and whether who behaves
so has more of it (1) or less (-1)."""
