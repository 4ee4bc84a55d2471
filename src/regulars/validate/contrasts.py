"""Two groups of customers held against one another in everything that the run knows of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from regulars.measure.effects import Effect, of_categories, of_numbers
from regulars.measure.proportion import share_change
from regulars.measure.small_cells import SMALLEST_SHOWN
from regulars.validate.behaviours import Behaviour
from regulars.validate.people import FEWEST, Flags, People
from regulars.value.many import holm

CHANCE = 0.05
"""Of anything being told to differ where nothing does, over all effects together (Holm)."""
Groups = tuple[str, str | None]
"""The ids of two segments; the second is None for the rest of the customers."""


@dataclass(frozen=True)
class ShareApart:
    """The category in which two groups' shares lie farthest apart, in percent of those whose category is
    known; ``change`` is the first's less the other's, in points, with its 95 % interval."""

    category: str
    share: float
    other: float
    change: float
    low: float
    high: float


@dataclass(frozen=True)
class Contrast:
    """One feature's effect between two groups; ``p`` is adjusted for all effects that are told.

    ``unknown`` are the customers of each group without a value, who are left out. ``most`` is of texts.
    """

    behaviour: Behaviour
    effect: Effect
    unknown: tuple[int, int]
    p: float
    most: ShareApart | None = None

    @property
    def is_told(self) -> bool:
        """Whether it is more than chance and at least small."""
        return self.p <= CHANCE and self.effect.magnitude != "negligible"

    @property
    def is_apart(self) -> bool:
        """Whether it is told, and of a behaviour that segments are judged by."""
        return self.is_told and self.behaviour.is_judged

    @property
    def weight(self) -> float:
        """The size in times what is negligible, for features of every kind to be ordered by."""
        return abs(self.effect.size) / self.effect.zone if self.effect.zone else 0.0


@dataclass(frozen=True)
class Asked:
    """Behaviours of one sample of customers, and who is in each two groups of it."""

    sample: People
    behaviours: tuple[Behaviour, ...]
    groups: Mapping[Groups, tuple[Flags, Flags]]


def contrasts(asked: Sequence[Asked]) -> dict[Groups, tuple[Contrast, ...]]:
    """The effects of each two groups, in the order of the behaviours; adjusted for one another (Holm).

    A behaviour of which fewer than thirty customers of a group have a value is left out there.
    """
    found = {
        (key, behaviour.feature.name): (behaviour, *told)
        for each in asked
        for key, (one, other) in each.groups.items()
        for behaviour in each.behaviours
        if (told := _effect(each.sample, behaviour, one, other)) is not None
    }
    p = holm({key: effect.p for key, (_, effect, _, _) in found.items()})
    made: dict[Groups, list[Contrast]] = {key: [] for each in asked for key in each.groups}
    for key, (behaviour, effect, unknown, most) in found.items():
        made[key[0]].append(Contrast(behaviour, effect, unknown, p[key], most))
    return {key: tuple(each) for key, each in made.items()}


_Found = tuple[Effect, tuple[int, int], ShareApart | None]


def _effect(sample: People, behaviour: Behaviour, one: Flags, other: Flags) -> _Found | None:
    known = sample.known(behaviour.feature)
    a, b = one & known, other & known
    if min(a.sum(), b.sum()) < FEWEST:
        return None
    values = sample.columns[behaviour.feature.name]
    unknown = int((one & ~known).sum()), int((other & ~known).sum())
    if not behaviour.feature.is_text:
        return of_numbers(values[a], values[b]), unknown, None
    counts, others = Counter(values[a].tolist()), Counter(values[b].tolist())
    return of_categories(counts, others), unknown, _most_apart(counts, others)


def _most_apart(counts: Mapping[str, int], others: Mapping[str, int]) -> ShareApart | None:
    """Among categories that more than ten customers of either group have, and more than ten have not."""
    n, m = sum(counts.values()), sum(others.values())
    shown = [
        each
        for each in sorted(counts)
        if SMALLEST_SHOWN <= counts[each] <= n - SMALLEST_SHOWN
        and SMALLEST_SHOWN <= others.get(each, 0) <= m - SMALLEST_SHOWN
    ]
    if not shown:
        return None
    # Of two categories the one has what the other lacks: the first is told, whatever the last digit.
    most = max(shown, key=lambda each: round(abs(counts[each] / n - others[each] / m), 9))
    apart = share_change(others[most], m, counts[most], n)
    return ShareApart(most, 100 * counts[most] / n, 100 * others[most] / m, *apart)


def strongest_first(told: Iterator[Contrast]) -> tuple[Contrast, ...]:
    """The contrasts by how many times the negligible size they are; ties in the order of the features."""
    return tuple(sorted(told, key=lambda each: -each.weight))
