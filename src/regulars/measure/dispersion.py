"""How tight segments are against how far apart: within-cluster dispersion, Calinski-Harabasz,
Davies-Bouldin, and where a falling curve bends."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from regulars.measure.refit import Labels, Places


@dataclass(frozen=True)
class Sums:
    """Exact sums of customers by segment; segments that nobody is in are left out."""

    labels: Labels
    sizes: list[int]
    totals: list[list[int]]
    squares: int

    @staticmethod
    def of(places: Places, labels: Labels) -> Sums:
        _, at = np.unique(labels, return_inverse=True)
        sizes = np.bincount(at)
        columns = [np.bincount(at, weights=column, minlength=len(sizes)) for column in places.T]
        totals = np.stack(columns, axis=1).astype(np.int64).tolist()
        squares = int((places**2).sum(axis=1).astype(np.int64).sum())
        return Sums(at.astype(np.int64), sizes.tolist(), totals, squares)

    @property
    def means(self) -> Places:
        return np.array([[each / n for each in t] for t, n in zip(self.totals, self.sizes, strict=True)])

    @property
    def _held(self) -> Fraction:
        parts = zip(self.totals, self.sizes, strict=True)
        return sum((Fraction(sum(each**2 for each in t), n) for t, n in parts), start=Fraction(0))

    @property
    def within(self) -> Fraction:
        """Sum of squared distances to the means of the segments."""
        return self.squares - self._held

    @property
    def between(self) -> Fraction:
        """Sum over customers of the squared distance from their segment's mean to the mean of all."""
        everyone = [sum(column) for column in zip(*self.totals, strict=True)]
        return self._held - Fraction(sum(each**2 for each in everyone), sum(self.sizes))


def dispersion(places: Places, labels: Labels) -> float:
    """Sum of squared distances to the means of the segments, in squared units of the places."""
    return float(Sums.of(places, labels).within)


def calinski_harabasz(places: Places, labels: Labels) -> float | None:
    """Between over within variance, each by its degrees of freedom (Caliński & Harabasz 1974): higher is
    better. None for one segment, for as many as customers, and where no distance is left within."""
    sums = Sums.of(places, labels)
    n, k = len(places), len(sums.sizes)
    if not 1 < k < n or not sums.within:
        return None
    return float(sums.between * (n - k) / (sums.within * (k - 1)))


def davies_bouldin(places: Places, labels: Labels) -> float | None:
    """Mean over segments of the worst ``(s_i + s_j) / d_ij`` (Davies & Bouldin 1979): lower is better.

    s = mean distance to the segment's mean, d = distance between two means; pairs at one place count 0,
    as in scikit-learn. None for one segment.
    """
    sums = Sums.of(places, labels)
    means, k = sums.means, len(sums.sizes)
    if k < 2:
        return None
    far = _lengths(places - means[sums.labels])
    spread = [math.fsum(far[sums.labels == each].tolist()) / sums.sizes[each] for each in range(k)]
    worst = []
    for i in range(k):
        apart = _lengths(means - means[i]).tolist()
        worst.append(max((spread[i] + spread[j]) / apart[j] if apart[j] else 0.0 for j in range(k) if j != i))
    return math.fsum(worst) / k


def _lengths(steps: Places) -> Places:
    """Root of the sum of squares, column by column: the same order of additions on every machine."""
    squares = np.zeros(len(steps))
    for column in steps.T:
        squares += column**2
    return np.sqrt(squares)


def bend(curve: Mapping[int, float]) -> int | None:
    """The elbow of a falling curve: the k farthest below the line between its ends, the first of equals.

    None for fewer than three points, and where no point lies below the line. The distance is taken
    straight down, which orders points as the distance to the line does.
    """
    if len(curve) < 3:
        return None
    first, last = min(curve), max(curve)
    slope = (curve[last] - curve[first]) / (last - first)
    below = {k: curve[first] + slope * (k - first) - each for k, each in curve.items()}
    most = max(sorted(curve), key=lambda k: below[k])
    return most if below[most] > 0 else None
