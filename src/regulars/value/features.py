"""What is foretold of each customer, as features: their names, units and meanings, and what lacks them."""

from __future__ import annotations

from regulars.prepare.features.catalogue import Family
from regulars.types import Feature

STEP = "worth_features"
"""The table that they stand in: one row a customer."""
NO_AMOUNTS = "the value model has no amounts to foretell"


def purchase_features(horizon_days: int) -> tuple[Feature, ...]:
    """What a model of purchases foretells of a customer."""
    return (
        Feature(
            "p_alive", "Chance of still being a customer", "share", "outcome",
            "By the value model: the probability that the customer has not left for good.",
            kin=("times",),
        ),
        Feature(
            "expected_purchases", "Expected purchases", "ratio", "outcome",
            f"By the value model: days with an order expected in the next {horizon_days} days.",
            kin=("times",),
        ),
    )  # fmt: skip


def money_features(horizon_days: int, discount_rate: float) -> tuple[Feature, ...]:
    """What a model of spend adds."""
    return (
        Feature(
            "order_value", "Expected order value", "currency", "outcome",
            "By the value model: what a day with an order is expected to bring, returns taken off.",
            kin=("spend",),
        ),
        Feature(
            "predicted_value", "Predicted value", "currency", "outcome",
            f"By the value model: expected purchases times expected order value, next {horizon_days} days.",
            kin=("times", "spend"),
        ),
        Feature(
            "discounted_value", "Predicted value, discounted", "currency", "outcome",
            f"Predicted value of the next {horizon_days} days, what comes later discounted at "
            f"{discount_rate * 100:g} % a year.",
            kin=("times", "spend"),
        ),
    )  # fmt: skip


def without_model(why: str, horizon_days: int, discount_rate: float) -> tuple[Family, ...]:
    """The features left out, for the reason given."""
    features = (*purchase_features(horizon_days), *money_features(horizon_days, discount_rate))
    return (Family(STEP, features, "value_model", why),)
