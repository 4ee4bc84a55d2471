"""How far two groups of customers lie apart in one thing known of them, with what a sample leaves open."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regulars.measure.noncentral import noncentrality
from regulars.measure.proportion import Z95

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
NEGLIGIBLE, SMALL, MEDIUM = 0.147, 0.33, 0.474
"""Below each, Cliff's delta is negligible, small, medium; above the last it is large (Romano et al. 2006)."""
NEGLIGIBLE_V, SMALL_V, MEDIUM_V = 0.1, 0.3, 0.5
"""The same for Cramér's V of two groups (Cohen 1988, w)."""
FEWEST_EXPECTED = 5
"""Categories in which fewer customers of either group are expected are counted together (Cochran 1954)."""
OTHER = ""
"""The name under which categories of few customers are counted together."""


@dataclass(frozen=True)
class Effect:
    """How far group A lies from group B in one feature.

    ``size`` is Cliff's delta for numbers (−1 to 1: the share of pairs, one customer of each, in which A's has
    more, less the share in which B's has more) and Cramér's V for categories (0 to 1, as of groups of one
    size); ``low`` and ``high`` its 95 % interval; ``p``, one question alone, that chance gives as much where
    the groups are alike. Within ``zone`` of zero a size is negligible. ``n`` and ``m`` are the customers of A
    and B with a known value; the others are left out. ``standardised`` is the difference of means in standard
    deviations within the groups (Cohen's d) with its interval, of numbers that are not all alike.
    """

    n: int
    m: int
    size: float
    low: float
    high: float
    zone: float
    p: float
    steps: tuple[float, float, float]
    standardised: tuple[float, float, float] | None = None

    @property
    def is_negligible(self) -> bool:
        """Whether the whole interval lies in the negligible zone."""
        return -self.zone < self.low and self.high < self.zone

    @property
    def magnitude(self) -> str:
        """The field's word for the size: negligible, small, medium, large."""
        shrunk = self.zone / self.steps[0]
        words = ("negligible", "small", "medium", "large")
        return words[sum(abs(self.size) >= step * shrunk > 0 for step in self.steps)]

    @property
    def superiority(self) -> float:
        """Of 1, the pairs in which A's customer has more than B's, a tie as half; for numbers only."""
        return (1 + self.size) / 2


def of_numbers(a: Floats, b: Floats) -> Effect:
    """The effect between two groups' known values, none of them empty, whatever their order.

    Delta is exact, ties count for neither. Its interval is by DeLong's placements (as of an AUC, which is
    (1 + delta) / 2) through Fisher's transformation, so that it stays within ±1; where they leave no error
    (all pairs one way, or all tied) the exact bound of the smaller group. ``p`` is that of the Mann-Whitney
    test, with ties and continuity. Where values are tied few pairs can be won at all, so the zone shrinks by
    what ties take from a rank correlation, √(1 − Σ t³) over shares t of equal values, each group weighing
    half: of a flag, 2 % against 12 % is not negligible, and 44 % against 54 % is.

    >>> found = of_numbers(np.array([3.0, 4.0, 5.0]), np.array([1.0, 3.0]))
    >>> round(found.size, 4), round(found.superiority, 4)
    (0.8333, 0.9167)
    """
    values, places = np.unique(np.concatenate([a, b]), return_inverse=True)
    of_a = np.bincount(places[: len(a)], minlength=len(values))
    of_b = np.bincount(places[len(a) :], minlength=len(values))
    n, m = len(a), len(b)
    wins_a, wins_b = _wins(of_b), _wins(of_a)
    # Whole numbers: the same in any order.
    delta = int((of_a * wins_a).sum()) / (n * m)
    error = math.sqrt(_spread(of_a, wins_a / m, delta) / n + _spread(of_b, wins_b / n, -delta) / m)
    ties = math.fsum((((of_a / n + of_b / m) / 2) ** 3).tolist())
    zone = NEGLIGIBLE * math.sqrt(max(1.0 - ties, 0.0))
    return Effect(
        n, m, delta, *_interval(delta, error, min(n, m)), zone, _mann_whitney(delta, of_a + of_b, n, m),
        (NEGLIGIBLE, SMALL, MEDIUM), _standardised(a, b),
    )  # fmt: skip


def _wins(other: Counts) -> Counts:
    """For each value, the customers of the other group below it less those above it."""
    up_to: Counts = np.cumsum(other)
    wins: Counts = up_to + (up_to - other) - other.sum()
    return wins


def _spread(own: Counts, deltas: Floats, mean: float) -> float:
    """The variance over a group of each customer's own delta to the other group."""
    n = int(own.sum())
    return float((own * (deltas - mean) ** 2).sum()) / (n - 1) if n > 1 else 1.0


def _interval(delta: float, error: float, smaller: int) -> tuple[float, float]:
    if abs(delta) == 1 or error == 0:
        # As few differing customers in a group as would be missed by all of it once in forty times.
        missed = 1 - 0.025 ** (1 / smaller)
        if abs(delta) == 1:
            return (1 - 2 * missed, 1.0) if delta > 0 else (-1.0, 2 * missed - 1)
        return delta - missed, delta + missed
    middle, half = math.atanh(delta), Z95 * error / (1 - delta * delta)
    return math.tanh(middle - half), math.tanh(middle + half)


def _mann_whitney(delta: float, ties: Counts, n: int, m: int) -> float:
    from scipy.special import ndtr

    both = n + m
    tied = sum(t * (t * t - 1) for t in ties.tolist())
    variance = n * m / 12 * (both + 1 - tied / (both * (both - 1)))
    if variance <= 0:
        return 1.0
    apart = max(abs(delta) * n * m / 2 - 0.5, 0.0)
    return float(2 * ndtr(-apart / math.sqrt(variance)))


def _standardised(a: Floats, b: Floats) -> tuple[float, float, float] | None:
    """Cohen's d and its interval by large samples (Hedges & Olkin 1985)."""
    n, m = len(a), len(b)
    within = _squares(a) + _squares(b)
    if n + m < 3 or within <= 0:
        return None
    d = (math.fsum(a.tolist()) / n - math.fsum(b.tolist()) / m) / math.sqrt(within / (n + m - 2))
    half = Z95 * math.sqrt((n + m) / (n * m) + d * d / (2 * (n + m)))
    return d, d - half, d + half


def _squares(values: Floats) -> float:
    mean = math.fsum(values.tolist()) / len(values)
    return math.fsum(((values - mean) ** 2).tolist())


def of_categories(a: Mapping[str, int], b: Mapping[str, int]) -> Effect:
    """The effect between two groups' customers by category, none of them empty.

    V² is chi-square less what chance gives it (its degrees of freedom; Bergsma 2013), over the customers that
    two groups of one size would need to tell as much, 4nm / (n + m): so V does not hang on how large the
    groups are. The interval inverts the noncentral chi-square distribution (Smithson 2003).
    """
    from scipy.special import chdtrc

    table = _pooled(a, b)
    n, m = int(table[0].sum()), int(table[1].sum())
    chi_square, freedom = _chi_square(table), table.shape[1] - 1
    weight, zone, steps = 4 * n * m / (n + m), NEGLIGIBLE_V, (NEGLIGIBLE_V, SMALL_V, MEDIUM_V)
    if freedom < 1:
        missed = 1 - 0.025 ** (1 / min(n, m))
        return Effect(n, m, 0.0, 0.0, math.sqrt(missed), zone, 1.0, steps)
    size, low, high = (min(math.sqrt(each / weight), 1.0) for each in noncentrality(chi_square, freedom))
    return Effect(n, m, size, low, high, zone, float(chdtrc(freedom, chi_square)), steps)


def _pooled(a: Mapping[str, int], b: Mapping[str, int]) -> Counts:
    """Two rows of counts, a category a column; those of few customers are one."""
    n, m = sum(a.values()), sum(b.values())
    fewest = FEWEST_EXPECTED * (n + m) / min(n, m)
    counted: dict[str, list[int]] = {}
    for category in sorted({*a, *b}):
        pair = a.get(category, 0), b.get(category, 0)
        named = counted.setdefault(category if sum(pair) >= fewest else OTHER, [0, 0])
        named[0] += pair[0]
        named[1] += pair[1]
    if OTHER in counted and len(counted) > 1 and sum(counted[OTHER]) < fewest:
        rest = counted.pop(OTHER)
        least = min(counted, key=lambda each: (sum(counted[each]), each))
        counted[least] = [counted[least][0] + rest[0], counted[least][1] + rest[1]]
    return np.array(list(counted.values()), dtype=np.int64).T


def _chi_square(table: Counts) -> float:
    rows, columns = table.sum(axis=1, keepdims=True), table.sum(axis=0, keepdims=True)
    expected = rows * columns / table.sum()
    return math.fsum(((table - expected) ** 2 / expected).ravel().tolist())


@dataclass(frozen=True)
class Spread:
    """What share of a feature's variation lies between the segments, 0 to 1, with its 95 % interval: of its
    ranks for a number (epsilon squared, after Kruskal-Wallis), of its categories for a text (Cramér's V
    squared). ``n``: customers with a known value."""

    n: int
    share: float
    low: float
    high: float


def between(values: Floats, segments: Counts) -> Spread:
    """Epsilon squared of the ranks: 1 − (1 − η²)(n − 1) / (n − k), never below 0 (Kelley 1935).

    Ties have their mean rank. The interval is by large samples, from what each customer adds to the ratio.
    """
    from scipy.stats import rankdata

    n, k = len(values), len(np.unique(segments))
    if n <= k or k < 2 or values.min() == values.max():
        return Spread(n, 0.0, 0.0, 0.0)
    ranks = rankdata(values)
    total = (ranks - ranks.mean()) ** 2
    counts = np.bincount(segments)
    means = np.bincount(segments, weights=ranks) / np.maximum(counts, 1)
    within = (ranks - means[segments]) ** 2
    left = float(within.sum() / total.sum())
    half = Z95 * math.sqrt(float(((left * total - within) ** 2).sum())) / float(total.sum())
    share = 1 - left * (n - 1) / (n - k)
    return Spread(n, *(min(max(each, 0.0), 1.0) for each in (share, share - half, share + half)))


def between_categories(table: Counts) -> Spread:
    """Cramér's V squared of segments × categories, less what chance gives it, with its interval."""
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    n, smaller = int(table.sum()), min(table.shape) - 1
    if smaller < 1:
        return Spread(n, 0.0, 0.0, 0.0)
    chi_square, freedom = _chi_square(table), (table.shape[0] - 1) * (table.shape[1] - 1)
    return Spread(n, *(min(each / (n * smaller), 1.0) for each in noncentrality(chi_square, freedom)))
