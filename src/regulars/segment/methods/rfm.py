"""RFM: recency, frequency and monetary value in five bands each, and a name for each of the 125 cells."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from importlib.resources import files
from typing import Any, ClassVar

from regulars.engine import Engine, literal, quoted
from regulars.errors import NotReady
from regulars.segment.definition import Definition
from regulars.segment.grid import Band, Cell, Grid
from regulars.segment.methods import Ground, Method
from regulars.segment.rules import Number
from regulars.segment.standing import meanings
from regulars.types import Finding, Segment

BANDS = 5
_AXES = (
    ("r_score", "R", "recency_days", True),
    ("f_score", "F", "orders", False),
    ("m_score", "M", "spend", False),
)
RECENT_DAYS = 90
"""Longer ago than a season, nobody would call an order recent."""
CROWDED = Decimal("0.3")
"""A value that this share of customers has in common makes bands uneven: worth a note."""


class Rfm(Method):
    """Recency, frequency and monetary value: cut at the customers' own quintiles, 11 named segments."""

    method: ClassVar[str] = "rfm"

    def fit(self, ground: Ground, engine: Engine) -> Definition:
        """Cut points at the 20th, 40th, 60th and 80th percentile (smallest value with at least that
        share of customers at or below it), so that equal values score equally.

        Without amounts there is no M: the grid is read where M equals F. Raises NotReady without customers.
        """
        axes = [axis for axis in _AXES if ground.feature(axis[2])]
        customers = engine.count(ground.table.name)
        if not customers:
            raise NotReady(
                "rfm", "there are no customers to fit cut points on",
                "Check the ledger for what set the rows aside.",
            )  # fmt: skip
        bands = tuple(
            Band(score, letter, name, cut_points(engine, ground.table.name, name), low, _unit(ground, name))
            for score, letter, name, low in axes
        )
        if all(len(set(band.cuts)) == 1 for band in bands):
            _require_a_difference(engine, ground, bands)
        named = [(segment, _cells(cells, len(axes))) for segment, cells in named_cells()]
        grid = Grid(bands, {segment.id: cells for segment, cells in named if cells})
        meant = meanings(grid, _beyond(engine, ground, bands, customers))
        segments = tuple(
            replace(s, rule=grid.words(s.id), meaning=meant[s.id]) for s, cells in named if cells
        )
        return Definition(
            name=ground.name,
            method=self.method,
            recipe=self.recipe,
            ground=ground.constants,
            rule=grid,
            segments=segments,
            fitted={"customers": customers, "as_of": ground.as_of.isoformat()},
            notes=tuple(_notes(engine, ground, bands, customers)),
        )


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


def named_cells() -> list[tuple[Segment, list[str]]]:
    """The default grid: each segment with its cells, such as ``"555"`` (R, F, M)."""
    grid = files("regulars.segment.methods") / "rfm_grid.json"
    saved: dict[str, Any] = json.loads(grid.read_text("utf-8"))
    return [(Segment(each["id"], each["name"], ""), each["cells"]) for each in saved["segments"]]


def _cells(cells: Sequence[str], axes: int) -> tuple[Cell, ...]:
    """The cells on the axes there are: all three, or R and F where M would equal F."""
    if axes == len(_AXES):
        return tuple(tuple(map(int, cell)) for cell in cells)
    scores = [tuple(map(int, cell)) for cell in cells]
    return tuple((r, f) for r, f, m in scores if f == m)


def cut_points(engine: Engine, table: str, feature: str) -> tuple[Decimal, ...]:
    """Four values that cut the customers in fifths: exact, and blind to the order of rows."""
    return tuple(Decimal(str(cut)) for cut in engine.cut_points(table, feature, BANDS))


def _beyond(engine: Engine, ground: Ground, bands: Sequence[Band], customers: int) -> dict[str, list[float]]:
    """By feature, the share of customers, 0 to 1, above each cut: ties may leave fewer than a quantile
    promises. Counted in one walk over the customers."""
    counts = [
        f"count(case when {quoted(band.feature)} > {literal(cut).sql(engine.dialect)} then 1 end)"
        for band in bands
        for cut in band.cuts
    ]
    (above,) = engine.rows(f"select {', '.join(counts)} from {quoted(ground.table.name)}", "beyond_cuts")
    shares = iter([int(count) / customers for count in above])
    return {band.feature: [next(shares) for _ in band.cuts] for band in bands}


def _unit(ground: Ground, name: str) -> str:
    feature = ground.feature(name)
    return feature.unit if feature else ""


def _notes(engine: Engine, ground: Ground, bands: Sequence[Band], customers: int) -> list[Finding]:
    notes = []
    if len(bands) < len(_AXES):
        notes.append(
            Finding(
                "warning", f"{ground.name}.spend",
                "The orders carried no amounts, so there is no monetary score: segments rest on recency and "
                "frequency.",
                "Map an amount or unit_price column to use all three.",
            )
        )  # fmt: skip
    notes += _stale(ground, bands[0])
    for band in bands:
        notes += _crowding(engine, ground, band, customers)
    return notes


def _stale(ground: Ground, recency: Band) -> list[Finding]:
    """Scores rank customers against one another: say so where "recent" is long ago."""
    recent = recency.cuts[0]
    if recent <= RECENT_DAYS:
        return []
    return [
        Finding(
            "warning", f"{ground.name}.{recency.feature}",
            f"The most recent fifth of customers reached back {recent} days, so names such as New Customers "
            "mean recent among these customers, not recent in time.",
            "Set as_of to the day of the last campaign, or leave customers out who can no longer return.",
        )
    ]  # fmt: skip


def _crowding(engine: Engine, ground: Ground, band: Band, customers: int) -> list[Finding]:
    value, count = _commonest(engine, ground.table.name, band)
    share = Decimal(count) / Decimal(customers)
    used = {band.of(cut) for cut in band.cuts} | {1 if band.low_is_good else band.top}
    unused = sorted(set(range(1, band.top + 1)) - used)
    if share < CROWDED and not unused:
        return []
    what = (
        f"{count:,} of {customers:,} customers ({share:.0%}) had {band.feature} = {value}; "
        f"they all scored {band.letter} {band.of(value)}"
    )
    if unused:
        what += f", and no cut led to a score of {' or '.join(map(str, unused))}"
    return [
        Finding(
            "note", f"{ground.name}.{band.feature}", f"{what}.",
            "Bands of unequal size are right here: equal customers must score equally.",
        )
    ]  # fmt: skip


def _commonest(engine: Engine, table: str, band: Band) -> tuple[Number, int]:
    """The value that most customers share, with their number; of equally common ones, the lowest.

    Looked for among the cut points and unknown alone: a value that every fifth customer has is a cut
    point, and one that fewer have crowds no band.
    """
    name = quoted(band.feature)
    met = " or ".join(
        [f"{name} is null", *(f"{name} = {literal(cut).sql(engine.dialect)}" for cut in band.cuts)]
    )
    ((value, count),) = engine.rows(
        f"select {name} as value, count(*) as customers from {quoted(table)} where {met} "
        f"group by {name} order by customers desc, value limit 1",
        "commonest_value",
    )
    return value, int(count)
