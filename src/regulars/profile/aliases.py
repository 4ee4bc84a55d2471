"""Aliases: other words by which people call our metrics, for whoever reads texts about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

ALIASES: Mapping[str, Sequence[str]] = {
    "revenue": ("sales", "turnover"),
    "revenue_per_customer": ("customer value",),
    "aov": ("AOV", "basket value", "value of an order"),
    "orders_per_customer": ("purchase frequency", "order frequency"),
    "repeat_rate": ("repeat rate", "customers who came back"),
    "recency_days": ("recency", "days since the last order", "time since the last order"),
    "tenure_days": ("tenure", "days since the first order", "time as a customer"),
    "gap_days": (
        "days between orders",
        "time between orders",
        "time between purchases",
        "gap between purchases",
    ),
    "gap_variation": ("irregular purchases",),
    "items_per_order": ("units per order", "items in an order"),
    "products_per_order": ("different products in an order", "different products per order"),
    "product_variety": ("later purchases of another product", "share of other products"),
    "weekend_share": ("weekend orders",),
    "morning_share": ("morning orders",),
    "evening_share": ("evening orders",),
    "categories": ("number of categories",),
    "top_category_share": ("lines in one category",),
    "top_brand_share": ("lines of one brand",),
    "own_brand_share": ("category spend on own brands", "own label share"),
    "discount_share": ("average discount", "discount off the full price"),
    "promotion_share": ("promoted orders",),
    "campaign_order_share": ("orders in a campaign",),
    "redemption_rate": ("campaigns in which a customer redeemed something",),
    "event_count": ("events on record",),
    "event_days": ("days seen", "active days"),
    "engagement_score": ("engagement", "engaged"),
    "return_share": ("return rate", "share sent back"),
    "p_alive": ("chance of buying again",),
}
"""By metric id. They name what the metric's label names, and no part or level of it."""
