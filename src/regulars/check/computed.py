"""Computed: a number worked out from cells of the table, with the cells that it was read from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from regulars.check.table import OVERALL, Column, Facts
from regulars.types import Value


@dataclass(frozen=True)
class Computed:
    """A number, or None where a cell that it needs is missing; ``cells`` by fact id."""

    value: float | None
    cells: Mapping[str, Value] = field(default_factory=dict)
    unit: str = ""

    def times(self, factor: float) -> Computed:
        return Computed(None if self.value is None else self.value * factor, self.cells, self.unit)

    @property
    def rest(self) -> Computed:
        """What is left of a hundred percent."""
        return Computed(None if self.value is None else 100 - self.value, self.cells, self.unit)


def cell(facts: Facts, group: str, column: Column) -> Computed:
    """A cell of the table; of a share of a total that is no column of its own, the share."""
    if column.id.startswith(SHARE):
        return share(facts, (group,), column.id.removeprefix(SHARE))
    return Computed(
        facts.number(group, column.id), {f"{group}.{column.id}": facts.value(group, column.id)}, column.unit
    )


SHARE = "share of "
"""How the id of a share of a total begins that no column of the table holds."""


def share(facts: Facts, groups: Sequence[str], metric: str) -> Computed:
    """The groups' part of the total of a metric that adds up, in percent."""
    column = facts.columns[metric]
    return over(total(facts, groups, column), cell(facts, OVERALL, column), 100, "percent")


def over(above: Computed, below: Computed, scale: float = 1.0, unit: str = "ratio") -> Computed:
    """One number over another."""
    cells = {**above.cells, **below.cells}
    if above.value is None or not below.value:
        return Computed(None, cells, unit)
    return Computed(scale * above.value / below.value, cells, unit)


def less(one: Computed, other: Computed) -> Computed:
    """One number less another."""
    cells = {**one.cells, **other.cells}
    if one.value is None or other.value is None:
        return Computed(None, cells, one.unit)
    return Computed(one.value - other.value, cells, one.unit)


def total(facts: Facts, groups: Sequence[str], column: Column) -> Computed:
    """Several groups as one: a sum where the metric adds up, else the mean by its own weights."""
    cells = [cell(facts, group, column) for group in groups]
    if len(cells) == 1:
        return cells[0]
    read = {name: value for each in cells for name, value in each.cells.items()}
    if column.agg in {"sum", "share"} or column.id.startswith(SHARE):
        values = [each.value for each in cells]
        known = [value for value in values if value is not None]
        return Computed(sum(known) if len(known) == len(values) else None, read, column.unit)
    return _weighted(facts, groups, column, read)


def _weighted(facts: Facts, groups: Sequence[str], column: Column, read: Mapping[str, Value]) -> Computed:
    weights = weight_of(facts, column)
    if weights is None:
        return Computed(None, read, column.unit)
    above = below = 0.0
    cells = dict(read)
    for group in groups:
        value, weight = facts.number(group, column.id), facts.number(group, weights.id)
        cells[f"{group}.{weights.id}"] = weight
        if value is None or weight is None:
            return Computed(None, cells, column.unit)
        above, below = above + value * weight, below + weight
    return Computed(above / below if below else None, cells, column.unit)


def weight_of(facts: Facts, column: Column) -> Column | None:
    """The metric that a mean is taken over: ``mean_by_orders`` is weighted by ``orders``."""
    name = column.agg.removeprefix("mean_by_")
    return facts.columns.get(name) if column.agg.startswith("mean_by_") else None


def part_of_all(facts: Facts, groups: Sequence[str], column: Column) -> Computed:
    """Of all those for whom a share holds, what percent are in the groups: P(group | it holds).

    None where the table has no weights for it, as for the share of a group's largest category.
    """
    weights = weight_of(facts, column)
    if weights is None or OVERALL in groups:
        return Computed(
            None, {f"{group}.{column.id}": facts.value(group, column.id) for group in groups}, "percent"
        )
    parts = {name: _holders(facts, name, column, weights) for name in facts.segments}
    cells = {key: value for each in parts.values() for key, value in each.cells.items()}
    values = [each.value for each in parts.values()]
    if any(value is None for value in values) or not sum(v for v in values if v is not None):
        return Computed(None, cells, "percent")
    inside = sum(parts[group].value or 0.0 for group in groups)
    return Computed(100 * inside / sum(v for v in values if v is not None), cells, "percent")


def _holders(facts: Facts, group: str, column: Column, weights: Column) -> Computed:
    of, size = facts.number(group, column.id), facts.number(group, weights.id)
    cells: dict[str, Value] = {f"{group}.{column.id}": of, f"{group}.{weights.id}": size}
    return Computed(None if of is None or size is None else of * size / 100, cells, "count")
