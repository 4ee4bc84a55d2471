"""Keep, merge or drop: what the reasons that hold come to, so that all verdicts fit together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from regulars.validate.reasons import Reason, is_too_small

Decision = Literal["keep", "merge", "drop"]
Pair = tuple[str, str]


@dataclass(frozen=True)
class Ground:
    """What merging stands on: segment ids in their order, customers and weight (what they bring, in whole
    units) of each, how far apart each pair with customers lies, and the team's capacity (None: not said)."""

    segment_ids: tuple[str, ...]
    customers: Mapping[str, int]
    weights: Mapping[str, int]
    apart: Mapping[Pair, float]
    capacity: int | None

    def nearest(self, segment_id: str) -> list[str]:
        """The other segments with customers from the nearest on; of equally near ones the first."""
        others = [each for each in self.segment_ids if (segment_id, each) in self.apart]
        return sorted(others, key=lambda each: self.apart[segment_id, each])


@dataclass(frozen=True)
class Grouped:
    """Segments that stay, each alone or merged, in order; those dropped; and for those that the team has no
    room for the segments that they go to."""

    groups: tuple[tuple[str, ...], ...]
    dropped: tuple[str, ...]
    over_capacity: Mapping[str, tuple[str, ...]]

    def group_of(self, segment_id: str) -> tuple[str, ...]:
        """The group that a segment is in, empty for one that is dropped."""
        return next((each for each in self.groups if segment_id in each), ())


@dataclass
class _Groups:
    ground: Ground
    sound: frozenset[str]
    """Segments of which no reason holds: two of these are only merged for want of capacity."""
    made: list[tuple[str, ...]] = field(default_factory=list)

    def of(self, segment_id: str) -> tuple[str, ...]:
        return next((each for each in self.made if segment_id in each), ())

    def is_free(self, segment_id: str) -> bool:
        return len(self.of(segment_id)) == 1

    def can_join(self, one: str, other: str) -> bool:
        mine, theirs = self.of(one), self.of(other)
        return bool(theirs) and mine != theirs and not (self._is_sound(mine) and self._is_sound(theirs))

    def join(self, mine: tuple[str, ...], theirs: tuple[str, ...]) -> None:
        both = {*mine, *theirs}
        joined = tuple(each for each in self.ground.segment_ids if each in both)
        at = min(self.made.index(mine), self.made.index(theirs))
        self.made = [each for each in self.made if each not in (mine, theirs)]
        self.made.insert(at, joined)

    def nearest(self, group: tuple[str, ...]) -> tuple[str, ...] | None:
        """The group that lies nearest: the mean distance of their customers' segments."""
        others = [each for each in self.made if each != group]
        return min(others, key=lambda each: self._apart(group, each), default=None)

    def customers(self, group: tuple[str, ...]) -> int:
        return sum(self.ground.customers[each] for each in group)

    def missed_least(self) -> tuple[str, ...]:
        """The group that brings least; of equal ones that of fewest customers, then the last."""

        def worth(at: int) -> tuple[int, int, int]:
            group = self.made[at]
            return sum(self.ground.weights[each] for each in group), self.customers(group), -at

        return self.made[min(range(len(self.made)), key=worth)]

    def _is_sound(self, group: tuple[str, ...]) -> bool:
        return any(each in self.sound for each in group)

    def _apart(self, one: tuple[str, ...], other: tuple[str, ...]) -> float:
        pairs = [
            (self.ground.customers[a] * self.ground.customers[b], self.ground.apart[a, b])
            for a in one
            for b in other
        ]
        return sum(n * apart for n, apart in pairs) / sum(n for n, _ in pairs)


def grouped(ground: Ground, reasons: Mapping[str, Sequence[Reason]]) -> Grouped:
    """The groups that follow from the reasons of each segment (all but OVER_CAPACITY), in this order:

    1. A segment is dropped where a reason that holds ``drops`` it.
    2. One that is like another joins it (NOT_DIFFERENT before NO_ACTION_DELTA).
    3. One of which any other reason but TOO_SMALL holds, and which is still alone, joins the nearest.
    4. A group that is still too small joins the nearest group, the smallest first.
    5. While there are more groups than the team can treat, the one that brings least joins the nearest.

    No segment joins one that is dropped, and two of which no reason holds are joined by the last step alone.
    One that has to go and finds nobody to join is dropped.
    """
    held = {each: [reason for reason in reasons[each] if reason.holds] for each in ground.segment_ids}
    dropped = [each for each in ground.segment_ids if any(reason.drops for reason in held[each])]
    live = [each for each in ground.segment_ids if each not in dropped]
    groups = _Groups(ground, frozenset(each for each in live if not held[each]), [(each,) for each in live])
    _join_likes(groups, live, held)
    for each in live:
        if any(reason.code != "TOO_SMALL" for reason in held[each]) and groups.is_free(each):
            _join_nearest(groups, each)
    _join_small(groups)
    over = _join_beyond_capacity(groups)
    alone = [each for each in live if held[each] and groups.is_free(each)]
    return Grouped(
        tuple(group for group in groups.made if group[0] not in alone),
        tuple(each for each in ground.segment_ids if each in dropped or each in alone), over,
    )  # fmt: skip


def _join_likes(groups: _Groups, live: Sequence[str], held: Mapping[str, Sequence[Reason]]) -> None:
    for code in ("NOT_DIFFERENT", "NO_ACTION_DELTA"):
        for each in live:
            for reason in held[each]:
                if reason.code == code and reason.like and groups.can_join(each, reason.like):
                    groups.join(groups.of(each), groups.of(reason.like))


def _join_nearest(groups: _Groups, segment_id: str) -> None:
    for each in groups.ground.nearest(segment_id):
        if groups.can_join(segment_id, each):
            groups.join(groups.of(segment_id), groups.of(each))
            return


def _join_small(groups: _Groups) -> None:
    everyone = sum(groups.ground.customers.values())
    while len(groups.made) > 1:
        small = [each for each in groups.made if is_too_small(groups.customers(each), everyone)]
        if not small:
            return
        least = min(small, key=groups.customers)
        nearest = groups.nearest(least)
        assert nearest is not None, "there are two groups or more"
        groups.join(least, nearest)


def _join_beyond_capacity(groups: _Groups) -> dict[str, tuple[str, ...]]:
    over: dict[str, tuple[str, ...]] = {}
    capacity = groups.ground.capacity
    while capacity is not None and len(groups.made) > capacity:
        least = groups.missed_least()
        nearest = groups.nearest(least)
        assert nearest is not None, "capacity is one or more, and there are more groups"
        over |= {each: nearest for each in least if each not in over}
        groups.join(least, nearest)
    return over


def decision(grouped: Grouped, segment_id: str, *, holds: bool) -> tuple[Decision, tuple[str, ...]]:
    """What becomes of a segment, and with which others. ``holds``: whether any reason holds of it.

    In a group, who has no reason against it is kept and takes the others in; these are merged with it.
    """
    if segment_id in grouped.dropped:
        return "drop", ()
    others = tuple(each for each in grouped.group_of(segment_id) if each != segment_id)
    return ("merge" if holds else "keep"), others
