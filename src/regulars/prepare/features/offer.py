"""What can be measured under the settings: the catalogue, and what they add to it or decide about it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from regulars.engine import Step, literal
from regulars.feature_settings import FeatureChoices
from regulars.prepare.features.catalogue import FAMILIES, Family
from regulars.prepare.features.category_shares import category_shares, share_family, share_features
from regulars.prepare.features.derived import Derived, derived
from regulars.prepare.features.engagement import engagement_family, engagement_features, recent_events
from regulars.prepare.features.engagement import grounds as engagement_grounds
from regulars.types import Feature

EVERYBODY = "rfm_features"
"""The step that has every customer, of orders or of a table of customers; others may have only some."""
WITHOUT_ORDERS = ("events", "redemptions", "responses")
"""What families need that can be made of customers who are known by totals alone."""
NO_ORDERS = "there are no orders, only a table of customers"


@dataclass(frozen=True)
class Offer:
    """The families that there may be, the steps that only these settings make, and derived features.

    ``grounds`` says of each feature that depends on the settings what it stands on there.
    """

    families: tuple[Family, ...]
    steps: Mapping[str, Step]
    derived: tuple[Derived, ...]
    grounds: Mapping[str, str]
    without: tuple[Family, ...] = ()
    """What there would be if there were orders."""

    @property
    def measured(self) -> tuple[Feature, ...]:
        """Every feature but the derived ones, whether or not the data has what it needs."""
        return tuple(feature for family in self.families for feature in family.features)

    @property
    def features(self) -> tuple[Feature, ...]:
        return (*self.measured, *(each.feature for each in self.derived))

    def ground(self, names: Collection[str]) -> dict[str, str]:
        """What these features, and what they are derived from, stand on in the settings: a definition that
        uses them holds this, and is fitted anew where it changes."""
        made = (each for each in self.derived if each.feature.name in names)
        behind = {*names, *(name for each in made for name in each.formula.features)}
        return {name: said for name, said in self.grounds.items() if name in behind}


def offer(choices: FeatureChoices, beside: Sequence[Family] = (), totals: Family | None = None) -> Offer:
    """What these settings offer, with the families of tables ``beside`` the orders; without orders, with
    the ``totals`` that a table of customers has in their place.

    Raises SettingsError for derived features that cannot be.
    """
    shares = category_shares(choices.category_shares)
    said = choices.engagement
    of_orders = (
        *FAMILIES,
        *([share_family(shares)] if shares else []),
        *([engagement_family(said)] if said.weights else []),
    )
    kept = [each for each in of_orders if not totals or each.needs in WITHOUT_ORDERS]
    without = tuple(_without(each, totals) for each in of_orders if totals and each not in kept)
    families = (*([totals] if totals else []), *kept, *beside)
    measured = [feature for family in (*families, *without) for feature in family.features]
    made = derived(choices.derived, measured)
    grounds = {each.feature.name: each.formula.text for each in made}
    grounds |= {feature.name: f"lines in {category!r}" for category, feature in shares.items()}
    if choices.own_brands:
        of = _plain(choices.loyalty_categories) if choices.loyalty_categories else "all categories"
        grounds["own_brand_share"] = f"{_plain(choices.own_brands)} in {of}"
        grounds["category_spend"] = of
    grounds |= engagement_grounds(said)
    grounds |= {each.name: family.ground for family in beside if family.ground for each in family.features}
    steps = [
        _loyalty_lines(choices),
        recent_events(said),
        *([share_features(shares)] if shares else []),
        *([engagement_features(said)] if said.weights else []),
        *(step for family in (*([totals] if totals else []), *beside) for step in family.made_by),
    ]
    return Offer(families, {step.name: step for step in steps}, made, grounds, without)


def _without(family: Family, totals: Family) -> Family:
    """What a family lacks where there are no orders: all but what the totals say."""
    told = {feature.name for feature in totals.features}
    lost = tuple(feature for feature in family.features if feature.name not in told)
    return Family(family.step, lost, "orders", NO_ORDERS)


def _plain(names: Sequence[str]) -> str:
    return json.dumps(sorted(names), ensure_ascii=False)


def _loyalty_lines(choices: FeatureChoices) -> Step:
    """The lines in the loyalty categories, all where none are named."""
    brand, category = exp.column("brand"), exp.column("category")
    own = exp.Case().when(exp.Is(this=brand, expression=exp.null()), exp.null())
    if choices.own_brands:
        own = own.when(_among(brand, choices.own_brands), literal(1))
    select = exp.select(
        "customer_id", "is_return", "amount", exp.alias_(own.else_(literal(0)), "is_own")
    ).from_("order_lines")
    if choices.loyalty_categories:
        select = select.where(_among(category, choices.loyalty_categories))
    about = (
        "Grain: one row a line in features.loyalty_categories, or any line where none are named. is_own: 1 "
        "where its brand is one of features.own_brands, 0 where it is another, null where it is unknown."
    )
    select.add_comments([about])
    return Step("loyalty_lines", select)


def _among(column: exp.Column, names: Iterable[str]) -> exp.In:
    return exp.In(this=column.copy(), expressions=[literal(name) for name in names])
