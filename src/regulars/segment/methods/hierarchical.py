"""Hierarchical clusters: many small groups of customers, joined two by two, cut where segments are wanted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import Field

from regulars.measure.refit import Assign, Labels, Places
from regulars.segment.fitting.centres import micro_clusters, nearest
from regulars.segment.fitting.clusters import Clusters, Grouping, by_size, inertia, means
from regulars.segment.fitting.dendrogram import dendrogram
from regulars.segment.fitting.sample import Fit
from regulars.segment.fitting.ward import Tree, grown
from regulars.segment.rules.micro import Micro

AGAIN_MICRO = 100
"""Trees made anew are many, and of two thousand customers at most."""


@dataclass(frozen=True)
class Cut(Grouping):
    """Branches of a tree, in the order of the segments."""

    tree: Tree
    branches: tuple[int, ...]

    def evidence(self) -> Mapping[str, Any]:
        return {"dendrogram": dendrogram(self.tree, self.branches)}


class Hierarchical(Clusters):
    """Branches of a Ward tree over micro-clusters of customers who behave alike.

    A tree of all customers would take every pair of them; small groups of them keep their shape at a cost
    that does not grow with their number (as in BIRCH; Zhang, Ramakrishnan & Livny 1996).
    """

    method: ClassVar[str] = "hierarchical"

    micro_clusters: int = Field(200, ge=100, le=500)
    """Small groups under the tree, each a row of the definition's SQL. 500 gave no tighter segments than
    200, and every customer is compared with each."""

    def grouped(self, fit: Fit, ks: Sequence[int], seed: int) -> Mapping[int, Grouping]:
        tree = grown(*micro_clusters(fit.places, self.micro_clusters))
        at, _ = nearest(fit.places, tree.centres[: tree.points])
        return {k: _cut(fit, tree, at, k) for k in ks}

    def again(self, places: Places, ks: Sequence[int], seed: str) -> Mapping[int, Assign]:
        tree = grown(*micro_clusters(places, AGAIN_MICRO))
        return {k: _assign(tree, k) for k in ks}


def _assign(tree: Tree, k: int) -> Assign:
    labels = tree.labels(tree.branches(k))
    return lambda places: labels[nearest(places, tree.centres[: tree.points])[0]]


def _cut(fit: Fit, tree: Tree, at: Labels, k: int) -> Cut:
    """The tree cut into k; ``at`` is each customer's micro-cluster."""
    made = tree.branches(k)
    unordered = tree.labels(made)[at]
    order = by_size(unordered, means(fit.places, unordered, len(made)))
    branches = tuple(made[each] for each in order)
    labels = tree.labels(branches)[at]
    centres = means(fit.places, labels, len(branches))
    held = {f"s{n + 1}": _micro_centres(tree, branch) for n, branch in enumerate(branches)}
    rule = Micro(fit.prepared, held)
    return Cut(rule, labels, centres, inertia(fit.places, labels, centres), tree, branches)


def _micro_centres(tree: Tree, branch: int) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(map(int, tree.centres[leaf])) for leaf in tree.leaves(branch))
