"""How far apart segments lie: the silhouette, with an interval from independent batches of customers."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regulars.measure.refit import Labels, Places

BATCHES = 8
BATCH_SIZE = 1_000
"""The exact silhouette takes every pair of customers; 8 × 1,000 customers give ± 0.01 at a fraction of it."""
SMALLEST_BATCH = 50
STUDENT_T = (12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646)
"""97.5 % points of Student's t for 1 to 7 degrees of freedom: two to eight batches."""


@dataclass(frozen=True)
class Estimate:
    """A mean over batches and its 95 % t-interval; no interval where there was but one batch."""

    mean: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Batches:
    """Batches of customers that share none, each with the distances between its members.

    The distances serve every candidate segmentation of the same customers.
    """

    members: tuple[npt.NDArray[np.int64], ...]
    distances: tuple[Places, ...]

    @staticmethod
    def drawn(places: Places, seed: int) -> Batches:
        """At most 8 batches of at most 1,000 customers, each of 50 or more where there are as many."""
        order = list(range(len(places)))
        random.Random(f"{seed}:silhouette").shuffle(order)  # noqa: S311  # a sample, not a secret
        batches = max(1, min(BATCHES, len(order) // SMALLEST_BATCH))
        size = min(BATCH_SIZE, len(order) // batches)
        members = tuple(np.array(order[b * size : (b + 1) * size], dtype=np.int64) for b in range(batches))
        return Batches(members, tuple(_distances(places[each]) for each in members))

    def silhouette(self, labels: Labels) -> Estimate:
        """The mean silhouette of these labels (Rousseeuw 1987), −1 to 1; 0 for a customer alone in its
        segment. A batch in which all share one segment says nothing and counts as 0."""
        means = [
            float(silhouettes(far, labels[each]).mean())
            for each, far in zip(self.members, self.distances, strict=True)
        ]
        return estimate(means)

    def by_segment(self, labels: Labels, k: int) -> tuple[Apart | None, ...]:
        """The same of each segment 0 to k − 1, and beside which other it lies; None for a segment without a
        customer in any batch, and where the customers of every batch are in one."""
        means: list[list[float]] = [[] for _ in range(k)]
        beside, nearer = (np.zeros((k, k), dtype=np.int64) for _ in range(2))
        for each, far in zip(self.members, self.distances, strict=True):
            own = labels[each]
            widths, nearest = standings(far, own)
            if nearest is None:
                continue
            for segment in np.unique(own).tolist():
                means[segment].append(float(widths[own == segment].mean()))
            np.add.at(beside, (own, nearest), 1)
            np.add.at(nearer, (own[widths < 0], nearest[widths < 0]), 1)
        return tuple(
            Apart(estimate(means[at]), int(beside[at].argmax()), _share(nearer[at], beside[at]))
            if means[at]
            else None
            for at in range(k)
        )


@dataclass(frozen=True)
class Apart:
    """One segment: its mean silhouette; the other segment that is the nearest for most of its customers (the
    first of equals); and the share of its customers, 0 to 1, who on average lie nearer to that one's."""

    silhouette: Estimate
    neighbour: int
    nearer: float


def _share(nearer: Labels, beside: Labels) -> float:
    return round(float(nearer[beside.argmax()] / beside.sum()), 4)


def silhouettes(distances: Places, labels: Labels) -> Places:
    """Each customer's ``(b − a) / max(a, b)``: a = mean distance within its segment, b = to the nearest
    other segment. ``distances`` is symmetric, customers × customers."""
    return standings(distances, labels)[0]


def standings(distances: Places, labels: Labels) -> tuple[Places, Labels | None]:
    """Each customer's silhouette, and the label of the nearest other segment (the first of equals); None
    where all share one segment."""
    known, at = np.unique(labels, return_inverse=True)
    sizes = np.bincount(at)
    if len(sizes) < 2:
        return np.zeros(len(labels)), None
    everyone = np.arange(len(at))
    sums = distances @ np.eye(len(sizes))[at]
    own = sizes[at]
    within = sums[everyone, at] / np.maximum(own - 1, 1)
    means = sums / sizes
    means[everyone, at] = np.inf
    apart = means.min(axis=1)
    larger = np.maximum(within, apart)
    told = (own > 1) & (larger > 0)
    widths = np.where(told, (apart - within) / np.where(told, larger, 1.0), 0.0)
    return widths, known[means.argmin(axis=1)]


def estimate(values: Sequence[float]) -> Estimate:
    """Mean of at most eight independent values with its 95 % t-interval, to four decimals."""
    n = len(values)
    mean = math.fsum(values) / n
    if n < 2:
        return Estimate(round(mean, 4), None, None)
    sd = math.sqrt(math.fsum((each - mean) ** 2 for each in values) / (n - 1))
    half = STUDENT_T[n - 2] * sd / math.sqrt(n)
    return Estimate(round(mean, 4), round(mean - half, 4), round(mean + half, 4))


def _distances(places: Places) -> Places:
    squares = (places**2).sum(axis=1)
    far: Places = np.sqrt(np.maximum(squares[:, None] - 2.0 * (places @ places.T) + squares, 0.0))
    return far
