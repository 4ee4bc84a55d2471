"""The deterministic narrative: sentences over facts, chosen by rule, every figure cited by its fact id.

It stands where no language model is asked, and takes a model's place where one fails. Nothing here types
a figure: it enters a sentence only as a span that its fact fills.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from regulars.figures import written
from regulars.narrate.phrases import AGAINST, BY_LABEL, NUMBER_WORDS
from regulars.narrate.statements import contrasts
from regulars.types import Narrative, Profile, SegmentFacts, SegmentWords, Sentence, Span

APART = 3
"""How many things that set a segment apart are told."""
FEW = 100
"""Below this many customers a segment's figures move with every handful of orders."""
QUIET = 150
"""Index of days since the last order from which a segment is called quiet."""


def narrate(profile: Profile) -> Narrative:
    """The words about a segmentation: the same profile gives the same words."""
    ordered = sorted((s for s in profile.segments if not s.is_suppressed), key=_weight, reverse=True)
    return Narrative(
        profile.segmentation,
        "template",
        tuple(_headline(profile, ordered)),
        tuple(_lede(profile, ordered)),
        tuple(_segment(profile, segment) for segment in profile.segments),
        dict(_titles(profile, ordered)),
    )


def _weight(segment: SegmentFacts) -> float:
    """What segments are ordered by in the opening: revenue where it is known, customers otherwise."""
    value = _number(segment, "revenue") if "revenue" in segment.facts else None
    return value if value is not None else float(_number(segment, "customers") or 0)


def _number(segment: SegmentFacts, metric: str) -> float | None:
    fact = segment.facts.get(metric)
    return float(fact.value) if fact and isinstance(fact.value, (int, float)) else None


def _say(profile: Profile, pattern: str, **slots: str) -> Sentence:
    """The pattern with each ``{slot}`` filled: by the fact whose id is given, or by plain words.

    A value of a slot that is a fact's id becomes a figure; ``=words`` stands for the words themselves.
    """
    spans: list[Span] = []
    rest = pattern
    while "{" in rest:
        before, _, tail = rest.partition("{")
        slot, _, rest = tail.partition("}")
        spans += [Span(before)] if before else []
        filler = slots[slot]
        if filler.startswith("="):
            spans.append(Span(filler[1:]))
        else:
            fact = profile.fact(filler)
            spans.append(Span(written(fact.value, fact.unit), filler))
    return (*spans, Span(rest)) if rest else tuple(spans)


def _headline(profile: Profile, ordered: Sequence[SegmentFacts]) -> Iterator[Sentence]:
    top = _few_that_bring_most(profile)
    if top and len(ordered) > 1:
        verb = "segment brings" if top == 1 else "segments bring"
        yield _say(
            profile, "{count} {verb} {share} of revenue.", count=f"={NUMBER_WORDS[top]}",
            verb=f"={verb}", share=f"overall.revenue_share.top_{top}",
        )  # fmt: skip
    elif ordered:
        yield _say(
            profile, "{name}: {share} of customers.", name=f"={ordered[0].name}", share=f"{ordered[0].id}.customer_share"
        )
    quiet = _quiet(ordered)
    if quiet:
        yield _say(
            profile, "{customers} {name} customers have gone quiet.",
            customers=f"{quiet.id}.customers", name=f"={quiet.name}",
        )  # fmt: skip


def _few_that_bring_most(profile: Profile) -> int:
    """The smallest number of segments, up to three, with at least 60 % of revenue; 0 without revenue."""
    shares = {k: _number(profile.overall, f"revenue_share.top_{k}") for k in (1, 2, 3)}
    known = {k: share for k, share in shares.items() if share is not None}
    return next((k for k, share in known.items() if share >= 60), max(known, default=0))


def _quiet(ordered: Sequence[SegmentFacts]) -> SegmentFacts | None:
    """The weightiest segment whose last orders lie far back."""
    return next((s for s in ordered if (_number(s, "recency_days.index") or 0) >= QUIET), None)


def _lede(profile: Profile, ordered: Sequence[SegmentFacts]) -> Iterator[Sentence]:
    if ordered and "revenue_share" in ordered[0].facts:
        yield _say(
            profile, "{name} are {customers} of customers and bring {revenue} of net revenue.",
            name=f"={ordered[0].name}", customers=f"{ordered[0].id}.customer_share",
            revenue=f"{ordered[0].id}.revenue_share",
        )  # fmt: skip
    quiet = _quiet(ordered)
    if quiet and "revenue" in quiet.facts:
        yield _say(
            profile, "{name} have spent {revenue} so far; half of them have not ordered for {recency} or more.",
            name=f"={quiet.name}", revenue=f"{quiet.id}.revenue", recency=f"{quiet.id}.recency_days",
        )  # fmt: skip
    yield _say(
        profile, "Of all {customers} customers, {repeat} have ordered more than once.",
        customers="overall.customers", repeat="overall.repeat_rate",
    )  # fmt: skip


def _titles(profile: Profile, ordered: Sequence[SegmentFacts]) -> Iterator[tuple[str, Sentence]]:
    if ordered and "revenue_share" in ordered[0].facts:
        yield "revenue", _say(
            profile, "{name}: {customers} of customers, {revenue} of revenue",
            name=f"={ordered[0].name}", customers=f"{ordered[0].id}.customer_share",
            revenue=f"{ordered[0].id}.revenue_share",
        )  # fmt: skip


def _segment(profile: Profile, segment: SegmentFacts) -> SegmentWords:
    if segment.is_suppressed:
        hidden = (Span(segment.facts["customers"].note or "not shown"),)
        return SegmentWords(segment.id, segment.name, hidden, (), (), ())
    return SegmentWords(
        segment.id,
        segment.name,
        _size(profile, segment),
        tuple(_paragraph(profile, segment)),
        tuple(_apart(profile, segment)),
        tuple(_caveats(profile, segment)),
    )


def _size(profile: Profile, segment: SegmentFacts) -> Sentence:
    if _number(segment, "revenue_share") is None:
        return _say(profile, "{share} of customers.", share=f"{segment.id}.customer_share")
    return _say(
        profile, "{share} of customers, {revenue} of revenue.",
        share=f"{segment.id}.customer_share", revenue=f"{segment.id}.revenue_share",
    )  # fmt: skip


def _paragraph(profile: Profile, segment: SegmentFacts) -> Iterator[Sentence]:
    at = segment.id
    yield _say(
        profile, "{name} are {customers} customers.", name=f"={segment.name}", customers=f"{at}.customers"
    )
    if _number(segment, "revenue_per_customer") is not None:
        yield _say(
            profile, "They have placed {orders} orders each and spent {spend} net of returns.",
            orders=f"{at}.orders_per_customer", spend=f"{at}.revenue_per_customer",
        )  # fmt: skip
    else:
        yield _say(profile, "They have placed {orders} orders each.", orders=f"{at}.orders_per_customer")
    yield _say(
        profile, "Half of them have ordered within the last {recency}, and {repeat} have ordered more than once.",
        recency=f"{at}.recency_days", repeat=f"{at}.repeat_rate",
    )  # fmt: skip


_TOLD = {"customers", "orders_per_customer", "revenue_per_customer", "recency_days", "repeat_rate"}
"""Metrics of the paragraph: told again among what sets a segment apart only if too little else does."""


def _apart(profile: Profile, segment: SegmentFacts) -> Iterator[Sentence]:
    found = contrasts(profile, segment)
    fresh = [c for c in found if c.metric not in _TOLD]
    for contrast in (fresh + [c for c in found if c.metric in _TOLD])[:APART]:
        label = next(m.label for m in profile.metrics if m.id == contrast.metric)
        yield _say(
            profile, AGAINST.get(contrast.metric, BY_LABEL), label=f"={label}",
            value=f"{segment.id}.{contrast.metric}", all=f"overall.{contrast.metric}",
        )  # fmt: skip


def _caveats(profile: Profile, segment: SegmentFacts) -> Iterator[Sentence]:
    if (_number(segment, "customers") or 0) < FEW:
        yield _say(
            profile, "Only {customers} customers: its figures move with a handful of orders.",
            customers=f"{segment.id}.customers",
        )  # fmt: skip
    apart = contrasts(profile, segment)
    if len(apart) < APART:
        yield (Span("On most measures it cannot be told from the average customer."),)
    yield (Span("The figures say what these customers did, not why."),)
