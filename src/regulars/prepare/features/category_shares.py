"""Shares of single categories as features: one for each that the settings list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlglot import exp

from regulars.engine import Step, literal
from regulars.prepare.features.catalogue import Family
from regulars.prepare.features.formula import millionths
from regulars.prepare.features.names import as_word, shown, slug
from regulars.types import Feature

PREFIX = "share_of_"
STEP = "category_share_features"


def category_shares(listed: Sequence[str]) -> dict[str, Feature]:
    """Category to the feature that tells its share of a customer's lines; named safely whatever its text.

    "COFFEE & TEA" is ``share_of_coffee_tea``; where two make one name, the later has a number.
    """
    made: dict[str, Feature] = {}
    for category in listed:
        name = slug(PREFIX, category, {feature.name for feature in made.values()})
        label = shown(category)
        made[category] = Feature(
            name, f"Share of {label}", "share", "cause",
            f"Share of the customer's lines in the category {label}, of lines whose category is known.",
            f"{as_word(label)}-heavy", f"{as_word(label)}-light", kin=("categories",),
        )  # fmt: skip
    return made


def share_family(shares: Mapping[str, Feature]) -> Family:
    return Family(STEP, tuple(shares.values()), "categories", "the products carry no categories")


def share_features(shares: Mapping[str, Feature]) -> Step:
    """The share of each category in a customer's lines, from the long table of customers and categories."""
    select = exp.select("customer_id").from_("customer_categories").group_by("customer_id")
    for category, feature in shares.items():
        select = select.select(exp.alias_(_share_of(category), feature.name))
    select.add_comments(
        ["Grain: one row a customer with a line whose category is known. Shares of such lines, 0 to 1."]
    )
    return Step(STEP, select)


def _share_of(category: str) -> exp.Expr:
    lines = exp.column("lines")
    is_it = exp.EQ(this=exp.column("category"), expression=literal(category))
    part = exp.Sum(this=exp.Case().when(is_it, lines.copy()).else_(literal(0)))
    whole = exp.cast(exp.Sum(this=lines.copy()), "double")
    return millionths(exp.Div(this=exp.cast(part, "double"), expression=whole, typed=True))
