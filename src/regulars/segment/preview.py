"""What each rule of a waterfall takes: alone, and of those left to it; and which rules take nobody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlglot import exp

from regulars.engine import Engine, literal
from regulars.segment.rules import column
from regulars.segment.rules.condition_words import figure, written
from regulars.segment.rules.conditions import Condition, Ranked, compiled, leaves
from regulars.segment.rules.waterfall import Waterfall
from regulars.types import Finding, Table

SMALLEST_SHOWN = 11
"""Groups of ten customers or fewer are not counted out, as in the profile."""
CROWDED = 1.5
"""From this many times the share that was asked for, ties have made a rank into something else."""


@dataclass(frozen=True)
class Taken:
    """One rule: how many customers meet it, and how many of them each segment has (itself among them)."""

    segment_id: str
    condition: Condition
    alone: int
    by: Mapping[str, int]

    @property
    def left(self) -> int:
        """Those who meet it and whom no rule before it took."""
        return self.by.get(self.segment_id, 0)


@dataclass(frozen=True)
class Rank:
    """One "top p %": its cut, how many have the feature, and how many of them are in, ties and all."""

    segment_id: str
    leaf: Ranked
    known: int
    taken: int

    @property
    def share(self) -> float:
        return self.taken / self.known

    @property
    def is_crowded(self) -> bool:
        return self.taken >= SMALLEST_SHOWN and self.share >= CROWDED * float(self.leaf.percent) / 100

    @property
    def cut(self) -> str:
        return "" if self.leaf.cut is None else figure(self.leaf.cut, self.leaf.exact)


@dataclass(frozen=True)
class Preview:
    customers: int
    rules: tuple[Taken, ...]
    rest_id: str
    rest: int
    ranks: tuple[Rank, ...]

    def as_json(self) -> dict[str, Any]:
        """Counts by rule; None where ten customers or fewer stand behind one, or could be told from it."""
        sizes = {each.segment_id: each.left for each in self.rules} | {self.rest_id: self.rest}
        hidden = _hidden(sizes)
        return {
            "customers": self.customers,
            "rules": [
                {
                    "segment_id": each.segment_id,
                    "when": written(each.condition),
                    "alone": self._alone(each, hidden),
                    "left": None if each.segment_id in hidden else each.left,
                }
                for each in self.rules
            ],
            "rest": {"segment_id": self.rest_id, "left": None if self.rest_id in hidden else self.rest},
            "cuts": [
                {"segment_id": each.segment_id, "rank": written(each.leaf), "cut": f"{each.leaf.cut:f}"}
                for each in self.ranks
            ],
        }

    def _alone(self, rule: Taken, hidden: set[str]) -> int | None:
        told = (rule.alone, rule.alone - rule.left, self.customers - rule.alone)
        return None if rule.segment_id in hidden or any(map(_is_small, told)) else rule.alone


def preview(engine: Engine, table: Table, rule: Waterfall) -> Preview:
    """What the rules do to the customers of the table. Totals leave the engine, never customers."""
    met = [exp.alias_(_flag(condition), f"rule_{place}") for place, (_, condition) in enumerate(rule.rules)]
    judged = exp.select(exp.alias_(rule.case(), "segment_id"), *met).from_(
        exp.table_(table.name, quoted=True)
    )
    sums = [exp.Sum(this=column(f"rule_{place}")) for place in range(len(rule.rules))]
    counted = exp.select(column("segment_id"), exp.Count(this=exp.Star()), *sums)
    rows = engine.rows(
        counted.from_(judged.subquery("judged")).group_by(column("segment_id")), "rules_preview"
    )
    sizes = {segment_id: int(size) for segment_id, size, *_ in rows}
    taken = []
    for place, (segment_id, condition) in enumerate(rule.rules):
        by = {taker: int(each[place]) for taker, _, *each in rows if each[place]}
        taken.append(Taken(segment_id, condition, sum(by.values()), by))
    ranks = tuple(_ranks(engine, table, rule))
    return Preview(sum(sizes.values()), tuple(taken), rule.rest, sizes.get(rule.rest, 0), ranks)


def _read(table: Table) -> exp.Table:
    return exp.table_(table.name, quoted=True)


def _flag(condition: Condition) -> exp.Case:
    return exp.Case().when(compiled(condition), literal(1)).else_(literal(0))


def _ranks(engine: Engine, table: Table, rule: Waterfall) -> Iterator[Rank]:
    for segment_id, condition in rule.rules:
        for leaf in leaves(condition):
            if isinstance(leaf, Ranked):
                counts = exp.select(exp.Count(this=column(leaf.feature)), exp.Sum(this=_flag(leaf)))
                ((known, taken),) = engine.rows(counts.from_(_read(table)), "rank_preview")
                yield Rank(segment_id, leaf, int(known), int(taken))


def doubts(seen: Preview, names: Mapping[str, str], where: str) -> Iterator[Finding]:
    """A warning for each rule that takes nobody, and why; a note for each rank that ties have widened."""
    for each in seen.rules:
        if not each.alone:
            yield Finding(
                "warning", f"{where}.{each.segment_id}",
                f"No customer meets the rule of {names[each.segment_id]} ({written(each.condition)}).",
                "Loosen the condition, or leave the rule out.",
            )  # fmt: skip
        elif not each.left:
            yield _contained(each, names, where)
    for rank in seen.ranks:
        if rank.is_crowded:
            yield crowded(rank, where)


def crowded(rank: Rank, where: str) -> Finding:
    """The note on a rank that ties have widened."""
    leaf = rank.leaf
    return Finding(
        "note", f"{where}.{rank.segment_id}",
        f"{written(leaf)} takes {rank.share:.0%} of those whose {leaf.feature} is known, because many share "
        f"the value {rank.cut}.",
        "Equal customers are never parted. Compare with a number of your own to draw the line elsewhere.",
    )  # fmt: skip


def _contained(rule: Taken, names: Mapping[str, str], where: str) -> Finding:
    takers = [names[taker] for taker in names if taker in rule.by]
    shown = ", ".join(takers[:3]) + (f" and {len(takers) - 3} more" if len(takers) > 3 else "")
    name = names[rule.segment_id]
    return Finding(
        "warning", f"{where}.{rule.segment_id}",
        f"{name} is never reached: every customer who meets its rule is taken before it, by {shown}.",
        f"Move {name} before {takers[0]}, or leave it out.",
    )  # fmt: skip


def _hidden(sizes: Mapping[str, int]) -> set[str]:
    """The segments of ten customers or fewer, and the smallest others until none follows from the total:
    at least two, with eleven customers or more together."""
    hidden = {each for each, size in sizes.items() if _is_small(size)}
    for each in sorted(sizes, key=lambda each: (sizes[each], each)):
        if not hidden or (len(hidden) >= 2 and sum(sizes[held] for held in hidden) >= SMALLEST_SHOWN):
            break
        if sizes[each]:
            hidden.add(each)
    return hidden


def _is_small(count: int) -> bool:
    return 0 < count < SMALLEST_SHOWN
