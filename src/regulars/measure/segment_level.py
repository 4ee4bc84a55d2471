"""Stability segment by segment (Dolnicar & Leisch 2017): within a number of segments, and across numbers."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regulars.measure.refit import Clusterer, Labels, Places, subset
from regulars.measure.stability import crossed, similarity

PAIRS = 50
"""Pairs of bootstrap draws, each grouped anew: flexclust has 100, which moves a mean by less than 0.01."""
DRAWN = 2_000
"""Customers that each draw takes as many of, with replacement; all of them are put in the new segments."""
TAIL = 0.05


@dataclass(frozen=True)
class Spread:
    """A mean over draws, and between which values nine of ten draws lie."""

    mean: float
    low: float
    high: float

    @staticmethod
    def of(values: Sequence[float]) -> Spread:
        """Of at least one value, to four decimals; the ends are quantiles, straight between the two draws
        that each lies between (Hyndman & Fan 1996, type 7)."""
        low, high = (_quantile(sorted(values), share) for share in (TAIL, 1 - TAIL))
        return Spread(round(math.fsum(values) / len(values), 4), round(low, 4), round(high, 4))


def _quantile(ordered: Sequence[float], share: float) -> float:
    at = share * (len(ordered) - 1)
    below = math.floor(at)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (at - below) * (ordered[above] - ordered[below])


@dataclass(frozen=True)
class Within:
    """By segment: ``stability`` within the solution (SLSw), 0 to 1, and ``went``: segments × segments, the
    mean share of the row's customers who come out in the segment that is the column's when made anew."""

    stability: tuple[Spread, ...]
    went: npt.NDArray[np.float64]


def within(places: Places, labels: Labels, k: int, cluster: Clusterer, seed: int) -> Within:
    """How far each segment 0 to k − 1 comes back when customers are drawn again and grouped anew, in as many
    segments.

    SLSw as in R's flexclust::slswFlexclust: of each pair of bootstrap draws two groupings are made, each puts
    every customer in its segments, and of each the Jaccard similarity to the segment's likest counts; the two
    are averaged. Bootstrap Jaccard (:func:`regulars.measure.stability.jaccard`) counts the customers drawn
    only, so that it sees nobody whom the new grouping has not seen. ``went`` needs to know which new segment
    is which: those are matched so that most customers stay.
    """
    at = subset(len(places), DRAWN, f"{seed}:within")
    drawn, own = places[at], labels[at]
    pairs: list[list[float]] = []
    went = np.zeros((k, k), dtype=np.int64)
    for pair in range(PAIRS):
        told = []
        for side in ("a", "b"):
            name = f"{seed}:within:{pair}:{side}"
            chance = random.Random(name)  # noqa: S311  # a sample, not a secret
            again = np.array(chance.choices(range(len(drawn)), k=len(drawn)), dtype=np.int64)
            made = cluster(drawn[again], [k], name)[k](drawn)
            told.append(similarity(own, made, k))
            shared = crossed(own, made, k)
            went += shared[:, _matched(shared)]
        pairs.append([math.fsum(both) / 2 for both in zip(*told, strict=True)])
    shares = went / np.maximum(went.sum(axis=1, keepdims=True), 1)
    return Within(tuple(Spread.of(each) for each in zip(*pairs, strict=True)), shares)


def together(labels: Labels, k: int, other: Labels, others: int) -> tuple[float | None, ...]:
    """How far the customers of each segment 0 to k − 1 are together in another grouping of the same customers
    into ``others`` segments: 1, all in one; 0, spread evenly over all.

    ``1 − H / log(others)``, with the entropy ``H = −Σ p log p`` over the shares p of a segment's customers.
    Against the solution with one segment fewer this is the SLSa of Dolnicar & Leisch (flexclust::slsaplot
    draws it); against one with more, the same question asked of what becomes of the segment. None for a
    segment without customers, and where the others are one.
    """
    if others < 2:
        return (None,) * k
    shared = np.bincount(labels * others + other, minlength=k * others).reshape(k, others)
    return tuple(_together(each) for each in shared.tolist())


def _together(counts: Sequence[int]) -> float | None:
    n = sum(counts)
    if not n:
        return None
    entropy = -math.fsum(each / n * math.log(each / n) for each in counts if each)
    return round(1 - entropy / math.log(len(counts)), 4) + 0.0


def _matched(shared: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """For each row the column that is its own, so that most customers are in both (Kuhn 1955)."""
    from scipy.optimize import linear_sum_assignment

    columns: npt.NDArray[np.int64] = linear_sum_assignment(shared, maximize=True)[1]
    return columns
