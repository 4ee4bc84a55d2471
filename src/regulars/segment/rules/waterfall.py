"""A waterfall rule: conditions in order; the first that holds takes the customer, the rest fall through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlglot import exp

from regulars.engine import literal
from regulars.segment.rules import Customer, Scored, column, outer_table
from regulars.segment.rules.condition_json import as_json, from_json
from regulars.segment.rules.condition_words import words
from regulars.segment.rules.conditions import (
    CompareText,
    Condition,
    Leaf,
    compiled,
    leaves,
    plain,
    read_features,
    truth,
)  # fmt: skip

UNKNOWN = (
    "a comparison with what is unknown is unknown, and so is its opposite; what is unknown does not hold"
)
EVERY_CHARACTER = "texts are the same where every character is: capitals, accents and blanks at the end count"


@dataclass(frozen=True)
class Waterfall:
    """Segment ids with their conditions, first before last, and the segment of all for whom none holds."""

    rules: tuple[tuple[str, Condition], ...]
    rest: str

    kind = "waterfall"

    def __post_init__(self) -> None:
        if not self.rules or len(set(self.segment_ids)) != len(self.segment_ids):
            raise ValueError("a waterfall needs a rule, and a segment of its own for each and for the rest")
        _ = self._plain

    @cached_property
    def _plain(self) -> tuple[tuple[str, Condition], ...]:
        return tuple((segment_id, plain(condition)) for segment_id, condition in self.rules)

    @property
    def _plain_leaves(self) -> Iterator[Leaf]:
        return (leaf for _, condition in self._plain for leaf in leaves(condition))

    @property
    def features(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for _, each in self.rules for name in read_features(each)))

    @property
    def text_features(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(leaf.feature for leaf in self._plain_leaves if _is_of_text(leaf)))

    @property
    def segment_ids(self) -> tuple[str, ...]:
        return (*(segment_id for segment_id, _ in self.rules), self.rest)

    @property
    def score_names(self) -> tuple[str, ...]:
        return ()

    def layers(self, source: str) -> list[exp.Select]:
        judged = exp.select(column("customer_id"), exp.alias_(self.case(), "segment_id"))
        return [judged.from_(outer_table(source))]

    def case(self) -> exp.Case:
        """The segment id as one expression: CASE takes the first branch that holds, and passes over what
        is unknown."""
        case = exp.Case()
        for segment_id, condition in self._plain:
            case = case.when(compiled(condition), literal(segment_id))
        return case.else_(literal(self.rest))

    def score(self, customer: Customer) -> Scored:
        for segment_id, condition in self._plain:
            if truth(condition, customer):
                return Scored(segment_id, {})
        return Scored(self.rest, {})

    def legend(self) -> tuple[str, ...]:
        texts = any(map(_is_of_text, self._plain_leaves))
        return (
            "rules are tried in order, and the first that holds takes the customer",
            UNKNOWN,
            "from … to … takes in both ends",
            *([EVERY_CHARACTER] if texts else []),
        )

    def words(self, segment_id: str) -> str:
        """``rule 2, of those whom no rule before it took: recency_days is more than 90``."""
        if segment_id == self.rest:
            before = (
                "rule 1 does not hold"
                if len(self.rules) == 1
                else f"none of rules 1 to {len(self.rules)} holds"
            )
            return f"all others: {before}"
        place = self.segment_ids.index(segment_id)
        left = ", of those whom no rule before it took" if place else ""
        return f"rule {place + 1}{left}: {words(self.rules[place][1])}"

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "rules": [
                {"segment": segment_id, "when": as_json(condition)} for segment_id, condition in self.rules
            ],
            "rest": self.rest,
        }

    @staticmethod
    def from_json(saved: dict[str, Any]) -> Waterfall:
        rules = tuple((str(each["segment"]), from_json(each["when"])) for each in saved["rules"])
        return Waterfall(rules, saved["rest"])

    def renamed(self, ids: Mapping[str, str]) -> Waterfall:
        rules = tuple((ids.get(segment_id, segment_id), condition) for segment_id, condition in self.rules)
        return Waterfall(rules, ids.get(self.rest, self.rest))


def _is_of_text(leaf: Leaf) -> bool:
    return isinstance(leaf, CompareText)
