"""Statements: what the facts say of a segment against all customers, found by rule.

A contrast is told only where it is material (the index is at least 15 % off, percentages by 2 points, and
the figures read differently) and larger than chance.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from regulars.figures import written
from regulars.profile.metrics import FORETOLD
from regulars.types import Fact, Profile, SegmentFacts

MATERIAL = 0.15
"""Smallest relative difference worth a sentence; below it a difference changes no decision."""
MATERIAL_POINTS = 2.0
"""Smallest difference of two percentages worth one: 0.1 % against 1.6 % is far in relation, and nothing."""


@dataclass(frozen=True)
class Contrast:
    """One metric on which a segment stands apart: which way, and how far (absolute log ratio)."""

    metric: str
    is_above: bool
    strength: float


def contrasts(profile: Profile, segment: SegmentFacts) -> list[Contrast]:
    """The segment's contrasts, strongest first; equal ones in the profile's order."""
    found = []
    for metric, ratio in compared(profile, segment):
        fact, overall = segment.facts[metric], profile.overall.facts[metric]
        if is_material(fact, overall, ratio) and is_beyond_chance(fact, overall):
            found.append(Contrast(metric, ratio > 1, abs(math.log(max(ratio, 0.001)))))
    return sorted(found, key=lambda each: -each.strength)


def compared(profile: Profile, segment: SegmentFacts) -> Iterator[tuple[str, float]]:
    """The metrics on which the segment can be compared with all customers, with its figure over theirs.

    What a model expects is none of them: it follows from what these customers did, and is told by itself.
    """
    for metric in profile.metrics:
        if metric.id in FORETOLD:
            continue
        index = segment.facts.get(f"{metric.id}.index")
        if index is not None and isinstance(index.value, (int, float)):
            yield metric.id, float(index.value) / 100


def is_beyond_chance(fact: Fact, overall: Fact) -> bool:
    """Whether the difference is larger than chance, by the segment's own spread and by everybody's.

    Its 95 % interval must leave out the figure of all customers, and as many customers drawn at random
    from all of them must lie nearer: a dozen customers who are all alike have an interval of no width.
    """
    if fact.low is None or fact.high is None or not fact.n:
        return False
    value, middle = _number(fact), _number(overall)
    is_outside = not fact.low <= middle <= fact.high
    return is_outside and abs(value - middle) > _drawn_at_random(fact.n, overall)


def _drawn_at_random(n: int, overall: Fact) -> float:
    """How far ``n`` customers drawn from all may lie off; an interval narrows with the root of its n."""
    if overall.low is None or overall.high is None or not overall.n:
        return math.inf
    return (overall.high - overall.low) / 2 * math.sqrt(overall.n / n)


def is_material(fact: Fact, overall: Fact, ratio: float) -> bool:
    """Whether a figure that is ``ratio`` times another differs enough from it to be worth a sentence."""
    if fact.unit == "percent" and abs(_number(fact) - _number(overall)) < MATERIAL_POINTS:
        return False
    return abs(ratio - 1) >= MATERIAL and written(fact.value, fact.unit) != written(
        overall.value, overall.unit
    )


def _number(fact: Fact) -> float:
    return float(fact.value) if isinstance(fact.value, (int, float)) else math.nan
