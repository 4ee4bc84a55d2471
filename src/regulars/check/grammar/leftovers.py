"""Leftovers: what a sentence says and no reader took up. What is not proven does not pass."""

from __future__ import annotations

from collections.abc import Sequence

from regulars.check.scene import Scene
from regulars.check.subjects import Mention
from regulars.check.verdicts import Finding


def left_over(scene: Scene, findings: Sequence[Finding]) -> list[Finding]:
    """A finding for each figure that no claim covers, and each segment of which nothing was read.

    Only where something was found: a sentence without claims is judged as a whole.
    """
    if not any(each.label == "supported" for each in findings):
        return []
    spans = [(each.start, each.end) for each in findings]
    made = [_vague(scene, mark.start, mark.end) for mark in scene.marks if "vague" in mark.kinds]
    for quantity in scene.quantities:
        first, last = scene.tokens[quantity.start].start, scene.tokens[quantity.end - 1].end
        is_covered = any(start < last and first < end for start, end in spans)
        if not is_covered and quantity.measure != "duration":
            made.append(Finding("needs_review", first, last, "it was not found what this figure says"))
    read = {name.partition(".")[0] for each in findings for name in each.evidence}
    named = [each for each in scene.mentions if each.kind == "segments"]
    return [*made, *(_unread(scene, each) for each in named if not set(each.groups) <= read)]


def _vague(scene: Scene, start: int, end: int) -> Finding:
    first, last = scene.tokens[start].start, scene.tokens[end - 1].end
    return Finding(
        "needs_review", first, last, "the facts hold averages, and not than how many of the others"
    )


def _unread(scene: Scene, mention: Mention) -> Finding:
    first, last = scene.tokens[mention.start].start, scene.tokens[mention.end - 1].end
    return Finding("needs_review", first, last, "it was not found what is said of them")
