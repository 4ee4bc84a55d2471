"""How each metric is told in a sentence. ``{value}`` is the segment's figure, ``{all}`` that of everybody.

Each sentence says what its metric is: a mean over customers is told of the average customer, a median of
half of them, a figure that only some customers have of those. A metric that is not listed is told by its
label.
"""

from __future__ import annotations

AGAINST = {
    "revenue_per_customer": "On average they have spent {value}, against {all} for all customers.",
    "orders_per_customer": "On average they have placed {value} orders, against {all} for all customers.",
    "aov": "Their average order comes to {value}, against {all} overall.",
    "repeat_rate": "{value} of them have ordered more than once, against {all} of all customers.",
    "recency_days": "Half of them have ordered within the last {value}, against {all} for all customers.",
    "tenure_days": "Half of them first ordered within the last {value}, against {all} for all customers.",
    "gap_days": "Those who came back leave a median of {value} between purchases, against {all} overall.",
    "gap_variation": (
        "Among those who came back twice or more, gaps have an irregularity of {value}, against {all}."
    ),
    "weekend_share": "On average {value} of a customer's orders fall on a weekend, against {all} overall.",
    "morning_share": "On average {value} of a customer's orders come before noon, against {all} overall.",
    "evening_share": "On average {value} of a customer's orders come in the evening, against {all} overall.",
    "products_per_order": "They put {value} different products in an order, against {all} on average.",
    "product_variety": (
        "Among those with two or more orders, on average {value} of a customer's later purchases are of "
        "another product than the order before, against {all} overall."
    ),
    "categories": "On average they buy from {value} categories, against {all} overall.",
    "category_entropy": "Their spread over categories is {value}, against {all} overall.",
    "top_category_share": (
        "On average {value} of a customer's lines are in one category, against {all} overall."
    ),
    "items_per_order": "Half of them put {value} items or fewer in an order, against {all} for everybody.",
    "brands": "On average they buy {value} brands, against {all} overall.",
    "brand_entropy": "Their spread over brands is {value}, against {all} overall.",
    "top_brand_share": "On average {value} of a customer's lines are of one brand, against {all} overall.",
    "own_brand_share": (
        "On average {value} of a customer's category spend goes to own brands, against {all} overall."
    ),
    "discount_share": "On average {value} comes off the full price of what they buy, against {all} overall.",
    "campaigns_received": "On average they were sent {value} campaigns, against {all} overall.",
    "campaign_order_share": (
        "Among those who were sent campaigns, on average {value} of a customer's orders fall into a "
        "campaign, against {all} overall."
    ),
    "offers_redeemed": "On average they have redeemed {value} offers, against {all} overall.",
    "redemption_rate": (
        "Among those who were sent campaigns, on average a customer redeems something in {value} of the "
        "campaigns, against {all} overall."
    ),
    "event_count": "On average {value} events of theirs are on record of late, against {all} overall.",
    "event_days": "On average they were seen on {value} days of late, against {all} overall.",
    "return_share": "On average a customer sends back {value} of what they buy, against {all} overall.",
    "promotion_share": "On average {value} of a customer's orders carry a promotion, against {all} overall.",
}
ABOVE = {
    "recency_days": "Half of them have not ordered for {value} or more, against {all} for all customers.",
    "tenure_days": "Half of them first ordered {value} ago or more, against {all} for all customers.",
}
"""Medians told from their upper half, where the segment lies above all customers."""
BY_LABEL = "{label}: {value}, against {all} for all customers."
NUMBER_WORDS = ("No", "One", "Two", "Three")
