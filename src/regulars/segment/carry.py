"""Ids carried over on a refit: a segment keeps its id where its customers mostly stay together."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from regulars.segment.definition import Definition

AKIN = 0.5
"""An id says "the same segment", and movement between runs is counted by it: so at least half of the smaller
of the two must be in both. Below that most of each are elsewhere: the id would call strangers the same."""
_NUMBERED = re.compile(r"s(\d+)")


def carried(
    old: Definition, new: Definition, overlap: Mapping[tuple[str, str], int], used: Collection[str]
) -> Definition:
    """The new definition with the ids of the old, matched so that most customers keep their id.

    ``overlap`` counts the customers in each pair (old id, new id); pairs that are absent have none. A new
    segment without a partner, or with too few customers in common (see ``AKIN``), gets the next number that
    neither an id of ``used`` (those of every earlier version) nor of the old definition has. Names stay those
    of the new definition, whose centres they describe. Where ids are names, as in RFM, nothing changes.
    """
    if not all(_NUMBERED.fullmatch(each.id) for each in new.segments):
        return replace(new, version=old.version + 1)
    kept = _matched(old, new, overlap)
    fresh = _fresh({*used, *(each.id for each in old.segments)})
    ids = {each.id: kept.get(each.id) or next(fresh) for each in new.segments}
    return replace(new.renamed(ids), version=old.version + 1)


def _matched(old: Definition, new: Definition, overlap: Mapping[tuple[str, str], int]) -> dict[str, str]:
    """New id to old id: the matching of most customers (Kuhn 1955)."""
    from scipy.optimize import linear_sum_assignment

    before, after = [each.id for each in old.segments], [each.id for each in new.segments]
    shared = [[_akin(overlap, was, now) for now in after] for was in before]
    pairs = zip(*linear_sum_assignment(shared, maximize=True), strict=True)
    return {after[j]: before[i] for i, j in pairs if shared[i][j] > 0}


def _akin(overlap: Mapping[tuple[str, str], int], was: str, now: str) -> int:
    """The customers in both, or 0 where they are too few to speak of one segment."""
    both = overlap.get((was, now), 0)
    then = sum(customers for (old, _), customers in overlap.items() if old == was)
    here = sum(customers for (_, new), customers in overlap.items() if new == now)
    return both if both >= AKIN * min(then, here) else 0


def _fresh(taken: Collection[str]) -> Iterator[str]:
    numbers = [int(found[1]) for each in taken if (found := _NUMBERED.fullmatch(each))]
    number = max(numbers, default=0)
    while True:
        number += 1
        yield f"s{number}"
