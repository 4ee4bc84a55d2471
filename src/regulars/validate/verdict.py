"""The verdict on each segment: keep, merge or drop, and the six reasons with what they stand on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from regulars.types import Segment
from regulars.validate.grouping import Decision, Ground, decision, grouped
from regulars.validate.reasons import MEANINGS, Code, Figure, Reason, not_assessed

MOST_NAMED = 3


@dataclass(frozen=True)
class Verdict:
    """What becomes of one segment. ``others`` are those that it is one group with from now on: taken in where
    it is kept, joined where it is merged. ``reasons`` has all six, in their order."""

    segment: Segment
    decision: Decision
    others: tuple[Segment, ...]
    reasons: tuple[Reason, ...]

    def of(self, code: Code) -> Reason:
        return next(each for each in self.reasons if each.code == code)

    @property
    def held(self) -> tuple[Reason, ...]:
        return tuple(each for each in self.reasons if each.holds)

    @property
    def unassessed(self) -> tuple[Code, ...]:
        return tuple(each.code for each in self.reasons if each.state == "not assessed")


@dataclass(frozen=True)
class Verdicts:
    """The verdicts on all segments of a definition, in its order. ``groups`` are the segments that are left,
    each with those it is made of; ``weighed_by`` is what decides who would be missed least."""

    customers: int
    each: tuple[Verdict, ...]
    groups: tuple[tuple[Segment, ...], ...]
    capacity: int | None
    weighed_by: str
    hidden: frozenset[str]
    notes: tuple[str, ...] = ()
    """What past experiments say of all segments together, and what could not be read from them."""

    @property
    def is_unchanged(self) -> bool:
        return all(each.decision == "keep" and not each.others for each in self.each)


def verdicts(
    segments: tuple[Segment, ...],
    ground: Ground,
    reasons: Mapping[str, tuple[Reason, ...]],
    *,
    weighed_by: str,
    hidden: frozenset[str] = frozenset(),
    notes: tuple[str, ...] = (),
) -> Verdicts:
    """The verdicts from the reasons of each segment (all but OVER_CAPACITY, in any order).

    ``hidden``: the segments whose sizes are not shown.
    """
    found, named = grouped(ground, reasons), {each.id: each for each in segments}
    made = []
    for segment in segments:
        brings = () if segment.id in hidden else (_brings(segment, ground, weighed_by),)
        capacity = _over_capacity(found.over_capacity.get(segment.id), ground, named, brings)
        own = {each.code: each for each in (*reasons[segment.id], capacity)}
        what, others = decision(found, segment.id, holds=any(each.holds for each in own.values()))
        made.append(
            Verdict(
                segment, what, tuple(named[each] for each in others), tuple(own[code] for code in MEANINGS)
            )
        )
    groups = tuple(tuple(named[each] for each in group) for group in found.groups)
    everyone = sum(ground.customers.values())
    return Verdicts(everyone, tuple(made), groups, ground.capacity, weighed_by, hidden, notes)


def few(segments: Sequence[Segment]) -> str:
    """Their names, of many the first three and how many more."""
    names = [each.name for each in segments]
    if len(names) > MOST_NAMED + 1:
        names = [*names[:MOST_NAMED], f"{len(names) - MOST_NAMED} others"]
    return f"{', '.join(names[:-1])} and {names[-1]}" if names[1:] else names[0]


def _over_capacity(
    goes_to: tuple[str, ...] | None, ground: Ground, named: Mapping[str, Segment], figures: tuple[Figure, ...]
) -> Reason:
    code: Code = "OVER_CAPACITY"
    if ground.capacity is None:
        return not_assessed(code, "Nobody has said how many segments the team can treat differently.")
    if goes_to is None:
        many = "1 segment" if ground.capacity == 1 else f"{ground.capacity} segments"
        words = f"It need not go for want of room: the team can treat {many} differently."
        return Reason(code, "does not hold", words, figures)
    with_whom = few([named[each] for each in goes_to])
    words = (
        f"The team has room for {ground.capacity}; of those left it brings least. Merged with {with_whom} it "
        "loses least."
    )
    return Reason(code, "holds", words, figures, like=goes_to[0])


def _brings(segment: Segment, ground: Ground, weighed_by: str) -> Figure:
    """What the segment brings, of all that is brought."""
    total = sum(ground.weights.values())
    share = 100 * ground.weights[segment.id] / total if total else None
    return Figure(f"share of {weighed_by}", share, "percent", "features of the run")
