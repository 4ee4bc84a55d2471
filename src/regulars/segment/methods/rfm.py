"""RFM: recency, frequency and monetary value in bands, and a name for each combination of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from regulars.engine import Engine, Step, quoted
from regulars.engine.steps import compose
from regulars.errors import NotReady
from regulars.segment import schemes
from regulars.segment.definition import Definition
from regulars.segment.fitting.cuts import Cut, crowding, quantiles, standings, unmet
from regulars.segment.methods import Ground, Method
from regulars.segment.methods.rules import Name
from regulars.segment.rfm_settings import AXES, Axis, Bands, Cuts, Named, Weights, spelt_out
from regulars.segment.rules import layer_name
from regulars.segment.rules.grid import Band, Grid
from regulars.segment.schemes import Scheme, told_apart
from regulars.segment.standing import meanings, of_totals
from regulars.types import Finding, Segment

RECENT_DAYS = 90
"""Longer ago than a season, nobody would call an order recent."""
_FIVE = 5
"""The bands of the published schemes."""
_PARTS = {2: "half", 3: "third", 4: "quarter", 5: "fifth", 6: "sixth", 7: "seventh", 8: "eighth", 9: "ninth"}


class Rfm(Method):
    """Recency, frequency and monetary value: each cut into bands, each combination of scores named."""

    method: ClassVar[str] = "rfm"

    bands: Bands = Bands()
    """2 to 10, one number for all or one for each of r, f and m."""
    cuts: Cuts = Cuts()
    """``quantile``, or by feature the cut points that someone chose; their number sets the bands."""
    scheme: Literal["eleven", "five", "sum", "own"] = "eleven"
    """``eleven``: the 11-segment grid over 125 cells, the one that names every cell by itself. ``five``:
    five names and Other. ``sum``: ranges of the sum of the scores. ``own``: the names of ``grid``."""
    weights: Weights = Weights()
    """For ``sum`` alone: other schemes name cells, which have no weight."""
    grid: tuple[Named, ...] = Field((), max_length=50)
    """For ``own``: names with their cells. The first name that fits a cell has it."""
    rest: Name = schemes.REST
    """For ``own``: the segment of the cells that no name fits."""

    @model_validator(mode="before")
    @classmethod
    def _spelt_out(cls, given: Any) -> Any:
        return spelt_out(given) if isinstance(given, Mapping) else given

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        faults = [*self._bands_and_cuts(), *self._scheme_and_others()]
        if faults:
            raise ValueError("; ".join(faults))
        if self.grid:
            told_apart([*(each.name for each in self.grid), self.rest])
            self._scheme([self.bands.of(axis) for axis in AXES])
        return self

    def _bands_and_cuts(self) -> Iterator[str]:
        for axis in AXES:
            cuts, top = self.cuts.of(axis), self.bands.of(axis)
            if cuts and len(cuts) + 1 != top:
                yield (
                    f"bands.{axis.key} is {top}, but {len(cuts)} cuts of {axis.feature} make "
                    f"{len(cuts) + 1}: leave one of them out"
                )
        others = [axis for axis in AXES if self.bands.of(axis) != _FIVE]
        if self.scheme in ("eleven", "five") and others:
            said = " and ".join(f"{axis.letter} has {self.bands.of(axis)}" for axis in others)
            yield (
                f"scheme {self.scheme} names cells of five bands, but {said}: set bands: 5 (or four cuts), "
                "take scheme: sum, which any number of bands can carry, or name the cells yourself in grid"
            )

    def _scheme_and_others(self) -> Iterator[str]:
        if bool(self.grid) != (self.scheme == "own"):
            found = "there is a grid" if self.grid else "there is no grid"
            yield f"scheme is {self.scheme}, but {found}: a grid with names and cells goes with scheme: own"
        if self.scheme != "sum" and self.weights != Weights():
            yield f"weights go with scheme: sum; scheme {self.scheme} names cells, which have no weight"
        if not any(self.weights.of(axis) for axis in AXES):
            yield "weights are all 0: at least one axis must count"

    def _scheme(self, tops: Sequence[int]) -> Scheme:
        """The scheme over so many bands of R, F and, where there are amounts, M."""
        if self.scheme == "eleven":
            return schemes.eleven(len(tops))
        if self.scheme == "five":
            return schemes.by_boxes(schemes.FIVE, schemes.REST, tops)
        if self.scheme == "own":
            return schemes.by_boxes({each.name: each.cells for each in self.grid}, self.rest, tops)
        return schemes.sums([self.weights.of(axis) for axis in AXES], tops)

    def preflight(self, ground: Ground, engine: Engine) -> None:
        self._on(_axes(ground), ground)

    def fit(self, ground: Ground, engine: Engine) -> Definition:
        """Cut points (at quantiles, or those that were set), and the scheme's names for every combination.

        Equal values score equally. Without amounts there is no M: names of cells are read where M equals F,
        and the sum is of R and F. Raises NotReady without customers, and where quantiles cannot tell them
        apart or the scheme cannot do without M.
        """
        axes = _axes(ground)
        customers = engine.count(ground.table.name)
        if not customers:
            raise NotReady(
                f"segmentations.{ground.name}", "there are no customers to fit cut points on",
                "Check the ledger for what set the rows aside.",
            )  # fmt: skip
        scheme = self._on(axes, ground)
        bands = [self._band(axis, ground, engine) for axis in axes]
        by_hand = [axis.feature for axis in axes if self.cuts.of(axis)]
        if not by_hand and all(len(set(band.cuts)) == 1 for band in bands):
            _require_a_difference(engine, ground, bands)
        grid = Grid(tuple(bands), scheme.cells, scheme.total)
        stand = standings(engine, ground.table.name, bands, by_hand)
        meant = of_totals(grid, _sizes(engine, ground, grid)) if grid.total else meanings(grid, stand)
        return self.defined(
            ground,
            rule=grid,
            segments=tuple(
                Segment(each, scheme.names[each], grid.words(each), meant[each]) for each in grid.segment_ids
            ),
            fitted={"customers": customers},
            notes=tuple(self._notes(engine, ground, grid, scheme, stand)),
            choice=scheme.as_choice(self.scheme, grid),
        )

    def _on(self, axes: Sequence[Axis], ground: Ground) -> Scheme:
        """The scheme over the axes that there are. Raises NotReady where it needs amounts."""
        lacking = ""
        if len(axes) < len(AXES) and self.scheme == "sum" and not any(map(self.weights.of, axes)):
            lacking = "nothing but M has a weight"
        if len(axes) < len(AXES) and self.grid and self.bands.f != self.bands.m:
            asking = [text for each in self.grid for text in each.cells if schemes.asks_for_m(text)]
            lacking = f"{asking[0]!r} asks for M, whose bands are not those of F" if asking else ""
        if lacking:
            raise NotReady(
                f"segmentations.{ground.name}",
                f"the orders carry no amounts, so there is no M, and {lacking}",
                "Map an amount or unit_price column, or take scheme: eleven.",
            )  # fmt: skip
        return self._scheme([self.bands.of(axis) for axis in axes])

    def _band(self, axis: Axis, ground: Ground, engine: Engine) -> Band:
        feature = ground.feature(axis.feature)
        cuts = self.cuts.of(axis) or quantiles(engine, ground.table.name, axis.feature, self.bands.of(axis))
        if not cuts:
            raise NotReady(
                f"segmentations.{ground.name}",
                f"{axis.feature} is known for no customer, so it has no quantiles",
                f"Set cuts.{axis.feature} by hand, or use another method.",
            )  # fmt: skip
        unit = feature.unit if feature else ""
        return Band(f"{axis.key}_score", axis.letter, axis.feature, cuts, axis.low_is_good, unit)

    def _without_m(self, scheme: Scheme) -> str:
        """How names are read without M, and which of them fall away."""
        named = self._scheme([self.bands.of(axis) for axis in AXES]).names
        gone = [name for each, name in named.items() if each not in scheme.names]
        return "Names are read where M equals F" + (
            f", which leaves no cell for {' and '.join(gone)}." if gone else "."
        )

    def _notes(
        self, engine: Engine, ground: Ground, grid: Grid, scheme: Scheme, stand: Mapping[str, Sequence[Cut]]
    ) -> Iterator[Finding]:
        if len(grid.bands) < len(AXES):
            read = "The sum is of R and F." if grid.total else self._without_m(scheme)
            yield Finding(
                "warning", f"{ground.name}.spend",
                "The orders carried no amounts, so there is no monetary score: segments rest on recency and "
                f"frequency. {read}",
                "Map an amount or unit_price column to use all three.",
            )  # fmt: skip
        if scheme.unnamed:
            yield Finding(
                "note", f"{ground.name}.scheme",
                f"{len(scheme.unnamed)} of the {scheme.size} combinations of scores have no name in "
                f"scheme {self.scheme}; they are {scheme.rest}.",
                f"Read {scheme.rest} as a mixture; to name its cells, write a grid of your own.",
            )  # fmt: skip
        for axis, band in zip((a for a in AXES if a.feature in grid.features), grid.bands, strict=True):
            if self.cuts.of(axis):
                yield from unmet(engine, ground.table.name, ground.name, band, stand[band.feature])
                continue
            if axis.low_is_good:
                yield from _stale(ground, band)
            yield from crowding(engine, ground.table.name, ground.name, band)


def _axes(ground: Ground) -> list[Axis]:
    """The axes that this data has. Raises NotReady without recency or frequency."""
    axes = [axis for axis in AXES if ground.feature(axis.feature)]
    if lacking := [axis.feature for axis in AXES[:2] if axis not in axes]:
        raise NotReady(
            f"segmentations.{ground.name}", f"this data has no {' and no '.join(lacking)}",
            "Map sources.customers.columns.recency_days (or last_order) and orders, "
            "or use another method.",
        )  # fmt: skip
    return axes


def _sizes(engine: Engine, ground: Ground, grid: Grid) -> dict[str, int]:
    """Customers of each segment."""
    layers = [Step(layer_name(place), each) for place, each in enumerate(grid.layers(ground.table.name))]
    scored = f"({compose(layers).sql(engine.dialect)})"
    counted = engine.rows(f"select segment_id, count(*) from {scored} as scored group by segment_id", "sizes")
    return {str(segment): int(count) for segment, count in counted}


def _require_a_difference(engine: Engine, ground: Ground, bands: Sequence[Band]) -> None:
    """Raises NotReady where every customer has the same value on every axis: one cell names nobody."""
    names = [quoted(band.feature) for band in bands]
    counted = ", ".join(f"count(distinct {name})" for name in names)
    (values,) = engine.rows(f"select {counted} from {quoted(ground.table.name)}", "distinct_values")
    if all(int(each) <= 1 for each in values):
        raise NotReady(
            f"segmentations.{ground.name}", "all customers are alike in "
            f"{' and '.join(band.feature for band in bands)}: scores cannot tell them apart",
            "Use orders over a longer period, or more customers; other segmentations stand without this one.",
        )  # fmt: skip


def _stale(ground: Ground, recency: Band) -> Iterator[Finding]:
    """Scores rank customers against one another: say so where "recent" is long ago."""
    recent = recency.cuts[0]
    if recent <= RECENT_DAYS:
        return
    yield Finding(
        "warning", f"{ground.name}.{recency.feature}",
        f"The most recent {_PARTS.get(recency.top, 'tenth')} of customers reached back {recent} days, so "
        "names such as New Customers mean recent among these customers, not recent in time.",
        "Set as_of to the day of the last campaign, or leave customers out who can no longer return.",
    )  # fmt: skip
