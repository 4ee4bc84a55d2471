"""Aggregates for charts that are no metrics: the recency × spend grid, and which features to draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from regulars.engine import Engine
from regulars.profile.metrics import Measure
from regulars.profile.suppression import SMALLEST_SHOWN
from regulars.types import Fact

AXES = 6
"""Radars with more spokes cannot be read."""


def panels(engine: Engine, chosen: Sequence[Measure], groups: Mapping[str, Mapping[str, Fact]]) -> dict[str, Any]:
    """``rfm_grid`` where the segmentation has R and M (or R and F) scores, and ``radar`` axes."""
    made: dict[str, Any] = {}
    columns = engine.table("assignments").columns
    if "r_score" in columns:
        made["rfm_grid"] = _grid(engine, "m_score" if "m_score" in columns else "f_score", has_value="m_score" in columns)
    axes = _axes(chosen, groups)
    if len(axes) >= 3:
        made["radar"] = {"axes": axes}
    return made


def _grid(engine: Engine, across: str, *, has_value: bool) -> dict[str, Any]:
    """Customers (and revenue) in each cell of recency (``r``) by spend (``m``); small cells are None.

    Without amounts ``m`` holds the frequency score, and ``across`` says so.
    """
    revenue = "cast(sum(features.spend) as double)" if has_value else "null"
    rows = engine.rows(
        f"select r_score, {across}, count(*), {revenue} from assignments "
        f"join features on assignments.customer_id = features.customer_id group by r_score, {across}"
    )
    counts = {(int(r), int(c)): (int(n), revenue) for r, c, n, revenue in rows}
    hidden = _hidden({cell: n for cell, (n, _) in counts.items()})
    cells = []
    for r in range(1, 6):
        for c in range(1, 6):
            n, spent = counts.get((r, c), (0, 0.0))
            shown = (r, c) not in hidden
            cells.append(
                {
                    "r": r,
                    "m": c,
                    "customers": n if shown else None,
                    "revenue": round(spent or 0.0, 2) if shown and has_value else None,
                }
            )
    return {"bands": 5, "across": across[0], "cells": cells}


def _hidden(counts: Mapping[tuple[int, int], int]) -> set[tuple[int, int]]:
    """Cells of ten or fewer, and the next smallest until what is hidden cannot be had by subtraction."""
    filled = sorted((n, cell) for cell, n in counts.items() if n)
    hidden = {cell for n, cell in filled if n < SMALLEST_SHOWN}
    if not hidden:
        return hidden
    for _, cell in filled:
        if len(hidden) >= 2 and sum(counts[each] for each in hidden) >= SMALLEST_SHOWN:
            break
        hidden.add(cell)
    return hidden


def _axes(chosen: Sequence[Measure], groups: Mapping[str, Mapping[str, Fact]]) -> list[str]:
    """The behaviour metrics that differ most between segments, relative to their mean, in profile order."""
    spread = {}
    for m in chosen:
        values = [f[m.metric.id].value for f in groups.values() if f[m.metric.id].n]
        numbers = [v for v in values if isinstance(v, (int, float))]
        if m.metric.agg == "mean_by_customers" and len(numbers) > 1 and sum(numbers):
            spread[m.metric.id] = (max(numbers) - min(numbers)) / (sum(map(abs, numbers)) / len(numbers))
    widest = sorted(spread, key=lambda name: (-spread[name], name))[:AXES]
    return [m.metric.id for m in chosen if m.metric.id in widest]
