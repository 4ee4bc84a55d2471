"""Filling a sentence with figures: the one way in which a number enters the words."""

from __future__ import annotations

from collections.abc import Iterator

from regulars.figures import written
from regulars.types import Fact, Profile, SegmentFacts, Sentence, Span


def number(segment: SegmentFacts, metric: str) -> float | None:
    """A segment's figure as a number, None where there is none."""
    fact = segment.facts.get(metric)
    return float(fact.value) if fact and isinstance(fact.value, (int, float)) else None


def say(profile: Profile, pattern: str, **slots: str) -> Iterator[Sentence]:
    """The pattern with each ``{slot}`` filled by the fact whose id is given, or by plain words.

    ``=words`` stands for the words themselves. Where there is no such fact, or it has no value, there is no
    sentence.
    """
    spans: list[Span] = []
    rest = pattern
    while "{" in rest:
        before, _, tail = rest.partition("{")
        slot, _, rest = tail.partition("}")
        spans += [Span(before)] if before else []
        filler = slots[slot]
        if filler.startswith("="):
            spans += [Span(filler[1:])] if filler[1:] else []
            continue
        fact = _fact(profile, filler)
        if fact is None or fact.value is None:
            return
        spans.append(Span(written(fact.value, fact.unit), filler))
    yield (*spans, Span(rest)) if rest else tuple(spans)


def _fact(profile: Profile, fact_id: str) -> Fact | None:
    try:
        return profile.fact(fact_id)
    except KeyError:
        return None
