"""A Ward tree over weighted points: which two groups are joined first, and what each join costs.

Joined are always the two groups whose union adds least to the sum of squares (Ward 1963); of equal
ones, those that stand first. Sums run feature by feature, so every machine makes the same tree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Places = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Join:
    """Two nodes become one: by how much the sum of squares grows, and the weight that they have together."""

    left: int
    right: int
    cost: float
    weight: float


@dataclass(frozen=True)
class Tree:
    """Nodes 0 to n − 1 are the points; node n + t is what join t makes. Joins are in order of cost."""

    centres: Places
    """The centre of each node, points first: (2n − 1) × features."""
    weights: Places
    """The weight of each node."""
    joins: tuple[Join, ...]

    @property
    def points(self) -> int:
        return len(self.joins) + 1

    def branches(self, k: int) -> list[int]:
        """The nodes that k branches hang from, in the order in which they were made; at most n."""
        kept = self.joins[: max(self.points - k, 0)]
        inside = {child for join in kept for child in (join.left, join.right)}
        return [node for node in range(self.points + len(kept)) if node not in inside]

    def leaves(self, node: int) -> list[int]:
        """The points below a node, left before right."""
        found, open_nodes = [], [node]
        while open_nodes:
            at = open_nodes.pop()
            if at < self.points:
                found.append(at)
            else:
                join = self.joins[at - self.points]
                open_nodes += [join.right, join.left]
        return found

    def labels(self, branches: Sequence[int]) -> Labels:
        """For each point, the place in ``branches`` of the one that it belongs to."""
        labels = np.empty(self.points, dtype=np.int64)
        for place, branch in enumerate(branches):
            labels[self.leaves(branch)] = place
        return labels


def grown(points: Places, weights: Places) -> Tree:
    """The whole tree, from n points (n × features, n ≥ 1) with positive weights to one root."""
    count = len(points)
    points, weights = points.astype(np.float64), weights.astype(np.float64)
    # In a join the first of the two keeps its row for what they make; the other's row is closed.
    nodes, is_open = list(range(count)), np.ones(count, dtype=bool)
    costs = np.stack([_join_costs(at, points, weights) for at in range(count)])
    centres, sizes = [*points.copy()], [*weights]
    joins: list[Join] = []
    while len(joins) < count - 1:
        i, j = sorted(divmod(int(costs.argmin()), count))
        both = weights[i] + weights[j]
        joins.append(Join(nodes[i], nodes[j], float(costs[i, j]), float(both)))
        points[i], weights[i] = (points[i] * weights[i] + points[j] * weights[j]) / both, both
        nodes[i], is_open[j] = count + len(joins) - 1, False
        centres.append(points[i].copy())
        sizes.append(both)
        costs[j] = costs[:, j] = np.inf
        costs[i] = costs[:, i] = np.where(is_open, _join_costs(i, points, weights), np.inf)
    return Tree(np.array(centres), np.array(sizes), tuple(joins))


def _join_costs(at: int, points: Places, weights: Places) -> Places:
    """By how much the sum of squares grows if a point is joined with each other one."""
    squares = np.zeros(len(points))
    for values in points.T:
        squares += (values - values[at]) ** 2
    costs: Places = squares * (weights * weights[at] / (weights + weights[at]))
    costs[at] = np.inf
    return costs
