"""BG/BB on a shop's orders: whole periods from each customer's first purchase, counted by hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import numpy as np
import pytest

from regulars.engine import Engine
from regulars.errors import UsageError
from regulars.value.fitting import Fitted
from regulars.value.histories import grouped
from regulars.value.periods import Periods, calibrate_periods, make_periods, periods_held_out
from regulars.value.worth import ValueModel

START = date(2024, 1, 1)
BGBB = Fitted("bgbb", {"alpha": 1.2, "beta": 0.8, "gamma": 0.7, "delta": 2.8}, {}, 0.0, 1)
SPEND = Fitted("gamma_gamma", {"p": 6.0, "q": 4.0, "v": 15.0}, {}, 0.0, 1)


def day(n: int) -> date:
    return START + timedelta(days=n)


@contextmanager
def shop(rows: list[tuple[str, int, float]]) -> Iterator[Engine]:
    """An engine with ``orders`` of (customer, day, amount); what is below zero is a return."""
    kinds = {
        "customer_id": "varchar",
        "ordered_on": "date",
        "is_return": "boolean",
        "amount": "decimal(18, 2)",
    }
    with Engine(threads=1) as engine:
        made = [(who, day(at), amount < 0, str(amount)) for who, at, amount in rows]
        engine.values("orders", kinds, made)
        yield engine


def test_only_whole_weeks_from_the_first_order_count():
    # Days 1 to 7 after the first order are week 1. On day 24 ann has seen three weeks, and three days.
    rows = [("ann", 0, 10.0), ("ann", 0, 5.0), ("ann", 7, 20.0), ("ann", 6, 1.0), ("ann", 8, 30.0)]
    rows += [("ann", 23, 99.0), ("ann", 15, -4.0)]
    rows += [("bob", 20, 7.0), ("bob", 23, 8.0), ("cid", 24, 7.0), ("dee", 25, 7.0)]
    with shop(rows) as engine:
        make_periods(engine, Periods("week", day(24), day(40)))
        found = engine.rows(
            "select customer_id, repeats, last_days, seen_days, repeat_spend from histories "
            "order by customer_id"
        )
    assert [(*row[:4], float(row[4])) for row in found] == [
        ("ann", 2, 2, 3, 51.0),  # weeks 1 and 2 of three; the order of day 23 is in the week that was running
        ("bob", 0, 0, 0, 0.0),  # seen for four days: no week of his is over
        ("cid", 0, 0, 0, 0.0),
    ]


def test_the_week_that_was_running_is_the_first_that_is_foretold():
    # 16 days are held out: two weeks, the two that follow each customer's last whole one.
    rows = [("ann", 0, 10.0), ("ann", 7, 20.0), ("ann", 23, 99.0), ("ann", 26, 1.0), ("ann", 30, -9.0)]
    rows += [("ann", 36, 5.0), ("bob", 20, 7.0), ("bob", 23, 8.0), ("bob", 34, 2.0), ("bob", 35, 2.0)]
    periods = Periods("week", day(24), day(40))
    assert periods.held == 2
    with shop([*rows, ("dee", 25, 7.0)]) as engine:
        make_periods(engine, periods)
        told = periods_held_out(engine, ValueModel(BGBB, SPEND, 1, 1.0, day(24)), periods)
        found = engine.rows(
            "select customer_id, purchases_made // 1000000, value_made // 1000000, "
            "purchases_before // 1000000, value_before // 1000000 from foretold order by customer_id"
        )
    # ann's weeks 4 and 5 are days 22 to 35: one with orders, and a return in the other. bob's weeks 1 and 2
    # are days 21 to 34: both. Before: ann's weeks 2 and 3 had none; bob's first order is all that he had.
    assert found == [("ann", 1, 91, 0, 0), ("bob", 2, 10, 1, 7)]
    assert (told.customers, told.born_later, told.purchases[0]) == (2, 1, 3)
    assert [error.rule_name for error in told.errors[::2]] == ["as before", "last 3 weeks"]
    assert told.tracking == ()


def test_later_orders_change_no_history_and_no_rule():
    chance = np.random.default_rng(3)
    rows = [(f"c{n % 40:02d}", int(at), 10.0) for n, at in enumerate(chance.integers(0, 120, 400))]
    periods, seen = Periods("week", day(80), day(119)), []
    for later in (1.0, 7.0):
        changed = [(who, at, amount * (later if at > 80 else 1)) for who, at, amount in rows]
        with shop(changed) as engine:
            make_periods(engine, periods)
            periods_held_out(engine, ValueModel(BGBB, SPEND, 1, 1.0, day(80)), periods)
            seen.append(engine.rows("select * exclude (value_made) from foretold order by customer_id"))
            seen.append(engine.rows("from histories order by customer_id"))
    assert seen[0] == seen[2]
    assert seen[1] == seen[3]


def test_customers_who_live_by_the_story_are_foretold():
    chance, rows = np.random.default_rng(12), []
    for who in range(2000):
        first, buys, leaves = int(chance.integers(0, 180)), chance.beta(1.2, 3), chance.beta(0.7, 4)
        rows.append((f"c{who:04d}", first, 10.0))
        usual = 4 / chance.gamma(4, 1 / 60)
        for month in range(24):
            if chance.random() < leaves:
                break
            if chance.random() < buys:
                at = first + 30 * month + int(chance.integers(1, 31))
                rows.append((f"c{who:04d}", at, round(float(usual * chance.gamma(4) / 4), 2) + 0.01))
    periods = Periods("month", day(480), day(640))
    with shop(rows) as engine:
        calibration = calibrate_periods(engine, periods)
        assert calibration.histories.T.max() == 16
        model, doubts = calibration.fit("bgbb")
        told = periods_held_out(engine, model, periods)
    assert doubts == ()
    for name, truth in {"alpha": 1.2, "beta": 3, "gamma": 0.7, "delta": 4}.items():
        off = (model.purchases.parameters[name] - truth) / model.purchases.standard_errors[name]
        assert abs(off) < 3.5, name
    assert told.purchases[1] == pytest.approx(told.purchases[0], rel=0.12)
    assert told.value[1] == pytest.approx(told.value[0], rel=0.15)


def test_a_hold_out_of_no_whole_period_is_refused():
    with pytest.raises(UsageError, match="no whole year to hold out"):
        Periods("year", day(0), day(364))


def test_histories_in_periods_are_grouped_like_any_others():
    with shop([("ann", 0, 1.0), ("ann", 9, 1.0), ("bob", 0, 1.0), ("bob", 13, 1.0)]) as engine:
        make_periods(engine, Periods("week", day(21), day(40)))
        histories = grouped(engine, 1)
    assert (histories.x.tolist(), histories.t_x.tolist(), histories.T.tolist()) == ([1], [2], [3])
    assert histories.customers == 2
