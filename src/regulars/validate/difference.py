"""Difference: in what segments differ from the rest and from their neighbours, and whether in behaviour."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from regulars.measure.effects import Effect
from regulars.measure.proportion import Z95
from regulars.segment.definition import Definition
from regulars.types import Feature, Segment
from regulars.validate.behaviours import Behaviour, behaviours, done_later
from regulars.validate.contrasts import CHANCE, Asked, Contrast, Groups, contrasts, strongest_first
from regulars.validate.importance import Importance
from regulars.validate.later import Later
from regulars.validate.neighbours import neighbours
from regulars.validate.people import FEWEST, Flags, People

MOST_NEEDED = 1_000_000
"""Where more customers than this would be needed to tell, the difference is at the edge of the zone."""
POWER = 0.8
"""In so many of a hundred samples of the customers told to be needed they do tell (Cohen 1988)."""
State = Literal["different", "not_different", "cannot_be_told"]


@dataclass(frozen=True)
class Beside:
    """A segment beside the rest of the customers, in everything that enough of both have."""

    segment: Segment
    contrasts: tuple[Contrast, ...]

    @property
    def apart(self) -> tuple[Contrast, ...]:
        """The behaviours in which it stands out, the largest first."""
        return strongest_first(each for each in self.contrasts if each.is_apart)


@dataclass(frozen=True)
class Pair:
    """Two neighbouring segments, and whether they differ in behaviour.

    *different*: some behaviour differs more than chance and at least a little. *not_different*: every
    behaviour was measured, and the whole 95 % interval of each is negligible. Else it *cannot_be_told*:
    ``needed`` are the customers of the smaller one that would tell in four of five cases, None where no
    number would, as it is known of too few what ``unmeasured`` asks, or the difference lies at the edge.
    """

    one: Segment
    other: Segment
    contrasts: tuple[Contrast, ...]
    state: State
    unmeasured: tuple[Feature, ...] = ()
    needed: int | None = None

    @property
    def judged(self) -> tuple[Contrast, ...]:
        """The contrasts by which it was judged, the largest first."""
        return strongest_first(each for each in self.contrasts if each.behaviour.is_judged)


@dataclass(frozen=True)
class Difference:
    """In what the segments of one definition differ; see docs/difference.md for how to read it.

    ``customers``: all of them, ``sampled`` of whom stand for them. ``segments`` are those of thirty customers
    or more; there are ``pairs`` of them only where there are behaviours to judge them by. Of the ``hidden``
    ones no figure is shown: with one, the size of a segment of ten customers or fewer could be worked out.
    """

    customers: int
    sampled: int
    behaviours: tuple[Behaviour, ...]
    segments: tuple[Beside, ...]
    pairs: tuple[Pair, ...]
    importance: Importance
    hidden: Collection[str] = frozenset()

    @property
    def judged(self) -> tuple[Behaviour, ...]:
        """The behaviours by which pairs are judged."""
        return tuple(each for each in self.behaviours if each.is_judged)

    def not_different(self) -> tuple[Pair, ...]:
        """The pairs of which neither does anything that the other does not do about as much."""
        return tuple(each for each in self.pairs if each.state == "not_different")

    def shows(self, pair: Pair) -> bool:
        """Whether figures of these two may be shown."""
        return not {pair.one.id, pair.other.id} & set(self.hidden)

    def neighbours(self, segment_id: str) -> tuple[Pair, ...]:
        """The pairs that a segment is one of, its likest neighbour first."""
        own = (each for each in self.pairs if segment_id in (each.one.id, each.other.id))
        return tuple(sorted(own, key=lambda each: each.judged[0].weight if each.judged else 0.0))


def difference(
    sample: People,
    definition: Definition,
    features: Sequence[Feature],
    weighed: Importance,
    later: Later | None = None,
    hidden: Collection[str] = frozenset(),
) -> Difference:
    """The differences between segments in a sample of their customers.

    The sample has a column for each of ``features``, those of the run; ``weighed`` is what each adds to
    telling the segments apart. What was done ``later`` is judged by, whatever the segments are cut by.
    """
    samples = [(sample, behaviours(sample, definition, features))]
    if later:
        samples.append((later.sample, done_later(later.sample, later.features)))
    members = [of.members(len(definition.segments)) for of, _ in samples]
    large = [at for at, own in enumerate(members[0]) if own.sum() >= FEWEST]
    near = [(large[one], large[other]) for one, other in _near(samples, members, large)]
    ids = [each.id for each in definition.segments]
    asked = []
    for (of, found), own in zip(samples, members, strict=True):
        groups: dict[Groups, tuple[Flags, Flags]] = {
            (ids[at], None): (own[at], of.of_all & ~own[at]) for at in large
        }
        groups |= {(ids[one], ids[other]): (own[one], own[other]) for one, other in near}
        asked.append(Asked(of, found, groups))
    told = contrasts(asked)
    found = tuple(each for _, own in samples for each in own)
    named, questions = definition.segments, sum(map(len, told.values()))
    return Difference(
        sample.total,
        int(sample.of_all.sum()),
        found,
        tuple(Beside(named[at], told[ids[at], None]) for at in large),
        tuple(_pair(named[a], named[b], told[ids[a], ids[b]], found, questions) for a, b in near),
        weighed,
        hidden,
    )


def _near(
    samples: Sequence[tuple[People, Sequence[Behaviour]]],
    members: Sequence[Sequence[Flags]],
    large: Sequence[int],
) -> list[tuple[int, int]]:
    """The neighbours among the large segments, by position there; none where there is nothing to judge by."""
    asked = [
        (of, each.feature, [own[at] for at in large])
        for (of, found), own in zip(samples, members, strict=True)
        for each in found
        if each.is_judged
    ]
    return neighbours(len(large), asked) if asked else []


def _pair(
    one: Segment, other: Segment, told: tuple[Contrast, ...], found: Sequence[Behaviour], asked: int
) -> Pair:
    by = [each for each in told if each.behaviour.is_judged]
    if any(each.is_apart for each in by):
        return Pair(one, other, told, "different")
    measured = [each.behaviour for each in by]
    unmeasured = tuple(each.feature for each in found if each.is_judged and each not in measured)
    if unmeasured:
        return Pair(one, other, told, "cannot_be_told", unmeasured)
    if all(each.effect.is_negligible for each in by):
        return Pair(one, other, told, "not_different")
    return Pair(one, other, told, "cannot_be_told", needed=_needed([each.effect for each in by], asked))


def _needed(effects: Sequence[Effect], asked: int) -> int | None:
    """Customers of the smaller group that would tell, were the sizes what they seem: the fewest to tell one
    that is at least small from chance, else as many as show of each that it is negligible."""
    small = [each for each in effects if each.magnitude != "negligible"]
    if small:
        fewest = min(_to_tell(each, asked) for each in small)
    else:
        fewest = max(_to_rule_out(each) for each in effects if not each.is_negligible)
    return math.ceil(fewest) if fewest <= MOST_NEEDED else None


def _to_tell(effect: Effect, asked: int) -> float:
    """By the normal distribution: the evidence grows with the root of the customers, and a sample's lies as
    often below what is expected as above, so that it has to be expected beyond what is asked."""
    from scipy.special import ndtri

    seen = -float(ndtri(effect.p / 2))
    wanted = float(ndtri(POWER)) - float(ndtri(CHANCE / (2 * asked)))
    return min(effect.n, effect.m) * (wanted / seen) ** 2 if seen > 0 else math.inf


def _to_rule_out(effect: Effect) -> float:
    """By how much the interval must narrow on either side to end within the zone, whichever way a sample errs
    (as the customers of a test of equivalence are counted)."""
    from scipy.special import ndtri

    beyond = 1 + float(ndtri(1 - (1 - POWER) / 2)) / Z95
    sides = (
        (effect.high - effect.size, effect.zone - effect.size),
        (effect.size - effect.low, effect.zone + effect.size),
    )
    narrowed = max(beyond * reach / room if room > 0 else math.inf for reach, room in sides)
    return min(effect.n, effect.m) * narrowed**2
