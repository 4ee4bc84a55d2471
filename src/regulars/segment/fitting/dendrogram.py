"""The upper branches of a Ward tree as plain values, for a drawing that shows how segments hang together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from regulars.segment.choosing.candidates import FEWEST
from regulars.segment.fitting.ward import Tree
from regulars.segment.rules.prepared import UNITS

BRANCHES = 30
"""More than these cannot be told apart in a drawing that fits a phone."""


def dendrogram(tree: Tree, segments: Sequence[int]) -> dict[str, Any]:
    """The tree down to some thirty branches; ``segments`` are the nodes that it was cut at, in their order.

    ``branches``, in drawing order: the place of the segment that each belongs to (0 is the first) and its
    share of the customers. ``joins``, cheapest first: two nodes and the cost of joining them, by how much
    the mean squared distance to the centre grows, in squared standard deviations; nodes count on from the
    branches. ``cut``: the segments hang from joins up to the first cost, and are joined at the second and
    above. No branch within a segment is of ten customers or fewer; with such a segment, no share is told.
    """
    shown = _opened(tree, segments)
    order = [node for node in _in_drawing_order(tree) if node in shown]
    owner = {leaf: place for place, node in enumerate(segments) for leaf in tree.leaves(node)}
    total = float(tree.weights[tree.points * 2 - 2])
    has_small = any(tree.weights[node] <= FEWEST for node in segments)
    names = {node: number for number, node in enumerate(order)}
    joins = []
    for at, join in enumerate(tree.joins, tree.points):
        if join.left in names and join.right in names:
            names[at] = len(names)
            joins.append([names[join.left], names[join.right], _cost(join.cost, total)])
    below, above = len(joins) - len(segments), len(joins) - len(segments) + 1
    return {
        "branches": [
            {
                "segment": owner[tree.leaves(node)[0]],
                "share": None if has_small else round(float(tree.weights[node]) / total, 4),
            }
            for node in order
        ],
        "joins": joins,
        "cut": [joins[below][2] if below >= 0 else 0.0, joins[above][2]],
    }


def _cost(cost: float, total: float) -> float:
    return round(cost / total / UNITS**2, 6)


def _opened(tree: Tree, segments: Sequence[int]) -> set[int]:
    """The nodes to show as branches: the segments, opened from the dearest join down."""
    shown = set(segments)
    for at in range(2 * tree.points - 2, tree.points - 1, -1):
        join = tree.joins[at - tree.points]
        children = {join.left, join.right}
        is_small = any(tree.weights[child] <= FEWEST for child in children)
        if at in shown and len(shown) < BRANCHES and not is_small:
            shown = (shown - {at}) | children
    return shown


def _in_drawing_order(tree: Tree) -> list[int]:
    """Every node, the heavier child before the lighter one (of equals, the left), parents first."""
    found, open_nodes = [], [2 * tree.points - 2]
    while open_nodes:
        at = open_nodes.pop()
        found.append(at)
        if at >= tree.points:
            join = tree.joins[at - tree.points]
            open_nodes += sorted((join.right, join.left), key=lambda node: float(tree.weights[node]))
    return found
