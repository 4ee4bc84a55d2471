"""How many segments: every candidate measured alike, one recommended, and the reason in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from regulars.types import Finding

ENOUGH_SHARE = 0.05
ENOUGH_CUSTOMERS = 100
FEWEST = 10
"""A segment needs 5 % or 100 of the customers, and never 10 or fewer: no test can tell those apart."""
USABLE = range(4, 8)
"""Four to seven segments are what teams can usually keep in mind and act on."""
CLOSE = 0.05
"""Silhouettes nearer than this to the best do not decide between candidates."""
WEAK, STRONG = 0.25, 0.5
"""A silhouette below the first shows no substantial structure, below the second a weak one (Kaufman &
Rousseeuw 1990, table 4)."""


@dataclass(frozen=True)
class Candidate:
    """One number of segments and what it gives.

    ``silhouette`` (−1 to 1) with its interval, None from a single batch; ``inertia``: mean squared
    distance to the centre, in squared standard deviations over all features; ``smallest_share`` of the
    customers, 0 to 1, and ``smallest``, that share in customers.
    """

    k: int
    silhouette: float
    low: float | None
    high: float | None
    inertia: float
    smallest_share: float
    smallest: int

    @property
    def is_large_enough(self) -> bool:
        enough = self.smallest_share >= ENOUGH_SHARE or self.smallest >= ENOUGH_CUSTOMERS
        return enough and self.smallest > FEWEST

    @property
    def told(self) -> str:
        interval = "" if self.low is None or self.high is None else f" ({self.low:.2f} to {self.high:.2f})"
        return f"silhouette {self.silhouette:.2f}{interval}"

    def as_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if name != "smallest"}


@dataclass(frozen=True)
class Choice:
    """The number taken, the candidates it was taken from, why, and what to doubt about it."""

    k: int
    candidates: tuple[Candidate, ...]
    reason: str
    notes: tuple[Finding, ...]

    def as_json(self) -> dict[str, Any]:
        candidates = [each.as_json() for each in self.candidates]
        return {"k": self.k, "candidates": candidates, "reason": self.reason}


def choice(candidates: Sequence[Candidate], where: str, asked: int | None = None) -> Choice:
    """The number asked for, told with what it costs; or else the one recommended.

    Recommended is the highest silhouette among candidates whose segments are all large enough; but 4 to
    7 segments go before fewer or more where their silhouette is as good within 0.05.
    """
    advised, why = recommended(candidates)
    taken = advised if asked is None else next(each for each in candidates if each.k == asked)
    reason = why if asked is None else _asked(taken, advised, why)
    told = [reason, _strength(taken), _bend(candidates)]
    return Choice(taken.k, tuple(candidates), " ".join(filter(None, told)), tuple(_doubts(taken, where)))


def recommended(candidates: Sequence[Candidate]) -> tuple[Candidate, str]:
    """The candidate that the measures speak for, and the reason."""
    large = [each for each in candidates if each.is_large_enough]
    if not large:
        least_bad = max(candidates, key=lambda each: (each.smallest_share, -each.k))
        return least_bad, (
            f"{least_bad.k} segments: every candidate has a segment that is too small; here the smallest is "
            f"largest ({least_bad.smallest_share:.1%} of customers)."
        )
    best = max(large, key=lambda each: (each.silhouette, -each.k))
    usable = [each for each in large if each.k in USABLE and each.silhouette >= best.silhouette - CLOSE]
    taken = max(usable, key=lambda each: (each.silhouette, -each.k), default=best)
    smallest = f"the smallest holds {taken.smallest_share:.1%} of customers"
    if taken is best:
        return taken, f"{taken.k} segments have the highest {taken.told} of {_tried(candidates)}; {smallest}."
    return taken, (
        f"{taken.k} segments: {taken.told} is within {CLOSE} of the highest, {best.silhouette:.2f} at "
        f"{best.k}, and {USABLE[0]} to {USABLE[-1]} segments are usually easier to act on; {smallest}."
    )


def _tried(candidates: Sequence[Candidate]) -> str:
    ks = [each.k for each in candidates]
    return f"{ks[0]} to {ks[-1]}" if len(ks) > 1 else "the only candidate"


def _asked(taken: Candidate, advised: Candidate, why: str) -> str:
    if taken.k == advised.k:
        return f"{taken.k} segments as asked, which the measures also speak for. {why}"
    cost = taken.silhouette - advised.silhouette
    return (
        f"{taken.k} segments as asked: {taken.told}, {cost:+.2f} against {advised.k} segments, which the "
        f"measures speak for; the smallest holds {taken.smallest_share:.1%} of customers."
    )


def _strength(taken: Candidate) -> str:
    if taken.silhouette >= STRONG:
        return ""
    return f"A silhouette below {STRONG} means that neighbouring segments overlap."


def _bend(candidates: Sequence[Candidate]) -> str:
    """Where the inertia curve bends: the candidate farthest below the line between its ends."""
    if len(candidates) < 3:
        return ""
    first, last = candidates[0], candidates[-1]
    slope = (last.inertia - first.inertia) / (last.k - first.k)

    def below(each: Candidate) -> tuple[float, int]:
        return first.inertia + slope * (each.k - first.k) - each.inertia, -each.k

    bend = max(candidates, key=below)
    return f"The inertia curve bends most at {bend.k}."


def _doubts(taken: Candidate, where: str) -> list[Finding]:
    doubts = []
    if (taken.silhouette if taken.high is None else taken.high) < WEAK:
        doubts.append(
            Finding(
                "warning", f"{where}.k",
                f"The {taken.told} at {taken.k} segments was low: customers differed by degrees, without "
                "clear gaps between the segments, so those near a border could as well be in the next one.",
                "Look at how stable the segments are before relying on them; fewer features may part better.",
            )
        )  # fmt: skip
    if not taken.is_large_enough:
        doubts.append(
            Finding(
                "warning", f"{where}.k",
                f"The smallest of {taken.k} segments held {taken.smallest_share:.1%} of customers: too few "
                f"to describe (less than {ENOUGH_SHARE:.0%} and {ENOUGH_CUSTOMERS}, or {FEWEST} at most).",
                "Choose a smaller k, or use other features.",
            )
        )  # fmt: skip
    return doubts
