"""Does knowing the segment foretell what customers do next: better than the mean, and than RFM quintiles?

Customers as they were known on a day, and what they did after it. What is asked of the segment is asked of
quintiles of recency, frequency and spend as well, by the same means; each customer is foretold from others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import numpy as np
import numpy.typing as npt

from regulars.measure.small_cells import SMALLEST_SHOWN
from regulars.types import Finding, Segment
from regulars.validate.crossfit import Codes, Floats
from regulars.validate.lift import Lift, lifts
from regulars.validate.prediction_trial import Measure, Measured, Trial, tried_amount, tried_flag

Outcome = Literal["repeat", "revenue", "churn"]
JUDGED_BY: Mapping[Outcome, Measure] = {"repeat": "auc", "revenue": "r2_capped", "churn": "auc"}
"""The measure that the verdict of each outcome rests on."""
FEWEST = 30
"""Fewer customers for whom it came true, or for whom it did not, tell no measure of it."""


@dataclass(frozen=True)
class Customers:
    """Customers as of a day, in the order of a hash of their ids: arrays of one length.

    ``segment`` is the place of each one's segment; ``bands`` their fifths by recency, frequency and, if
    orders have amounts, spend, from 0. ``bought`` on any of the days after; ``revenue`` of these, returns
    taken off, None without amounts; ``was_active``: bought in as many days before.
    """

    segment: Codes
    bands: tuple[Codes, ...]
    bought: npt.NDArray[np.bool_]
    revenue: Floats | None
    was_active: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.segment)


@dataclass(frozen=True)
class Foreseen:
    """One outcome: of how many customers it was asked, for how many it came true, and the trial.

    Of revenue: how many of them bought. ``trial`` is None for the reason ``why_not``.
    """

    outcome: Outcome
    customers: int
    came: int
    trial: Trial | None
    why_not: str = ""

    @property
    def judged(self) -> Measured | None:
        """The measure that the verdict rests on."""
        return self.trial.measures[JUDGED_BY[self.outcome]] if self.trial else None


@dataclass(frozen=True)
class Cut:
    """What was tried, and on which days.

    ``pinned_on`` is the day of the pinned definition's fit. ``is_refit``: it lies after the cut, and so the
    same recipe was fitted anew on the customers of the cut; ``is_same_rule``: that gave the very same rule.
    ``segments`` are those that were tried, under the ids of the pinned ones where they are akin;
    ``strangers`` the names of the others. ``customers`` there were. ``is_dated``: all that the segments rest
    on was known by the cut; else nothing is proven.
    """

    day: date
    upto: date
    pinned_on: date
    is_refit: bool
    is_same_rule: bool
    segments: tuple[Segment, ...]
    strangers: tuple[str, ...]
    customers: int
    is_dated: bool
    findings: tuple[Finding, ...] = ()

    @property
    def days(self) -> int:
        """The days after the cut."""
        return (self.upto - self.day).days


@dataclass(frozen=True)
class Prediction:
    """What the segments of a day foretold of the days after it, outcome by outcome, of so many customers.

    ``tried`` are these, for what else is asked about the same days.
    """

    cut: Cut
    customers: int
    outcomes: tuple[Foreseen, ...]
    lifts: tuple[Lift, ...]
    tried: Customers = field(repr=False, compare=False)

    def where(self, holds: Callable[[Measured], bool]) -> tuple[Outcome, ...]:
        """The outcomes of whose judging measure that holds: such as ``lambda each: each.over_rfm.is_up``."""
        return tuple(each.outcome for each in self.outcomes if each.judged and holds(each.judged))


def prediction(customers: Customers, cut: Cut, name: str) -> Prediction:
    """Every outcome tried on these customers; ``name`` names all chance.

    What too few customers did, or did not, is not measured and says so.
    """
    outcomes = (_repeat(customers, name), _revenue(customers, name), _churn(customers, name))
    of_segments = lifts(customers.segment, cut.segments, customers.bought, customers.revenue, name)
    return Prediction(cut, len(customers), outcomes, of_segments, customers)


def _repeat(customers: Customers, name: str) -> Foreseen:
    everybody = np.ones(len(customers), dtype=bool)
    return _flag("repeat", customers, everybody, customers.bought, name)


def _churn(customers: Customers, name: str) -> Foreseen:
    if int((~customers.was_active).sum()) < SMALLEST_SHOWN:
        n, silent = len(customers), int((~customers.bought).sum())
        why = "all but a few had bought in as many days before: it is buying again the other way round"
        return Foreseen("churn", n, silent, None, why)
    return _flag("churn", customers, customers.was_active, ~customers.bought, name)


def _flag(
    outcome: Outcome,
    customers: Customers,
    asked: npt.NDArray[np.bool_],
    came: npt.NDArray[np.bool_],
    name: str,
) -> Foreseen:
    n, true = int(asked.sum()), int(came[asked].sum())
    segment, bands = _of(customers, asked)
    if why := _too_few(true, n - true) or _in_one(segment):
        return Foreseen(outcome, n, true, None, why)
    trial = tried_flag(segment, bands, came[asked].astype(np.float64), f"{name} {outcome}")
    return Foreseen(outcome, n, true, trial)


def _revenue(customers: Customers, name: str) -> Foreseen:
    n, bought = len(customers), int(customers.bought.sum())
    if customers.revenue is None:
        return Foreseen("revenue", n, bought, None, "the orders carry no amounts")
    why = _too_few(bought, FEWEST) or _in_one(customers.segment)
    if not why and customers.revenue.sum() <= 0:
        why = "returns took off all that was sold"
    if why:
        return Foreseen("revenue", n, bought, None, why)
    trial = tried_amount(customers.segment, customers.bands, customers.revenue, f"{name} revenue")
    return Foreseen("revenue", n, bought, trial)


def _of(customers: Customers, asked: npt.NDArray[np.bool_]) -> tuple[Codes, Sequence[Codes]]:
    return customers.segment[asked], [band[asked] for band in customers.bands]


def _too_few(came: int, did_not: int) -> str:
    if min(came, did_not) >= FEWEST:
        return ""
    it = "it came true" if came <= did_not else "it did not come true"
    return f"{it} for fewer than {FEWEST} customers"


def _in_one(segment: Codes) -> str:
    return "" if len(np.unique(segment)) > 1 else "all of them are in one segment"
