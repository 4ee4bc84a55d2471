"""The settings of an RFM segmentation: bands, cut points, weights, and the cells of a grid of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from regulars.segment.methods.rules import Name

_FEWEST, _MOST = 2, 10
Count = Annotated[int, Field(ge=_FEWEST, le=_MOST)]
"""One band is no score; beyond ten, neighbours differ by less than the data can tell."""
Value = Annotated[Decimal, Field(allow_inf_nan=False, max_digits=15, decimal_places=4)]
Values = Annotated[tuple[Value, ...], Field(min_length=1, max_length=9)]
Weight = Annotated[Decimal, Field(ge=0, le=1000, allow_inf_nan=False, decimal_places=3)]


@dataclass(frozen=True)
class Axis:
    """One of the three: its letter, the feature it scores, and which end of that is good."""

    letter: str
    feature: str
    low_is_good: bool = False

    @property
    def key(self) -> str:
        return self.letter.lower()


AXES = (Axis("R", "recency_days", low_is_good=True), Axis("F", "orders"), Axis("M", "spend"))


class _Choices(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Bands(_Choices):
    """How many bands each axis has. Five is what the published schemes are made for."""

    r: Count = 5
    f: Count = 5
    m: Count = 5

    def of(self, axis: Axis) -> int:
        return int(getattr(self, axis.key))


class Cuts(_Choices):
    """Cut points set by hand, ascending; a value at a cut lies below it. None: quantiles of the customers."""

    recency_days: Values | None = None
    orders: Values | None = None
    spend: Values | None = None

    @field_validator("*")
    @classmethod
    def _ascend(cls, cuts: tuple[Decimal, ...] | None) -> tuple[Decimal, ...] | None:
        if cuts and any(high <= low for low, high in pairwise(cuts)):
            raise ValueError(f"cut points must ascend, each once: {', '.join(map(str, sorted(set(cuts))))}")
        return cuts

    def of(self, axis: Axis) -> tuple[Decimal, ...] | None:
        cuts: tuple[Decimal, ...] | None = getattr(self, axis.feature)
        return cuts


class Weights(_Choices):
    """What each axis counts for in the sum; 0 leaves it out."""

    r: Weight = Decimal(1)
    f: Weight = Decimal(1)
    m: Weight = Decimal(1)

    def of(self, axis: Axis) -> Decimal:
        return Decimal(getattr(self, axis.key))


class Named(_Choices):
    """One name of a grid of one's own, and its cells: ranges such as "R 4-5, F 3", or one cell, "5-3-1"."""

    name: Name
    cells: Annotated[tuple[str, ...], Field(min_length=1, max_length=1000)]

    @field_validator("cells", mode="before")
    @classmethod
    def _may_be_one(cls, cells: Any) -> Any:
        listed = [cells] if isinstance(cells, str | int) else cells
        # YAML reads the cell 555 as a number.
        if not isinstance(listed, list | tuple):
            return listed
        return [str(each) if isinstance(each, int) else each for each in listed]


def spelt_out(given: Mapping[str, Any]) -> dict[str, Any]:
    """The settings with every short spelling made long, so that one choice has one recipe.

    Raises ValueError for what is neither a short spelling nor a long one.
    """
    asked = {name: each.model_dump() if isinstance(each, BaseModel) else each for name, each in given.items()}
    if asked.get("cuts") == "quantile":
        asked["cuts"] = {}
    for name, meant in _SPELLINGS.items():
        each = asked.get(name, {})
        # Said once of the number, not again of each of the three axes.
        is_count = name == "bands" and type(each) is int and _FEWEST <= each <= _MOST
        if not isinstance(each, Mapping) and not is_count:
            raise ValueError(f"{name}: {each!r} is not {meant}")
    asked["bands"] = _bands(asked.get("bands", {}), asked.get("cuts", {}))
    grid = asked.get("grid")
    if isinstance(grid, Mapping):
        asked["grid"] = [{"name": name, "cells": cells} for name, cells in grid.items()]
    if grid:
        asked.setdefault("scheme", "own")
    return asked


_SPELLINGS = {
    "bands": f"a number from {_FEWEST} to {_MOST}, or one for each of r, f and m",
    "cuts": "quantile, or a list for each of recency_days, orders and spend",
    "weights": "a number for each of r, f and m",
}


def _bands(bands: int | Mapping[str, Any], cuts: Mapping[str, Any]) -> dict[str, Any]:
    """The bands of each axis: as many as its cuts make, where it has any and nobody counted them."""
    for_all = {} if isinstance(bands, Mapping) else {axis.key: bands for axis in AXES}
    counted = {
        axis.key: len(cuts[axis.feature]) + 1
        for axis in AXES
        if isinstance(cuts.get(axis.feature), list | tuple)
    }
    return {**for_all, **counted, **(bands if isinstance(bands, Mapping) else {})}
