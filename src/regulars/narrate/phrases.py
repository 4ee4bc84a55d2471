"""How each metric is told in a sentence. ``{value}`` is the segment's figure, ``{all}`` that of everybody.

A metric that is not listed is told by its label.
"""

from __future__ import annotations

AGAINST = {
    "revenue_per_customer": "They have spent {value} each, against {all} for the average customer.",
    "orders_per_customer": "They have placed {value} orders each, against {all} on average.",
    "aov": "Their average order comes to {value}, against {all} overall.",
    "repeat_rate": "{value} of them have ordered more than once, against {all} of all customers.",
    "recency_days": "Half of them have ordered within the last {value}, against {all} for all customers.",
    "tenure_days": "Half of them first ordered {value} ago or less, against {all} for all customers.",
    "gap_days": "They leave a median of {value} between purchases, against {all} overall.",
    "gap_variation": "The irregularity of their purchases is {value}, against {all} (at random it would be about one).",
    "weekend_share": "{value} of their orders fall on a weekend, against {all} for the average customer.",
    "morning_share": "{value} of their orders come before noon, against {all} for the average customer.",
    "evening_share": "{value} of their orders come in the evening, against {all} for the average customer.",
    "products_per_order": "They put {value} different products in an order, against {all} on average.",
    "product_variety": "{value} of the products they buy are ones they had not bought before, against {all} on average.",
    "categories": "They buy from {value} categories, against {all} on average.",
    "top_category_share": "{value} of their lines are in their largest category, against {all} on average.",
    "return_share": "They send back {value} of what they buy by value, against {all} for the average customer.",
    "promotion_share": "{value} of their orders carry a promotion, against {all} for the average customer.",
}
BY_LABEL = "{label}: {value}, against {all} for all customers."
NUMBER_WORDS = ("No", "One", "Two", "Three", "Four", "Five")
