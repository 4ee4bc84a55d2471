"""What a measure needs to make the segments anew: a clusterer, and customers drawn by name."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

Places = npt.NDArray[np.float64]
"""Customers × features: whole numbers held in doubles, so that sums of them are exact in any order."""
Labels = npt.NDArray[np.int64]
"""Each customer's segment, 0 to k − 1."""
Assign = Callable[[Places], Labels]
"""A fitted clustering: puts any customers in its segments."""


class Clusterer(Protocol):
    """Segments made anew from other customers, in every number that is asked for at once.

    k-means starts each number from one tree, a hierarchy cuts one tree at each, a mixture is fitted
    for each. ``seed`` names every chance that is taken. The answer has a key for each of ``ks``; where
    the customers differ in fewer than k ways, its clustering may have fewer segments.
    """

    def __call__(self, places: Places, ks: Sequence[int], seed: str) -> Mapping[int, Assign]: ...


def subset(customers: int, size: int, name: str) -> npt.NDArray[np.int64]:
    """At most ``size`` of the customers 0, 1, …, drawn by name without replacement, in their own order."""
    if customers <= size:
        return np.arange(customers)
    drawn = random.Random(name).sample(range(customers), size)  # noqa: S311  # a sample, not a secret
    return np.sort(np.array(drawn, dtype=np.int64))
