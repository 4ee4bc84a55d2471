"""One outcome, foretold by the segment, by RFM quintiles and by both: how well, and how much better."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from regulars.validate.crossfit import Codes, Crowd, Floats, foretold
from regulars.validate.ranking import TOP_SHARE, Levels, Ranks
from regulars.value.auc import Z95, Gain

Measure = Literal["auc", "brier", "gini", "r2", "r2_capped", "top_fifth"]
Base = Literal["additive", "cells"]
By = Literal["segment", "rfm", "both"]
BY: tuple[By, ...] = ("segment", "rfm", "both")
DRAWS = 100
"""Bootstrap draws: for a standard error 50 to 200 are enough (Efron & Tibshirani 1993)."""
CAP = 0.99
"""Amounts above this quantile are taken as that: else a handful of customers decide a sum of squares."""
FEW = 0.01
LOWEST: Mapping[Measure, float] = {"auc": 0.0, "brier": 0.0, "gini": -1.0, "top_fifth": 0.0}
"""An interval does not reach beyond what can be; all end at 1."""


@dataclass(frozen=True)
class Estimate:
    """A measure on these customers, with its 95 % interval by bootstrap over them."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Measured:
    """One measure of each predictor; gains are paired, customer by customer, and above 0 where better."""

    measure: Measure
    of_mean: float
    """The mean of all, which tells nobody apart."""
    of: Mapping[By, Estimate]
    over_mean: Gain
    """The segment's, over that of the mean."""
    over_rfm: Gain
    """The segment's, over that of the RFM quintiles."""
    added: Gain
    """What the segment adds to the RFM quintiles: both together, over these alone."""


@dataclass(frozen=True)
class Trial:
    """How an outcome was foretold of customers, each by those of other folds.

    ``base``: whether RFM quintiles tell more with their effects added up, or cell by cell; the better is
    taken. ``few_share``: of the squared differences in the outcome, the share that one customer in a hundred
    has.
    """

    customers: int
    base: Base
    few_share: float
    measures: Mapping[Measure, Measured]


@dataclass(frozen=True)
class _Learnt:
    """What is foretold of an outcome, in each draw anew: groupings by predictor, the mean last."""

    crowd: Crowd
    came: Floats
    by: tuple[tuple[Codes, ...], ...]

    def foretold(self, weights: Floats) -> list[Floats]:
        customers, total = self.crowd.summed(weights), self.crowd.summed(weights * self.came)
        return [foretold(factors, customers, total) for factors in self.by]

    def lost(self, told: Sequence[Floats], weights: Floats) -> Floats:
        """Squared differences of each predictor to what came, summed."""
        customers, total = self.crowd.summed(weights), self.crowd.summed(weights * self.came)
        squares = float((weights * self.came**2).sum())
        return np.array([squares + float((each * (each * customers - 2 * total)).sum()) for each in told])

    def ranked(self, told: Sequence[Floats], weights: Floats, came: Floats) -> list[Levels]:
        """The customers in the order of what each predictor but the mean foretold, beside what came."""
        customers, total = (self.crowd.summed(each).reshape(-1) for each in (weights, weights * came))
        fold = np.repeat(np.arange(len(told[0])), told[0].shape[1])
        return [Ranks.of(each.reshape(-1), fold).counted(customers, total) for each in told[:-1]]


_Found = dict[Measure, list[float]]
"""Of each measure the value of each predictor, the mean last."""


def tried_flag(segment: Codes, bands: Sequence[Codes], came: Floats, name: str) -> Trial:
    """An outcome that comes true (1) or not (0): AUC, Brier's score, and what the highest fifth holds.

    ``segment`` and ``bands`` (quintiles of recency, frequency and, if known, spend) number groups from 0.
    Customers come in the order of a hash of their ids; ``name`` names all chance.
    """
    crowd = Crowd.of([segment, *bands])
    base, learnt = _learnt(crowd, came)

    def measures(weights: Floats) -> _Found:
        told = learnt.foretold(weights)
        levels = learnt.ranked(told, weights, came)
        return {
            "auc": [*(each.auc for each in levels), 0.5],
            "top_fifth": [*(each.captured for each in levels), TOP_SHARE],
            "brier": (learnt.lost(told, weights) / weights.sum()).tolist(),
        }

    return _trial(base, came, measures, name)


def tried_amount(segment: Codes, bands: Sequence[Codes], came: Floats, name: str) -> Trial:
    """An amount: R² as it came and with what exceeds the 99th percentile taken as that; Gini, and what the
    highest fifth brought, by ranks of what is foretold of the capped amounts. Else as ``tried_flag``."""
    crowd = Crowd.of([segment, *bands])
    kept = capped(came)
    base, learnt = _learnt(crowd, kept)
    raw = _Learnt(crowd, came, learnt.by)
    best = Ranks.of(came, crowd.fold)

    def measures(weights: Floats) -> _Found:
        told = learnt.foretold(weights)
        levels = learnt.ranked(told, weights, came)
        most = best.counted(weights, weights * came).spread
        return {
            "r2_capped": _explained(learnt.lost(told, weights)),
            "r2": _explained(raw.lost(raw.foretold(weights), weights)),
            "gini": [*(each.spread / most for each in levels), 0.0],
            "top_fifth": [*(each.captured for each in levels), TOP_SHARE],
        }

    return _trial(base, came, measures, name)


def capped(came: Floats) -> Floats:
    """Amounts between nothing and the smallest that 99 of 100 customers do not exceed."""
    at = math.ceil(CAP * len(came)) - 1
    return np.clip(came, 0.0, max(float(np.sort(came)[at]), 0.0))


def drawn(customers: int, name: str) -> Iterator[Floats]:
    """How often each customer is in each bootstrap draw, by name: the same on every machine.

    NumPy promises the raw stream of a bit generator for all versions, and not what its distributions make
    of it.
    """
    bits, half = np.random.PCG64(np.random.SeedSequence([*name.encode()])), np.uint64(32)
    for _ in range(DRAWS):
        taken = ((bits.random_raw(customers) >> half) * np.uint64(customers)) >> half
        yield np.bincount(taken.astype(np.int64), minlength=customers).astype(np.float64)


def _learnt(crowd: Crowd, came: Floats) -> tuple[Base, _Learnt]:
    """The segment, RFM quintiles, both, and the mean. Quintiles are taken as they tell more out of fold: the
    better of the two is what a segment has to beat."""
    segment, *bands = crowd.factors
    _, cells = np.unique(np.stack(bands, axis=1), axis=0, return_inverse=True)
    ways: list[tuple[Base, tuple[Codes, ...]]] = [
        ("additive", tuple(bands)), ("cells", (cells.reshape(-1),)),
    ]  # fmt: skip
    trial = _Learnt(crowd, came, tuple(rfm for _, rfm in ways))
    everybody = np.ones(len(came))
    lost = trial.lost(trial.foretold(everybody), everybody)
    base, rfm = ways[int(lost[1] < lost[0])]
    return base, _Learnt(crowd, came, ((segment,), rfm, (*rfm, segment), ()))


def _explained(lost: Floats) -> list[float]:
    """R² of each predictor: the share of the mean's squared differences that it does away with."""
    return [1.0 - each / lost[-1] for each in lost.tolist()]


def _trial(base: Base, came: Floats, measures: Callable[[Floats], _Found], name: str) -> Trial:
    at_hand = measures(np.ones(len(came)))
    again = [measures(weights) for weights in drawn(len(came), name)]
    found = {
        each: _measured(each, np.array(values), np.array([draw[each] for draw in again]))
        for each, values in at_hand.items()
    }
    return Trial(len(came), base, _few_share(came), found)


def _measured(measure: Measure, values: Floats, draws: Floats) -> Measured:
    """Values and draws have a column for the segment, RFM, both and the mean."""
    sign = -1.0 if measure == "brier" else 1.0
    lowest = LOWEST.get(measure, -math.inf)

    def gain(better: int, other: int) -> Gain:
        up = sign * float(values[better] - values[other])
        margin = Z95 * float(np.std(draws[:, better] - draws[:, other], ddof=1))
        return Gain(up, up - margin, up + margin)

    def estimate(at: int) -> Estimate:
        value, margin = float(values[at]), Z95 * float(np.std(draws[:, at], ddof=1))
        return Estimate(value, max(value - margin, lowest), min(value + margin, 1.0))

    of = {by: estimate(at) for at, by in enumerate(BY)}
    return Measured(measure, float(values[-1]), of, gain(0, 3), gain(0, 1), gain(2, 1))


def _few_share(came: Floats) -> float:
    squares = np.sort((came - came.mean()) ** 2)
    few = max(int(FEW * len(came)), 1)
    return float(squares[-few:].sum() / squares.sum()) if squares.any() else 0.0
