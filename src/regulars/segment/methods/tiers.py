"""Tiers: customers in the order of one value, cut into a few such as platinum, gold, silver and bronze."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import accumulate, pairwise
from typing import Annotated, Any, ClassVar

from pydantic import Field, model_validator

from regulars.engine import Engine, quoted
from regulars.errors import NotReady, SettingsError
from regulars.segment.definition import Definition
from regulars.segment.eligible import Reason, named, protected_allowed
from regulars.segment.kinds import kinds
from regulars.segment.methods import Ground, Method
from regulars.segment.methods.rules import Name, with_cuts
from regulars.segment.preview import SMALLEST_SHOWN, Preview, crowded, preview
from regulars.segment.rules.conditions import Compare, Condition, Ranked
from regulars.segment.rules.waterfall import Waterfall
from regulars.segment.schemes import told_apart
from regulars.segment.slugs import slug
from regulars.types import Feature, Finding, Segment

VALUES = ("predicted_value", "spend")
"""What customers are ranked by where the settings name nothing: the first that the data can give."""
SHARES = (Decimal("0.05"), Decimal("0.15"), Decimal("0.3"), Decimal("0.5"))
NAMES = ("Platinum", "Gold", "Silver", "Bronze")

Share = Annotated[Decimal, Field(gt=0, lt=1, decimal_places=6)]
Cut = Annotated[Decimal, Field(gt=-(10**11), lt=10**11, decimal_places=6)]


class Tiers(Method):
    """Customers by one value, the best first: so many of them in each tier, or from so much on.

    Outcomes are what tiers are for: a person says what makes a tier, and no pattern is claimed.
    """

    method: ClassVar[str] = "tiers"

    feature: str | None = None
    """Any number. None: ``predicted_value`` where there is one, else ``spend``."""
    shares: Annotated[tuple[Share, ...], Field(min_length=2, max_length=10)] | None = None
    """The part of the customers in each tier, the best first; together 1. None: 0.05, 0.15, 0.3 and 0.5, so
    that the best tier is small enough to be looked after by name."""
    cuts: Annotated[tuple[Cut, ...], Field(min_length=1, max_length=9)] | None = None
    """Instead of shares, the least value of each tier but the last, descending."""
    names: tuple[Name, ...] | None = None
    """The best first. None: Platinum, Gold, Silver and Bronze, for four tiers."""
    allow_protected: Reason | None = None
    """The reason for which the feature may be a protected attribute; it is kept in the definition."""

    @model_validator(mode="after")
    def _fit_together(self) -> Tiers:
        if self.cuts and self.shares:
            raise ValueError("shares and cuts say the same in two ways: leave one of them out")
        if self.shares and (total := sum(self.shares)) != 1:
            raise ValueError(f"shares come to {total}, and must come to 1")
        if any(above <= below for above, below in pairwise(self.cuts or ())):
            raise ValueError("cuts must descend: the best tier has the highest")
        tiers = len(self.cuts) + 1 if self.cuts else len(self.shares or SHARES)
        if len(self.names or NAMES) != tiers:
            given = f"there are {len(self.names)}" if self.names else "only four have names of their own"
            raise ValueError(f"{tiers} tiers need {tiers} names, and {given}")
        told_apart(self.names or NAMES)
        return self

    def preflight(self, ground: Ground, engine: Engine) -> None:
        self._ranked_by(ground, engine)

    def fit(self, ground: Ground, engine: Engine) -> Definition:
        """The least value of each tier, as it was found or set.

        A share is counted from the top in whole customers, rounded up, and ends with the value of its last
        one; whoever has that value too is in. Who has no known value is in the last tier: a tier grants
        something, and nothing is granted on what is not known. Raises SettingsError for a feature there is
        not, or of text; NotReady where the data cannot give it, or nobody stands above another.
        """
        feature, exact, notes = self._ranked_by(ground, engine)
        where = f"segmentations.{ground.name}"
        self._require_a_difference(feature, ground, engine)
        names = self.names or NAMES
        ids = [slug(name) for name in names]
        conditions = [with_cuts(each, ground, engine) for each in self._conditions(feature, exact)]
        rule = Waterfall(tuple(zip(ids[:-1], conditions, strict=True)), ids[-1])
        seen = preview(engine, ground.table, rule)
        told = dict(zip(ids, names, strict=True))
        doubts = [*_doubts(seen, feature, told, where), *_unknown(feature, names[-1], ground, engine)]
        return self.defined(
            ground,
            rule=rule,
            segments=tuple(
                Segment(each, told[each], rule.words(each), _meaning(place, len(ids), feature))
                for place, each in enumerate(ids)
            ),
            fitted={"customers": seen.customers},
            notes=(*notes, *doubts),
            choice={**seen.as_json(), **self._choice(feature, names)},
        )

    def _ranked_by(self, ground: Ground, engine: Engine) -> tuple[Feature, bool, list[Finding]]:
        """The feature, whether its values are compared digit for digit, and what is to be said of it."""
        name = self.feature or next((each for each in VALUES if ground.feature(each)), None)
        where = f"segmentations.{ground.name}"
        if name is None:
            why = "; ".join(f"{each}: {ground.left_out[each]}" for each in VALUES if each in ground.left_out)
            raise NotReady(
                where,
                f"this data has neither {' nor '.join(VALUES)} to rank customers by"
                + (f" ({why})" if why else ""),
                "Map the amount of an order (predicted_value needs a value.model too), or name another "
                f"number in {where}.feature.",
            )
        (feature,) = named(ground, [name], "feature")
        kind = kinds(ground, engine).get(name)
        if kind not in ("exact", "double"):
            numbers = [each for each, held in kinds(ground, engine).items() if held != "text"]
            raise SettingsError(
                f"{where}.feature",
                f"{name} is no number, and tiers rank by one",
                f"Name one of {', '.join(numbers)}.",
            )
        notes = protected_allowed(ground, [feature], self.allow_protected, "feature")
        return feature, kind == "exact", notes

    def _conditions(self, feature: Feature, exact: bool) -> list[Condition]:
        if self.cuts:
            return [Compare(feature.name, ">=", cut, exact) for cut in self.cuts]
        percents = [_plain(100 * share) for share in accumulate(self.shares or SHARES)]
        return [Ranked("top", percent, feature.name, exact) for percent in percents[:-1]]

    def _require_a_difference(self, feature: Feature, ground: Ground, engine: Engine) -> None:
        name = quoted(feature.name)
        ((customers, known, low, high),) = engine.rows(
            f"select count(*), count({name}), min({name}), max({name}) from {quoted(ground.table.name)}",
            "ends",
        )
        if known and (self.cuts or low != high):
            return
        found = f"{feature.name} is {low} for everybody" if known else f"{feature.name} is known for nobody"
        raise NotReady(
            f"segmentations.{ground.name}",
            found if customers else "there are no customers to put in tiers",
            "Rank by another feature, or leave this segmentation out."
            if customers
            else "Check the ledger for what set the rows aside.",
        )

    def _choice(self, feature: Feature, names: tuple[str, ...]) -> dict[str, Any]:
        cut = "at values that were set by hand" if self.cuts else "where the shares end, counted from the top"
        return {
            "ranked_by": {"feature": feature.name, "label": feature.label, "unit": feature.unit},
            "reason": f"Ranked by {feature.name} and cut {cut}. Customers of one value are never parted; who "
            f"has no known value is {names[-1]}.",
        }


def _plain(number: Decimal) -> Decimal:
    return Decimal(f"{number.normalize():f}")


def _meaning(place: int, tiers: int, feature: Feature) -> str:
    value = feature.label.lower() or feature.name
    if place == 0:
        return f"the highest by {value}"
    return f"the lowest by {value}, or unknown" if place == tiers - 1 else f"the next by {value}"


def _doubts(seen: Preview, feature: Feature, names: dict[str, str], where: str) -> Iterator[Finding]:
    """A note for each tier without customers, and for each that ties have made larger."""
    for each in seen.rules:
        if not each.left:
            why = (
                "all who reach it are in a better tier already, for many share one value"
                if each.alone
                else f"no customer's {feature.name} reaches it"
            )
            yield Finding(
                "note", f"{where}.{each.segment_id}", f"{names[each.segment_id]} is empty: {why}.",
                "Customers of one value are never parted; move the cuts if that was not meant.",
            )  # fmt: skip
    yield from (crowded(each, where) for each in seen.ranks if each.is_crowded)


def _unknown(feature: Feature, last: str, ground: Ground, engine: Engine) -> Iterator[Finding]:
    name = quoted(feature.name)
    ((customers, known),) = engine.rows(
        f"select count(*), count({name}) from {quoted(ground.table.name)}", "known_customers"
    )
    if min(known, customers - known) >= SMALLEST_SHOWN:
        yield Finding(
            "note", f"segmentations.{ground.name}.feature",
            f"{feature.name} was unknown for {1 - known / customers:.0%} of customers. They are in {last}.",
            f"Read {last} as holding customers of whom this is unknown too.",
        )  # fmt: skip
