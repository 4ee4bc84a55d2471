"""Whether segments are tighter than chance would make them: the gap statistic."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from regulars.measure.axes import principal_axes, turned
from regulars.measure.dispersion import dispersion
from regulars.measure.refit import Clusterer, Places, subset

REFERENCES = 20
"""Sets of customers without structure to compare with: enough for a standard error (the paper has 20)."""
CUSTOMERS = 1_000


@dataclass(frozen=True)
class Gap:
    """Mean log dispersion of the reference sets less that of the customers, and its standard error."""

    value: float
    error: float


def gaps(places: Places, ks: Sequence[int], cluster: Clusterer, seed: int) -> dict[int, Gap]:
    """The gap for 1 segment and for each of ``ks`` (Tibshirani, Walther & Hastie 2001), on a bounded draw.

    Reference sets are uniform over the box along the customers' principal axes ("gap/pc" in the paper: along
    the features themselves, correlation alone would pass for structure). ``error`` is sd √(1 + 1/B). A number
    of segments that leaves no dispersion has no gap.
    """
    drawn = places[subset(len(places), CUSTOMERS, f"{seed}:gap")]
    wanted = [1, *sorted(k for k in set(ks) if k > 1)]
    own = _logs(drawn, wanted, cluster, f"{seed}:gap:own")
    axes = principal_axes(drawn)
    told = [
        _logs(_uniform(drawn, axes, f"{seed}:gap:{each}"), wanted, cluster, f"{seed}:gap:{each}")
        for each in range(REFERENCES)
    ]
    found = {}
    for k in wanted:
        values = [each[k] for each in told if k in each]
        if k in own and len(values) == REFERENCES:
            mean = math.fsum(values) / REFERENCES
            sd = math.sqrt(math.fsum((each - mean) ** 2 for each in values) / REFERENCES)
            found[k] = Gap(mean - own[k], sd * math.sqrt(1 + 1 / REFERENCES))
    return found


def least_within_one_error(found: Mapping[int, Gap]) -> int | None:
    """The paper's rule: the smallest k with ``gap(k) ≥ gap(next k) − error(next k)``; so 1 where customers
    have no more structure than chance. None where the gap rises to the last, which is then no answer."""
    pairs = pairwise(sorted(found))
    return next((k for k, more in pairs if found[k].value >= found[more].value - found[more].error), None)


def _logs(places: Places, ks: Sequence[int], cluster: Clusterer, seed: str) -> dict[int, float]:
    """The logarithm of the dispersion by number of segments, where there is any."""
    made = cluster(places, [k for k in ks if k > 1], seed)
    labels = {k: assign(places) for k, assign in made.items()}
    labels[1] = np.zeros(len(places), dtype=np.int64)
    left = {k: dispersion(places, each) for k, each in labels.items()}
    return {k: math.log(each) for k, each in left.items() if each > 0}


def _uniform(places: Places, axes: Places, name: str) -> Places:
    """As many customers, spread evenly over the box that holds these, with its sides along the axes."""
    chance = random.Random(name)  # noqa: S311  # a comparison, not a secret
    middle = np.floor(places.mean(axis=0) + 0.5)
    along = turned(places - middle, axes)
    least, most = along.min(axis=0), along.max(axis=0)
    drawn = np.array([chance.random() for _ in range(places.size)]).reshape(places.shape)
    even: Places = np.floor(turned(least + drawn * (most - least), axes.T) + middle + 0.5)
    return even
