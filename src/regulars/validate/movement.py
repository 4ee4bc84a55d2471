"""Who of those known on two days is in another segment, and how sure their share is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from regulars.engine import Engine
from regulars.measure.proportion import proportion_interval
from regulars.measure.small_cells import SMALLEST_SHOWN
from regulars.validate.bands import NOW, THEN
from regulars.validate.migration import ALL, ELSEWHERE, make_moves, migration

LARGEST = 5


@dataclass(frozen=True)
class Flow:
    """Customers who went from one segment to another."""

    from_segment_id: str
    to_segment_id: str
    customers: int


@dataclass(frozen=True)
class Movement:
    """Customers of both days, how many of them are in another segment, how many came and left; the largest
    flows among those that ``migrate`` shows.

    ``counts_are_told`` says whether the counts of all this may be shown, or would give a small cell away.
    By one definition nobody moves without a change: it puts equal customers in equal segments, so that
    whoever moved has other features than before, if only for the time that went by.
    """

    both: int
    moved: int
    came: int
    left: int
    flows: tuple[Flow, ...]
    counts_are_told: bool

    @property
    def share(self) -> float | None:
        """Share of those known on both days, 0 to 1; None where nobody is."""
        return self.moved / self.both if self.both else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Of the share, at 95 %: how far off it would be in another sample of such customers."""
        if not self.both:
            return None
        low, high = proportion_interval(self.moved, self.both)
        return low / 100, high / 100

    @property
    def is_told(self) -> bool:
        """Whether the share may be shown: no ten customers or fewer moved, or stayed."""
        return not any(0 < each < SMALLEST_SHOWN for each in (self.moved, self.both - self.moved))


def movement(engine: Engine, segment_ids: Sequence[str]) -> Movement:
    """The movement between the two days' tables."""
    make_moves(engine, THEN, NOW)
    matrix = migration(engine, segment_ids, segment_ids)
    both = {cell: n for cell, n in matrix.counts.items() if not {ELSEWHERE, ALL} & set(cell)}
    moved = {(str(a), str(b)): n for (a, b), n in both.items() if a != b}
    shown = [pair for pair, n in moved.items() if n and matrix.shown(pair) is not None]
    largest = sorted(shown, key=lambda pair: (-moved[pair], pair))[:LARGEST]
    came, left = (ELSEWHERE, ALL), (ALL, ELSEWHERE)
    return Movement(
        sum(both.values()), sum(moved.values()), matrix.counts[came], matrix.counts[left],
        tuple(Flow(*pair, moved[pair]) for pair in largest),
        matrix.moved is not None and not {came, left} & matrix.hidden,
    )  # fmt: skip
