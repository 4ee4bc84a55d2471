"""How long generated customers stay and what they add: decided quarter by quarter, for known reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from regulars.generators.chance import Chance, Floats, Whole, probability
from regulars.generators.folder import Column, ids, month_days

Flags = npt.NDArray[np.bool_]
Counts = Whole | Floats | Flags


@dataclass(frozen=True)
class Reason:
    """What moves one segment: log-odds ``base + each * (what is seen − from_)`` for the quarter to come."""

    column: str
    base: float
    each: float
    from_: float = 0.0


@dataclass(frozen=True)
class Lives:
    """Customers × quarters. ``leaves``: the quarter in which there is nothing more of a customer (as many as
    there are quarters where they stay); the rest is as of the end of each quarter, for the next one."""

    joins: Whole
    leaves: Whole
    p_churn: Floats
    p_new_product: Floats
    takes: Flags
    held: Whole

    def here(self, quarter: int) -> Flags:
        """Who is a customer at the end of the quarter."""
        return (self.joins <= quarter) & (quarter < self.leaves)

    def holdings(self, seed: int) -> Whole:
        """Customers × months: how many products are held. What a quarter's end decides comes in the next."""
        taken = once_a_quarter(seed, "taken", self.takes.astype(np.int64))
        later = np.pad(taken[:, :-3], ((0, 0), (3, 0))).astype(np.int64)
        return self.held[:, None] + np.cumsum(later, axis=1)


@dataclass(frozen=True)
class Nature:
    """What moves the customers of each segment, and how many products one can hold beside the first."""

    segments: tuple[str, ...]
    churn: tuple[Reason, ...]
    purchase: tuple[Reason, ...]
    most: int

    def alike(self) -> Nature:
        """The same with one reason for all: segments that do not differ."""
        count = len(self.segments)
        return Nature(self.segments, self.churn[:1] * count, self.purchase[:1] * count, self.most)

    def as_json(self) -> dict[str, Any]:
        """By segment and outcome: the column, and by how much one more of it moves the log-odds."""
        return {
            outcome: {
                name: {"because_of": why.column, "log_odds_each": why.each}
                for name, why in zip(self.segments, reasons, strict=True)
            }
            for outcome, reasons in (("churn", self.churn), ("new_product", self.purchase))
        }


@dataclass(frozen=True)
class Crowd:
    """Who there is: the quarter in which each joins, the segment, the products held beside the first, and
    (customers × quarters) whether one may leave at its end."""

    joins: Whole
    segment: Whole
    held: Whole
    may_leave: Flags


def lives(seed: int, crowd: Crowd, nature: Nature, seen: Mapping[str, Floats]) -> Lives:
    """How the crowd lives on; ``seen`` is customers × quarters for each column that is a reason.

    What is seen at the end of a quarter decides the next one, and nothing else does: so the probability is
    known.
    """
    p_leave = np.where(crowd.may_leave, _odds(crowd.segment, seen, nature.churn), 0.0)
    wants = _odds(crowd.segment, seen, nature.purchase)
    quarters = p_leave.shape[1]
    after = np.arange(quarters)[None, :]
    is_in = after >= crowd.joins[:, None]
    falls = Chance(seed, "leave").falls(p_leave) & is_in
    leaves = np.where(falls.any(axis=1), falls.argmax(axis=1) + 1, quarters)
    wanted = Chance(seed, "want").falls(wants) & is_in & (after + 1 < leaves[:, None])
    before = np.cumsum(wanted, axis=1) - wanted + crowd.held[:, None]
    takes = wanted & (before < nature.most)
    p_new = np.where(before < nature.most, np.round((1.0 - p_leave) * wants, 6), 0.0)
    return Lives(crowd.joins, leaves, p_leave, p_new, takes, crowd.held)


def _odds(segment: Whole, seen: Mapping[str, Floats], reasons: Sequence[Reason]) -> Floats:
    """The probability of each customer and quarter, by the reason of the customer's segment."""
    logit = np.zeros(next(iter(seen.values())).shape)
    for at, why in enumerate(reasons):
        moved = why.base + why.each * (seen[why.column] - why.from_)
        logit = np.where((segment == at)[:, None], moved, logit)
    return probability(logit)


def once_a_quarter(seed: int, purpose: str, amounts: Whole) -> Floats:
    """Customers × months: each quarter's amount in one of its months."""
    month = Chance(seed, f"{purpose}: month").pick([1 / 3, 1 / 3, 1 / 3], *amounts.shape)
    monthly = np.zeros((*amounts.shape, 3))
    np.put_along_axis(monthly, month[:, :, None], amounts[:, :, None].astype(np.float64), axis=2)
    return monthly.reshape(len(amounts), -1)


def by_quarter(monthly: Counts) -> Floats:
    """What is seen at the end of each quarter: the sum of its three months."""
    quarters = monthly.astype(np.float64).reshape(len(monthly), -1, 3)
    return np.asarray(quarters.sum(axis=2))


def last_three(monthly: Counts) -> Floats:
    """At the end of each month, the sum of it and the two before."""
    padded = np.pad(monthly.astype(np.float64), ((0, 0), (2, 0)))
    summed: Floats = padded[:, 2:] + padded[:, 1:-1] + padded[:, :-2]
    return summed


def truth_of(lived: Lives, segments: npt.NDArray[np.str_], first: str, letter: str) -> dict[str, Column]:
    """A row a customer and cut day (the last day of a quarter that another one follows)."""
    quarters = lived.p_churn.shape[1]
    starts = month_days(first, 3 * quarters)
    who, quarter = np.nonzero(np.stack([lived.here(each) for each in range(quarters - 1)], axis=1))
    return {
        "customer": ("%s", ids(letter, who)),
        "cut": ("%s", (starts[3 * (quarter + 1)] - 1).astype(str)),
        "segment": ("%s", segments[who]),
        "p_churn": ("%.6f", lived.p_churn[who, quarter]),
        "p_new_product": ("%.6f", lived.p_new_product[who, quarter]),
    }
