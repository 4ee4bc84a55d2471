"""Small groups: blank, and not to be had back by anyone who can add and subtract."""

from __future__ import annotations

import json
import os
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as tried
from hypothesis import strategies as st
from scipy.optimize import linprog
from tests.profile.crowds import customers, profiled

from regulars.engine import Engine
from regulars.measure.small_cells import SMALLEST_SHOWN, covered
from regulars.profile.facts_file import as_json
from regulars.profile.panels import hidden_cells

EXAMPLES = 2_000 if os.environ.get("REGULARS_SOAK") else 60


@pytest.fixture(scope="module")
def engine():
    with Engine(threads=1) as made:
        yield made


def shown(profile) -> set[str]:
    return {segment.id for segment in profile.segments if not segment.is_suppressed}


def test_ten_are_hidden_and_eleven_are_shown(engine) -> None:
    made = profiled(engine, {"ten": customers(10), "eight": customers(8), "eleven": customers(11)})
    assert shown(made) == {"eleven"}
    assert all(fact.value is None for fact in made.segment("ten").facts.values())
    assert made.fact("ten.customers").note.startswith("not shown: ten customers or fewer")


def test_one_small_group_takes_the_next_smallest_with_it(engine) -> None:
    made = profiled(engine, {"tiny": customers(3), "big": customers(50), "mid": customers(20)})
    assert shown(made) == {"big"}
    assert made.overall.facts["customers"].value == 73


def test_small_groups_that_are_ten_together_take_another_with_them(engine) -> None:
    sizes = {"a": 4, "b": 6, "c": 30, "d": 40}
    assert shown(profiled(engine, {name: customers(size) for name, size in sizes.items()})) == {"d"}
    sizes["b"] = 7
    assert shown(profiled(engine, {name: customers(size) for name, size in sizes.items()})) == {"c", "d"}


def test_what_covers_is_told_in_the_same_words_as_what_it_covers(engine) -> None:
    """Of two hidden groups with 12 customers together, one said to be ten or fewer and the other not
    would be 1 and 11."""
    made = profiled(engine, {"one": customers(1), "eleven": customers(11), "big": customers(50)})
    assert made.fact("one.customers").note == made.fact("eleven.customers").note


def test_what_covers_keeps_no_average_n_or_interval_to_work_from(engine) -> None:
    made = profiled(engine, {"tiny": customers(3), "mid": customers(20), "big": customers(50)})
    for name, fact in made.segment("mid").facts.items():
        assert (fact.value, fact.n, fact.low, fact.high) == (None, None, None, None), name
    assert not any("." in name for name in made.segment("mid").facts)


def test_a_figure_of_few_in_a_large_group_is_hidden_with_its_cover_and_the_rest_is_shown(engine) -> None:
    def group(size: int, back: int):
        return [{"gap_days": 30 if at < back else None, "gap_variation": None} for at in range(size)]

    made = profiled(engine, {"a": group(50, 5), "b": group(50, 20), "c": group(50, 39)})
    assert shown(made) == {"a", "b", "c"}
    # Of c eleven have none: with the 45 of a they are the smallest cover for the five who have one.
    assert [made.fact(f"{s}.gap_days").value for s in "abc"] == [None, 30.0, None]
    assert made.overall.facts["gap_days"].n == 64


def test_a_shop_of_ten_customers_has_no_figures_at_all(engine) -> None:
    made = profiled(engine, {"a": customers(4), "b": customers(6)})
    assert all(
        fact.value is None for group in (made.overall, *made.segments) for fact in group.facts.values()
    )


def test_a_figure_that_few_of_all_customers_have_is_hidden_of_all(engine) -> None:
    few = [{"gap_days": 30 if at < 4 else None} for at in range(40)]
    made = profiled(engine, {"a": few, "b": customers(40, gap_days=None)})
    assert made.overall.facts["gap_days"].value is None
    assert made.overall.facts["customers"].value == 80


# --- an attacker: every published number, and arithmetic ----------------------------------------------


def attack(facts: dict) -> list[str]:
    """What the attacker learns from a facts file: of each metric, how many customers are in hidden cells."""
    detail, learnt = facts["detail"]["facts"], []
    for metric in facts["metrics"]:
        whole = detail[f"overall.{metric}"]["n"]
        cells = {s: detail[f"{s}.{metric}"] for s in facts["segments"]}
        blank = [s for s, cell in cells.items() if cell["n"] is None]
        if whole is None or not blank:
            continue
        rest = whole - sum(cell["n"] for cell in cells.values() if cell["n"] is not None)
        if rest and (len(blank) == 1 or rest < SMALLEST_SHOWN):
            learnt.append(f"{metric}: {rest} customers in {blank}")
        learnt += [
            f"{metric} of {s} leaks {name}"
            for s in blank
            for name, value in cells[s].items()
            if name in ("value", "low", "high") and value is not None
        ]
    return learnt


SIZES = st.lists(st.integers(0, 30), min_size=2, max_size=6).filter(any)


@tried(max_examples=EXAMPLES)
@given(sizes=SIZES, back=st.lists(st.integers(0, 30), min_size=6, max_size=6))
def test_no_hidden_cell_follows_from_what_is_published(engine, sizes, back) -> None:
    crowd = {
        f"s{nth}": [
            {
                "orders": 1 + at % 3,
                "gap_days": 9 if at < came else None,
                "predicted_value": at,
                "p_alive": 0.5,
            }
            for at in range(size)
        ]
        for nth, (size, came) in enumerate(zip(sizes, back, strict=False))
    }
    assert attack(json.loads(json.dumps(as_json(profiled(engine, crowd))))) == []


def test_the_attacker_finds_what_is_left_uncovered(engine) -> None:
    facts = as_json(profiled(engine, {"tiny": customers(3), "mid": customers(20), "big": customers(50)}))
    facts["detail"]["facts"]["mid.orders"] |= {"n": 20, "value": 20}
    assert attack(facts) == ["orders: 3 customers in ['tiny']"]


@given(counts=st.dictionaries(st.integers(0, 9), st.integers(0, 40), min_size=1))
def test_cover_is_two_filled_cells_and_eleven_customers_or_everything(counts) -> None:
    small = {cell for cell, n in counts.items() if 0 < n < SMALLEST_SHOWN}
    hidden = small | covered(counts, small)
    filled = [counts[cell] for cell in hidden]
    if small and hidden != {cell for cell, n in counts.items() if n}:
        assert len(filled) >= 2
        assert sum(filled) >= SMALLEST_SHOWN
    assert hidden or not small


# --- the grid: its cells, its total, and the segments that cells add up to -----------------------------


def bounds(people: Counter, hidden: set, whole: set) -> dict:
    """The least and the most that each hidden cell can hold, by linear programming over (segment, cell):
    the attacker knows which segments may meet which cells, all shown cells, all shown segments, the total."""
    edges = sorted(people)
    cells = {cell for _, cell in edges}
    rows, known = [np.ones(len(edges))], [people.total()]
    for cell in cells - hidden:
        rows.append(np.array([float(c == cell) for _, c in edges]))
        known.append(sum(n for (_, c), n in people.items() if c == cell))
    for segment in whole:
        rows.append(np.array([float(s == segment) for s, _ in edges]))
        known.append(sum(n for (s, _), n in people.items() if s == segment))
    found = {}
    for cell in hidden:
        aim = np.array([float(c == cell) for _, c in edges])
        ends = [linprog(sign * aim, A_eq=np.array(rows), b_eq=known).fun * sign for sign in (1, -1)]
        found[cell] = (round(ends[0], 6), round(ends[1], 6))
    return found


CELLS = [(r, c) for r in range(1, 4) for c in range(1, 4)]
PEOPLE = st.dictionaries(
    st.tuples(st.sampled_from("abcd"), st.sampled_from(CELLS)), st.integers(1, 25), min_size=1, max_size=12
).map(Counter)


@tried(max_examples=EXAMPLES)
@given(people=PEOPLE)
def test_linear_programming_pins_no_hidden_cell_of_the_grid(people) -> None:
    sizes, counts = Counter(), Counter()
    for (segment, cell), n in people.items():
        sizes[segment] += n
        counts[cell] += n
    if people.total() < SMALLEST_SHOWN:
        return
    small = {s for s, n in sizes.items() if n < SMALLEST_SHOWN}
    whole = set(sizes) - small - covered(sizes, small)
    hidden = hidden_cells(counts, set(people), whole)
    assert {cell for cell, n in counts.items() if n < SMALLEST_SHOWN} <= hidden
    for cell, (least, most) in bounds(people, hidden, whole).items():
        assert most > least or counts[cell] >= SMALLEST_SHOWN, (cell, counts[cell])


def test_cells_that_make_up_a_shown_segment_need_cover_of_their_own() -> None:
    """Segment a is cells (1, 1) and (1, 2) alone: hiding (1, 1) with (3, 3) would leave 20 − 15 = 5."""
    counts = {(1, 1): 5, (1, 2): 15, (3, 3): 12, (3, 4): 30}
    met = {("a", (1, 1)), ("a", (1, 2)), ("b", (3, 3)), ("b", (3, 4))}
    assert hidden_cells(counts, met, {"a", "b"}) == {(1, 1), (1, 2)}
    assert hidden_cells(counts, met, set()) == {(1, 1), (3, 3)}
