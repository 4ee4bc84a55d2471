"""How far a distribution moved between two days, and whether sampling alone would move it as far."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from regulars.measure.proportion import Z95

FEWEST_EXPECTED = 5
"""Bands in which fewer customers of either side are expected are counted together (Cochran 1954)."""
ENOUGH_FOR_TABLES = 500
"""Customers a side from which the thresholds of the field, .1 and .25, are taken as they stand: with 100 a
side and no change at all the index of ten bands passes .1 in 83 % of trials."""
NOTABLE_PSI = 0.1


@dataclass(frozen=True)
class Shift:
    """How far one distribution over bands moved.

    ``psi``: population stability index; ``noise``: what it stays below in 95 of 100 samples of these sizes
    where nothing changed; ``exchanged``: share of customers (0 to 1) who would have to be in another band to
    turn one distribution into the other; ``p``: of Pearson's chi-square test that nothing changed;
    ``bands``: how many were told apart.
    """

    psi: float
    noise: float
    exchanged: float
    p: float
    bands: int
    is_small: bool

    @property
    def notable(self) -> float:
        """The index from which a change is worth a look: .1, or more where sides are small."""
        return max(NOTABLE_PSI, self.noise) if self.is_small else NOTABLE_PSI

    def passes(self, limit: float) -> bool:
        """Whether the index passes a limit that was made for large sides."""
        return self.psi > (max(limit, self.noise) if self.is_small else limit)


def shift(then: Sequence[int], now: Sequence[int], *, ordered: bool) -> Shift:
    """The shift between two counts of customers over the same bands; no customers on a side, no shift.

    PSI = Σ (q − p) ln(q / p) over shares p then and q now. With no change it is about χ²(B − 1) times
    (1/N + 1/M) (Yurdakul & Naranjo 2020), which gives ``noise``. A band that is empty on one side counts as
    half a customer there. Bands with few customers are counted with a neighbour where they are ``ordered``,
    else with one another.
    """
    from scipy.special import chdtrc, chdtri

    n, m = sum(then), sum(now)
    pairs = _pooled(list(zip(then, now, strict=True)), n, m, ordered=ordered) if n and m else []
    freedom = len(pairs) - 1
    if freedom < 1:
        return Shift(0.0, 0.0, 0.0, 1.0, len(pairs), min(n, m) < ENOUGH_FOR_TABLES)
    shares = [((a or 0.5) / n, (b or 0.5) / m) for a, b in pairs]
    psi = math.fsum((q - p) * math.log(q / p) for p, q in shares)
    exchanged = math.fsum(abs(b / m - a / n) for a, b in pairs) / 2
    chi_square = math.fsum((n * b - m * a) ** 2 / (n * m * (a + b)) for a, b in pairs)
    noise = float(chdtri(freedom, 0.05)) * (1 / n + 1 / m)
    return Shift(
        psi, noise, exchanged, float(chdtrc(freedom, chi_square)), len(pairs), min(n, m) < ENOUGH_FOR_TABLES
    )


Pair = tuple[int, int]


def _pooled(pairs: list[Pair], n: int, m: int, *, ordered: bool) -> list[Pair]:
    """Bands in each of which at least five customers of either side are expected where nothing changed."""
    fewest = FEWEST_EXPECTED * (n + m) / min(n, m)
    filled = [pair for pair in pairs if sum(pair)]
    if not ordered:
        # The scarce ones come first, so that they are counted together and the large ones stay apart.
        filled.sort(key=lambda pair: (sum(pair), pair))
    made: list[Pair] = []
    for pair in filled:
        if made and sum(made[-1]) < fewest:
            made[-1] = (made[-1][0] + pair[0], made[-1][1] + pair[1])
        else:
            made.append(pair)
    if len(made) > 1 and sum(made[-1]) < fewest:
        last = made.pop()
        made[-1] = (made[-1][0] + last[0], made[-1][1] + last[1])
    return made


def mean_change(then: Moments, now: Moments) -> tuple[float, float, float]:
    """By how much a mean changed, with its 95 % interval by large samples, and Welch's two-sided p."""
    from scipy.special import stdtr

    change = now.mean - then.mean
    a, b = then.variance / then.n, now.variance / now.n
    error = math.sqrt(a + b)
    if not error:
        return change, 0.0, 1.0 if not change else 0.0
    freedom = (a + b) ** 2 / (a * a / max(then.n - 1, 1) + b * b / max(now.n - 1, 1))
    return change, Z95 * error, float(2 * stdtr(freedom, -abs(change) / error))


@dataclass(frozen=True)
class Moments:
    """Customers with a value, their mean, and their variance (n − 1; 0 below two of them)."""

    n: int
    mean: float
    variance: float

    @property
    def sd(self) -> float:
        return math.sqrt(self.variance)


def pooled_sd(then: Moments, now: Moments) -> float:
    """The standard deviation within the two sides, each weighted by its customers."""
    freedom = then.n + now.n - 2
    if freedom < 1:
        return 0.0
    return math.sqrt(((then.n - 1) * then.variance + (now.n - 1) * now.variance) / freedom)
