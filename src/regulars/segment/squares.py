"""The 2 × 2 of loyalty and spend: its axes and quarters, with brand loyalty or what stands in for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LOW, HIGH = 1, 2


@dataclass(frozen=True)
class Axis:
    """One side of the square: its feature, what its customers are like at either end, how the ends are
    called, and who they are whose value is unknown: they stand at the low end."""

    key: str
    letter: str
    feature: str
    high: str
    low: str
    upper: str
    lower: str
    unknown: str = ""
    low_is_good: bool = False

    @property
    def score(self) -> str:
        """The column of its score: 1 low, 2 high."""
        return f"{self.key}_score"


@dataclass(frozen=True)
class Square:
    """Both axes, the names of the quarters by (loyalty, spend), and the feature that must be known of those
    customers on whom a cut stands."""

    loyalty: Axis
    spend: Axis
    names: Mapping[tuple[int, int], str]
    among: str

    def low_quarters(self, axis: Axis) -> str:
        """The quarters at the low end of an axis, in words: "Switchers and Light users"."""
        place = (self.loyalty, self.spend).index(axis)
        return " and ".join(name for cell, name in self.names.items() if cell[place] == LOW)

    def meaning(self, cell: tuple[int, int]) -> str:
        """What the customers of a quarter are like: "many categories, low spend"."""
        loyal, spends = cell
        first = self.loyalty.high if loyal == HIGH else self.loyalty.low
        return f"{first}, {self.spend.high if spends == HIGH else self.spend.low}"


_SPEND = Axis("spend", "S", "spend", "high spend", "low spend", "Higher spend", "Lower spend")
SQUARES = {
    "": Square(
        Axis(
            "loyalty", "L", "own_brand_share",
            "a high share of category spend on the own brands",
            "a low share of category spend on the own brands",
            "More loyal", "Less loyal", "who bought nothing of a known brand",
        ),
        Axis(
            "spend", "S", "category_spend", "high category spend", "low category spend",
            "Higher spend", "Lower spend",
        ),
        {
            (HIGH, HIGH): "Loyalists", (HIGH, LOW): "Devotees",
            (LOW, HIGH): "Switchers", (LOW, LOW): "Light users",
        },
        "own_brand_share",
    ),
    "breadth": Square(
        Axis(
            "breadth", "B", "categories", "many categories", "few categories", "Broader range",
            "Narrower range",
        ),
        _SPEND,
        {
            (HIGH, HIGH): "Broad high spenders", (HIGH, LOW): "Broad low spenders",
            (LOW, HIGH): "Narrow high spenders", (LOW, LOW): "Narrow low spenders",
        },
        "spend",
    ),
    "regularity": Square(
        Axis(
            "regularity", "G", "gap_variation", "a regular rhythm", "an irregular rhythm or none yet",
            "More regular", "Less regular", "who bought on too few days, two at most, to have a rhythm",
            low_is_good=True,
        ),
        _SPEND,
        {
            (HIGH, HIGH): "Regular high spenders", (HIGH, LOW): "Regular low spenders",
            (LOW, HIGH): "Irregular or unproven high spenders",
            (LOW, LOW): "Irregular or unproven low spenders",
        },
        "spend",
    ),
}  # fmt: skip
"""The square by its proxy; without one, the brand loyalty of marketing's textbooks."""


def needs(feature: str) -> str:
    """Why a feature is not there."""
    needed = {
        "own_brand_share": "lines with brands, some of them rivals', amounts, and features.own_brands",
        "category_spend": "lines with amounts in the category",
        "categories": "lines with categories",
        "gap_variation": "order dates",
        "spend": "amounts",
    }
    return f"{feature} is not measured here: it needs {needed[feature]}"


def alike(feature: str, value: Any) -> str:
    """Why a feature that is the same for everybody cuts nobody off."""
    if value is None:
        return f"{feature} is known for nobody"
    if feature == "own_brand_share" and value == 1:
        return "everybody spends on the own brands alone: no rival brand is among these orders"
    if feature == "own_brand_share" and value == 0:
        return "nobody spends on the own brands; are they written as the data has them?"
    return f"{feature} is {value} for everybody"
