"""How well a model finds the segments of customers whom it did not learn from, counted in the engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from regulars.engine import Engine, Step, quoted
from regulars.measure.proportion import proportion_interval
from regulars.measure.small_cells import SMALLEST_SHOWN, covered
from regulars.segment.rules import Rule, layer_name
from regulars.segment.rules.linear import PLACES
from regulars.types import Table

BINS = 10
"""Customers are compared within tenths of the probability told."""
Cell = tuple[str, str]


@dataclass(frozen=True)
class Bin:
    """Customers who were told about the same probability: its mean, and the share for whom it came true."""

    customers: int
    told: float
    right: float
    low: float
    high: float


@dataclass(frozen=True)
class Measured:
    """A model on held-out customers: shares are 0 to 1, intervals Wilson's 95 %.

    ``confusion`` has the customers of each (label, given) pair, ``guess`` the commonest segment of those
    learnt from, which a guess would always name; ``brier`` is the mean squared difference between the
    probability told and what came true (Brier 1950), 0 at best.
    """

    customers: int
    right: int
    guess: str
    guessed_right: int
    confusion: Mapping[Cell, int]
    calibration: tuple[Bin, ...]
    brier: float

    @property
    def accuracy(self) -> float:
        return self.right / self.customers

    @property
    def interval(self) -> tuple[float, float]:
        return _interval(self.right, self.customers)

    @property
    def guess_share(self) -> float:
        return self.guessed_right / self.customers

    @property
    def beats_guessing(self) -> bool:
        return self.interval[0] > self.guess_share

    def as_json(self, ids: Sequence[str]) -> dict[str, Any]:
        """Everything as plain values. Counts of ten customers or fewer are None, and with them what they,
        or the totals, would follow from."""
        kept = kept_back(self.confusion, ids)
        return {
            "customers": self.customers,
            "accuracy": _short(self.accuracy),
            "low": _short(self.interval[0]),
            "high": _short(self.interval[1]),
            "guess": self.guess,
            "guess_share": _short(self.guess_share),
            "brier": _short(self.brier),
            "segments": [self._segment(each, ids, kept) for each in ids],
            "confusion": [
                [None if (label, given) in kept.cells else self._cell(label, given) for given in ids]
                for label in ids
            ],
            "calibration": [
                {
                    "customers": each.customers,
                    "told": _short(each.told),
                    "right": _short(each.right),
                    "low": _short(each.low),
                    "high": _short(each.high),
                }
                for each in self.calibration
            ],
        }

    def _cell(self, label: str, given: str) -> int:
        return self.confusion.get((label, given), 0)

    def _segment(self, each: str, ids: Sequence[str], kept: KeptBack) -> dict[str, Any]:
        """Recall: of the segment's own customers, those found. Precision: of those put there, its own."""
        own = sum(self._cell(each, given) for given in ids)
        put = sum(self._cell(label, each) for label in ids)
        right = None if (each, each) in kept.cells else self._cell(each, each)
        return {
            "segment": each,
            "customers": None if each in kept.labels else own,
            "recall": _short(right / own) if own and right is not None else None,
            "precision": _short(right / put) if put and right is not None else None,
        }


def measured(
    engine: Engine, table: Table, labels: str, rule: Rule, held_out: str, guess: str, name: str
) -> Measured:
    """The rule on the customers of the table for whom the SQL condition ``held_out`` holds.

    ``labels`` is a table of customer_id and segment_id; ``name`` is free for tables made on the way.
    """
    *layers, last = (Step(layer_name(n), each) for n, each in enumerate(rule.layers(table.name)))
    told = f"{name}_told"
    engine.make(told, {step.name: step for step in (*layers, Step(told, last.select))})
    share = f"cast(t.probability as decimal({PLACES + 3}, {PLACES}))"
    rows = engine.rows(
        f"select l.segment_id, t.segment_id, least(cast(floor({share} * {BINS}) as integer), {BINS - 1}), "
        f"count(*), sum({share}), sum({share} * {share}) from {quoted(told)} as t "
        f"join {quoted(labels)} as l on t.customer_id = l.customer_id where {held_out} group by 1, 2, 3 "
        "order by 1, 2, 3",
        "held_out",
    )
    engine.drop(told)
    confusion: dict[Cell, int] = {}
    for label, given, _, customers, *_ in rows:
        confusion[label, given] = confusion.get((label, given), 0) + int(customers)
    everybody = sum(confusion.values())
    right = sum(customers for (label, given), customers in confusion.items() if label == given)
    guessed = sum(customers for (label, _), customers in confusion.items() if label == guess)
    # (p − 1)² where it came true, p² where not.
    squares = sum(
        (s - 2 * p + n if label == given else s for label, given, _, n, p, s in rows), start=Decimal(0)
    )
    bins = tuple(_bins([(tenth, n, p, label == given) for label, given, tenth, n, p, _ in rows]))
    brier = float(squares / everybody) if everybody else 0.0
    return Measured(everybody, right, guess, guessed, confusion, bins, brier)


def _bins(rows: Sequence[tuple[int, int, Decimal, bool]]) -> Iterator[Bin]:
    """Tenths of probability, neighbours taken together until for eleven customers in each it came true, and
    for eleven not."""
    groups: list[tuple[int, Decimal, int]] = []
    customers, total, right = 0, Decimal(0), 0
    for tenth in range(BINS):
        for _, n, told, came_true in (row for row in rows if row[0] == tenth):
            customers, total, right = customers + n, total + told, right + (n if came_true else 0)
        if min(right, customers - right) >= SMALLEST_SHOWN:
            groups.append((customers, total, right))
            customers, total, right = 0, Decimal(0), 0
    if customers:
        before = groups.pop() if groups else (0, Decimal(0), 0)
        groups.append((before[0] + customers, before[1] + total, before[2] + right))
    for customers, total, right in groups:
        yield Bin(customers, float(total / customers), right / customers, *_interval(right, customers))


@dataclass(frozen=True)
class KeptBack:
    """What of a confusion is not shown: labels whose number of customers is not, and single cells."""

    labels: set[str]
    cells: set[Cell]


def kept_back(counts: Mapping[Cell, int], ids: Sequence[str]) -> KeptBack:
    """Cells of ten customers or fewer, rows and columns of as few, and as many others as keep them from
    following from the total of a row, of a column, of all who were put right, of all others, or of everybody.
    """
    filled = {(a, b): counts.get((a, b), 0) for a in ids for b in ids}
    labels = _small({a: sum(filled[a, b] for b in ids) for a in ids})
    given = _small({b: sum(filled[a, b] for a in ids) for b in ids})
    hidden = {
        (a, b) for (a, b), n in filled.items() if n and (a in labels or b in given or n < SMALLEST_SHOWN)
    }
    lines = [
        *([(a, b) for b in ids] for a in ids),
        *([(a, b) for a in ids] for b in ids),
        [(a, a) for a in ids],
        [(a, b) for a in ids for b in ids if a != b],
        list(filled),
    ]
    while True:
        more = {
            cell
            for line in lines
            for cell in covered({c: filled[c] for c in line}, [c for c in line if c in hidden])
        }
        if not more:
            return KeptBack(labels, hidden)
        hidden |= more


def _small(totals: Mapping[str, int]) -> set[str]:
    small = {each for each, customers in totals.items() if 0 < customers < SMALLEST_SHOWN}
    return small | covered(totals, small)


def _interval(part: int, whole: int) -> tuple[float, float]:
    low, high = proportion_interval(part, whole)
    return low / 100, high / 100


def _short(value: float) -> float:
    return round(value, 4)
