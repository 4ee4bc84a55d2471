"""Truths: the statements about a segment that words may stand on, each with its figures and its direction.

The program finds them; a language model may only pick among them. Each is true of the facts by the rules of
``statements`` (material, beyond chance), and is offered only where the checker, reading its sentence, agrees.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from regulars.narrate import foretold
from regulars.narrate.phrases import ABOVE, AGAINST
from regulars.narrate.saying import number, say
from regulars.narrate.standing import between
from regulars.narrate.statements import contrasts
from regulars.narrate.vocabulary import Said, vocabulary
from regulars.types import Profile, SegmentFacts, Sentence

Direction = Literal["above", "below", "most"]


@dataclass(frozen=True)
class Statement:
    """Something true of one segment: its id (``<metric>.<direction>``), the sentence that says it with its
    figures, and what may be said of it without any."""

    metric: str
    direction: Direction
    figures: Sentence
    said: Said
    strength: float = 0.0
    """How far the segment stands apart by it: an absolute log ratio; no bound for who brings the most."""

    @property
    def id(self) -> str:
        return f"{self.metric}.{self.direction}"


def statements(
    profile: Profile, segment: SegmentFacts, holds: Callable[[Sentence], bool]
) -> tuple[Statement, ...]:
    """The statements about a segment, weightiest first: place and share, then contrasts by their strength,
    what is said of orders and spend among them, and last what the value model foretells.

    ``holds`` is the checker's view of a sentence. A segment that is not shown has none.
    """
    if segment.is_suppressed:
        return ()
    made = (*_shares(profile, segment), *_contrasts(profile, segment), *_foretold(profile, segment))
    return tuple(each for each in made if holds(each.figures))


def _made(
    metric: str, direction: Direction, strength: float, sentences: Iterator[Sentence]
) -> Iterator[Statement]:
    """The statement, where there are words for it and its figures are there."""
    said = vocabulary().get(f"{metric}.{direction}")
    if said is not None:
        yield from (Statement(metric, direction, sentence, said, strength) for sentence in sentences)


_SHARES = "They are {customers} of customers and bring {revenue} of revenue."


def _shares(profile: Profile, segment: SegmentFacts) -> Iterator[Statement]:
    """Share of revenue against share of customers, or that no other segment brings, or counts, as much."""
    customers, revenue = number(segment, "customer_share"), number(segment, "revenue_share")
    at = segment.id
    if customers is not None and revenue is not None and revenue > 0:
        place = between(revenue, customers)
        is_most = place == "above" and _is_far_ahead(profile, segment, "revenue_share")
        if place != "near":
            strength = math.inf if is_most else abs(math.log(revenue / customers))
            yield from _made("revenue_share", "most" if is_most else place, strength, say(
                profile, _SHARES,
                customers=f"{at}.customer_share", revenue=f"{at}.revenue_share"))  # fmt: skip
    if _is_far_ahead(profile, segment, "customer_share"):
        yield from _made("customer_share", "most", 0.0, say(
            profile, "With {customers} of customers they are the largest segment.",
            customers=f"{at}.customer_share"))  # fmt: skip


def _is_far_ahead(profile: Profile, segment: SegmentFacts, share: str) -> bool:
    """Whether every other segment has a materially smaller share; where one is not shown nobody can tell."""
    others = [number(each, share) for each in profile.segments if each.id != segment.id]
    own = number(segment, share)
    return (
        own is not None
        and bool(others)
        and all(each is not None and (each <= 0 or between(own, each) == "above") for each in others)
    )


def _contrasts(profile: Profile, segment: SegmentFacts) -> Iterator[Statement]:
    for contrast in contrasts(profile, segment):
        direction: Direction = "above" if contrast.is_above else "below"
        told = AGAINST.get(contrast.metric, "")
        told = ABOVE.get(contrast.metric, told) if contrast.is_above else told
        if told:
            yield from _made(contrast.metric, direction, contrast.strength, say(
                profile, told,
                value=f"{segment.id}.{contrast.metric}", all=f"overall.{contrast.metric}"))  # fmt: skip


def _foretold(profile: Profile, segment: SegmentFacts) -> Iterator[Statement]:
    """Where the value model expects another share of what is to come than of revenue so far: a trend."""
    direction = foretold.shift(segment)
    if direction:
        yield from _made("predicted_value_share", direction, 0.0, foretold.shares(profile, segment))
