"""One segment, one mark: the colour and shape that stand for it wherever it is named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from regulars.types import Segmentation

COLOURS = 12
SHAPES = 3


@dataclass(frozen=True)
class Mark:
    """How a segment is told from the others: CSS classes for its colour and shape, and its anchor.

    The anchor is made of positions, never of ids, because an id may hold anything.
    """

    colour: str
    shape: str
    anchor: str

    @property
    def classes(self) -> str:
        return f"{self.colour} {self.shape}"


def marks(segmentations: Sequence[Segmentation]) -> list[dict[str, Mark]]:
    """A mark for each segment id, one dictionary a segmentation.

    Colours go on from one segmentation to the next, and each has its own shape (square, circle,
    diamond): so no two segments of a page share both.
    """
    given: list[dict[str, Mark]] = []
    used = 0
    for place, segmentation in enumerate(segmentations):
        ids = [s.id for s in segmentation.profile.segments]
        given.append(
            {
                segment_id: Mark(f"k{(used + i) % COLOURS}", f"s{place % SHAPES}", f"s{place + 1}-{i + 1}")
                for i, segment_id in enumerate(ids)
            }
        )
        used += len(ids)
    return given
