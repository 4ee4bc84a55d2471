"""Many questions at once: what chance would give to any of them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TypeVar

Name = TypeVar("Name", bound=Hashable)


def holm(ps: Mapping[Name, float]) -> dict[Name, float]:
    """The p-values adjusted for their number (Holm 1979): below .05, the chance of any false finding among
    them all is at most 5 %."""
    adjusted: dict[Name, float] = {}
    reached = 0.0
    for rank, name in enumerate(sorted(ps, key=lambda each: ps[each])):
        reached = max(reached, min(1.0, ps[name] * (len(ps) - rank)))
        adjusted[name] = reached
    return adjusted
