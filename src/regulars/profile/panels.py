"""Aggregates for charts that are no metrics: the recency × spend grid, and which features to draw."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import product
from typing import Any

from regulars.engine import Engine
from regulars.measure.small_cells import SMALLEST_SHOWN, covered
from regulars.profile.metrics import FORETOLD, Measure
from regulars.types import Fact

AXES = 6
"""Radars with more spokes cannot be read."""
FEWEST_AXES = 3
"""With fewer there is no shape."""


def panels(
    engine: Engine,
    chosen: Sequence[Measure],
    groups: Mapping[str, Mapping[str, Fact]],
    deviations: Mapping[str, float],
    tops: Mapping[str, int],
) -> dict[str, Any]:
    """``rfm_grid`` where the segmentation has R and M (or R and F) scores, ``tops`` being the highest of
    each, and ``radar`` axes with the one on which segments lie furthest apart, in the standard
    ``deviations`` of all customers by metric."""
    made: dict[str, Any] = {}
    across = "m_score" if "m_score" in tops else "f_score"
    if {"r_score", across} <= set(tops):
        made["rfm_grid"] = _grid(engine, across, groups, tops)
    spreads = _spreads(chosen, groups, deviations)
    widest = sorted(spreads, key=lambda name: (-spreads[name], name))[:AXES]
    if len(widest) >= FEWEST_AXES:
        axes = [m.metric.id for m in chosen if m.metric.id in widest]
        made["radar"] = {"axes": axes, "widest": widest[0]}
    return made


def _grid(
    engine: Engine, across: str, groups: Mapping[str, Mapping[str, Fact]], tops: Mapping[str, int]
) -> dict[str, Any]:
    """Customers (and revenue) in each cell of recency by ``across``; None where it may not be shown."""
    has_value = across == "m_score"
    revenue = "cast(sum(features.spend) as double)" if has_value else "null"
    rows = engine.rows(
        f"select r_score, {across}, count(*), {revenue} from assignments "
        f"join features on assignments.customer_id = features.customer_id group by r_score, {across}"
    )
    met = engine.rows(f"select distinct segment_id, r_score, {across} from assignments")
    counts = {(int(r), int(c)): (int(n), float(spent or 0)) for r, c, n, spent in rows}
    whole = {group for group, facts in groups.items() if facts["customers"].value is not None}
    hidden = hidden_cells(
        {cell: n for cell, (n, _) in counts.items()}, {(str(s), (int(r), int(c))) for s, r, c in met}, whole
    )
    cells = []
    for r, c in product(range(1, tops["r_score"] + 1), range(1, tops[across] + 1)):
        n, spent = (None, None) if (r, c) in hidden else counts.get((r, c), (0, 0.0))
        shown = round(spent, 2) if has_value and spent is not None else None
        cells.append({"r": r, across[0]: c, "customers": n, "revenue": shown})
    return {"bands": tops["r_score"], "across": across[0], "across_bands": tops[across], "cells": cells}


Cell = tuple[int, int]


def hidden_cells(
    counts: Mapping[Cell, int], met: Collection[tuple[str, Cell]], shown: Collection[str]
) -> set[Cell]:
    """Cells of ten customers or fewer, and those that hide them from subtraction.

    ``met`` holds which segments meet which cells. Cells that are connected through segments add up to
    these segments, so where all of them are ``shown`` such a part has a total of its own and needs cover
    of its own; the other cells have the rest of all customers as their total.
    """
    rest: dict[Cell, int] = {}
    hidden: set[Cell] = set()
    for segments, part in _parts(met):
        within = {cell: counts[cell] for cell in part}
        if segments <= set(shown):
            hidden |= _small_and_cover(within)
        else:
            rest |= within
    return hidden | _small_and_cover(rest)


def _small_and_cover(counts: Mapping[Cell, int]) -> set[Cell]:
    small = {cell for cell, n in counts.items() if 0 < n < SMALLEST_SHOWN}
    return small | covered(counts, small)


def _parts(met: Collection[tuple[str, Cell]]) -> list[tuple[set[str], set[Cell]]]:
    """Segments and cells that are connected, directly or through others."""
    parts: list[tuple[set[str], set[Cell]]] = []
    for segment, cell in sorted(met):
        near = [part for part in parts if segment in part[0] or cell in part[1]]
        parts = [part for part in parts if part not in near]
        segments = {segment}.union(*(each for each, _ in near))
        parts.append((segments, {cell}.union(*(each for _, each in near))))
    return parts


def _spreads(
    chosen: Sequence[Measure], groups: Mapping[str, Mapping[str, Fact]], deviations: Mapping[str, float]
) -> dict[str, float]:
    """How far segments lie apart on each behaviour metric, in standard deviations of all customers.

    In relation to the mean, 1 % of evening orders against 3 % would look like the widest gap of all. What a
    model expects is no behaviour.
    """
    spreads = {}
    for m in chosen:
        name = m.metric.id
        values = [f[name].value for f in groups.values() if f[name].n]
        numbers = [float(v) for v in values if isinstance(v, (int, float))]
        is_behaviour = m.metric.agg == "mean_by_customers" and name not in FORETOLD
        if is_behaviour and len(numbers) > 1 and deviations[name]:
            spreads[name] = (max(numbers) - min(numbers)) / deviations[name]
    return spreads
