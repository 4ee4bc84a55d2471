"""The deterministic narrative: sentences over facts, chosen by rule, every figure cited by its fact id.

It stands where no language model is asked, and takes a model's place where one fails. Nothing here types
a figure: it enters a sentence only as a span that its fact fills.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from regulars.narrate import foretold
from regulars.narrate.phrases import ABOVE, AGAINST, BY_LABEL, NUMBER_WORDS
from regulars.narrate.saying import number, say
from regulars.narrate.statements import Contrast, compared, contrasts, is_beyond_chance
from regulars.types import Narrative, Profile, SegmentFacts, SegmentWords, Sentence, Span

APART = 3
"""How many things that set a segment apart are told."""
FEW = 100
"""Below this many customers a segment's figures move with every handful of orders."""
LITTLE = 1 / 3
"""A segment that stands apart on fewer of its measures than this is told to be near the average."""
QUIET = 150
"""Index of days since the last order from which a segment has gone quiet."""


def narrate(profile: Profile, meanings: Mapping[str, str] | None = None, doubt: str = "") -> Narrative:
    """The words about a segmentation: the same profile gives the same words.

    ``meanings`` says by segment id, in a few words without figures, what kind of customers they are.
    ``doubt`` is a sentence that stands beside whatever the value model expects, empty where it is to be
    relied on.
    """
    ordered = sorted((s for s in profile.segments if not s.is_suppressed), key=_weight, reverse=True)
    return Narrative(
        profile.segmentation,
        "template",
        tuple(_headline(profile, ordered)),
        tuple(_lede(profile, ordered, doubt)),
        tuple(_segment(profile, each, (meanings or {}).get(each.id, ""), doubt) for each in profile.segments),
        dict(_titles(profile, ordered)),
    )


def _weight(segment: SegmentFacts) -> float:
    """What segments are ordered by in the opening: revenue where it is known, customers otherwise."""
    value = number(segment, "revenue") if "revenue" in segment.facts else None
    return value if value is not None else float(number(segment, "customers") or 0)


def _headline(profile: Profile, ordered: Sequence[SegmentFacts]) -> Iterator[Sentence]:
    if not ordered:
        yield (Span("No segment is large enough to be shown."),)
        return
    if len(profile.segments) == 1:
        yield (Span(f"All customers are in one segment, {ordered[0].name}."),)
        return
    top = _few_that_bring_most(profile, ordered)
    if top:
        verb = "segment brings" if top == 1 else "segments bring"
        yield from say(
            profile, "{count} {verb} {share} of revenue.", count=f"={NUMBER_WORDS[top]}",
            verb=f"={verb}", share=f"overall.revenue_share.top_{top}",
        )  # fmt: skip
    else:
        largest = max(ordered, key=lambda s: number(s, "customers") or 0)
        yield from say(
            profile, "The largest segment, {name}, holds {share} of customers.",
            name=f"={largest.name}", share=f"{largest.id}.customer_share",
        )  # fmt: skip
    quiet = _quiet(profile, ordered)
    if quiet:
        yield from say(
            profile, "Half of the {customers} customers in {name} have not ordered for {recency} or more.",
            customers=f"{quiet.id}.customers", name=f"={quiet.name}", recency=f"{quiet.id}.recency_days",
        )  # fmt: skip


def _few_that_bring_most(profile: Profile, ordered: Sequence[SegmentFacts]) -> int:
    """The smallest number of segments, up to three, with at least 60 % of revenue; else the largest number.

    0 where that says nothing: without revenue, where these are all the segments, and where another segment
    lies below zero, so that shares add up to more than there is.
    """
    if any((number(s, "revenue_share") or 0) < 0 for s in ordered):
        return 0
    shares = {k: number(profile.overall, f"revenue_share.top_{k}") for k in (1, 2, 3)}
    known = {k: share for k, share in shares.items() if share is not None and k < len(profile.segments)}
    return next((k for k, share in known.items() if share >= 60), max(known, default=0))


def _quiet(profile: Profile, ordered: Sequence[SegmentFacts]) -> SegmentFacts | None:
    """The weightiest segment whose last orders lie far back."""
    for segment in ordered:
        far = (number(segment, "recency_days.index") or 0) >= QUIET
        if far and is_beyond_chance(segment.facts["recency_days"], profile.overall.facts["recency_days"]):
            return segment
    return None


def _lede(profile: Profile, ordered: Sequence[SegmentFacts], doubt: str) -> Iterator[Sentence]:
    if len(ordered) > 1 and _brings(ordered[0]):
        yield from say(
            profile, "{customers} of customers are in {name} and bring {revenue} of revenue.",
            name=f"={ordered[0].name}", customers=f"{ordered[0].id}.customer_share",
            revenue=f"{ordered[0].id}.revenue_share",
        )  # fmt: skip
    quiet = _quiet(profile, ordered)
    if quiet and _brings(quiet):
        yield from say(
            profile, "The customers in {name} have spent {revenue} so far.",
            name=f"={quiet.name}", revenue=f"{quiet.id}.revenue",
        )  # fmt: skip
    yield from say(
        profile, "Of all {customers} customers, {repeat} have ordered more than once.",
        customers="overall.customers", repeat="overall.repeat_rate",
    )  # fmt: skip
    yield from foretold.opening(profile, ordered, doubt)


def _brings(segment: SegmentFacts) -> bool:
    return (number(segment, "revenue_share") or 0) > 0


def _titles(profile: Profile, ordered: Sequence[SegmentFacts]) -> Iterator[tuple[str, Sentence]]:
    if ordered and _brings(ordered[0]):
        for title in say(
            profile, "{name}: {customers} of customers, {revenue} of revenue",
            name=f"={ordered[0].name}", customers=f"{ordered[0].id}.customer_share",
            revenue=f"{ordered[0].id}.revenue_share",
        ):  # fmt: skip
            yield "revenue", title
    for title in foretold.title(profile, ordered):
        yield "value", title


def _segment(profile: Profile, segment: SegmentFacts, meaning: str, doubt: str) -> SegmentWords:
    if segment.is_suppressed:
        note = segment.facts["customers"].note or "not shown"
        hidden = (Span(f"{note[:1].upper()}{note[1:]}."),)
        return SegmentWords(segment.id, segment.name, hidden, (), (), ())
    expected = tuple(foretold.of_segment(profile, segment))
    return SegmentWords(
        segment.id,
        segment.name,
        _one_line(profile, segment, meaning),
        (*_paragraph(profile, segment), *expected),
        tuple(_apart(profile, segment)),
        (*_caveats(profile, segment), *foretold.caveat(expected, doubt)),
    )


def _one_line(profile: Profile, segment: SegmentFacts, meaning: str) -> Sentence:
    """What they are like and how much of the business they are."""
    size = "{share} of customers, {revenue} of revenue." if _brings(segment) else "{share} of customers."
    like = f"{meaning[:1].upper()}{meaning[1:]}: " if meaning else ""
    (line,) = say(
        profile, f"{{like}}{size}", like=f"={like}", share=f"{segment.id}.customer_share",
        revenue=f"{segment.id}.revenue_share",
    )  # fmt: skip
    return line


def _paragraph(profile: Profile, segment: SegmentFacts) -> Iterator[Sentence]:
    at = segment.id
    yield from say(profile, "This segment holds {customers} customers.", customers=f"{at}.customers")
    yield from say(
        profile, _bought(profile, segment),
        orders=f"{at}.orders_per_customer", spend=f"{at}.revenue_per_customer",
    )  # fmt: skip
    yield from say(profile, _last_bought(segment), recency=f"{at}.recency_days", repeat=f"{at}.repeat_rate")


def _bought(profile: Profile, segment: SegmentFacts) -> str:
    """What they bought on average; returns are named where they are taken off."""
    spend = number(segment, "revenue_per_customer")
    if spend is not None and "orders_per_customer" not in segment.facts:
        return "On average they have spent {spend}."
    if spend is None:
        return "On average they have placed {orders} orders."
    if spend < 0:
        return "On average they have placed {orders} orders; less what they returned, these come to {spend}."
    net = ", net of returns" if any(m.id == "return_share" for m in profile.metrics) else ""
    return f"On average they have placed {{orders}} orders and spent {{spend}}{net}."


def _last_bought(segment: SegmentFacts) -> str:
    if "repeat_rate" not in segment.facts:
        return "Half of them have ordered within the last {recency}."
    if (number(segment, "recency_days") or 0) < 1:
        return "Half of them ordered on the last day of the study, and {repeat} have ordered more than once."
    return "Half of them have ordered within the last {recency}, and {repeat} have ordered more than once."


_TOLD = {"customers", "orders_per_customer", "revenue_per_customer", "recency_days", "repeat_rate"}
"""Metrics of the paragraph: told again among what sets a segment apart only if too little else does."""


def _apart(profile: Profile, segment: SegmentFacts) -> Iterator[Sentence]:
    found = contrasts(profile, segment)
    fresh = [c for c in found if c.metric not in _TOLD]
    for contrast in (fresh + [c for c in found if c.metric in _TOLD])[:APART]:
        label = next(m.label for m in profile.metrics if m.id == contrast.metric)
        yield from say(
            profile, _phrase(contrast), label=f"={label}",
            value=f"{segment.id}.{contrast.metric}", all=f"overall.{contrast.metric}",
        )  # fmt: skip


def _phrase(contrast: Contrast) -> str:
    told = AGAINST.get(contrast.metric, BY_LABEL)
    return ABOVE.get(contrast.metric, told) if contrast.is_above else told


def _caveats(profile: Profile, segment: SegmentFacts) -> Iterator[Sentence]:
    if (number(segment, "customers") or 0) < FEW:
        yield from say(
            profile, "Only {customers} customers: its figures move with a handful of {what}.",
            customers=f"{segment.id}.customers",
            what="=orders" if "orders" in segment.facts else "=them",
        )  # fmt: skip
    comparable = len(list(compared(profile, segment)))
    if len(profile.segments) > 1 and len(contrasts(profile, segment)) < LITTLE * comparable:
        yield (Span("On most measures it does not clearly differ from the average customer."),)
    yield (Span("The figures say what these customers did, not why."),)
