"""Features cut into bands, so that their distributions on two days can be compared."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from regulars.engine import Engine, literal, quoted
from regulars.measure.small_cells import SMALLEST_SHOWN, Cell, covered
from regulars.segment.definition import Definition
from regulars.segment.rules.grid import Grid
from regulars.types import Feature

THEN, NOW = "customers_then", "customers_now"
"""The tables of the two days: customer_id, segment_id and every feature that the definition reads."""
DECILES = 10
FEWEST_OWN_CUTS = 3
"""A definition's own cut points are the bands where they make four or more; fewer would hide a change."""
MOST_CATEGORIES = 10
Kind = Literal["values", "category", "other", "new", "unknown"]


@dataclass(frozen=True)
class Band:
    """One band of a feature: what it holds, and its customers then and now."""

    kind: Kind
    label: str
    then: int
    now: int


@dataclass(frozen=True)
class Bands:
    """A feature's bands, in order; the last are those of unknown values and new categories, where any.

    ``source`` says where the cuts come from. ``new`` are the categories that the earlier day had none of,
    most customers first.
    """

    feature: Feature
    source: str
    bands: tuple[Band, ...]
    new: Mapping[str, int]

    @property
    def named(self) -> dict[str, int]:
        """The new categories that are shown: those of more than ten customers."""
        return {each: customers for each, customers in self.new.items() if customers >= SMALLEST_SHOWN}

    @property
    def hidden(self) -> Collection[int]:
        """Positions of the bands that are not shown, for few customers on a side."""
        return kept_back(dict(enumerate(self.then)), dict(enumerate(self.now)))

    @property
    def then(self) -> list[int]:
        return [each.then for each in self.bands]

    @property
    def now(self) -> list[int]:
        return [each.now for each in self.bands]

    def of(self, kind: Kind) -> Band:
        """The first band of that kind, empty where there is none."""
        return next((each for each in self.bands if each.kind == kind), Band(kind, kind, 0, 0))


def bands(engine: Engine, definition: Definition, feature: Feature) -> Bands:
    """The bands of one feature of the definition, counted on both days.

    Numbers: the cut points of the definition where it has enough, else the earlier day's deciles, as values:
    a value is in the band of the first cut that it does not exceed, so equal values are never parted. Where
    the earlier day has at most ten values, each is a band. Text: its ten commonest categories of the earlier
    day, the rest, and those that are new.
    """
    if feature.is_text:
        return _texts(engine, feature)
    own = _own_cuts(definition, feature.name)
    is_own = len(own) >= FEWEST_OWN_CUTS
    cuts = own if is_own else _deciles(engine, feature.name)
    source = "the definition's cut points" if is_own else "values of the earlier day"
    counted = _counted(engine, feature.name, "<=", cuts)
    told: list[tuple[Kind, str]] = [("values", each) for each in _ranges(cuts)]
    return Bands(feature, source, tuple(_banded(told, counted)), {})


def _texts(engine: Engine, feature: Feature) -> Bands:
    name = quoted(feature.name)
    there = f"from {THEN} where {name} is not null group by {name}"
    commonest = engine.rows(f"select {name} {there} order by count(*) desc, {name} limit {MOST_CATEGORIES}")
    known = [str(each) for (each,) in commonest]
    counted = _counted(engine, feature.name, "=", known)
    new = engine.rows(
        f"select {name}, count(*) from {NOW} where {name} is not null "
        f"and {name} not in (select {name} {there}) group by {name} order by count(*) desc, {name}"
    )
    fresh = {str(category): int(customers) for category, customers in new}
    then, now = counted.get(len(known), (0, 0))
    counted |= {len(known): (then, now - sum(fresh.values())), len(known) + 1: (0, sum(fresh.values()))}
    told: list[tuple[Kind, str]] = [("category", each) for each in known]
    told += [("other", "any other"), ("new", "new")]
    return Bands(feature, "categories of the earlier day", tuple(_banded(told, counted)), fresh)


def _own_cuts(definition: Definition, feature: str) -> list[Any]:
    if not isinstance(definition.rule, Grid):
        return []
    return sorted({cut for band in definition.rule.bands if band.feature == feature for cut in band.cuts})


def _deciles(engine: Engine, feature: str) -> list[Any]:
    name = quoted(feature)
    few = engine.rows(
        f"select {name} from {THEN} where {name} is not null group by {name} order by {name} "
        f"limit {DECILES + 1}"
    )
    if len(few) <= DECILES:
        return [value for (value,) in few]
    return sorted(set(engine.cut_points(THEN, feature, DECILES)))


def _counted(
    engine: Engine, feature: str, sign: str, values: Sequence[Any]
) -> dict[int | None, tuple[int, int]]:
    """Customers then and now by position of the first value of which it holds, one more where it holds of
    none; None for an unknown feature."""
    name = quoted(feature)
    cases = [f"when {name} {sign} {_said(value)} then {at}" for at, value in enumerate(values)]
    band = f"case when {name} is null then null {' '.join(cases)} else {len(values)} end"
    found: dict[int | None, list[int]] = {}
    sides = (f"select {at}, {band}, count(*) from {side} group by 2" for at, side in enumerate((THEN, NOW)))
    for at, key, customers in engine.rows(" union all ".join(sides), "bands"):
        found.setdefault(None if key is None else int(key), [0, 0])[at] = int(customers)
    return {key: (then, now) for key, (then, now) in found.items()}


def _said(value: float | Decimal | str) -> str:
    """A value as the engine reads it: doubles as doubles, decimals and whole numbers to the digit."""
    if isinstance(value, float):
        return f"cast('{value!r}' as double)"
    return literal(value).sql("duckdb")


def _banded(
    told: Sequence[tuple[Kind, str]], counted: Mapping[int | None, tuple[int, int]]
) -> Iterator[Band]:
    """The bands that anybody is in; unknown values are the last."""
    keyed: list[tuple[int | None, tuple[Kind, str]]] = [*enumerate(told), (None, ("unknown", "unknown"))]
    for key, (kind, label) in keyed:
        if any(counted.get(key, ())):
            yield Band(kind, label, *counted[key])


def _ranges(cuts: Sequence[Any]) -> Iterator[str]:
    """``up to 17``, ``17 to 50``, ``over 50``: each without its lower end."""
    for low, high in zip([None, *cuts], [*cuts, None], strict=True):
        if low is None:
            yield "any" if high is None else f"up to {high:,.10g}"
        else:
            yield f"over {low:,.10g}" if high is None else f"over {low:,.10g} to {high:,.10g}"


def kept_back(*sides: Mapping[Cell, int]) -> Collection[Cell]:
    """The cells that are not shown: ten customers or fewer on a side, and what would give those away."""
    small = {cell for counts in sides for cell, n in counts.items() if 0 < n < SMALLEST_SHOWN}
    for counts in sides:
        small |= covered(counts, small)
    return small
