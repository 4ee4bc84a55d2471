"""The catalogue: every feature that orders can give, with its unit, role and meaning, and what it needs."""

from __future__ import annotations

from dataclasses import dataclass

from regulars.engine import Step
from regulars.types import Feature

# Kin are named for what of the orders a feature is measured on. Counts of orders, days since, gaps and hours
# are all of "times": each of them tells whoever ordered once. A share is of what it parts, and not of the
# amounts or orders that it is counted in: those cancel.


@dataclass(frozen=True)
class Family:
    """Features that one step makes, and what the orders must hold for them."""

    step: str
    features: tuple[Feature, ...]
    needs: str = ""
    lacking: str = ""
    made_by: tuple[Step, ...] = ()
    """The steps that make it, where it is no file of this room; the last is ``step``."""
    ground: str = ""
    """What it stands on beside the data and the settings, such as a fitted model: a definition that uses it
    holds this."""


# fmt: off
FAMILIES = (
    Family(
        "rfm_features",
        (
            Feature(
                "recency_days", "Days since last order", "days", "outcome",
                "Days from the customer's last order to the day of the study.",
                kin=("times",),
            ),
            Feature(
                "orders", "Orders", "count", "outcome",
                "Orders placed; returns are none.",
                kin=("times",),
            ),
        ),
    ),
    Family(
        "rfm_features",
        (
            Feature(
                "spend", "Net spend", "currency", "outcome",
                "What was bought less what was returned.",
                kin=("spend",),
            ),
        ),
        "value", "the orders carry no amounts",
    ),
    Family(
        "value_features",
        (
            Feature(
                "average_order", "Average order value", "currency", "outcome",
                "Net spend over orders.",
                kin=("spend",),
            ),
        ),
        "value", "the orders carry no amounts",
    ),
    Family(
        "rhythm_features",
        (
            Feature(
                "tenure_days", "Days since first order", "days", "outcome",
                "Days from the customer's first order to the day of the study.",
                kin=("times",),
            ),
            Feature(
                "gap_days", "Days between purchases", "days", "cause",
                "Mean days between days with an order; unknown with one.",
                "Slow-rhythm", "Quick-rhythm",
                kin=("times",),
            ),
            Feature(
                "last_gap_days", "Days between the last two purchases", "days", "outcome",
                "Days between the customer's last two days with an order; unknown with one.",
                kin=("times",),
            ),
            Feature(
                "earlier_gap_days", "Days between purchases before the last gap", "days", "outcome",
                "Mean days between days with an order, without the last gap; unknown with fewer than three.",
                kin=("times",),
            ),
            Feature(
                "gap_variation", "Irregularity of purchases", "ratio", "cause",
                "Standard deviation of the gaps over their mean: 0 like a clock, more in bursts.",
                "Bursty", "Clockwork",
                kin=("times",),
            ),
        ),
    ),
    Family(
        "clock_features",
        (
            Feature(
                "weekend_share", "Orders at the weekend", "share", "cause",
                "Share of orders placed on Saturday or Sunday; all or nothing with one order.",
                "Weekend", "Weekday",
                kin=("times",),
            ),
        ),
    ),
    Family(
        "clock_features",
        (
            Feature(
                "morning_share", "Orders in the morning", "share", "cause",
                "Share of orders placed before noon; all or nothing with one order.",
                "Morning", "Afternoon",
                kin=("times",),
            ),
            Feature(
                "evening_share", "Orders in the evening", "share", "cause",
                "Share of orders placed from 18:00; all or nothing with one order.",
                "Evening", "Daytime",
                kin=("times",),
            ),
        ),
        "time", "the orders carry no time of day",
    ),
    Family(
        "basket_features",
        (
            Feature(
                "products_per_order", "Products per order", "ratio", "cause",
                "Mean number of different products in an order whose products are known.",
                "Full-basket", "Small-basket",
                kin=("baskets",),
            ),
            Feature(
                "product_variety", "Product variety", "share", "cause",
                "Share of an order's products that were not in the order before; unknown with one order.",
                "Exploring", "Repeat-item",
                kin=("baskets", "times"),
            ),
        ),
        "products", "the orders carry no products",
    ),
    Family(
        "size_features",
        (
            Feature(
                "items_per_order", "Items per order", "ratio", "cause",
                "Mean units of product in an order; a line without a quantity is one.",
                "Bulk", "Few-item",
                kin=("baskets",),
            ),
        ),
        "items", "every order is one item",
    ),
    Family(
        "category_features",
        (
            Feature(
                "categories", "Categories bought", "count", "cause",
                "Different product categories bought.",
                "Wide-range", "Narrow-range",
                kin=("categories",),
            ),
            Feature(
                "category_entropy", "Spread over categories", "ratio", "cause",
                "Shannon entropy of the customer's lines over categories, in bits.",
                "Broad-mix", "Focused",
                kin=("categories",),
            ),
            Feature(
                "top_category_share", "Share of the largest category", "share", "cause",
                "Share of the customer's lines in the category bought most.",
                "Focused", "Many-category",
                kin=("categories",),
            ),
        ),
        "categories", "the products carry no categories",
    ),
    Family(
        "brand_features",
        (
            Feature(
                "brands", "Brands bought", "count", "cause",
                "Different brands bought.",
                "Many-brand", "Few-brand",
                kin=("brands",),
            ),
            Feature(
                "brand_entropy", "Spread over brands", "ratio", "cause",
                "Shannon entropy of the customer's lines over brands, in bits.",
                "Brand-mixing", "Brand-true",
                kin=("brands",),
            ),
            Feature(
                "top_brand_share", "Share of the largest brand", "share", "cause",
                "Share of the customer's lines in the brand bought most, of lines whose brand is known.",
                "Brand-focused", "No-one-brand",
                kin=("brands",),
            ),
        ),
        "brands", "the products carry no brands",
    ),
    Family(
        "loyalty_features",
        (
            Feature(
                "own_brand_share", "Spend on own brands", "share", "cause",
                "Share of category spend on features.own_brands, of sales whose brand is known; the category "
                "is features.loyalty_categories, or else all that is sold.",
                "Own-brand", "Rival-brand",
                kin=("brands",),
            ),
            Feature(
                "category_spend", "Category spend", "currency", "outcome",
                "Net spend in features.loyalty_categories, or else on all that is sold, whatever the brand.",
                kin=("spend",),
            ),
        ),
        "loyalty", "it needs features.own_brands, and lines with brands and amounts",
    ),
    Family(
        "return_features",
        (
            Feature(
                "return_share", "Share returned", "share", "cause",
                "Value returned over value bought.",
                "High-return", "Low-return",
                kin=("returns",),
            ),
        ),
        "returns", "the orders hold no returns",
    ),
    Family(
        "promotion_features",
        (
            Feature(
                "promotion_share", "Orders with a promotion", "share", "cause",
                "Share of orders with a promotion on any line.",
                "Promotion-led", "Full-price",
                kin=("promotions",),
            ),
        ),
        "promotions", "the orders carry no promotions",
    ),
    Family(
        "discount_features",
        (
            Feature(
                "discount_share", "Share taken off", "share", "cause",
                "Discounts over what the customer's sales would have cost at full price.",
                "Bargain", "Full-fare",
                kin=("promotions",),
            ),
        ),
        "discounts", "the orders carry no discounts",
    ),
    Family(
        "campaign_features",
        (
            Feature(
                "campaigns_received", "Campaigns received", "count", "attribute",
                "Different campaigns sent to the customer: what the shop did, not the customer.",
                "Much-addressed", "Little-addressed",
                kin=("campaigns",),
            ),
            Feature(
                "campaign_order_share", "Orders during campaigns", "share", "cause",
                "Share of orders on days when a campaign sent to the customer ran; unknown where none was.",
                "Campaign-led", "Campaign-blind",
                kin=("campaigns",),
            ),
        ),
        "campaigns", "there is no table of campaigns",
    ),
    Family(
        "redemption_features",
        (
            Feature(
                "offers_redeemed", "Offers redeemed", "count", "cause",
                "Coupons and other offers that the customer redeemed.",
                "Coupon-using", "Coupon-shy",
                kin=("campaigns",),
            ),
        ),
        "redemptions", "there is no table of redemptions",
    ),
    Family(
        "response_features",
        (
            Feature(
                "redemption_rate", "Campaigns redeemed", "share", "cause",
                "Share of the campaigns sent to the customer of which something was redeemed.",
                "Responsive", "Unresponsive",
                kin=("campaigns",),
            ),
        ),
        "responses", "it needs tables of campaigns and of redemptions that name their campaign",
    ),
    Family(
        "event_features",
        (
            Feature(
                "event_count", "Events", "count", "cause",
                "Events of any kind in the last features.engagement.window_days days.",
                "Active", "Quiet",
                kin=("events",),
            ),
            Feature(
                "event_days", "Days with an event", "count", "cause",
                "Days with an event in the last features.engagement.window_days days.",
                "Day-to-day", "Seldom-seen",
                kin=("events",),
            ),
            Feature(
                "event_recency_days", "Days since last event", "days", "outcome",
                "Days from the customer's last event to the day of the study; unknown without one.",
                kin=("events",),
            ),
        ),
        "events", "there is no table of events",
    ),
)
# fmt: on
