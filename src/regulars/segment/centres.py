"""Centres for k-means, found in whole numbers: the same on every machine, to the unit.

Prepared customers are integers, centres are rounded to integers at every step, and every sum stays
below 2**53: so distances, ties and means are exact, and neither thread nor processor can move one.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regulars.segment.sample import Places, distinct

Labels = npt.NDArray[np.int64]

RACE = 5_000
"""Starts are compared on this many customers; only the best goes on to the whole sample."""
MICRO = 500
"""Micro-clusters under the Ward tree: enough to trace any shape that eight segments can follow."""
MICRO_ROUNDS = 10
ROUNDS = 300
PLUS_PLUS_STARTS = 20


@dataclass(frozen=True)
class Clustering:
    """k centres (k × features, whole numbers), each customer's nearest, and the sum of squared distances."""

    centres: Places
    labels: Labels
    inertia: int

    @property
    def k(self) -> int:
        return len(self.centres)


def clusterings(places: Places, ks: Iterable[int], seed: int) -> dict[int, Clustering]:
    """The best clustering found for each k (each at most the number of distinct customers).

    Starts: the k branches of one Ward tree over micro-clusters, and k-means++ from named seeds.
    """
    wanted = sorted(set(ks))
    race = places[:RACE] if distinct(places[:RACE]) >= wanted[-1] else places
    tree = ward_starts(race, wanted)
    found = {}
    for k in wanted:
        starts = [tree[k]] if k in tree else []
        starts += [plus_plus(race, k, f"{seed}:{k}:{n}") for n in range(PLUS_PLUS_STARTS)]
        raced = min((settled(race, start) for start in starts), key=lambda each: each.inertia)
        found[k] = raced if len(race) == len(places) else settled(places, raced.centres)
    return found


def settled(places: Places, start: Places, rounds: int = ROUNDS) -> Clustering:
    """Lloyd's algorithm from these centres until none of them moves by a unit."""
    centres = start
    for _ in range(rounds):
        moved = _means(places, centres)
        if np.array_equal(moved, centres):
            break
        centres = moved
    labels, squares = nearest(places, centres)
    return Clustering(centres, labels, int(squares.sum()))


def nearest(places: Places, centres: Places) -> tuple[Labels, Places]:
    """The nearest centre of each customer (the first in a tie) and its squared distance."""
    labels = _labels(places, centres)
    squares: Places = ((places - centres[labels]) ** 2).sum(axis=1)
    return labels, squares


def _labels(places: Places, centres: Places) -> Labels:
    # The square of the place itself is the same for every centre, so it decides nothing.
    labels: Labels = ((centres**2).sum(axis=1) - 2.0 * (places @ centres.T)).argmin(axis=1)
    return labels


def _means(places: Places, centres: Places) -> Places:
    """The means of the customers nearest to each centre, in whole units; a centre with none starts again
    at the customer farthest from all."""
    labels = _labels(places, centres)
    member = (np.arange(len(centres))[:, None] == labels).astype(np.float64)
    sizes = member.sum(axis=1)
    moved: Places = np.floor(member @ places / np.maximum(sizes, 1)[:, None] + 0.5)
    empty = np.flatnonzero(sizes == 0)
    if len(empty):
        _, squares = nearest(places, centres)
        moved[empty] = places[np.argsort(-squares, kind="stable")[: len(empty)]]
    return moved


def plus_plus(places: Places, k: int, seed: str) -> Places:
    """k-means++ (Arthur & Vassilvitskii 2007): each next start is drawn by squared distance to those before.

    One draw a step, not the best of several: many unlike starts find more than a few careful ones.
    """
    chance = random.Random(seed)  # noqa: S311  # a start, not a secret
    chosen = [chance.randrange(len(places))]
    squares = _squares_to(places, chosen[0])
    while len(chosen) < k:
        upto = np.cumsum(squares)
        chosen.append(int(np.searchsorted(upto, chance.randrange(int(upto[-1])), side="right")))
        squares = np.minimum(squares, _squares_to(places, chosen[-1]))
    return places[chosen]


def _squares_to(places: Places, customer: int) -> Places:
    squares: Places = ((places - places[customer]) ** 2).sum(axis=1)
    return squares


def ward_starts(places: Places, ks: Iterable[int]) -> Mapping[int, Places]:
    """Centres of the k branches of a weighted Ward tree over micro-clusters, for each k that it has."""
    wanted = set(ks)
    different, first = np.unique(places, axis=0, return_index=True)
    # The sample is in the order of a hash, so the first to come are a fair draw.
    micro = settled(places, different[np.argsort(first)[:MICRO]], MICRO_ROUNDS)
    weights = np.bincount(micro.labels, minlength=micro.k).astype(np.float64)
    points, weights = micro.centres[weights > 0], weights[weights > 0]
    costs = np.stack([_merge_costs(at, points, weights) for at in range(len(points))])
    starts = {}
    while True:
        if len(points) in wanted:
            starts[len(points)] = np.floor(points + 0.5)
        if len(points) <= min(wanted):
            return starts
        i, j = sorted(divmod(int(costs.argmin()), len(points)))
        both = weights[i] + weights[j]
        points[i], weights[i] = (points[i] * weights[i] + points[j] * weights[j]) / both, both
        points, weights = np.delete(points, j, axis=0), np.delete(weights, j)
        costs = np.delete(np.delete(costs, j, axis=0), j, axis=1)
        costs[i] = costs[:, i] = _merge_costs(i, points, weights)


def _merge_costs(at: int, points: Places, weights: Places) -> Places:
    """By how much the sum of squares grows if a point is merged with each other one (Ward 1963)."""
    squares = ((points - points[at]) ** 2).sum(axis=1)
    costs: Places = squares * (weights * weights[at] / (weights + weights[at]))
    costs[at] = np.inf
    return costs
