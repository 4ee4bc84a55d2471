"""What a facts file gives away: a linear-programming attacker who knows what the figures mean."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator

import numpy as np
import pytest
from scipy.optimize import linprog
from tests.profile.crowds import profiled

from regulars.engine import Engine
from regulars.measure.small_cells import SMALLEST_SHOWN
from regulars.profile.facts_file import as_json

COUNTS = ("customers", "repeaters", "orders", "returning", "events", "seen")
"""What the attacker does not know of each segment: how many customers there are; how many have two orders or
more; orders; how many have a gap between purchases; events; how many customers have any."""
MOST = 10_000
"""More orders than anybody has."""


@pytest.fixture(scope="module")
def engine():
    with Engine(threads=1) as made:
        yield made


def crowd(chance: random.Random) -> dict[str, list[dict[str, float | None]]]:
    """A few segments, many of them with a handful of customers who are unlike the others."""

    def few(size: int) -> int:
        return min(size, chance.choice((0, 0, 1, 2, 5, 9, 10, 11, 12, 20, size)))

    groups = {}
    for nth in range(chance.randint(2, 6)):
        size = chance.choice((0, 1, 4, 9, 10, 11, 12, 15, 25, 40))
        repeaters, returning, seen = few(size), few(size), few(size)
        groups[f"s{nth}"] = [
            {
                "orders": 1 + (at < repeaters) * chance.choice((1, 1, 3)),
                "gap_days": 9 if at < returning else None,
                "event_count": (at < seen) * chance.choice((1, 1, 4)),
                "spend": chance.randrange(100),
            }
            for at in range(size)
        ]
    return groups if any(groups.values()) else crowd(chance)


def truth(groups: dict) -> dict[tuple[str, str], int]:
    """Every count, of every segment."""
    told = {}
    for segment, people in groups.items():
        told[segment, "customers"] = len(people)
        told[segment, "repeaters"] = sum(each["orders"] > 1 for each in people)
        told[segment, "orders"] = sum(each["orders"] for each in people)
        told[segment, "returning"] = sum(each["gap_days"] is not None for each in people)
        told[segment, "events"] = sum(each["event_count"] for each in people)
        told[segment, "seen"] = sum(each["event_count"] > 0 for each in people)
    return told


def published(facts: dict) -> Iterator[tuple[str, str, float]]:
    """Group, count and value of everything in a facts file that tells a count."""
    for group in ("overall", *facts["segments"]):
        of = {name: facts["detail"]["facts"][f"{group}.{name}"] for name in facts["metrics"]}
        everybody = facts["detail"]["facts"]["overall.customers"]["value"]
        value = {name: each["value"] for name, each in of.items() if each["value"] is not None}
        n = {name: each["n"] for name, each in of.items() if each["n"] is not None}
        yield from ((group, "customers", n[name]) for name in n if name != "gap_days")
        if "gap_days" in n:
            yield group, "returning", n["gap_days"]
        if "customer_share" in value and everybody:
            yield group, "customers", value["customer_share"] * everybody / 100
        if "orders" in value:
            yield group, "orders", value["orders"]
        if "aov" in value and value["aov"] and "revenue" in value:
            yield group, "orders", value["revenue"] / value["aov"]
        for name, count in (("orders_per_customer", "orders"), ("event_count", "events")):
            if name in value:
                yield group, count, value[name] * n[name]
        if "repeat_rate" in value:
            yield group, "repeaters", value["repeat_rate"] * n["repeat_rate"] / 100


def bounds(facts: dict, target: dict[tuple[str, str], int]) -> tuple[int, int]:
    """The least and the most that a weighted sum of counts can be, given all that is published."""
    segments = list(facts["segments"])
    place = {(s, c): at for at, (s, c) in enumerate((s, c) for s in segments for c in COUNTS)}

    def row(terms: dict[tuple[str, str], int]) -> np.ndarray:
        made = np.zeros(len(place))
        for cell, weight in terms.items():
            made[place[cell]] += weight
        return made

    known, equal, over = [], [], []
    for group, count, value in published(facts):
        among = segments if group == "overall" else [group]
        equal.append(row(dict.fromkeys(((s, count) for s in among), 1)))
        known.append(round(value))
    for s in segments:
        over += [
            row({(s, "repeaters"): 1, (s, "customers"): -1}),
            row({(s, "customers"): 1, (s, "repeaters"): 1, (s, "orders"): -1}),
            row({(s, "orders"): 1, (s, "customers"): -1, (s, "repeaters"): -MOST}),
            row({(s, "returning"): 1, (s, "customers"): -1}),
            row({(s, "seen"): 1, (s, "customers"): -1}),
            row({(s, "seen"): 1, (s, "events"): -1}),
            row({(s, "events"): 1, (s, "seen"): -MOST}),
        ]
    aim = row(target)
    rules = {"A_ub": np.array(over), "b_ub": np.zeros(len(over))}
    if equal:
        rules |= {"A_eq": np.array(equal), "b_eq": np.array(known, dtype=float)}
    least, most = (linprog(sign * aim, **rules) for sign in (1, -1))
    return (
        int(np.ceil(least.fun - 1e-6)),
        MOST**2 if most.status == 3 else int(np.floor(-most.fun + 1e-6)),  # 3: it has no bound
    )


def cells(groups: dict) -> Iterator[tuple[dict[tuple[str, str], int], int]]:
    """Every cell of ten customers or fewer that may not be found out: who is, has, and has not."""
    told = truth(groups)
    for segment in groups:
        for having in ("customers", "repeaters", "returning", "seen"):
            terms = [{(segment, having): 1}]
            if having != "customers":
                terms.append({(segment, "customers"): 1, (segment, having): -1})
            for each in terms:
                count = sum(weight * told[cell] for cell, weight in each.items())
                if 0 < count < SMALLEST_SHOWN:
                    yield each, count


def found_out(engine: Engine, groups: dict) -> list[str]:
    facts = json.loads(json.dumps(as_json(profiled(engine, groups))))
    return [f"{cell}: {count}" for cell, count in cells(groups) if bounds(facts, cell) == (count, count)]


def attacked(engine: Engine, seeds: range) -> None:
    small = 0
    for seed in seeds:
        groups = crowd(random.Random(seed))
        small += sum(1 for _ in cells(groups))
        assert found_out(engine, groups) == [], seed
    assert small > 3 * len(seeds)


def test_linear_programming_finds_no_cell_of_ten_or_fewer_in_a_facts_file(engine) -> None:
    attacked(engine, range(50))


@pytest.mark.soak
def test_linear_programming_finds_next_to_no_small_cell_in_two_thousand_facts_files(engine) -> None:
    """Not none: where all that could cover a repeat rate have one order each, orders give the cover away."""
    small, found = 0, []
    for seed in range(2000):
        groups = crowd(random.Random(seed))
        small += sum(1 for _ in cells(groups))
        found += [(seed, each) for each in found_out(engine, groups)]
    assert len(found) <= small / 10_000, found


def test_the_attacker_finds_what_is_left_uncovered(engine) -> None:
    """Three of forty with two orders: told by the rate, by the orders, and by the rate of all the others."""
    people = [{"orders": 1 + (at < 3)} for at in range(40)]
    groups = {"a": people, "b": [{"orders": 1 + at % 2} for at in range(60)]}
    groups = {name: [{"gap_days": None, "event_count": 0, **p} for p in g] for name, g in groups.items()}
    facts = json.loads(json.dumps(as_json(profiled(engine, groups))))
    assert facts["segments"]["a"]["metrics"]["repeat_rate"] is None
    three = {("a", "repeaters"): 1}
    assert bounds(facts, three) != (3, 3)
    facts["detail"]["facts"]["a.repeat_rate"] |= {"value": 7.5, "n": 40}
    assert bounds(facts, three) == (3, 3)


def test_a_rate_that_sets_few_apart_is_hidden_with_its_cover_and_the_figures_of_all_stay(engine) -> None:
    def group(size: int, repeaters: int) -> list[dict]:
        return [{"orders": 1 + 5 * (at < repeaters)} for at in range(size)]

    made = profiled(engine, {"a": group(50, 2), "b": group(60, 30), "c": group(70, 40), "d": group(40, 40)})
    assert [made.fact(f"{s}.repeat_rate").value for s in "abcd"] == [None, None, 57.1429, 100.0]
    assert made.overall.facts["repeat_rate"].value == 50.9091
    assert [made.fact(f"{s}.customers").value for s in "abcd"] == [50, 60, 70, 40]


def test_one_order_more_than_customers_is_not_told(engine) -> None:
    """101 orders of 100 customers who all have one say that one of them has two."""
    lone = [{"orders": 1 + (at == 0)} for at in range(100)]
    others = [{"orders": 3} for _ in range(50)]
    made = profiled(engine, {"lone": lone, "b": others, "c": others})
    for name in ("orders", "orders_per_customer", "aov", "repeat_rate"):
        assert made.fact(f"lone.{name}").value is None, name
    assert made.fact("lone.revenue").value == 10_000
