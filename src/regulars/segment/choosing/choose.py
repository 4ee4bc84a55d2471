"""How many segments: every candidate heard on every measure, one recommended, and the reason in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from regulars.measure.dispersion import bend
from regulars.measure.gap import Gap, least_within_one_error
from regulars.segment.choosing import choice_words as words
from regulars.segment.choosing.candidates import (
    CLOSE,
    ENOUGH_CUSTOMERS,
    ENOUGH_SHARE,
    FEWEST,
    MANY,
    USABLE,
    Candidate,
    Trials,
    Verdict,
)
from regulars.types import Finding

WEAK = 0.25
"""A silhouette below this shows no substantial structure (Kaufman & Rousseeuw 1990, table 4)."""


@dataclass(frozen=True)
class Choice:
    """The number taken, the one recommended, the candidates, why, and what to doubt about it.

    ``one``: the gap of one segment; ``speaks_for``: measure to the number of segments that it is best at (see
    :func:`speaks_for`).
    """

    k: int
    recommended: int
    candidates: tuple[Candidate, ...]
    one: Gap | None
    speaks_for: dict[str, int]
    reason: str
    notes: tuple[Finding, ...]

    @property
    def verdict(self) -> Verdict | None:
        return next(each.verdict for each in self.candidates if each.k == self.k)

    def as_json(self) -> dict[str, Any]:
        return {
            "k": self.k,
            "recommended": self.recommended,
            "verdict": self.verdict,
            "speaks_for": self.speaks_for,
            "candidates": [each.as_json() for each in self.candidates],
            "gap_of_one": None if self.one is None else asdict(self.one),
            "reason": self.reason,
        }


def choice(trials: Trials, where: str, asked: int | None = None) -> Choice:
    """The number asked for, told with what it costs; or else the one recommended.

    Recommended is a number whose segments are all large enough, of the best verdict that any such number
    has. Of natural ones, the most segments (up to 10): each of them is real. Otherwise the highest
    silhouette; but where silhouettes are as good within 0.05, 4 to 7 segments go before fewer or more, and
    more than 10 go last.
    """
    candidates = trials.candidates
    advised, why = recommended(candidates)
    taken = advised if asked is None else next(each for each in candidates if each.k == asked)
    reason = why if asked is None else words.asked(taken, advised, why)
    voices = speaks_for(trials)
    told = [reason, words.standing(taken), words.overlap(taken), words.voices(voices, candidates)]
    notes = tuple(_doubts(taken, where))
    return Choice(taken.k, advised.k, candidates, trials.one, voices, " ".join(filter(None, told)), notes)


def recommended(candidates: Sequence[Candidate]) -> tuple[Candidate, str]:
    """The candidate that the measures speak for, and the reason."""
    large = [each for each in candidates if each.is_large_enough]
    if not large:
        least_bad = max(candidates, key=lambda each: (each.smallest_share, -each.k))
        return least_bad, words.too_small_everywhere(least_bad)
    natural = [each for each in large if each.verdict == "natural"]
    if natural:
        few = [each for each in natural if each.k <= MANY]
        taken = max(few, key=lambda each: each.k) if few else min(natural, key=lambda each: each.k)
        return taken, words.most_natural(taken, natural)
    pool = [each for each in large if each.verdict == "reproducible"] or large
    best = max(pool, key=lambda each: (each.silhouette, -each.k))
    close = [each for each in pool if each.silhouette >= best.silhouette - CLOSE]
    taken = min(close, key=lambda each: (_handiness(each), -each.silhouette, each.k))
    if taken is best:
        return taken, words.highest(taken, pool, candidates)
    return taken, words.as_good(taken, best, pool, candidates)


def _handiness(candidate: Candidate) -> int:
    """0 for as many segments as teams can act on, 1 for fewer or some more, 2 for many."""
    if candidate.k in USABLE:
        return 0
    return 1 if candidate.k <= MANY else 2


def speaks_for(trials: Trials) -> dict[str, int]:
    """Measure to the number of segments that it is best at; a measure without an answer is left out.

    Highest silhouette and Calinski-Harabasz, lowest Davies-Bouldin and BIC; ``elbow``: where the inertia
    curve bends most; ``gap``: the least within one standard error of the next, 1 for no split at all;
    ``prediction_strength``: the most with 0.8 or more, 1 where none has it. Of equals the fewest.
    """
    candidates = trials.candidates
    gaps = {each.k: each.gap for each in candidates if each.gap is not None}
    foretold = [each.k for each in candidates if each.is_foretold]
    found = {
        "silhouette": max(candidates, key=lambda each: (each.silhouette, -each.k)).k,
        "calinski_harabasz": _best({each.k: each.calinski_harabasz for each in candidates}, -1),
        "davies_bouldin": _best({each.k: each.davies_bouldin for each in candidates}, 1),
        "bic": _best({each.k: each.bic for each in candidates}, 1),
        "elbow": bend({each.k: each.inertia for each in candidates}),
        "gap": least_within_one_error({1: trials.one, **gaps}) if trials.one else None,
        "prediction_strength": max(foretold, default=1) if _is_measured(candidates) else None,
    }
    return {measure: k for measure, k in found.items() if k is not None}


def _best(values: dict[int, float | None], sign: int) -> int | None:
    known = {k: sign * value for k, value in values.items() if value is not None}
    return min(known, key=lambda k: (known[k], k)) if len(known) > 1 else None


def _is_measured(candidates: Sequence[Candidate]) -> bool:
    return any(each.prediction_strength is not None for each in candidates)


def _doubts(taken: Candidate, where: str) -> list[Finding]:
    doubts = []
    if (taken.silhouette if taken.high is None else taken.high) < WEAK and taken.verdict != "natural":
        doubts.append(
            Finding(
                "warning", f"{where}.k",
                f"The {words.separation(taken)} at {taken.k} segments was low: customers differed by "
                "degrees, without clear gaps between the segments, so those near a border could as well be "
                "in the next one.",
                "Look at how stable the segments are before relying on them; fewer features may part better.",
            )
        )  # fmt: skip
    if taken.verdict == "constructive":
        doubts.append(
            Finding(
                "warning", f"{where}.k",
                f"Made anew from other draws of these customers, {taken.k} segments came out otherwise "
                f"({words.come_back(taken)}).",
                "Use them to speak about kinds of customers, not to follow who moves between them; another k "
                "or other features may hold better.",
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
