"""How well what is foretold ranks customers: AUC, Gini, and what the highest fifth brought.

Customers are ranked within their fold alone: what is foretold of two folds rests on other customers, and a
mean that leaves out a good fold is a low one, so that ranks across folds would run against the outcome.
Equal ones share their rank.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regulars.validate.crossfit import Codes, Floats, summed

TOP_SHARE = 0.2


@dataclass(frozen=True)
class Ranks:
    """The order of parts of equal customers in their folds: ``level`` by part, counted up fold after fold
    from the lowest; ``starts`` by level, the first level of its fold."""

    level: Codes
    starts: Codes

    @staticmethod
    def of(foretold: Floats, fold: Codes) -> Ranks:
        """Parts of whom the same is foretold share a level."""
        order = np.lexsort((foretold, fold))
        told, folds = foretold[order], fold[order]
        is_new = np.concatenate([[True], (np.diff(told) != 0) | (np.diff(folds) != 0)])
        level = np.empty(len(order), dtype=np.int64)
        level[order] = np.cumsum(is_new) - 1
        of_level = folds[is_new]
        return Ranks(level, np.searchsorted(of_level, of_level, side="left"))

    def counted(self, customers: Floats, total: Floats) -> Levels:
        """The levels with their customers and what came, from those of each part."""
        size = len(self.starts)
        return Levels(self.starts, summed(self.level, customers, size), summed(self.level, total, size))


@dataclass(frozen=True)
class Levels:
    """Customers with the same rank, counted. ``total`` is of an outcome; of one that comes true or not, the
    customers for whom it did."""

    starts: Codes
    customers: Floats
    total: Floats

    def below(self, counts: Floats) -> Floats:
        """By level: what stands below it in its fold, with half of its own."""
        before = np.cumsum(counts) - counts
        return before - before[self.starts] + counts / 2

    def of_fold(self, counts: Floats) -> Floats:
        """By level: the sum of its fold."""
        return summed(self.starts, counts, len(counts))[self.starts]

    @property
    def auc(self) -> float:
        """The share of pairs of one fold, a customer for whom it came true and one for whom not, in which the
        first ranks higher; ties half."""
        others = self.customers - self.total
        return float((self.total * self.below(others)).sum() / (self.total * self.of_fold(others)).sum())

    @property
    def spread(self) -> float:
        """How far up amounts stand: the sum of amount times rank, ranks from −½ to ½ within their fold.

        The Gini is this by what was foretold over this by what came: 1 for ranks without fault, 0 by chance.
        """
        rank = self.below(self.customers) / np.maximum(self.of_fold(self.customers), 1.0)
        return float((self.total * (rank - 0.5)).sum())

    @property
    def captured(self) -> float:
        """The share of all that came which the highest fifth of each fold brought; of the level that the
        fifth ends in, in proportion."""
        everybody = self.of_fold(self.customers)
        above = everybody - self.below(self.customers) - self.customers / 2
        taken = np.clip((TOP_SHARE * everybody - above) / np.maximum(self.customers, 1.0), 0.0, 1.0)
        return float((taken * self.total).sum() / self.total.sum())
