"""What a model is right and wrong about, counted by hand; and nothing that gives a small group away."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.engine import Engine
from regulars.measure.small_cells import SMALLEST_SHOWN
from regulars.segment.fitting.held_out import Measured, kept_back, measured
from regulars.segment.rules.conditions import Compare
from regulars.segment.rules.tree import Leaf, Split, Tree

IDS = ("a", "b", "c")
RULE = Tree(
    IDS,
    Split(Compare("x", "<=", Decimal(1)), False, Leaf("a", Decimal("0.800")), Leaf("b", Decimal("0.250"))),
)


@pytest.fixture(scope="module")
def found() -> Measured:
    """100 customers: of 60 given a, told 0.8, 45 are; of 40 given b, told 0.25, 12 are."""
    truth = ["a"] * 45 + ["b"] * 15 + ["b"] * 12 + ["a"] * 28
    rows = [(f"C{n:03d}", 1 if n < 60 else 2, label) for n, label in enumerate(truth)]
    random.Random(1).shuffle(rows)
    with Engine(threads=2) as engine:
        people = engine.values("people", {"customer_id": "varchar", "x": "bigint"}, [r[:2] for r in rows])
        labels = [(who, label) for who, _, label in rows]
        engine.values("labels", {"customer_id": "varchar", "segment_id": "varchar"}, labels)
        made = measured(engine, people, "labels", RULE, "t.customer_id < 'C999'", "a", "tried")
        assert "tried_told" not in engine.tables()
        return made


def test_accuracy_stands_beside_what_a_guess_would_get(found: Measured) -> None:
    assert (found.customers, found.right, found.accuracy) == (100, 57, 0.57)
    assert (found.guess, found.guess_share) == ("a", 0.73)
    # Wilson's interval of 57 in 100.
    assert found.interval == pytest.approx((0.4722, 0.6627), abs=0.0001)
    assert not found.beats_guessing


def test_every_pair_of_label_and_segment_is_counted(found: Measured) -> None:
    assert found.confusion == {("a", "a"): 45, ("b", "a"): 15, ("b", "b"): 12, ("a", "b"): 28}
    told = found.as_json(IDS)
    assert told["confusion"] == [[45, 28, 0], [15, 12, 0], [0, 0, 0]]
    assert told["segments"] == [
        {"segment": "a", "customers": 73, "recall": 0.6164, "precision": 0.75},
        {"segment": "b", "customers": 27, "recall": 0.4444, "precision": 0.3},
        {"segment": "c", "customers": 0, "recall": None, "precision": None},
    ]


def test_calibration_sets_what_was_told_against_what_came_true(found: Measured) -> None:
    assert [(each.customers, each.told, each.right) for each in found.calibration] == [
        (40, 0.25, 0.3), (60, 0.8, 0.75),
    ]  # fmt: skip
    # 45 × 0.2² + 15 × 0.8² + 12 × 0.75² + 28 × 0.25², over 100.
    assert found.brier == pytest.approx((1.8 + 9.6 + 6.75 + 1.75) / 100)


def test_small_tenths_are_taken_together_with_their_neighbours() -> None:
    rule = Tree(
        IDS,
        Split(Compare("x", "<=", Decimal(1)), False, Leaf("a", Decimal("0.95")), Leaf("b", Decimal("0.5"))),
    )
    with Engine(threads=1) as engine:
        people = engine.values(
            "people",
            {"customer_id": "varchar", "x": "bigint"},
            [(f"C{n:03d}", 1 + (n >= 4)) for n in range(30)],
        )
        engine.create("labels", "select customer_id, 'a' as segment_id from people")
        made = measured(engine, people, "labels", rule, "true", "a", "tried")
    (only,) = made.calibration
    assert (only.customers, only.right) == (30, 4 / 30)


tables = st.lists(st.lists(st.integers(0, 40), min_size=4, max_size=4), min_size=4, max_size=4)


@given(tables)
def test_no_line_of_the_table_gives_a_small_count_away(rows) -> None:
    """Of a row, a column, those put right, all others and the whole, totals may be known: what is blank in
    each must hold nobody, or eleven customers in two cells; and a row's own total is told only if that is
    safe too."""
    ids = ["a", "b", "c", "d"]
    counts = {(a, b): n for a, row in zip(ids, rows, strict=True) for b, n in zip(ids, row, strict=True)}
    kept = kept_back(counts, ids)
    assert {cell for cell, n in counts.items() if 0 < n < SMALLEST_SHOWN} <= kept.cells
    lines = [[(a, b) for b in ids] for a in ids] + [[(a, b) for a in ids] for b in ids]
    wrong = [(a, b) for a in ids for b in ids if a != b]
    for line in [*lines, [(a, a) for a in ids], wrong, list(counts)]:
        filled = [counts[cell] for cell in line if counts[cell]]
        blank = [counts[cell] for cell in line if cell in kept.cells]
        assert not blank or blank == filled or (len(blank) > 1 and sum(blank) >= SMALLEST_SHOWN)
    totals = {a: sum(counts[a, b] for b in ids) for a in ids}
    hidden = [totals[a] for a in ids if a in kept.labels]
    assert {a for a, n in totals.items() if 0 < n < SMALLEST_SHOWN} <= kept.labels
    assert not hidden or hidden == [n for n in totals.values() if n] or sum(hidden) >= SMALLEST_SHOWN
