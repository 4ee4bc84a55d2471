"""Difference in words: which segments behave alike, how far others lie apart, and what they hang on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from regulars.figures import written
from regulars.segment.choosing.choice_words import listed
from regulars.types import Feature
from regulars.validate.contrasts import Contrast
from regulars.validate.difference import Difference, Pair
from regulars.validate.importance import Share

NAMED = 3
"""Of pairs and features so many are named in a sentence; the document has them all."""


def headline(found: Difference) -> str:
    """What it comes to, in one sentence of a line."""
    pairs, alike = len(found.pairs), len(found.not_different())
    if not found.judged:
        return "Differences in behaviour cannot be judged by what this run knows."
    if alike:
        are = "is" if alike == 1 else "are"
        return f"{alike} of {_counted(pairs, 'pair')} of neighbours {are} not different in behaviour."
    apart = sum(each.state == "different" for each in found.pairs)
    if apart == pairs:
        return "Every segment differs from its neighbours in behaviour."
    told = f"{apart} of {_counted(pairs, 'pair')} of neighbours differ in behaviour"
    return f"{told}; {pairs - apart} cannot be told."


def words(found: Difference) -> list[str]:
    """By what segments were judged, the pairs that are alike, the one farthest apart, what cannot be told,
    and on which features the segments hang."""
    return [
        _judged_by(found),
        *(_alike(each, hides=not found.shows(each)) for each in found.not_different()),
        *_farthest([each for each in found.pairs if each.state == "different" and found.shows(each)]),
        *_open(found, [each for each in found.pairs if each.state == "cannot_be_told"]),
        *_plain(found),
        *_hanging(found),
        *_beside(found),
    ]


def label(feature: Feature) -> str:
    """What a feature is called, at the beginning of a sentence or in a cell."""
    return feature.label or feature.name


def within(feature: Feature) -> str:
    """The same within a sentence: "Net spend" is "net spend", and "VIP" stays."""
    name = label(feature)
    return name if name[:2].isupper() else f"{name[:1].lower()}{name[1:]}"


def _judged_by(found: Difference) -> str:
    read = listed([within(each.feature) for each in found.behaviours if each.relation == "read"])
    trap = (
        f"Segments always differ in what they are cut by ({read}) and in what is measured on the same "
        "things, so that proves nothing."
    )
    if found.judged:
        return f"{trap} They are judged by {listed([within(each.feature) for each in found.judged])}."
    return (
        f"{trap} Nothing else that customers do is known of enough of them. Map more columns (products, "
        "returns, promotions), or compare with a run of an earlier day."
    )


def _alike(pair: Pair, *, hides: bool) -> str:
    largest = f" The largest: {told(pair.one.name, pair.other.name, pair.judged[0])}."
    return (
        f"{pair.one.name} and {pair.other.name} are not different in behaviour: all differences are "
        f"negligible.{'' if hides else largest}"
    )


def told(one: str, other: str, contrast: Contrast) -> str:
    """One contrast, as a reader would count it."""
    effect, name = contrast.effect, within(contrast.behaviour.feature)
    if contrast.behaviour.feature.is_text:
        v = f"Cramér's V {effect.size:.2f}, {effect.low:.2f} to {effect.high:.2f}"
        if contrast.most is None:
            return f"{name} ({v})"
        shares = [written(each, "percent") for each in (contrast.most.share, contrast.most.other)]
        said = "," if contrast.behaviour.relation == "later" else f", {contrast.most.category!r:.40} for"
        return f"{name}{said} {shares[0]} of {one} and {shares[1]} of {other} ({v})"
    ends = effect.size, effect.low, effect.high
    if effect.size < 0:
        one, other, ends = other, one, (-effect.size, -effect.high, -effect.low)
    won, low, high = (round(50 * (1 + each)) for each in ends)
    return f"{name} is higher for {one} than for {other} in {won} of 100 pairs of customers ({low} to {high})"


def _farthest(apart: Sequence[Pair]) -> Iterator[str]:
    if apart:
        most = max(apart, key=lambda each: each.judged[0].weight)
        contrast = most.judged[0]
        yield (
            f"Farthest apart of those that differ: {told(most.one.name, most.other.name, contrast)}, a "
            f"{contrast.effect.magnitude} difference."
        )


def _open(found: Difference, pairs: Sequence[Pair]) -> Iterator[str]:
    if pairs:
        named = [
            f"{each.one.name} and {each.other.name}{f' ({_would_tell(each)})' if found.shows(each) else ''}"
            for each in pairs[:NAMED]
        ]
        if len(pairs) > NAMED:
            named.append(f"{len(pairs) - NAMED} more")
        yield f"Whether they differ cannot be told of {_counted(len(pairs), 'pair')}: {'; '.join(named)}."


def _would_tell(pair: Pair) -> str:
    if pair.unmeasured:
        return f"{listed([within(each) for each in pair.unmeasured])} known of too few"
    if pair.needed is None:
        return "at the edge of what is negligible"
    # Two digits: more are not known.
    return f"roughly {int(float(f'{pair.needed:.2g}')):,} customers in the smaller would tell"


def _plain(found: Difference) -> Iterator[str]:
    plain = [each.segment.name for each in found.segments if not each.apart]
    if found.judged and plain:
        are = f"{listed(plain)} {'stands' if len(plain) == 1 else 'stand'}"
        yield f"{are} out from the other customers in nothing that segments are judged by."


def _hanging(found: Difference) -> Iterator[str]:
    features = {each.feature.name: each.feature for each in found.behaviours}
    weights = [each for each in found.importance.read if each.feature in features]
    if weights:
        first, *others = weights
        rest = [f"with {within(features[each.feature])} {_percent(each.share)}" for each in others[:NAMED]]
        yield (
            f"What they hang on: given the {within(features[first.feature])} of another one, "
            f"{_interval(first.share)} of {found.importance.customers:,} customers would be in "
            f"another segment{'; ' if rest else ''}{listed(rest)}."
        )


def _beside(found: Difference) -> Iterator[str]:
    beside = found.importance.beside
    if beside is None:
        return
    known = {each.feature.name: each for each in found.behaviours}
    most = [
        f"{within(known[each.feature].feature)} ({written(each.share[0], 'points')}"
        f"{', of the same things' if known[each.feature].relation == 'kin' else ''})"
        for each in beside.weights
        if each.share[1] > 0
    ]
    by = f"most by {listed(most[:NAMED])}" if most else "no single feature adds to that"
    yield (
        f"What they are not cut by puts {_interval(beside.right)} of held-out customers in their segment, "
        f"guessing the largest {written(beside.largest, 'percent')}; {by}."
    )


def _percent(share: Share) -> str:
    return written(share[0], "percent")


def _interval(share: Share) -> str:
    return f"{_percent(share)} ({written(share[1], 'percent')} to {written(share[2], 'percent')})"


def _counted(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'' if n == 1 else 's'}"
