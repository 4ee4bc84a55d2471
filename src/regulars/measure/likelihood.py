"""How well segments explain customers for the numbers they need: the Bayesian information criterion."""

from __future__ import annotations

import math
from collections.abc import Sequence


def bic(log_likelihood: float, parameters: int, customers: int) -> float:
    """``p ln n − 2 ln L`` (Schwarz 1978): lower is better. A difference of 10 is strong evidence."""
    return parameters * math.log(customers) - 2.0 * log_likelihood


def spherical_bic(within: float, sizes: Sequence[int], features: int) -> float | None:
    """The BIC of k-means read as a mixture: round normal clouds of one common variance, each customer
    wholly in its own (X-means; Pelleg & Moore 2000).

    ``within`` is the sum of squared distances to the means. The variance is per feature,
    ``within / (features (n − k))``: the paper's leaves out the number of features, where its own density
    asks for it. Parameters: k − 1 shares, k × features means, one variance. None where no distance is left
    within, or no customer over.
    """
    n, k = sum(sizes), len(sizes)
    if n <= k or within <= 0:
        return None
    variance = within / (features * (n - k))
    shares = math.fsum(size * math.log(size / n) for size in sizes if size)
    density = -0.5 * n * features * math.log(2 * math.pi * variance) - within / (2 * variance)
    return bic(shares + density, k - 1 + k * features + 1, n)
