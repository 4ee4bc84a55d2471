"""Why a segment might not be worth having: six reasons, each told to hold, not to hold, or to be unknown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from regulars.figures import written
from regulars.measure.proportion import proportion_interval
from regulars.measure.small_cells import SMALLEST_SHOWN
from regulars.segment.choosing.candidates import UNTRUSTED

Code = Literal[
    "TOO_SMALL", "NOT_IDENTIFIABLE", "NOT_DIFFERENT", "UNSTABLE", "NO_ACTION_DELTA", "OVER_CAPACITY"
]
State = Literal["holds", "does not hold", "not assessed"]
MEANINGS: dict[Code, str] = {
    "TOO_SMALL": "too few customers to plan for",
    "NOT_IDENTIFIABLE": "who is in it cannot be told with the data at hand",
    "NOT_DIFFERENT": "its customers do not behave differently from another segment's",
    "UNSTABLE": "other customers of the same kind would not give this segment again",
    "NO_ACTION_DELTA": "treating it differently changes nothing",
    "OVER_CAPACITY": "more segments than the team can treat differently",
}
"""Each reason, in the order in which they are asked, as a person says it."""
SMALL_SHARE = 0.05
SMALL_CUSTOMERS = 100
"""A segment has one in twenty customers, or a hundred: then a test of it can tell anything."""


@dataclass(frozen=True)
class Figure:
    """One figure behind a reason: what it is, its unit, its 95 % interval where there is one, and where it
    comes from. ``value`` is None where it is not shown."""

    label: str
    value: float | None
    unit: str
    source: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Reason:
    """One reason for one segment: whether it holds, in a sentence, with its figures.

    ``like`` is the segment that it speaks for merging with; ``drops`` says that its customers belong to no
    other segment either.
    """

    code: Code
    state: State
    words: str
    figures: tuple[Figure, ...] = ()
    like: str | None = None
    drops: bool = False

    @property
    def holds(self) -> bool:
        return self.state == "holds"


def not_assessed(code: Code, why: str) -> Reason:
    return Reason(code, "not assessed", why)


def is_too_small(customers: int, of: int) -> bool:
    """Fewer than 5 % and fewer than 100 customers, or ten and fewer, whatever their share."""
    is_few = customers < SMALL_CUSTOMERS and customers < SMALL_SHARE * of
    return is_few or customers < SMALLEST_SHOWN


def too_small(customers: int, of: int, *, is_hidden: bool) -> Reason:
    """TOO_SMALL, from the customers of the segment and of all. ``is_hidden``: its size is not shown."""
    if not customers:
        return Reason("TOO_SMALL", "holds", "Nobody is in it.", drops=True)
    holds = is_too_small(customers, of)
    if is_hidden:
        told = (
            "Its size is not shown: ten customers or fewer stand behind it, or it would give those away. "
            f"It is {'below' if holds else 'not below'} what is needed, 5% of customers or {SMALL_CUSTOMERS}."
        )
        return Reason("TOO_SMALL", "holds" if holds else "does not hold", told)
    low, high = proportion_interval(customers, of)
    share = 100 * customers / of
    figures = (
        Figure("customers", customers, "count", "customers of the run"),
        Figure("share of customers", share, "percent", "customers of the run", low, high),
    )
    size = f"{customers:,} customers, {written(share, 'percent')} of all"
    if holds:
        return Reason(
            "TOO_SMALL", "holds", f"{size}: fewer than 5% and fewer than {SMALL_CUSTOMERS}.", figures
        )
    enough = f"at least {SMALL_CUSTOMERS}" if customers >= SMALL_CUSTOMERS else "at least 5%"
    return Reason("TOO_SMALL", "does not hold", f"{size}: {enough}.", figures)


def unstable(jaccard: float | None, why_not: str) -> Reason:
    """UNSTABLE, from the segment's bootstrap Jaccard; ``why_not`` says why there is none."""
    if jaccard is None:
        return not_assessed("UNSTABLE", why_not)
    figure = Figure("bootstrap Jaccard", jaccard, "ratio", "stability: 50 bootstrap draws")
    came = f"Drawn again and grouped anew, the segment and its likest share {100 * jaccard:.0f}% of customers"
    if jaccard < UNTRUSTED:
        return Reason("UNSTABLE", "holds", f"{came}: below {100 * UNTRUSTED:.0f}% it is chance.", (figure,))
    return Reason("UNSTABLE", "does not hold", f"{came}; {100 * UNTRUSTED:.0f}% are needed.", (figure,))
