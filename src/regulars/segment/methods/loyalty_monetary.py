"""Loyalty and spend: a 2 × 2 of the share of category spend that a brand has, and of that spend."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, PlainValidator, model_validator

from regulars.engine import Engine, quoted
from regulars.errors import NotReady, SettingsError
from regulars.segment.definition import Definition
from regulars.segment.fitting.cuts import middle
from regulars.segment.methods import Ground, Method
from regulars.segment.rules.grid import Band, Grid
from regulars.segment.slugs import slug
from regulars.segment.squares import SQUARES, Axis, Square, alike, needs
from regulars.types import Finding, Segment

FEWEST_TOLD = 11
"""A group of ten customers or fewer is not counted out."""


def _cut(given: Any) -> str | Decimal:
    if given in ("median", "mean"):
        return str(given)
    try:
        cut = Decimal(str(given))
    except InvalidOperation:
        cut = Decimal("nan")
    if isinstance(given, bool) or not cut.is_finite() or cut.copy_abs() >= 10**11 or round(cut, 6) != cut:
        raise ValueError(f"{given!r} is no cut: write median, mean, or a number with at most six decimals")
    return cut


Cut = Annotated[str | Decimal, PlainValidator(_cut)]


class Cuts(BaseModel):
    """Where each axis is cut. A value at the cut counts as low."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    loyalty: Cut = "median"
    """The median puts as many customers on one side as on the other, as far as equal values let it."""
    spend: Cut = "median"


class LoyaltyMonetary(Method):
    """Loyalists, Devotees, Switchers and Light users: customers by the share of their category spend that the
    own brands have, and by their category spend.

    Outcomes are welcome here: spend is one of the axes by name, and no pattern is claimed.
    """

    method: ClassVar[str] = "loyalty_monetary"

    cuts: Cuts = Cuts()
    """``median``, ``mean`` or a number: one for both axes, or one for each of loyalty and spend."""
    proxy: Literal["breadth", "regularity"] | None = None
    """What stands in for loyalty where no rival brands are known, under names that do not claim loyalty."""

    @model_validator(mode="before")
    @classmethod
    def _spelt_out(cls, given: Any) -> Any:
        """One cut for both axes made two."""
        cuts = given.get("cuts") if isinstance(given, Mapping) else None
        if cuts is None or isinstance(cuts, Mapping | BaseModel):
            return given
        return {**given, "cuts": {"loyalty": cuts, "spend": cuts}}

    def preflight(self, ground: Ground, engine: Engine) -> None:
        square = SQUARES[self.proxy or ""]
        self._require_cuts(square, ground)
        self._require(square, ground, engine, f"segmentations.{ground.name}")

    def fit(self, ground: Ground, engine: Engine) -> Definition:
        """Both cuts, as values. They stand on the customers who bought in the category.

        What is unknown counts as low. Raises NotReady where the data does not have what an axis needs, or has
        one value for everybody; SettingsError for a share that is none.
        """
        square = SQUARES[self.proxy or ""]
        where = f"segmentations.{ground.name}"
        self._require_cuts(square, ground)
        self._require(square, ground, engine, where)
        bands = (
            self._band(square.loyalty, self.cuts.loyalty, square, ground, engine),
            self._band(square.spend, self.cuts.spend, square, ground, engine),
        )
        names = {slug(name): (name, cell) for cell, name in square.names.items()}
        rule = Grid(bands, {each: (cell,) for each, (_, cell) in names.items()})
        return self.defined(
            ground,
            rule=rule,
            segments=tuple(
                Segment(each, name, rule.words(each), square.meaning(cell))
                for each, (name, cell) in names.items()
            ),
            fitted={"customers": engine.count(ground.table.name)},
            notes=tuple(self._notes(square, bands, ground, engine)),
            choice=self._choice(square, bands, ground),
        )

    def _require_cuts(self, square: Square, ground: Ground) -> None:
        """Raises SettingsError for a cut of a share that is none."""
        axis, cut = square.loyalty, self.cuts.loyalty
        feature = ground.feature(axis.feature)
        if feature and feature.unit == "share" and isinstance(cut, Decimal) and not 0 <= cut < 1:
            raise SettingsError(
                f"segmentations.{ground.name}.cuts.loyalty",
                f"{axis.feature} runs from 0 to 1, and {cut} is no cut of it",
                f"Write {cut / 100} for {cut} %." if 1 <= cut < 100 else "Write 0.5 for one half.",
            )

    def _require(self, square: Square, ground: Ground, engine: Engine, where: str) -> None:
        """Raises NotReady where an axis is not measured, or is the same for everybody."""
        if lacking := [
            each.feature for each in (square.loyalty, square.spend) if not ground.feature(each.feature)
        ]:
            raise NotReady(where, needs(lacking[0]), self._remedy())
        names = (square.loyalty.feature, square.spend.feature)
        ends = ", ".join(f"min({quoted(name)}), max({quoted(name)})" for name in names)
        (found,) = engine.rows(f"select {ends} from {quoted(ground.table.name)}", "ends")
        for name, low, high in zip(names, found[::2], found[1::2], strict=True):
            if low == high:
                raise NotReady(where, alike(name, low), self._remedy())

    def _remedy(self) -> str:
        other = {"breadth": "regularity", "regularity": "breadth"}.get(self.proxy or "")
        stands_in = (
            f"proxy: {other}" if other else "proxy: breadth (categories) or proxy: regularity (rhythm)"
        )
        if other:
            return f"Try {stands_in}, or leave this segmentation out."
        return (
            "Map a brand to the products and list your own in features.own_brands. A shop that sells one "
            f"brand cannot see loyalty to it: {stands_in} makes other segments, under other names."
        )

    def _band(self, axis: Axis, cut: str | Decimal, square: Square, ground: Ground, engine: Engine) -> Band:
        feature = ground.feature(axis.feature)
        unit = feature.unit if feature else ""
        if isinstance(cut, Decimal):
            value = cut
        else:
            how: Literal["median", "mean"] = "mean" if cut == "mean" else "median"
            found = middle(engine, ground.table.name, axis.feature, how, square.among)
            if found is None:
                raise NotReady(
                    f"segmentations.{ground.name}", f"{axis.feature} is known for nobody", self._remedy()
                )
            value = found
        return Band(axis.score, axis.letter, axis.feature, (value,), axis.low_is_good, unit)

    def _choice(self, square: Square, bands: tuple[Band, Band], ground: Ground) -> dict[str, Any]:
        """How each axis was cut, and where, with the words for its ends."""
        labels = {each.name: each.label for each in ground.features}
        cuts = {
            axis.key: {
                "feature": band.feature,
                "label": labels[band.feature],
                "unit": band.unit,
                "upper": axis.upper,
                "lower": axis.lower,
                "low_is_good": axis.low_is_good,
                "how": how if isinstance(how, str) else "set",
                "cut": str(band.cuts[0]),
            }
            for axis, band, how in zip(
                (square.loyalty, square.spend), bands, (self.cuts.loyalty, self.cuts.spend), strict=True
            )
        }
        low = "; a lower value is the more regular one" if square.loyalty.low_is_good else ""
        told = " and ".join(
            f"{each['feature']} at {each['cut']} ({'set by hand' if each['how'] == 'set' else each['how']})"
            for each in cuts.values()
        )
        return {
            "axes": cuts,
            **({"proxy": self.proxy} if self.proxy else {}),
            "reason": f"Cut {told}. A value at the cut lies below it{low}. What is unknown counts as "
            f"{square.loyalty.lower.lower()} and {square.spend.lower.lower()}.",
        }

    def _notes(
        self, square: Square, bands: tuple[Band, Band], ground: Ground, engine: Engine
    ) -> Iterator[Finding]:
        if self.proxy:
            yield Finding(
                "warning", f"{ground.name}.proxy",
                f"This is not brand loyalty: {square.loyalty.feature} stands in its place, as the names say.",
                "To measure loyalty, map the products' brands, rivals among them, and features.own_brands.",
            )  # fmt: skip
        for axis, band in zip((square.loyalty, square.spend), bands, strict=True):
            yield from _sides(square, axis, band, ground, engine)


def _sides(square: Square, axis: Axis, band: Band, ground: Ground, engine: Engine) -> Iterator[Finding]:
    """What is to be said of how the customers lie to a cut."""
    name = quoted(band.feature)
    ((customers, known, above),) = engine.rows(
        f"select count(*), count({name}), count(case when {name} > {band.cuts[0]:f} then 1 end) "
        f"from {quoted(ground.table.name)}",
        "either_side",
    )
    unknown, high = customers - known, known - above if band.low_is_good else above
    if min(unknown, known) >= FEWEST_TOLD:
        yield Finding(
            "note", f"{ground.name}.{band.feature}",
            f"{band.feature} was unknown for {unknown / customers:.0%} of customers"
            f"{f', {axis.unknown}' if axis.unknown else ''}. They count as {axis.lower.lower()}: they are "
            f"among the {square.low_quarters(axis)}.",
            "Read these two quarters as holding customers of whom this is unknown too.",
        )  # fmt: skip
    if high in (0, customers):
        yield Finding(
            "warning", f"{ground.name}.{band.feature}",
            f"All customers lay on one side of the cut of {band.feature} ({band.cuts[0]:f}), so two of the "
            "four quarters are empty.",
            "Set a cut between the values that customers have.",
        )  # fmt: skip
