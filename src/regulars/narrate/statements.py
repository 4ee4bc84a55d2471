"""Statements: what the facts say of a segment against all customers, found by rule.

A contrast is told only where it is material (the index is at least 15 % off) and larger than chance
(the 95 % interval leaves out the figure of all customers).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from regulars.types import Fact, Profile, SegmentFacts

MATERIAL = 0.15
"""Smallest relative difference worth a sentence; below it a difference changes no decision."""


@dataclass(frozen=True)
class Contrast:
    """One metric on which a segment stands apart: which way, and how far (absolute log ratio)."""

    metric: str
    is_above: bool
    strength: float


def contrasts(profile: Profile, segment: SegmentFacts) -> list[Contrast]:
    """The segment's contrasts, strongest first; equal ones in the profile's order."""
    found = []
    for metric in profile.metrics:
        index = segment.facts.get(f"{metric.id}.index")
        if index is None or not isinstance(index.value, (int, float)):
            continue
        ratio = float(index.value) / 100
        if abs(ratio - 1) >= MATERIAL and _is_beyond_chance(segment.facts[metric.id], profile.overall.facts[metric.id]):
            found.append(Contrast(metric.id, ratio > 1, abs(math.log(max(ratio, 0.001)))))
    return sorted(found, key=lambda each: -each.strength)


def _is_beyond_chance(fact: Fact, overall: Fact) -> bool:
    if fact.low is None or fact.high is None or not isinstance(overall.value, (int, float)):
        return False
    return not fact.low <= float(overall.value) <= fact.high
