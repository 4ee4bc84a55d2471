"""What a purchase will be worth, alone: counted by hand for those who bought again."""

import pytest
from tests.value.test_periods import day, shop

from regulars.errors import NotReady
from regulars.value.fitting import Fitted
from regulars.value.histories import make_histories
from regulars.value.spend_trial import spend_held_out

SPEND = Fitted("gamma_gamma", {"p": 6.0, "q": 4.0, "v": 15.0}, {}, 0.0, 1)
UNTIL = day(30)
ROWS = [
    # Two purchase days after the first, 20 and 40; then one of 50 and one of 70, in two orders.
    ("ann", 0, 10.0), ("ann", 5, 20.0), ("ann", 9, 40.0), ("ann", 35, 50.0),
    ("ann", 40, 30.0), ("ann", 40, 40.0),
    # Once only, then a return and a purchase; the return is no purchase.
    ("bob", 3, 12.0), ("bob", 33, -5.0), ("bob", 34, 18.0),
    # Never again; for nothing; and for the first time.
    ("cid", 4, 99.0), ("dee", 4, 8.0), ("dee", 36, 0.0), ("eve", 36, 77.0),
]  # fmt: skip


def test_it_is_held_against_the_mean_of_those_who_bought():
    with shop(ROWS) as engine:
        make_histories(engine, UNTIL)
        told = spend_held_out(engine, SPEND, UNTIL, day(60))
        found = engine.rows("select * from foretold order by customer_id")
    # p (v + total) / (p x + q − 1): 6 (15 + 60) / (12 + 3) = 30 for ann, 6 · 15 / 3 = 30 for bob, as for all.
    assert found == [
        ("ann", 2, 30_000_000, 60_000_000, 23_333_333, 30_000_000),
        ("bob", 0, 30_000_000, 18_000_000, 12_000_000, 30_000_000),
    ]
    assert (told.customers, told.mean) == (2, (39.0, 30.0))
    own, everybody = told.errors
    assert (own.rule_name, everybody.rule_name) == ("their own mean", "everybody's mean")
    assert own.model_error == everybody.rule_error == pytest.approx((30 + 12) / 2)
    assert own.rule_error == pytest.approx((60 - 23.333333 + 18 - 12) / 2)
    assert [(each.x, each.customers, each.actual) for each in told.classes] == [(0, 1, 18.0), (2, 1, 60.0)]
    assert told.as_json()["mean_spend"] == {"actual": 39.0, "expected": 30.0}


def test_where_nobody_bought_again_there_is_nothing_to_hold_it_against():
    with shop(ROWS) as engine:
        make_histories(engine, UNTIL)
        with pytest.raises(NotReady, match="nobody bought for an amount"):
            spend_held_out(engine, SPEND, UNTIL, day(32))
