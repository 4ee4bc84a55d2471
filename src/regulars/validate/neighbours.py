"""Which segments are neighbours: those that merging would be between."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from regulars.types import Feature, Segment
from regulars.validate.behaviours import Behaviour
from regulars.validate.people import Flags, People

NEAREST = 3
"""Of each segment, so many others are its neighbours."""


def neighbours(
    sample: People, behaviours: Sequence[Behaviour], members: Mapping[Segment, Flags]
) -> list[tuple[Segment, Segment]]:
    """The pairs of which one is among the three likest of the other, in the order of the segments.

    Likeness is that of the mean rank (0 to 1) in the numbers that segments are judged by, each as much as
    the others, whatever may be unknown in a whole segment left out; ties go to the first segment.
    """
    numbers = [each.feature for each in behaviours if each.is_judged and not each.feature.is_text]
    ranks = [_mean_ranks(sample, each, list(members.values())) for each in numbers]
    segments, pairs = list(members), set()
    for a in range(len(segments)):
        others = sorted((round(_apart(ranks, a, b), 9), b) for b in range(len(segments)) if b != a)
        pairs |= {(min(a, b), max(a, b)) for _, b in others[:NEAREST]}
    return [(segments[a], segments[b]) for a, b in sorted(pairs)]


def _mean_ranks(sample: People, feature: Feature, groups: Sequence[Flags]) -> list[float | None]:
    """Each group's mean share of customers below, ties half."""
    known, values = sample.known(feature), sample.columns[feature.name]
    standing = np.sort(values[known & sample.of_all])
    made: list[float | None] = []
    for group in groups:
        own = values[known & group]
        twice = np.searchsorted(standing, own, "left") + np.searchsorted(standing, own, "right")
        made.append(int(twice.sum()) / (2 * len(own) * len(standing)) if len(own) else None)
    return made


def _apart(ranks: Sequence[Sequence[float | None]], a: int, b: int) -> float:
    both = ((each[a], each[b]) for each in ranks)
    squares = [(x - y) ** 2 for x, y in both if x is not None and y is not None]
    return math.sqrt(math.fsum(squares) / len(squares)) if squares else 0.0
