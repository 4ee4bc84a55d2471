"""From segment to segment: every customer counted once, and no small cell shown nor left to be worked out."""

from __future__ import annotations

import random

import numpy as np
import pytest

from regulars.engine import Engine
from regulars.validate.migration import (
    ALL,
    ELSEWHERE,
    Cell,
    Line,
    Migration,
    determined,
    hidden_cells,
    make_moves,
    migration,
)

WHOLE = {"customer_id": "varchar", "segment_id": "varchar"}
FLOWS = {"from_segment_id": "varchar", "to_segment_id": "varchar", "customers": "bigint"}


def moved(before: dict[str, str], after: dict[str, str], ids: str = "abc") -> tuple[Migration, list]:
    with Engine(threads=1) as engine:
        engine.values("first_run", WHOLE, list(before.items()))
        engine.values("second_run", WHOLE, list(after.items()))
        make_moves(engine, "first_run", "second_run")
        customers = engine.rows("select * from moves order by customer_id")
        return migration(engine, list(ids), list(ids)), customers


def of_flows(ids: str, flows: dict[Cell, int]) -> Migration:
    with Engine(threads=1) as engine:
        engine.values("flows", FLOWS, [(was, now, n) for (was, now), n in flows.items()])
        return migration(engine, list(ids), list(ids))


def test_every_customer_of_either_run_is_in_one_cell() -> None:
    before = {f"k{at}": "a" for at in range(40)} | {f"k{at}": "b" for at in range(40, 80)}
    after = {f"k{at}": "a" for at in range(20)} | {f"k{at}": "b" for at in range(20, 65)}
    after |= {f"new{at}": "a" for at in range(30)}
    found, customers = moved(before, after, "ab")
    assert len(customers) == 110
    assert found.counts["a", "a"] == found.counts["a", "b"] == 20
    assert (found.counts["b", "b"], found.counts["b", ELSEWHERE]) == (25, 15)
    assert (found.counts[ELSEWHERE, "a"], found.counts[ELSEWHERE, ALL]) == (30, 30)
    assert (found.stayed, found.moved) == (45, 20)
    assert found.moved_share == pytest.approx(20 / 65, abs=1e-6)
    assert found.share(("b", "b")) == 0.625
    assert not found.hidden


def test_a_small_cell_takes_with_it_what_would_give_it_away() -> None:
    found = of_flows("ab", {("a", "a"): 80, ("a", "b"): 5, ("b", "a"): 30, ("b", "b"): 60})
    assert found.hidden == {("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")}
    assert found.shown(("a", ALL)) == 85, "the size of a segment is in the facts of its run"
    assert (found.stayed, found.moved) == (None, None), "with the sizes they would tell all four"


def test_two_hidden_cells_on_every_line_are_not_enough_where_one_of_them_is_a_bridge() -> None:
    """Two squares of hidden cells, joined by one more: it is the only number that fits, though each of its
    lines has other hidden cells."""
    rows, columns = range(4), range(10, 14)
    cells = [(str(row), str(column)) for row in rows for column in columns]
    lines: list[Line] = [tuple(c for c in cells if c[0] == str(r)) for r in rows]
    lines += [tuple(c for c in cells if c[1] == str(c2)) for c2 in columns]
    square = [("0", "10"), ("0", "11"), ("1", "10"), ("1", "11")]
    other = [("2", "12"), ("2", "13"), ("3", "12"), ("3", "13")]
    bridge = ("1", "12")
    assert determined([*square, *other, bridge], lines) == [bridge]
    counts = dict.fromkeys(cells, 50) | dict.fromkeys((*square, *other, bridge), 6)
    hidden = hidden_cells(counts, lines, {*square, *other, bridge})
    assert hidden > {*square, *other, bridge}
    assert determined(sorted(hidden), lines) == []


def lines_of(found: Migration, *, with_diagonal: bool) -> list[dict[Cell, int]]:
    """What is known of the table to who sees its sums, written down anew."""
    rows, columns = (*found.before, ELSEWHERE), (*found.after, ELSEWHERE)
    inner = [(was, now) for was in rows for now in columns if (was, now) != (ELSEWHERE, ELSEWHERE)]
    known = [{**{c: 1 for c in inner if c[0] == was}, (was, ALL): -1} for was in rows]
    known += [{**{c: 1 for c in inner if c[1] == now}, (ALL, now): -1} for now in columns]
    known += [{(was, ALL): 1 for was in found.before}, {(ALL, now): 1 for now in found.after}]
    if with_diagonal:
        both = [c for c in inner if ELSEWHERE not in c]
        known += [{c: 1 for c in both if c[0] == c[1]}, {c: 1 for c in both if c[0] != c[1]}]
    return known


@pytest.mark.parametrize("seed", range(60))
def test_no_hidden_cell_is_the_only_number_that_fits_all_that_is_shown(seed: int) -> None:
    chance = random.Random(seed)
    ids = "abcdefghijk"[: chance.randrange(2, 12)]
    flows = {
        (was, now): chance.choice([0, 0, 3, 8, 15, 40, 200])
        for was in (*ids, ELSEWHERE)
        for now in (*ids, ELSEWHERE)
        if (was, now) != (ELSEWHERE, ELSEWHERE)
    }
    found = of_flows(ids, {cell: n for cell, n in flows.items() if n})
    assert all(n >= 11 or n == 0 for cell, n in found.counts.items() if cell not in found.hidden)
    unknown = [cell for cell in found.counts if cell in found.hidden and found.counts[cell]]
    if not unknown:
        return
    known = lines_of(found, with_diagonal=found.moved is not None)
    matrix = np.array([[line.get(cell, 0) for cell in unknown] for line in known], dtype=float)
    rank = np.linalg.matrix_rank(matrix)
    for at, cell in enumerate(unknown):
        alone = np.zeros((1, len(unknown)))
        alone[0, at] = 1
        is_determined = np.linalg.matrix_rank(np.vstack([matrix, alone])) == rank
        beside = {c for line in known if cell in line for c in line}
        is_lost = all(c in found.hidden or ALL in c or not found.counts[c] for c in beside)
        assert not is_determined or is_lost, (cell, found.counts[cell])
