"""What groups of customers tell of an outcome: each fold's is foretold from the customers of the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
FOLDS = 5
HELD_BACK = 1.0
"""Each effect is drawn to nothing as by so many customers: a group that nobody of the other folds is in has
the mean of all, and the one customer of another does not speak for the next."""
PLACES = 7
"""Decimals of what is foretold: processors differ far behind them, and equal groups stay equal."""


@dataclass(frozen=True)
class Crowd:
    """Customers in the groups that they share in all factors, dealt out to folds.

    ``factors``: by factor and group, the value of that factor, 0, 1, …; ``place`` by customer: the fold times
    the number of groups, and the group.
    """

    factors: tuple[Codes, ...]
    place: Codes

    @staticmethod
    def of(factors: Sequence[Codes]) -> Crowd:
        """Customers come in the order of a hash of their ids, and are dealt out in turn."""
        groups, group = np.unique(np.stack(factors, axis=1), axis=0, return_inverse=True)
        fold = np.arange(len(factors[0]), dtype=np.int64) % FOLDS
        return Crowd(tuple(groups.T), fold * len(groups) + group.reshape(-1))

    @property
    def fold(self) -> Codes:
        """The fold of each customer."""
        return self.place // len(self.factors[0])

    def summed(self, amounts: Floats) -> Floats:
        """Sums by fold and group."""
        groups = len(self.factors[0])
        return summed(self.place, amounts, FOLDS * groups).reshape(FOLDS, groups)


def foretold(factors: Sequence[Codes], customers: Floats, total: Floats) -> Floats:
    """The outcome of each group in each fold (folds × groups) as the other folds had it.

    ``customers`` and ``total`` of the outcome are by fold and group. The effects of the ``factors`` (values
    by group) add up: least squares on indicators with a ridge of ``HELD_BACK``. One factor: the mean of its
    group; none: the mean of all.
    """
    others, came = (each.sum(axis=0) - each for each in (customers, total))
    mean = came.sum(axis=1, keepdims=True) / others.sum(axis=1, keepdims=True)
    found = np.repeat(mean, customers.shape[1], axis=1)
    if factors:
        effects = _effects(factors, others, came - others * mean)
        for factor, effect in zip(factors, effects, strict=True):
            found = found + effect[:, factor]
    return np.round(found, PLACES) + 0.0


def _effects(factors: Sequence[Codes], customers: Floats, left: Floats) -> list[Floats]:
    """By factor, folds × values: the effects that explain what is ``left`` of the mean in each group.

    The first factor's block of the normal equations is a diagonal, and is eliminated (Schur complement).
    """
    first, *others = factors
    sizes = [int(factor.max()) + 1 for factor in factors]
    held = _crossed(first, sizes[0], None, 1, customers)[:, :, 0] + HELD_BACK
    right = _crossed(first, sizes[0], None, 1, left)[:, :, 0]
    if not others:
        return [right / held]
    rest = list(zip(others, sizes[1:], strict=True))
    across = np.concatenate([_crossed(first, sizes[0], f, k, customers) for f, k in rest], axis=2)
    square = np.concatenate(
        [np.concatenate([_crossed(f, k, g, j, customers) for g, j in rest], axis=2) for f, k in rest], axis=1
    )
    below = np.concatenate([_crossed(f, k, None, 1, left) for f, k in rest], axis=1)
    scaled = across / held[:, :, None]
    turned = np.swapaxes(scaled, 1, 2)
    square = square + HELD_BACK * np.eye(square.shape[1]) - turned @ across
    told = np.linalg.solve(square, below - turned @ right[:, :, None])
    own = right / held - (scaled @ told)[:, :, 0]
    ends = list(accumulate(sizes[1:]))
    return [own, *np.split(told[:, :, 0], ends[:-1], axis=1)]


def _crossed(one: Codes, size: int, other: Codes | None, wide: int, amounts: Floats) -> Floats:
    """Sums by fold, value of the one factor and value of the other."""
    cell = one if other is None else one * wide + other
    folds = len(amounts)
    place = (np.arange(folds)[:, None] * (size * wide) + cell[None, :]).reshape(-1)
    return summed(place, amounts.reshape(-1), folds * size * wide).reshape(folds, size, wide)


def summed(place: Codes, amounts: Floats, size: int) -> Floats:
    """Sums of the amounts at each of the places 0, 1, … up to ``size``, in the order in which they come."""
    found: Floats = np.bincount(place, weights=amounts, minlength=size).astype(np.float64)
    return found
