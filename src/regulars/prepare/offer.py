"""What can be measured under the settings: the catalogue, and what they add to it or decide about it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from regulars.engine import Step, literal
from regulars.feature_settings import FeatureChoices
from regulars.prepare.catalogue import FAMILIES, Family
from regulars.prepare.category_shares import category_shares, share_family, share_features
from regulars.prepare.derived import Derived, derived
from regulars.prepare.engagement import engagement_family, engagement_features, recent_events
from regulars.prepare.engagement import grounds as engagement_grounds
from regulars.types import Feature


@dataclass(frozen=True)
class Offer:
    """The families that there may be, the steps that only these settings make, and derived features.

    ``grounds`` says of each feature that depends on the settings what it stands on there.
    """

    families: tuple[Family, ...]
    steps: Mapping[str, Step]
    derived: tuple[Derived, ...]
    grounds: Mapping[str, str]

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


def offer(choices: FeatureChoices, beside: Sequence[Family] = ()) -> Offer:
    """What these settings offer, with the families of tables ``beside`` the orders.

    Raises SettingsError for derived features that cannot be.
    """
    shares = category_shares(choices.category_shares)
    said = choices.engagement
    own = [
        *([share_family(shares)] if shares else []),
        *([engagement_family(said)] if said.weights else []),
    ]
    families = (*FAMILIES, *own, *beside)
    measured = [feature for family in families for feature in family.features]
    made = derived(choices.derived, measured)
    grounds = {each.feature.name: each.formula.text for each in made}
    grounds |= {feature.name: f"lines in {category!r}" for category, feature in shares.items()}
    if choices.own_brands:
        of = _plain(choices.loyalty_categories) if choices.loyalty_categories else "all categories"
        grounds["own_brand_share"] = f"{_plain(choices.own_brands)} in {of}"
        grounds["category_spend"] = of
    grounds |= engagement_grounds(said)
    steps = [
        _loyalty_lines(choices),
        recent_events(said),
        *([share_features(shares)] if shares else []),
        *([engagement_features(said)] if said.weights else []),
    ]
    return Offer(families, {step.name: step for step in steps}, made, grounds)


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
