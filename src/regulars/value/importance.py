"""Which features a model goes by: what its AUC loses when the values of one are dealt out anew.

Permutation importance (Breiman 2001) within a segment, on customers whom the model was not fitted on; the
interval is DeLong's for the paired difference, so it tells of other customers and not of other dealings.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

from regulars.value.auc import Flags, Floats, placements, spread
from regulars.value.design import Design, Known

DEALS = 10
LEAST = 0.01
"""Of the AUC: with many customers a loss that nobody would act on can be told from chance, too."""
POINTS = 0.02
"""Of probability by which a low and a high value differ at least where a difference is told..."""
FOLD = 1.25
"""... and how many times the smaller the greater is: 90 % and 93 % are the same to whoever acts on them."""
SEED = 20_240_117
Judge = Callable[[Floats], Floats]
"""From the columns of customers to the log-odds of each."""


@dataclass(frozen=True)
class Importance:
    """What the AUC loses without a feature. ``low`` and ``high`` hold for all features of a segment together
    (Bonferroni, 95 %).

    ``from_`` and ``to`` are a low and a high value of the feature among these customers (for a text, the
    categories with the lowest and the highest probability); ``p_from`` and ``p_to`` what the model would say
    on average if everybody had it.
    """

    feature: str
    loss: float
    low: float
    high: float
    standard_error: float
    from_: float | str
    to: float | str
    p_from: float
    p_to: float

    @property
    def matters(self) -> bool:
        """Whether the loss is more than chance would give one of the features, and a hundredth or more."""
        return self.low > 0 and self.loss >= LEAST

    @property
    def is_wide(self) -> bool:
        """Whether the probabilities at a low and at a high value lie so far apart that one would act on it,
        in points and as a multiple."""
        small, great = sorted((self.p_from, self.p_to))
        return great - small >= POINTS and great >= FOLD * small

    def as_json(self) -> dict[str, Any]:
        told = {name.rstrip("_"): each for name, each in asdict(self).items()}
        return {**told, "matters": self.matters}


def importances(
    design: Design, judge: Judge, known: Known, came: Flags, features: Sequence[str]
) -> tuple[Importance, ...]:
    """Each feature's importance, the greatest first; both kinds of customers must be there."""
    columns = design.columns(known)
    placed = placements(judge(columns), came)
    weighed = [name for name in features if name in design.features]
    z = NormalDist().inv_cdf(1 - 0.05 / (2 * max(len(weighed), 1)))
    found = []
    for name in weighed:
        part, own = design.place(name)
        dealt = columns.copy()
        lost = placed - _dealt(judge, columns, dealt, own, came)
        loss, error = float(lost[came].mean()), spread(lost, came)
        ends = []
        for value in _ends(known[name]):
            dealt[:, own] = part.columns(np.array([value], dtype=known[name].dtype))
            ends.append((float((1.0 / (1.0 + np.exp(-judge(dealt)))).mean()), value))
        if known[name].dtype == object:
            ends.sort()
        (p_from, from_), (p_to, to) = ends[0], ends[-1]
        found.append(
            Importance(name, loss, loss - z * error, loss + z * error, error, from_, to, p_from, p_to)
        )
    return tuple(sorted(found, key=lambda each: (-each.loss, each.feature)))


def _dealt(judge: Judge, columns: Floats, dealt: Floats, own: slice, came: Flags) -> Floats:
    """The mean placements with a feature's own columns dealt out anew, among the customers given."""
    chance = np.random.Generator(np.random.PCG64(SEED))
    placed = np.zeros(len(came))
    for _ in range(DEALS):
        dealt[:, own] = columns[np.argsort(chance.random(len(came)), kind="stable"), own]
        placed += placements(judge(dealt), came)
    return placed / DEALS


def _ends(values: np.ndarray) -> list[Any]:
    """A low and a high value: the tenth and the ninetieth percentile, or the ends; of texts, all of them."""
    if values.dtype == object:
        return sorted({str(each) for each in values if each is not None}) or [""]
    there = values[~np.isnan(values)]
    if not len(there):
        return [float("nan")] * 2
    low, high = np.quantile(there, (0.1, 0.9), method="lower")
    if low == high:
        low, high = there.min(), there.max()
    return [float(low), float(high)]
