"""An invented study of two models: a tree and a regression, each measured on customers held out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from tests.publish.studies import retail

from regulars.segment.fitting.held_out import Bin, Measured
from regulars.segment.rules import Rule
from regulars.segment.rules.conditions import Compare, CompareText, IsUnknown
from regulars.segment.rules.linear import Linear, Weights
from regulars.segment.rules.prepared import Indicator, Missing, Prepared
from regulars.segment.rules.tree import Leaf, Split, Tree
from regulars.types import Feature, Segmentation, Study

FEATURES = (
    Feature("weekend_share", "Weekend orders", "share", "cause", ""),
    Feature("gap_days", "Days between purchases", "days", "cause", ""),
    Feature("region", "Region <b>", "category", "attribute", ""),
)


def modelled(right: int = 140) -> Study:
    """The first segmentation is a tree's, the second a regression's; ``right`` of ``right`` + 83 customers
    are put right by each, and of two segments ten customers or fewer are put in either of two."""
    base = retail()
    first, second = base.segmentations
    made = (_learnt(first, _tree(_ids(first)), right), _learnt(second, _weights(_ids(second)), right))
    return replace(base, segmentations=made, features=FEATURES)


def _ids(segmentation: Segmentation) -> list[str]:
    return [each.id for each in segmentation.profile.segments]


def _tree(ids: Sequence[str]) -> Tree:
    ends = [Leaf(each, Decimal("0.612")) for each in ids[:4]]
    asked = Split(CompareText("region", "=", "O'Hare"), False, ends[1], ends[2])
    known = Split(IsUnknown("gap_days"), False, ends[0], asked)
    return Tree(
        tuple(ids), Split(Compare("weekend_share", "<=", Decimal("0.125"), False), True, known, ends[3])
    )


def _weights(ids: Sequence[str]) -> Linear:
    prepared = (
        Prepared("gap_days", 30.0, 1.0, 90.0, False, 31.0, 12.5),
        Missing("gap_days", 1200, -800),
        Indicator("region", ("North",), False, 900, -300),
    )
    weights = {each: Weights(120, (800 - 300 * n, 5, 250 * n - 400)) for n, each in enumerate(ids[:3])}
    return Linear(tuple(ids), prepared, weights)


def _learnt(segmentation: Segmentation, rule: Rule, right: int) -> Segmentation:
    a, b, c, *_ = ids = _ids(segmentation)
    # The small ones hide one another: each row and column has two of them, eleven customers or more.
    small = {(c, a): 5, (c, b): 7, (ids[-1], a): 6, (ids[-1], b): 8}
    confusion = {(a, a): right - 20, (b, b): 20, (a, b): 33, (b, a): 24, **small}
    held_out = sum(confusion.values())
    calibration = (Bin(60, 0.31, 0.28, 0.19, 0.4), Bin(held_out - 60, 0.72, 0.8, 0.72, 0.86))
    found = Measured(held_out, right, a, right + 13, confusion, calibration, 0.1834)
    names = {each.id: each.name for each in segmentation.profile.segments}
    definition: dict[str, Any] = {
        "rule": rule.as_json(),
        "legend": list(rule.legend()),
        "segments": [{"id": each, "name": names[each], "rule": rule.words(each)} for each in ids],
        "choice": {
            "model": {
                "of": "tiers", "version": 1, "kind": rule.kind, "features": list(rule.features),
                **found.as_json(ids),
            }
        },
    }  # fmt: skip
    return replace(segmentation, method="model", definition=definition)
