"""The bias audit in words: whom a segment holds more or fewer of, and what it gives away about people."""

from __future__ import annotations

from collections.abc import Iterator

from regulars.figures import rounded
from regulars.measure.association import Association
from regulars.validate.audit import FOUR_FIFTHS, AttributeAudit, Audit, Mix, Part

TOLD = 6
"""So many parts of an attribute are told one by one, those farthest apart."""
LITTLE, SOME, CLOSE = 0.1, 0.3, 0.5
"""Steps in which w is read, Cramér's V times the root of what it was divided by (Cohen 1988)."""
MEANS = (
    "This says who is in a segment. Whether that is fair depends on what is done with it, and whether it is "
    "lawful is not for figures to say."
)
SCREEN = (
    "A rate below four fifths of the other is worth a look: the figure is from the US guidelines on hiring "
    "(29 CFR 1607.4(D), 1978), which hold rates against that of the highest group, and no test of "
    "anything else."
)


def headline(found: Audit) -> str:
    """How much is far from even, over all attributes, in a sentence."""
    apart = [(each.name, len(each.told())) for each in found.each if each.told()]
    names = ", ".join(each.name for each in found.each)
    if not apart:
        return f"No segment holds notably more or fewer of anybody, by {names}."
    parts = ", ".join(f"{name} in {_times(n)}" for name, n in apart)
    return f"Segments hold notably more or fewer of some: by {parts}."


def words(found: Audit) -> list[str]:
    """The sentences under the headline, attribute by attribute; what the figures mean stands last."""
    told = list(found.doubts)
    for each in found.each:
        told.extend(_attribute(each))
    if any(each.told() for each in found.each):
        told.append(SCREEN)
    return [*told, MEANS]


def _attribute(each: AttributeAudit) -> Iterator[str]:
    known = each.customers - each.unknown
    if not known:
        yield f"{each.name}: nobody's is known; are the ids those of the orders?"
        return
    if each.unknown:
        share = percent(100 * each.unknown / each.customers, each)
        said = "fewer than 1%" if share == "0%" else share
        yield f"{each.name} is unknown of {said} of customers, who are left out of shares."
    parts = each.told()
    yield from (part_told(each, *one) for one in parts[:TOLD])
    if len(parts) > TOLD:
        yield f"{each.name}: {len(parts) - TOLD} more such differences are in the table."
    if each.together:
        yield proxy(each.name, each.together)


def part_told(each: AttributeAudit, mix: Mix, part: Part) -> str:
    """One part of one segment: how many with the value are in it, the interval, and of all others."""
    low, high = percent(part.rate_low, each), percent(part.rate_high, each)
    return (
        f"{mix.segment.name}: {percent(part.rate, each)} of {part.value} by {each.name} are in it ({low} to "
        f"{high}), {percent(part.others_rate, each)} of all others: {part.reading}."
    )


def proxy(name: str, together: Association) -> str:
    """How well the segments give the attribute away; no guesses where that may be not at all."""
    v = f"Cramér's V {together.v:.2f}, {together.low:.2f} to {together.high:.2f}"
    if not together.low:
        return f"Nothing shows that the segments give {name} away ({v})."
    steps = ((LITTLE, "hardly"), (SOME, "somewhat"), (CLOSE, "clearly"))
    how = next((said for step, said in steps if together.w < step), "largely")
    right, blind = (rounded(100 * each, 0) for each in (together.guessed, together.guessed_blind))
    return (
        f"The segments give {name} away {how}: knowing the segment one would guess it right of {right} in "
        f"100 customers, not knowing it of {blind} ({v})."
    )


def percent(share: float, each: AttributeAudit) -> str:
    """A share as it may be told: in whole percent where more would give away a few customers."""
    return f"{rounded(share, 0 if each.is_coarse else 1)}%"


def is_below_four_fifths(part: Part) -> bool | None:
    """Whether those with this value are in the segment at less than four fifths of the rate of all others;
    None where they are too few to be judged."""
    return None if part.p is None else part.rate < FOUR_FIFTHS * part.others_rate


def _times(number: int) -> str:
    return "one case" if number == 1 else f"{number} cases"
