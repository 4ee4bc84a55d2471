"""Lift by segment: what its customers did in the days after, over what all did."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from regulars.measure.small_cells import SMALLEST_SHOWN, covered
from regulars.types import Segment
from regulars.validate.crossfit import Codes, Floats
from regulars.validate.prediction_trial import Estimate, drawn
from regulars.value.auc import Z95
from regulars.value.many import holm

CHANCE = 0.05
"""Of any segment being told to buy again more or less than all where segments say nothing of it (Holm)."""


@dataclass(frozen=True)
class Lift:
    """A segment's share who bought over that of all, and its mean revenue over that of all: 1 is as all.

    Each with an interval of its own. ``p`` is of ``repeat``, that chance puts a segment as far from all;
    adjusted for all segments. None where ten customers or fewer stand behind it, or what would tell of them;
    of revenue also without amounts.
    """

    segment: Segment
    customers: int | None
    repeat: Estimate | None
    revenue: Estimate | None
    p: float | None = None

    @property
    def is_told(self) -> bool:
        """Whether it bought again more, or less, than chance gives to any of the segments."""
        return self.p is not None and self.p <= CHANCE


def lifts(
    segment: Codes,
    segments: Sequence[Segment],
    bought: npt.NDArray[np.bool_],
    revenue: Floats | None,
    name: str,
) -> tuple[Lift, ...]:
    """Each segment's lift with its 95 % interval by bootstrap over customers; ``segment`` numbers them."""
    size = len(segments)
    sizes, came = (np.bincount(each, minlength=size).tolist() for each in (segment, segment[bought]))
    unseen, few = _few(sizes, came)
    repeat = _estimates(segment, size, bought.astype(np.float64), name)
    brought = None if revenue is None else _estimates(segment, size, revenue, name)
    shown = [at for at in range(size) if sizes[at] and at not in few]
    p = holm({at: _by_lot(sizes[at], came[at], len(bought), int(bought.sum())) for at in shown})
    return tuple(
        Lift(
            each,
            None if at in unseen else sizes[at],
            repeat[at] if repeat and at in shown else None,
            brought[at] if brought and at in shown else None,
            p[at] if repeat and at in shown else None,
        )
        for at, each in enumerate(segments)
    )


def _by_lot(n: int, came: int, customers: int, all_came: int) -> float:
    """The chance that ``n`` customers drawn by lot have a share as far from that of all, by the normal
    distribution without replacement (as Pearson's χ² of the segment and the rest)."""
    share = all_came / customers
    variance = share * (1 - share) / n * (customers - n) / max(customers - 1, 1)
    return 2 * NormalDist().cdf(-abs(came / n - share) / math.sqrt(variance)) if variance > 0 else 1.0


def _few(sizes: list[int], came: list[int]) -> tuple[set[int], set[int]]:
    """The segments whose size is kept back, and those whose outcomes are."""
    counts, buyers = dict(enumerate(sizes)), dict(enumerate(came))
    unseen = {at for at, n in counts.items() if 0 < n < SMALLEST_SHOWN}
    unseen |= covered(counts, unseen)
    few = unseen | {
        at for at, n in counts.items() if any(0 < part < SMALLEST_SHOWN for part in (came[at], n - came[at]))
    }
    return unseen, few | covered(buyers, few)


def _estimates(segment: Codes, size: int, came: Floats, name: str) -> list[Estimate] | None:
    if came.sum() <= 0:
        return None
    values = _lift(segment, size, np.ones(len(came)), came)
    draws = [_lift(segment, size, weights, came) for weights in drawn(len(came), f"{name} lift")]
    margins = Z95 * np.std(np.array(draws), axis=0, ddof=1)
    return [
        Estimate(value, max(value - margin, 0.0), value + margin)
        for value, margin in zip(values.tolist(), margins.tolist(), strict=True)
    ]


def _lift(segment: Codes, size: int, weights: Floats, came: Floats) -> Floats:
    """By segment: its mean over the mean of all; 0 of one that nobody is in."""
    total, customers = np.bincount(segment, weights * came, size), np.bincount(segment, weights, size)
    found: Floats = total / np.maximum(customers, 1.0) / (total.sum() / customers.sum())
    return found
