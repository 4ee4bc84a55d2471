"""The simple rules that a model has to beat: what each says, counted by hand, of no day to come."""

from collections import defaultdict
from datetime import date, timedelta

import numpy as np
import pytest

from regulars.engine import Engine
from regulars.value.histories import make_histories
from regulars.value.rules import Error, make_rules, verdicts

START = date(2022, 1, 1)
COLUMNS = {"customer_id": "varchar", "ordered_on": "date", "is_return": "boolean", "amount": "decimal(18, 2)"}


def day(n: int) -> date:
    return START + timedelta(days=n)


def rows(customers: int = 300, days: int = 900) -> list[tuple]:
    """Customers who buy at rates of their own, with a return now and then."""
    chance = np.random.default_rng(8)
    made = []
    for customer in range(customers):
        at, gap = float(chance.integers(0, 500)), chance.gamma(1.5, 60)
        while at < days:
            amount = round(float(chance.gamma(3, 10)), 2)
            made.append((f"c{customer:03d}", day(int(at)), False, amount))
            if chance.random() < 0.1:
                made.append((f"c{customer:03d}", day(min(int(at) + 5, days - 1)), True, -amount))
            at += chance.exponential(gap) + 1
    return made


def ruled(orders: list[tuple], until: date, upto: date) -> tuple[dict[str, tuple], list[str]]:
    """What the rules say of each customer, in purchases and in spend; and their names."""
    with Engine(threads=1) as engine:
        engine.values("raw", COLUMNS, [(*each[:3], str(each[3])) for each in orders])
        engine.create("orders", "select * replace (cast(amount as decimal(18, 2)) as amount) from raw")
        make_histories(engine, until)
        rules, _ = make_rules(engine, until, upto)
        found = engine.rows(
            "select customer_id, later_purchases, before_purchases, before_spend, year_purchases, "
            "year_spend, cell_means.purchases, cell_means.spend "
            "from outcomes join cell_means using (customer_id)"
        )
    return {name: tuple(map(float, said)) for name, *said in found}, [rule.name for rule in rules]


def by_hand(orders: list[tuple], after: date, upto: date) -> dict[str, tuple[int, float]]:
    """Purchase days and net spend of each customer after one day, up to another."""
    bought, spent = defaultdict(set), defaultdict(float)
    for customer, on, is_return, amount in orders:
        if after < on <= upto:
            spent[customer] += amount
            if not is_return:
                bought[customer].add(on)
    return {name: (len(bought[name]), spent[name]) for name in {each[0] for each in orders}}


def test_last_year_and_the_days_before_are_counted_as_by_hand():
    orders, until, upto = rows(), day(700), day(850)
    said, names = ruled(orders, until, upto)
    assert names == ["as before", "last year", "RFM cell mean"]
    later = by_hand(orders, until, upto)
    before = by_hand(orders, day(550), until)
    year = by_hand(orders, day(700 - 365), until)
    assert len(said) > 250
    for name, (came, *rule) in said.items():
        assert came == later[name][0]
        assert rule[:4] == pytest.approx([*before[name], *year[name]], abs=1e-6)


def test_the_cell_mean_is_what_the_same_cell_did_in_the_days_before():
    orders, until, upto = rows(), day(700), day(850)
    said, _ = ruled(orders, until, upto)

    def cells(at: date) -> dict[str, tuple[int, ...]]:
        known = {each[0] for each in orders if each[1] <= at and not each[2]}
        last = {name: max(e[1] for e in orders if e[0] == name and not e[2] and e[1] <= at) for name in known}
        held = by_hand(orders, day(-1), at)
        measured = {name: ((at - last[name]).days, held[name][0], round(held[name][1], 2)) for name in known}
        cuts = []
        for axis in range(3):
            values = sorted(each[axis] for each in measured.values())
            # The smallest value with at least so many fifths of all at or below it.
            cuts.append([values[-(-fifth * len(values) // 5) - 1] for fifth in range(1, 5)])
        return {
            name: tuple(sum(value > cut for cut in cuts[axis]) for axis, value in enumerate(each))
            for name, each in measured.items()
        }

    then, now, did = cells(day(550)), cells(until), by_hand(orders, day(550), until)
    for name, (*_, purchases, spend) in said.items():
        peers = [peer for peer, cell in then.items() if cell == now[name]] or list(then)
        assert purchases == pytest.approx(np.mean([did[peer][0] for peer in peers]))
        assert spend == pytest.approx(np.mean([did[peer][1] for peer in peers]), abs=1e-6)


def test_nothing_that_came_later_is_in_what_a_rule_says():
    orders, until, upto = rows(), day(700), day(850)
    changed = [each for each in orders if each[1] <= until]
    changed += [(name, upto, False, 1e6) for name in {each[0] for each in changed}]
    told, other = ruled(orders, until, upto)[0], ruled(changed, until, upto)[0]
    assert {name: said[1:] for name, said in told.items()} == {n: said[1:] for n, said in other.items()}


def test_of_less_than_a_year_all_that_is_known_is_taken_and_said():
    orders, until, upto = rows(), day(99), day(299)
    said, names = ruled(orders, until, upto)
    assert names[1] == "last 100 days"
    known = by_hand(orders, day(-1), until)
    assert all(each[3] == known[name][0] for name, each in said.items())


def error(key: str, low: float, high: float, what: str = "purchases") -> Error:
    return Error(what, key, 0.5, 1.0, (low + high) / 2, low, high, key, key, 10.0)


def test_what_a_model_does_not_beat_comes_first():
    spend = [error("a", 0.4, 0.6, "spend"), error("b", 0.1, 0.2, "spend")]
    assert verdicts(
        [error("a", 0.4, 0.6), error("b", -0.1, 0.1), error("c", -0.3, -0.2), *reversed(spend)]
    ) == (
        "On purchases the model does worse than 'c', and no better than 'b'.",
        "On spend the model beats every simple rule: 50% less error than the best of them, 'b' (10% to 20%).",
    )
