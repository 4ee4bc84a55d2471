"""Why a segment might not be worth having: six reasons, each told to hold, not to hold, or to be unknown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from regulars.figures import written
from regulars.measure.proportion import proportion_interval
from regulars.measure.segment_level import Spread
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
QUESTIONS: dict[Code, tuple[str, str]] = {
    "TOO_SMALL": ("size", "it is large enough"),
    "NOT_IDENTIFIABLE": ("who is in it", "it can be told who is in it"),
    "NOT_DIFFERENT": ("behaviour", "it differs in behaviour"),
    "UNSTABLE": ("stability", "it would come back"),
    "NO_ACTION_DELTA": ("action", "treating it differently pays"),
    "OVER_CAPACITY": ("capacity", "there is room for it"),
}
"""What each is about in a word or so, and what it asks."""
SMALL_SHARE = 0.05
SMALL_CUSTOMERS = 100
"""A segment has one in twenty customers, or a hundred: then a test of it can tell anything."""
MOST_ELSEWHERE = (1 - UNTRUSTED) / (1 + UNTRUSTED)
"""Two segments of one size of which so many are not in both have the Jaccard below which none is trusted."""


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
        told = "Its size is not shown: ten customers or fewer stand behind it, or it would give those away."
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


def unstable(jaccard: float | None, refit: Spread | None, why_not: str) -> Reason:
    """UNSTABLE, from the segment's bootstrap Jaccard, or for segments that are cut and not found from the
    share of its customers whom ``refit`` would put elsewhere by chance alone; ``why_not`` says why there is
    neither."""
    if jaccard is not None:
        figure = Figure("bootstrap Jaccard", jaccard, "ratio", "stability: 50 bootstrap draws")
        share, what = 100 * jaccard, "Drawn again and grouped anew, it and its likest have"
        if jaccard < UNTRUSTED:
            words = f"{what} {share:.0f}% of customers in common: below {100 * UNTRUSTED:.0f}% is chance."
            return Reason("UNSTABLE", "holds", words, (figure,))
        words = f"{what} {share:.0f}% of customers in common; {100 * UNTRUSTED:.0f}% are needed."
        return Reason("UNSTABLE", "does not hold", words, (figure,))
    if refit is None:
        return not_assessed("UNSTABLE", why_not)
    elsewhere = 100 * refit.mean
    figure = Figure(
        "elsewhere if fitted on others (nine draws of ten)", elsewhere, "percent", "stability: 20 refits",
        100 * refit.low, 100 * refit.high,
    )  # fmt: skip
    words = f"Fitted on other draws, {written(elsewhere, 'percent')} of its customers would be elsewhere"
    if refit.mean > MOST_ELSEWHERE:
        words = f"{words}: above {written(100 * MOST_ELSEWHERE, 'percent')} who is in it is chance."
        return Reason("UNSTABLE", "holds", words, (figure,))
    return Reason("UNSTABLE", "does not hold", f"{words} by chance alone.", (figure,))
