"""Groups by what customers are, crossed attribute by attribute, with those too small to act on pooled."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from regulars.segment.categories import OTHER, Attribute, Category
from regulars.segment.rules.conditions import AllOf, Condition

Cells = Mapping[tuple[Category, ...], int]
"""Customers by their categories, one an attribute."""


@dataclass(frozen=True)
class Step:
    """Of an attribute one category; or, where ``is_rest``, all but those."""

    attribute: Attribute
    categories: tuple[Category, ...]
    is_rest: bool = False

    @property
    def condition(self) -> Condition:
        if self.is_rest:
            return self.attribute.is_none_of(self.categories)
        return self.attribute.is_one(self.categories[0])

    @property
    def name(self) -> str:
        if self.is_rest:
            return f"other {self.attribute.label}"
        return self.attribute.name(self.categories[0])


@dataclass(frozen=True)
class Group:
    """Customers who are alike in the attributes of its path."""

    path: tuple[Step, ...]
    customers: int

    @property
    def condition(self) -> Condition:
        parts = tuple(step.condition for step in self.path)
        return parts[0] if len(parts) == 1 else AllOf(parts)

    @property
    def name(self) -> str:
        said = ", ".join(step.name for step in self.path)
        return said[:1].upper() + said[1:]


def grouped(attributes: Sequence[Attribute], cells: Cells, smallest: int) -> tuple[list[Group], int]:
    """The groups of at least ``smallest`` customers, and how many customers are in none.

    Customers are parted by the first attribute, each part by the second, and so on. What is too small in a
    part is pooled there as its other categories; where even that pool is too small it is in no group. A
    part that no category of the next attribute is large enough in stays whole.
    """
    return _split(attributes, cells, smallest, ())


def _split(
    attributes: Sequence[Attribute], cells: Cells, smallest: int, path: tuple[Step, ...]
) -> tuple[list[Group], int]:
    whole = sum(cells.values())
    if not attributes:
        return [Group(path, whole)], 0
    parts: dict[Category, Counter[tuple[Category, ...]]] = defaultdict(Counter)
    for (category, *later), customers in cells.items():
        parts[category][tuple(later)] += customers
    large = [each for each in sorted(parts, key=_place) if each != OTHER and parts[each].total() >= smallest]
    if not large:
        return ([Group(path, whole)], 0) if path else ([], whole)
    groups: list[Group] = []
    left = 0
    for category in large:
        inside, over = _split(
            attributes[1:], parts[category], smallest, (*path, Step(attributes[0], (category,)))
        )
        groups += inside
        left += over
    pooled = whole - sum(parts[category].total() for category in large)
    if path and pooled >= smallest:
        return [*groups, Group((*path, Step(attributes[0], tuple(large), is_rest=True)), pooled)], left
    return groups, left + pooled


def _place(category: Category) -> tuple[bool, int, str]:
    """Bands upwards, texts in the order of their characters, unknown last."""
    if isinstance(category, str):
        return False, 0, category
    return category is None, category or 0, ""
