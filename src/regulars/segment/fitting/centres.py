"""Centres for k-means, found in whole numbers: the same on every machine, to the unit.

Prepared customers are integers, centres are rounded to integers at every step, and every sum stays
below 2**53: so distances, ties and means are exact, and neither thread nor processor can move one.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from regulars.measure.refit import Assign, Labels, Places
from regulars.segment.fitting.sample import distinct
from regulars.segment.fitting.ward import grown

RACE = 5_000
"""Starts are compared on this many customers; only the best goes on to the whole sample."""
MICRO = 500
"""Micro-clusters under the Ward tree: enough to trace any shape that eight segments can follow."""
MICRO_ROUNDS = 10
ROUNDS = 300
AT_A_TIME = 2_000_000
"""Distances worked out together: they stay in the processor's memory, whatever the number of centres."""
PLUS_PLUS_STARTS = 20
AGAIN_MICRO = 60
AGAIN_STARTS = 2
AGAIN_RACE = 3
AGAIN_ROUNDS = 60
"""To be made anew many times, from some thousand customers: an inertia within 1 or 2 % is near enough."""


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


def again(places: Places, ks: Sequence[int], seed: str) -> dict[int, Assign]:
    """k-means in a hurry, for measures that make segments anew (``Clusterer`` in measure/refit.py)."""
    different = distinct(places)
    tree = ward_starts(places, {min(k, different) for k in ks}, AGAIN_MICRO)
    found: dict[int, Assign] = {}
    for k in ks:
        fewer = min(k, different)
        starts = [plus_plus(places, fewer, f"{seed}:{k}:{n}") for n in range(AGAIN_STARTS)]
        starts += [tree[fewer]] if fewer in tree else []
        raced = min((settled(places, each, AGAIN_RACE) for each in starts), key=lambda each: each.inertia)
        found[k] = nearest_to(settled(places, raced.centres, AGAIN_ROUNDS).centres)
    return found


def nearest_to(centres: Places) -> Assign:
    """Puts any customers with their nearest centre, the first in a tie."""
    return lambda places: nearest(places, centres)[0]


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
    squares, rows = (centres**2).sum(axis=1), max(1, AT_A_TIME // len(centres))
    parts = [places[at : at + rows] for at in range(0, len(places), rows)]
    labels: Labels = np.concatenate([(squares - 2.0 * (part @ centres.T)).argmin(axis=1) for part in parts])
    return labels


def _means(places: Places, centres: Places) -> Places:
    """The means of the customers nearest to each centre, in whole units; a centre with none starts again
    at the customer farthest from all."""
    labels = _labels(places, centres)
    sizes = np.bincount(labels, minlength=len(centres))
    sums = [np.bincount(labels, weights=values, minlength=len(centres)) for values in places.T]
    moved: Places = np.floor(np.stack(sums, axis=1) / np.maximum(sizes, 1)[:, None] + 0.5)
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


def ward_starts(places: Places, ks: Iterable[int], micro: int = MICRO) -> Mapping[int, Places]:
    """Centres of the k branches of a weighted Ward tree over micro-clusters, for each k that it has."""
    tree = grown(*micro_clusters(places, micro))
    return {k: np.floor(tree.centres[tree.branches(k)] + 0.5) for k in sorted(set(ks)) if k <= tree.points}


def micro_clusters(places: Places, count: int) -> tuple[Places, Places]:
    """At most ``count`` small groups of customers: their centres (whole numbers) and sizes, none empty.

    Where customers differ in no more ways, each way is a group of its own.
    """
    different, first, alike = np.unique(places, axis=0, return_index=True, return_counts=True)
    if len(different) <= count:
        return different, alike.astype(np.float64)
    # The sample is in the order of a hash, so the first to come are a fair draw.
    micro = settled(places, different[np.argsort(first)[:count]], MICRO_ROUNDS)
    sizes = np.bincount(micro.labels, minlength=micro.k).astype(np.float64)
    return micro.centres[sizes > 0], sizes[sizes > 0]
