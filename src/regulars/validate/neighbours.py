"""Which segments are neighbours: those that merging would be between."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np

from regulars.types import Feature
from regulars.validate.people import Flags, People

NEAREST = 3
"""Of each segment, so many others are its neighbours."""
Point = tuple[float, ...]
"""Where a group stands in one feature, 0 to 1 in each direction."""
Asked = tuple[People, Feature, Sequence[Flags]]
"""A feature, and who of a sample is in each segment."""


def neighbours(segments: int, asked: Sequence[Asked]) -> list[tuple[int, int]]:
    """The pairs of which one is among the three likest of the other: positions, in the order of the segments.

    Likeness is that of the mean rank in numbers and of the shares of categories, each feature as much as
    the others; what is unknown in a whole segment is left out. Ties go to the first segment.
    """
    points = [_points(*each) for each in asked]
    pairs = set()
    for a in range(segments):
        others = sorted((round(_apart(points, a, b), 9), b) for b in range(segments) if b != a)
        pairs |= {(min(a, b), max(a, b)) for _, b in others[:NEAREST]}
    return sorted(pairs)


def _points(sample: People, feature: Feature, groups: Sequence[Flags]) -> list[Point | None]:
    known, values = sample.known(feature), sample.columns[feature.name]
    everybody = values[known & sample.of_all]
    told = [values[known & group] for group in groups]
    if feature.is_text:
        categories = sorted(set(everybody.tolist()))
        return [_shares(Counter(own.tolist()), categories) if len(own) else None for own in told]
    standing = np.sort(everybody)
    return [(_mean_rank(standing, own),) if len(own) else None for own in told]


def _mean_rank(standing: np.ndarray, own: np.ndarray) -> float:
    """The mean share of customers below, ties half."""
    twice = np.searchsorted(standing, own, "left") + np.searchsorted(standing, own, "right")
    return int(twice.sum()) / (2 * len(own) * max(len(standing), 1))


def _shares(counted: Counter[str], categories: Sequence[str]) -> Point:
    """Shares over root two: groups without a category in common are one apart."""
    return tuple(counted[each] / counted.total() / math.sqrt(2) for each in categories)


def _apart(points: Sequence[Sequence[Point | None]], a: int, b: int) -> float:
    squares = [math.dist(x, y) ** 2 for x, y in ((each[a], each[b]) for each in points) if x and y]
    return math.sqrt(math.fsum(squares) / len(squares)) if squares else 0.0
