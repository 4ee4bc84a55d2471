"""What is told of predicted value: where it lies beside revenue so far, and what one customer brings.

A model's figure is told as what the model expects, of today's customers, with the days that it looks ahead.
It is told where it is material: a segment's share of what is to come differs from its share of revenue so
far, or a customer's value from everybody's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from regulars.narrate.saying import number, say
from regulars.narrate.statements import is_beyond_chance, is_material
from regulars.types import Profile, SegmentFacts, Sentence, Span

HORIZON = "overall.expected_purchases_per_customer.horizon"
_SHARES = "{who} brought {past} of revenue so far; by the value model they are expected to bring {next} of "
_AHEAD = _SHARES + "what today's customers bring in the next {horizon}."
_TO_COME = _SHARES + "what is to come."
_EACH = (
    "By the value model they are expected to {do} each in the next {horizon}, "
    "against {all} for all customers."
)


def opening(profile: Profile, ordered: Sequence[SegmentFacts], doubt: str) -> Iterator[Sentence]:
    """Where the value to come lies, if that differs from revenue so far: the segment with the widest gap."""
    moved = _moved(ordered)
    if moved:
        told = tuple(_shares(profile, moved, f"The customers in {moved.name}", _AHEAD))
        yield from (*told, *caveat(told, doubt))


def of_segment(profile: Profile, segment: SegmentFacts) -> Iterator[Sentence]:
    """A segment's share of what is to come, if that is another than so far; else what each of its customers
    is expected to bring, if that stands out."""
    if _stands_out(segment):
        yield from shares(profile, segment)
        return
    worth = "predicted_value_per_customer"
    metric = worth if worth in segment.facts else "expected_purchases_per_customer"
    if _differs(profile, segment, metric):
        yield from say(
            profile, _EACH.replace("{do}", "bring {value}" if metric == worth else "buy {value} times"),
            value=f"{segment.id}.{metric}", all=f"overall.{metric}", horizon=HORIZON,
        )  # fmt: skip


def caveat(told: Sequence[Sentence], doubt: str) -> tuple[Sentence, ...]:
    """The doubt as a sentence, where something was told that it is about."""
    return ((Span(doubt),),) if told and doubt else ()


def title(profile: Profile, ordered: Sequence[SegmentFacts]) -> Iterator[Sentence]:
    """What the chart of value by segment shows, in a line."""
    moved = _moved(ordered)
    if moved:
        yield from say(
            profile, "{name}: {past} of revenue so far, {next} of predicted value", name=f"={moved.name}",
            past=f"{moved.id}.revenue_share", next=f"{moved.id}.predicted_value_share",
        )  # fmt: skip
        return
    first = max(ordered, key=lambda s: number(s, "predicted_value_share") or 0.0, default=None)
    if first and (number(first, "predicted_value_share") or 0) > 0:
        yield from say(
            profile, "{name}: {next} of predicted value", name=f"={first.name}",
            next=f"{first.id}.predicted_value_share",
        )  # fmt: skip


def shift(segment: SegmentFacts) -> Literal["above", "below"] | None:
    """Whether a segment's share of what is to come lies above or below its share of revenue so far; None
    where they are much alike."""
    if not _stands_out(segment):
        return None
    return "above" if _gap(segment) > 0 else "below"


def shares(profile: Profile, segment: SegmentFacts) -> Iterator[Sentence]:
    """A segment's share of revenue so far beside that of what is to come."""
    return _shares(profile, segment, "They", _TO_COME)


def _moved(ordered: Sequence[SegmentFacts]) -> SegmentFacts | None:
    """The segment whose share of what is to come lies farthest from its share of revenue so far."""
    found = [segment for segment in ordered if _stands_out(segment)]
    return max(found, key=lambda s: abs(_gap(s)), default=None)


def _gap(segment: SegmentFacts) -> float:
    past, to_come = number(segment, "revenue_share"), number(segment, "predicted_value_share")
    return (to_come or 0.0) - (past or 0.0)


def _stands_out(segment: SegmentFacts) -> bool:
    past, to_come = number(segment, "revenue_share"), number(segment, "predicted_value_share")
    if past is None or to_come is None or past <= 0:
        return False
    facts = segment.facts
    return is_material(facts["predicted_value_share"], facts["revenue_share"], to_come / past)


def _shares(profile: Profile, segment: SegmentFacts, who: str, to_come: str) -> Iterator[Sentence]:
    """``who`` is a segment's own name, and its sentence then says how far ahead; a card leaves that to the
    evidence of its figures."""
    return say(
        profile, to_come, who=f"={who}", horizon=HORIZON,
        past=f"{segment.id}.revenue_share", next=f"{segment.id}.predicted_value_share",
    )  # fmt: skip


def _differs(profile: Profile, segment: SegmentFacts, metric: str) -> bool:
    index = number(segment, f"{metric}.index")
    if index is None:
        return False
    fact, overall = segment.facts[metric], profile.overall.facts[metric]
    return is_material(fact, overall, index / 100) and is_beyond_chance(fact, overall)
