"""A tree rule: one question after another about single features, and a segment at each end.

A question is a plain condition; who is unknown to it goes the way that the split says. So SQL, scorer
and words take the same way at every split, to the last digit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlglot import exp

from regulars.engine import literal
from regulars.segment.rules import Customer, Scored, column, layer_name, outer_table
from regulars.segment.rules.condition_json import as_json, from_json
from regulars.segment.rules.condition_words import words
from regulars.segment.rules.conditions import (
    AllOf,
    AnyOf,
    Compare,
    CompareText,
    Condition,
    IsUnknown,
    Not,
    compiled,
    truth,
)

NEVER = "nobody: no way through the tree ends here"
PLACES = 3
"""Shares at the ends keep three decimals: those of a few dozen customers are no surer than that."""


Question = Compare | CompareText | IsUnknown
"""A number is at most some other, a text is some category, or the feature is unknown."""


@dataclass(frozen=True)
class Leaf:
    """An end of the tree: its segment, and how probable that is there (0 to 1)."""

    segment_id: str
    share: Decimal


@dataclass(frozen=True)
class Split:
    """A question about one feature. For whom it holds goes on to ``yes``, others to ``no``, and who is
    unknown to it to ``yes`` where ``unknown_is_yes``, else to ``no``."""

    when: Question
    unknown_is_yes: bool
    yes: Node
    no: Node

    @property
    def holds(self) -> Condition:
        """What is true of those who go on to ``yes``."""
        return self._with_unknown(self.when) if self.unknown_is_yes else self.when

    @property
    def fails(self) -> Condition:
        """What is true of those who go on to ``no``."""
        if isinstance(self.when, IsUnknown):
            return Not(self.when)
        opposite = _opposite(self.when)
        return opposite if self.unknown_is_yes else self._with_unknown(opposite)

    def _with_unknown(self, condition: Condition) -> Condition:
        if isinstance(condition, IsUnknown):
            return condition
        return AnyOf((condition, IsUnknown(self.when.feature)))


Node = Leaf | Split


@dataclass(frozen=True)
class Tree:
    """The first question, and all segments of the labels that it was learnt on, in their own order;
    one of them may stand at no end."""

    segment_ids: tuple[str, ...]
    root: Node

    kind = "tree"

    def __post_init__(self) -> None:
        if any(getattr(split.when, "sign", "=") not in ("<=", "=") for split in _splits(self.root)):
            raise ValueError("a tree asks whether a number is at most, or a text is, another")
        if foreign := {leaf.segment_id for leaf in self.leaves()} - set(self.segment_ids):
            raise ValueError(f"the tree ends in segments that there are not: {sorted(foreign)}")

    def leaves(self) -> list[Leaf]:
        """The ends from left (yes) to right (no)."""
        return [leaf for _, leaf in paths(self.root)]

    @property
    def asked_if_known(self) -> tuple[str, ...]:
        """The features of which it is asked only whether they are known."""
        asked = (split.when for split in _splits(self.root))
        return tuple(dict.fromkeys(each.feature for each in asked if isinstance(each, IsUnknown)))

    @property
    def features(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(split.when.feature for split in _splits(self.root)))

    @property
    def text_features(self) -> tuple[str, ...]:
        asked = (split.when for split in _splits(self.root))
        return tuple(dict.fromkeys(each.feature for each in asked if isinstance(each, CompareText)))

    @property
    def score_names(self) -> tuple[str, ...]:
        return ()

    def layers(self, source: str) -> list[exp.Select]:
        leaves = self.leaves()
        numbers = iter(range(1, len(leaves) + 1))
        found = exp.select(column("customer_id"), exp.alias_(_case(self.root, numbers), "leaf"))
        ends = exp.select(
            column("customer_id"),
            exp.alias_(_by_leaf([literal(leaf.segment_id) for leaf in leaves]), "segment_id"),
            exp.alias_(exp.cast(_by_leaf([literal(leaf.share) for leaf in leaves]), "double"), "probability"),
        )
        return [found.from_(outer_table(source)), ends.from_(layer_name(0))]

    def score(self, customer: Customer) -> Scored:
        node = self.root
        while isinstance(node, Split):
            node = node.yes if truth(node.holds, customer) else node.no
        return Scored(node.segment_id, {}, float(node.share))

    def legend(self) -> tuple[str, ...]:
        return (
            "a tree: one question after another, and the segment at the end of the way that the answers take",
            "probability is the segment's share of the customers learnt from who took the same way",
        )

    def words(self, segment_id: str) -> str:
        """Every way that ends in the segment: ``gap_days is at most 20 and (…); or …``, or who never does."""
        ways = [way for way, leaf in paths(self.root) if leaf.segment_id == segment_id]
        if not ways:
            return NEVER
        if len(self.leaves()) == 1:
            return "everybody"
        told = [_shortened(way) for way in ways]
        return words(told[0] if len(told) == 1 else AnyOf(tuple(told)))

    def as_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "segments": list(self.segment_ids), "root": _node_json(self.root)}

    @staticmethod
    def from_json(saved: dict[str, Any]) -> Tree:
        return Tree(tuple(saved["segments"]), _node(saved["root"]))

    def renamed(self, ids: Mapping[str, str]) -> Tree:
        return Tree(tuple(ids.get(each, each) for each in self.segment_ids), _renamed(self.root, ids))


def _opposite(question: Compare | CompareText) -> Compare | CompareText:
    if isinstance(question, CompareText):
        return replace(question, sign="<>")
    return replace(question, sign=">")


def paths(node: Node, way: tuple[Condition, ...] = ()) -> Iterator[tuple[tuple[Condition, ...], Leaf]]:
    """Each end with the conditions on the way to it, from left (yes) to right (no)."""
    if isinstance(node, Leaf):
        yield way, node
    else:
        yield from paths(node.yes, (*way, node.holds))
        yield from paths(node.no, (*way, node.fails))


def _splits(node: Node) -> Iterator[Split]:
    if isinstance(node, Split):
        yield node
        yield from _splits(node.yes)
        yield from _splits(node.no)


def _case(node: Node, numbers: Iterator[int]) -> exp.Expression:
    """The number of the end: nested CASEs, each of which passes over what is unknown to its ELSE."""
    if isinstance(node, Leaf):
        return literal(next(numbers))
    case = exp.Case().when(compiled(node.holds), _case(node.yes, numbers))
    return case.else_(_case(node.no, numbers))


def _by_leaf(values: list[exp.Expression]) -> exp.Expression:
    *others, last = values
    if not others:
        return last
    case = exp.Case()
    for number, value in enumerate(others, 1):
        case = case.when(exp.EQ(this=column("leaf"), expression=literal(number)), value)
    return case.else_(last)


def _shortened(way: tuple[Condition, ...]) -> Condition:
    """The way in as few conditions as say it: of two bounds on one side, only the narrower one."""
    by_feature: dict[str, list[Condition]] = {}
    for condition in way:
        by_feature.setdefault(_about(condition).feature, []).append(condition)
    told: list[Condition] = []
    for each in map(_together, by_feature.values()):
        told += each.parts if isinstance(each, AllOf) else [each]
    return told[0] if len(told) == 1 else AllOf(tuple(told))


def _together(several: list[Condition]) -> Condition:
    """Conditions on one feature as one. Who is unknown is in only if every one of them lets them in."""
    asked = [_about(each) for each in several]
    feature = asked[0].feature
    lets_in = all(isinstance(each, AnyOf | IsUnknown) for each in several)
    bounds = _bounds(asked)
    if any(isinstance(each, IsUnknown) for each in several):
        # Nobody is known and unknown; such a way would have no customers.
        return IsUnknown(feature) if lets_in else AllOf((IsUnknown(feature), Not(IsUnknown(feature))))
    if not bounds:
        return Not(IsUnknown(feature))
    bound = bounds[0] if len(bounds) == 1 else AllOf(tuple(bounds))
    return AnyOf((bound, IsUnknown(feature))) if lets_in else bound


def _bounds(asked: list[Question]) -> list[Condition]:
    """The comparisons that say all of them: the narrowest on each side, and no "is not" beside an "is"."""
    above = [each for each in asked if isinstance(each, Compare) and each.sign == ">"]
    below = [each for each in asked if isinstance(each, Compare) and each.sign == "<="]
    texts = list(dict.fromkeys(each for each in asked if isinstance(each, CompareText)))
    named = {each.text for each in texts if each.sign == "="}
    told: list[Condition] = [max(above, key=lambda each: each.value)] if above else []
    told += [min(below, key=lambda each: each.value)] if below else []
    return told + [each for each in texts if each.sign == "=" or not named or each.text in named]


def _about(condition: Condition) -> Question:
    """The comparison in a condition of :attr:`Split.holds` or :attr:`Split.fails`."""
    match condition:
        case AnyOf((Compare() | CompareText() as part, _)) | Not(part):
            return _about(part)
        case Compare() | CompareText() | IsUnknown():
            return condition
        case _:
            raise TypeError(f"no question of a tree: {condition!r}")


def _node_json(node: Node) -> dict[str, Any]:
    if isinstance(node, Leaf):
        return {"segment": node.segment_id, "share": f"{node.share:f}"}
    return {
        "when": as_json(node.when),
        "unknown": "yes" if node.unknown_is_yes else "no",
        "yes": _node_json(node.yes),
        "no": _node_json(node.no),
    }


def _node(saved: dict[str, Any]) -> Node:
    if "segment" in saved:
        return Leaf(saved["segment"], Decimal(saved["share"]))
    when = from_json(saved["when"])
    if not isinstance(when, Compare | CompareText | IsUnknown):
        raise ValueError(f"no question of a tree: {saved['when']!r}")
    unknown = {"yes": True, "no": False}[saved["unknown"]]
    return Split(when, unknown, _node(saved["yes"]), _node(saved["no"]))


def _renamed(node: Node, ids: Mapping[str, str]) -> Node:
    if isinstance(node, Leaf):
        return replace(node, segment_id=ids.get(node.segment_id, node.segment_id))
    return replace(node, yes=_renamed(node.yes, ids), no=_renamed(node.no, ids))
