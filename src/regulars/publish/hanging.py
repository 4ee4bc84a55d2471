"""How segments hang together: the card with the tree that they were cut from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from markupsafe import Markup

from regulars.publish.charts.dendrogram import Knot, Label, dendrogram
from regulars.publish.marks import Mark
from regulars.types import Segmentation


@dataclass(frozen=True)
class Hanging:
    """The drawing, the joins of whole segments in words, and every join as a row (what, what, cost)."""

    title: str
    drawing: Markup
    joins: list[str]
    rows: list[tuple[str, str, str]]


@dataclass(frozen=True)
class _Tree:
    """The saved tree with what lies under each node: the places of branches, and of their segments."""

    names: Sequence[str]
    owners: Sequence[int]
    shares: Sequence[float | None]
    joins: Sequence[tuple[int, int, float]]

    def under(self) -> list[list[int]]:
        """For each node, the branches below it, in drawing order."""
        found = [[place] for place in range(len(self.owners))]
        for left, right, _ in self.joins:
            found.append(sorted(found[left] + found[right]))
        return found

    def segments(self, branches: Sequence[int]) -> list[int]:
        return list(dict.fromkeys(self.owners[each] for each in branches))

    def is_whole(self, branches: Sequence[int]) -> bool:
        """Whether these are all the branches of their segments."""
        return len(branches) == sum(self.owners.count(each) for each in self.segments(branches))

    def told(self, branches: Sequence[int]) -> str:
        names = " + ".join(self.names[each] for each in self.segments(branches))
        if self.is_whole(branches):
            return names
        share = [self.shares[each] for each in branches]
        known = [each for each in share if each is not None]
        size = f" ({sum(known):.1%} of customers)" if len(known) == len(share) else ""
        return f"part of {names}{size}"


def hanging(segmentation: Segmentation, marks: Mapping[str, Mark]) -> Hanging | None:
    """The card, where the definition keeps a tree of two segments or more."""
    saved = (segmentation.definition.get("choice") or {}).get("dendrogram")
    segments = segmentation.profile.segments
    if not saved or len(saved["branches"]) < 2:
        return None
    tree = _tree(saved, [each.name for each in segments])
    under = tree.under()
    colours = [marks[each.id].colour for each in segments]
    knots, rows, joins = [], [], []
    for (left, right, cost), below in zip(tree.joins, under[len(tree.owners) :], strict=True):
        held = tree.segments(below)
        knots.append(Knot(left, right, cost, colours[held[0]] if len(held) == 1 else None))
        one, other = tree.told(under[left]), tree.told(under[right])
        rows.append((one, other, f"{cost:.3f}"))
        if len(held) > 1:
            joins.append(f"{one} with {other}")
    labels = [
        Label(tree.names[owner], colours[owner], places[0], places[-1])
        for owner, places in (
            (owner, list(run)) for owner, run in groupby(range(len(tree.owners)), tree.owners.__getitem__)
        )
    ]
    title = _title(tree, under)
    said = f"{title}. Cheapest join first: {'; '.join(joins)}."
    low, high = saved["cut"]
    return Hanging(title, dendrogram(knots, labels, (low, high), said), joins, rows[::-1])


def _tree(saved: Mapping[str, Any], names: Sequence[str]) -> _Tree:
    branches = saved["branches"]
    return _Tree(
        names,
        [int(each["segment"]) for each in branches],
        [each["share"] for each in branches],
        [(int(left), int(right), float(cost)) for left, right, cost in saved["joins"]],
    )


def _title(tree: _Tree, under: Sequence[Sequence[int]]) -> str:
    """Which segments are the most alike, and which one stands apart from all others, if one does."""
    above = [
        (under[left], under[right])
        for left, right, _ in tree.joins
        if len(tree.segments([*under[left], *under[right]])) > 1
    ]
    nearest, root = above[0], above[-1]
    alike = " and ".join(tree.told(side) for side in nearest)
    lone = [side for side in root if len(tree.segments(side)) == 1]
    if len(above) < 2:
        return f"{alike} are the two main branches"
    apart = f"; {tree.told(lone[0])} stand apart from all others" if len(lone) == 1 else ""
    return f"{alike} are the most alike{apart}"
