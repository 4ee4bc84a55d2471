"""Whether segments come back when they are made anew: prediction strength and bootstrap Jaccard."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from regulars.measure.refit import Clusterer, Labels, Places, subset

SPLITS = 10
HALVES = 2_000
"""Customers that are split in two: each half of 1,000 takes its turn at predicting the other."""
BOOTSTRAPS = 50
"""Fewer than 50 leave the mean uncertain by more than the steps in which it is read (.6, .75, .85)."""
DRAWN = 1_500
"""Customers that are drawn from: some 950 of them are in each draw."""


def prediction_strength(places: Places, ks: Sequence[int], cluster: Clusterer, seed: int) -> dict[int, float]:
    """How surely one half of the customers foretells who is together in the other (Tibshirani & Walther
    2005), 0 to 1, by number of segments: the mean over ten splits, both ways.

    Of each segment found in one half: the share of its pairs that the segments of the other half also put
    together; the least share counts. A segment of one customer has no pair and counts 0.
    """
    drawn = places[subset(len(places), HALVES, f"{seed}:strength")]
    found: dict[int, list[float]] = {k: [] for k in ks}
    for split in range(SPLITS):
        name = f"{seed}:strength:{split}"
        order = list(range(len(drawn)))
        random.Random(name).shuffle(order)  # noqa: S311  # a split, not a secret
        half = len(order) // 2
        one, other = drawn[order[:half]], drawn[order[half:]]
        by_one, by_other = cluster(one, ks, f"{name}:a"), cluster(other, ks, f"{name}:b")
        for k in ks:
            found[k].append(foretold(by_one[k](one), by_other[k](one), k))
            found[k].append(foretold(by_other[k](other), by_one[k](other), k))
    return {k: math.fsum(each) / len(each) for k, each in found.items()}


def foretold(own: Labels, predicted: Labels, k: int) -> float:
    """The least share, over segments of ``own``, of pairs that ``predicted`` keeps together too."""
    together = crossed(own, predicted, k)
    sizes = together.sum(axis=1)
    pairs, kept = sizes * (sizes - 1), (together * (together - 1)).sum(axis=1)
    return min(
        (float(kept[at] / pairs[at]) if pairs[at] else 0.0 for at in np.flatnonzero(sizes)), default=0.0
    )


def jaccard(
    places: Places, found: Mapping[int, Labels], cluster: Clusterer, seed: int
) -> dict[int, tuple[float, ...]]:
    """How far each segment comes back when customers are drawn again and grouped anew (Hennig 2007), 0 to 1.

    ``found`` has each customer's segment (0 to k − 1) by number of segments. For each of 50 bootstrap draws
    from a bounded sample, a segment's Jaccard similarity to the likest new one, over the customers drawn
    (each once, as in R's fpc::clusterboot); then the mean over draws, a segment at a time. A segment without
    a customer in a draw counts 0 there.
    """
    at = subset(len(places), DRAWN, f"{seed}:jaccard")
    drawn, labels, ks = places[at], {k: each[at] for k, each in found.items()}, list(found)
    likest: dict[int, list[list[float]]] = {k: [] for k in ks}
    for draw in range(BOOTSTRAPS):
        name = f"{seed}:jaccard:{draw}"
        chance = random.Random(name)  # noqa: S311  # a sample, not a secret
        again = np.unique(np.array(chance.choices(range(len(drawn)), k=len(drawn)), dtype=np.int64))
        made = cluster(drawn[again], ks, name)
        for k in ks:
            likest[k].append(similarity(labels[k][again], made[k](drawn[again]), k))
    return {
        k: tuple(math.fsum(each) / BOOTSTRAPS for each in zip(*draws, strict=True))
        for k, draws in likest.items()
    }


def similarity(labels: Labels, other: Labels, k: int) -> list[float]:
    """Of each segment 0 to k − 1, the Jaccard similarity to the other grouping's likest: shared customers
    over those in either."""
    shared = crossed(labels, other, k)
    either = shared.sum(axis=1, keepdims=True) + shared.sum(axis=0) - shared
    likest: list[float] = (shared / np.maximum(either, 1)).max(axis=1).tolist()
    return likest


def crossed(rows: Labels, columns: Labels, k: int) -> npt.NDArray[np.int64]:
    """Customers by segment (0 to k − 1) in one grouping and in another."""
    return np.bincount(rows * k + columns, minlength=k * k).reshape(k, k)
