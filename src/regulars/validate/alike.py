"""NOT_DIFFERENT: does a segment behave differently from those that are likest to it?"""

from __future__ import annotations

from regulars.types import Segment
from regulars.validate.contrasts import Contrast
from regulars.validate.difference import Difference, Pair
from regulars.validate.difference_words import label, told
from regulars.validate.reasons import Code, Figure, Reason, not_assessed

CODE: Code = "NOT_DIFFERENT"
NOTHING_TO_JUDGE_BY = "Nothing that customers do, and that they are not cut by, is known of enough of them."
TOO_FEW = "Too few of its customers are known to hold it against another segment."


def not_different(segment: Segment, found: Difference | None, why_not: str) -> Reason:
    """The reason for one segment, from how it differs from its neighbours; ``why_not`` says why that is not
    known.

    It holds where a neighbour is not different: the likest of these is the one to merge with. It does not
    hold where all of them are different; where it cannot be told of one, nobody knows.
    """
    if found is None:
        return not_assessed(CODE, why_not)
    pairs = found.neighbours(segment.id)
    if not pairs:
        return not_assessed(CODE, TOO_FEW if found.judged else NOTHING_TO_JUDGE_BY)
    alike = [each for each in pairs if each.state == "not_different"]
    if alike:
        other = _other(alike[0], segment)
        words = (
            f"It behaves like {other.name}: even the largest difference is negligible. {_largest(alike[0])}."
        )
        return Reason(CODE, "holds", words, _figures(alike[0], segment), like=other.id)
    unsure = [_other(each, segment).name for each in pairs if each.state == "cannot_be_told"]
    if unsure:
        return not_assessed(CODE, f"Whether it differs from {' or '.join(unsure)} cannot be told.")
    words = f"It differs from every neighbour, from the likest in this: {_largest(pairs[0])}."
    return Reason(CODE, "does not hold", words, _figures(pairs[0], segment))


def _other(pair: Pair, segment: Segment) -> Segment:
    return pair.other if pair.one.id == segment.id else pair.one


def _largest(pair: Pair) -> str:
    said = told(pair.one.name, pair.other.name, pair.judged[0])
    return f"{said[0].upper()}{said[1:]}"


def _figures(pair: Pair, segment: Segment) -> tuple[Figure, ...]:
    return (_figure(pair.judged[0], pair, segment),) if pair.judged else ()


def _figure(contrast: Contrast, pair: Pair, segment: Segment) -> Figure:
    """The largest difference, as the segment's against the other's."""
    feature, effect = contrast.behaviour.feature, contrast.effect
    # Without counts: those of a neighbour whose size is hidden would give it away.
    source = "difference between neighbours"
    if feature.is_text:
        what = f"{label(feature)} against {_other(pair, segment).name}: Cramér's V"
        return Figure(what, effect.size, "ratio", source, effect.low, effect.high)
    sign = 1 if pair.one.id == segment.id else -1
    low, high = sorted((sign * effect.low, sign * effect.high))
    what = f"{label(feature)} against {_other(pair, segment).name}: Cliff's delta"
    return Figure(what, sign * effect.size, "ratio", source, low, high)
