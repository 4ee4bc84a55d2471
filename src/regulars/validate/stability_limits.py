"""The limits of stability that do not hold, each with what was found and what to do."""

from __future__ import annotations

from collections.abc import Iterator

from regulars.figures import written
from regulars.segment.choosing.choice_words import standing
from regulars.types import Finding
from regulars.validate.stability import Groups, Stability
from regulars.validate.stability_words import told_floor, told_weak
from regulars.validation_settings import StabilityLimits

RANKED = ("constructive", "reproducible", "natural")
FEWER = (
    "Try fewer segments (k), or other features; or keep the segments as parts that you chose, and take the "
    "limit away."
)
MERGE = "Merge a segment that does not come back with the one that it runs into, or ask for fewer segments."
PINNED = "Keep the pinned definition, and refit only where drift asks for it; or ask for fewer segments."


def exceeded(found: Stability, limits: StabilityLimits, name: str) -> Iterator[Finding]:
    """A finding for each limit that does not hold. ``name``: the segmentation. What was not measured passes
    no limit."""
    if found.groups:
        yield from _groups(found.groups, limits, name)
    refit = found.refit
    if refit and limits.refit_share is not None and refit.floor.mean > limits.refit_share:
        limit = f"The limit is {written(100 * limits.refit_share, 'percent')}."
        yield Finding("warning", f"{name}.refit", f"{told_floor(refit)} {limit}", PINNED)


def _groups(found: Groups, limits: StabilityLimits, name: str) -> Iterator[Finding]:
    taken = found.candidate
    if limits.verdict and taken.verdict and RANKED.index(taken.verdict) < RANKED.index(limits.verdict):
        what = f"{standing(taken)} The limit is {limits.verdict}."
        yield Finding("warning", f"{name}.verdict", what, FEWER)
    least, strength = limits.prediction_strength, taken.prediction_strength
    if least is not None and strength is not None and strength < least:
        what = (
            "One half of the customers foretells the other with a prediction strength of "
            f"{strength:.2f}. The limit is {least:g}."
        )
        yield Finding("warning", f"{name}.prediction_strength", what, FEWER)
    for each in found.segments:
        if each.is_shown and limits.jaccard is not None and each.jaccard < limits.jaccard:
            what = f"{told_weak(each)} The limit is {limits.jaccard:g}."
            yield Finding("warning", f"{name}.{each.segment.id}.jaccard", what, MERGE)
