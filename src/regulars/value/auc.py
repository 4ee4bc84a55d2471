"""How well scores put those for whom it came true before the others: AUC, with intervals.

DeLong, DeLong & Clarke-Pearson (1988), by ranks as Sun & Xu (2014). The AUC is the share of pairs, one
customer for whom it came true and one for whom it did not, in which the first has the higher score; a tie is
half.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Z95 = 1.959963984540054


@dataclass(frozen=True)
class Area:
    """An AUC with its 95 % interval (on the log-odds, so that it stays between 0 and 1)."""

    auc: float
    low: float
    high: float


@dataclass(frozen=True)
class Gain:
    """By how much one AUC lies above another on the same customers, with its interval."""

    gain: float
    low: float
    high: float

    @property
    def p(self) -> float:
        """The chance of as much, either way, where neither is better; of an interval of 95 %."""
        margin = (self.high - self.low) / 2
        return 2 * NormalDist().cdf(-abs(self.gain) / margin * Z95) if margin else float(self.gain == 0)

    @property
    def is_up(self) -> bool:
        return self.low > 0

    @property
    def is_down(self) -> bool:
        return self.high < 0


def placements(scores: Floats, came: Flags) -> Floats:
    """For each customer the share of the other kind that is on the right side of them, ties half.

    The mean over those for whom it came true is the AUC, and so is the mean over the others.

    >>> scores = np.array([0.9, 0.4, 0.4, 0.1])
    >>> placements(scores, np.array([True, True, False, False])).tolist()
    [1.0, 0.75, 0.75, 1.0]
    """
    yes, no = np.sort(scores[came]), np.sort(scores[~came])
    placed = np.empty(len(scores))
    placed[came] = _below(no, scores[came]) / len(no)
    placed[~came] = 1.0 - _below(yes, scores[~came]) / len(yes)
    return placed


def _below(ordered: Floats, values: Floats) -> Floats:
    """How many of the ordered lie below each value, ties half."""
    return (np.searchsorted(ordered, values, "left") + np.searchsorted(ordered, values, "right")) / 2.0


def area(placed: Floats, came: Flags) -> Area:
    """The AUC of these placements. Both kinds of customers must be there, two of each for an interval.

    Where all pairs stand right (or all wrong) DeLong's error is 0, and says nothing. Then the bound is exact:
    as many pairs as the rarer kind has customers share nobody, and an AUC below the bound would set all of
    them right less than once in forty (Clopper & Pearson 1934). A score of the same for all is at a half.

    >>> came = np.array([True, True, False, False])
    >>> found = area(placements(np.array([0.9, 0.4, 0.4, 0.1]), came), came)
    >>> found.auc, round(found.low, 3), found.high == 1.0
    (0.875, 0.228, False)
    """
    auc = float(placed[came].mean())
    error = spread(placed, came)
    if not 0 < auc < 1:
        bound = 0.025 ** (1 / min(came.sum(), (~came).sum()))
        return Area(auc, bound, 1.0) if auc else Area(auc, 0.0, 1.0 - bound)
    if error == 0:
        return Area(auc, auc, auc)
    logit = math.log(auc / (1 - auc))
    margin = Z95 * error / (auc * (1 - auc))
    return Area(auc, 1 / (1 + math.exp(margin - logit)), 1 / (1 + math.exp(-margin - logit)))


def gain(placed: Floats, other: Floats, came: Flags, z: float = Z95) -> Gain:
    """By how much the first AUC lies above the second, paired customer by customer."""
    apart = placed - other
    up = float(apart[came].mean())
    margin = z * spread(apart, came)
    return Gain(up, up - margin, up + margin)


def spread(placed: Floats, came: Flags) -> float:
    """The standard error of an AUC, or of a difference of two, from its placements."""
    return math.sqrt(sum(float(each.var(ddof=1)) / len(each) for each in (placed[came], placed[~came])))
