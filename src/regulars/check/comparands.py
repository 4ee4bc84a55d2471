"""Comparands: whether whoever is mentioned is the subject, or whom the subject is compared with."""

from __future__ import annotations

from regulars.check.clause import Clause
from regulars.check.quantities import Quantity
from regulars.check.subjects import Mention

_SKIPPED = frozenset({
    "'", "'s", "a", "all", "among", "an", "any", "average", "by", "do", "does", "for",
    "in", "is", "it", "most", "of", "one", "only", "seen", "that", "the", "those", "to",
    "what", "pace", "clip", "speed", "’",
})  # fmt: skip
"""Words that may stand between a comparing word and whom it compares with."""
_COMPARING = frozenset(
    {"than", "crowd", "versus", "as", "beat", "trail", "match", "above", "below", "second_to", "take"}
)
_OPENING = frozenset({"than", "above", "below"})


def is_compared(clause: Clause, mention: Mention) -> bool:
    """Whether a mention is whom the subject is compared with: it follows "than", "against", "twice the" …"""
    if mention.kind in {"others", "rest"} or clause.scene.tokens[mention.start].low in _OPENING:
        return True
    at = mention.start - 1
    wanted = set(clause.at)
    while at in wanted:
        if at in clause.scene.figures:
            found = next(q for q in [*clause.scene.quantities, None] if q is None or q.start <= at < q.end)
            if found is None or _is_measure_of(clause, found, mention):
                return found is not None
            at = found.start - 1
            continue
        mark = next((m for m in clause.scene.marks if m.start <= at < m.end), None)
        if mark and any(kind in _COMPARING for kind in mark.kinds):
            return True
        if clause.scene.tokens[at].low not in _SKIPPED:
            return _by_metric(clause, at)
        at -= 1
    return False


def _by_metric(clause: Clause, at: int) -> bool:
    """Whether only words of a metric stand between: "than the order value of", "15 times the deposits of"."""
    scene = clause.scene
    while at in set(clause.at) and at not in scene.names:
        if at in scene.figures:
            return any(each.measure == "times" and each.start <= at < each.end for each in scene.quantities)
        token = scene.tokens[at]
        if token.low == "than":
            return True
        is_metric = token.stem in scene.reader.lexicon.label_stems or token.stem in scene.language.light
        if not is_metric and token.low not in _SKIPPED:
            return False
        at -= 1
    return False


def _is_measure_of(clause: Clause, quantity: Quantity, mention: Mention) -> bool:
    """Whether a figure says how far the subject is from whom is mentioned after it."""
    if quantity.measure in {"times", "points"} or quantity.hedge == "within":
        return True
    return _is_multiple(clause, quantity, mention)


def _is_multiple(clause: Clause, quantity: Quantity, mention: Mention) -> bool:
    """A fraction of somebody else's figure: "half that of", "a tenth of the average customer"."""
    if quantity.kind != "fraction":
        return False
    between = [clause.scene.tokens[n].low for n in range(quantity.end, mention.start)]
    return (
        (not between and is_average(clause, mention))
        or between[:2] == ["that", "of"]
        or (between[:2] == ["of", "what"] and clause.scene.mentions[0].end <= quantity.start)
        or "as" in between
        or (
            between == ["of"]
            and mention.kind == "overall"
            and (is_average(clause, mention) or _has_segment(clause))
        )
    )


def is_average(clause: Clause, mention: Mention) -> bool:
    """Whether a mention of all customers is of their figure: "half the overall rate", not "half the base"."""
    said = {token.low for token in clause.scene.tokens[mention.start : mention.end]}
    return mention.kind == "overall" and not said.isdisjoint(_AVERAGE)


_AVERAGE = frozenset({"average", "overall", "mean", "norm"})


def _has_segment(clause: Clause) -> bool:
    """Whether an amount of some segment's is told: "worth £16.70, a tenth of the average customer"."""
    named = any(each.kind in {"segments", "them"} for each in clause.scene.mentions)
    return named and any(each.measure == "money" for each in clause.scene.quantities)
