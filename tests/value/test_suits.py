"""Does this data fit these models? What is planted is found, and what is not there is not."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import numpy as np
import pytest

from regulars.engine import Engine
from regulars.value.checks import Check, share
from regulars.value.fitting import Fitted
from regulars.value.histories import make_histories
from regulars.value.steadiness import _limit, steady
from regulars.value.suits import checks, doubts
from regulars.value.worth import ValueModel

START = date(2022, 1, 1)
SURE = {"r": 0.1, "alpha": 0.1, "a": 1e-7, "b": 0.1}
# Rates of gamma(2, 40 days), and nobody leaves.
TRUTH = {"r": 2.0, "alpha": 40.0, "a": 1e-6, "b": 1.0}
SPEND = Fitted("gamma_gamma", {"p": 4, "q": 4, "v": 20}, {"p": 1, "q": 1, "v": 1}, 0.0, 1)


def model(until: date, spend: Fitted | None = SPEND) -> ValueModel:
    return ValueModel(Fitted("bgnbd", TRUTH, SURE, 0.0, 1), spend, 1, 1.0, until)


@contextmanager
def shop(rows: list[tuple[int, int, float]], days: int) -> Iterator[tuple[Engine, date]]:
    """An engine with ``orders`` and ``histories`` of (customer, day, amount)."""
    with Engine(threads=1) as engine:
        who, when, amount = (np.array(column) for column in zip(*rows, strict=True))
        engine.put("raw", {"who": who.astype(np.int64), "day": when.astype(np.int64), "amount": amount})
        engine.create(
            "orders",
            f"select who as customer_id, date '{START}' + cast(day as integer) as ordered_on, "
            "false as is_return, cast(amount as decimal(18, 2)) as amount from raw",
        )
        until = START + timedelta(days=days - 1)
        make_histories(engine, until)
        yield engine, until


def bought(
    seed: int, days: int, *, burst: bool = False, busy_in_winter: float = 0.0, dearer: float = 0.0
) -> list[tuple[int, int, float]]:
    """700 customers at steady rates of their own, and amounts of their own; or not so steady."""
    chance, rows = np.random.default_rng(seed), []
    for who in range(700):
        rate, at = chance.gamma(2, 1 / 40), float(chance.integers(0, days // 2))
        usual = chance.gamma(4, 10) * (rate * 20) ** dearer
        while at < days:
            # A season is made by thinning: the chance of a purchase follows the day of the year.
            season = 1 + busy_in_winter * math.cos(2 * math.pi * at / 365)
            if chance.random() * (1 + busy_in_winter) < season:
                bag = range(int(at), min(int(at) + (4 if burst else 1), days))
                rows += [(who, day, usual * chance.gamma(4) / 4 + 0.01) for day in bag]
            at += chance.exponential(1 / rate / (3 if burst else 1))
            if burst:
                at += chance.exponential(2 / rate)
    return rows


def found(rows: list[tuple[int, int, float]], days: int) -> dict[str, Check]:
    with shop(rows, days) as (engine, until):
        return {each.name: each for each in checks(engine, model(until), until)}


def test_of_steady_customers_nothing_is_doubted():
    for seed in range(4):
        made = found(bought(seed, 730), 730)
        assert {name: each.holds for name, each in made.items()} == dict.fromkeys(made, True)
        assert made["steady_rate"].measure < 0.08
        assert abs(made["independence"].measure) < 0.1
        assert made["season"].measure < 0.06


def test_purchases_in_clumps_are_found():
    steady_rate = found(bought(1, 730, burst=True), 730)["steady_rate"]
    assert steady_rate.holds is False
    assert steady_rate.severity == "warning"
    assert steady_rate.low < steady_rate.measure < steady_rate.high
    assert "buy in clumps; 5% would by chance" in steady_rate.found


def test_who_leaves_is_not_taken_for_clumpy():
    # They buy at a steady rate for a while, and never again: no gap after the last purchase counts.
    chance, rows = np.random.default_rng(4), []
    for who in range(500):
        days = chance.choice(200, size=8, replace=False)
        rows += [(who, int(day), 10.0) for day in days]
    with shop(rows, 1500) as (engine, until):
        assert steady(engine, until).measure < 0.08


def test_a_season_is_found_with_its_months():
    season = found(bought(2, 730, busy_in_winter=0.6), 730)["season"]
    assert season.holds is False
    assert season.severity == "warning"
    assert "(Jun) to" in season.found or "(Jul) to" in season.found
    assert "know of no season" in season.found


def test_of_less_than_a_year_a_season_cannot_be_told():
    season = found(bought(3, 240), 240)["season"]
    assert season.holds is None
    assert "In 240 days, less than a year, a season cannot be told from a trend" in season.found


def test_order_value_that_grows_with_frequency_is_found():
    independence = found(bought(5, 730, dearer=1.0), 730)["independence"]
    assert independence.holds is False
    assert independence.severity == "warning"
    assert independence.measure > 0.3
    assert "those who buy seldom too high" in independence.found
    cheaper = found(bought(5, 730, dearer=-1.0), 730)["independence"]
    assert cheaper.measure < -0.3
    assert "those who buy seldom too low" in cheaper.found


def test_one_enormous_customer_decides_no_correlation():
    rows = bought(6, 730)
    rows += [(5000, day, 90_000.0) for day in range(0, 730, 2)]
    assert abs(found(rows, 730)["independence"].measure) < 0.1


def test_few_repeat_buyers_are_a_warning_and_leave_the_rest_untold():
    rows = [(who, who % 300, 10.0 + who) for who in range(1000)] + [(who, 350, 9.0) for who in range(20)]
    with shop(rows, 400) as (engine, until):
        told = {each.where: each for each in doubts(engine, model(until), until)}
    assert "20 of 1,000 customers (2%) came back." in told["value.repeat_buyers"].what
    assert told["value.repeat_buyers"].severity == "warning"
    assert "cannot be told from 20 customers" in told["value.independence"].what
    assert "0 bought on 4 days or more" in told["value.steady_rate"].what


def test_a_parameter_smaller_than_its_standard_error_is_named():
    rows = bought(0, 730)
    with shop(rows, 730) as (engine, until):
        vague = Fitted("bgnbd", TRUTH, {**SURE, "b": 4.0}, 0.0, 1)
        said = doubts(engine, ValueModel(vague, None, 1, 1.0, until), until)
    assert [each.what for each in said] == ["These customers hardly tell b (1, standard error 4)."]


def test_the_entropy_of_gaps_is_that_of_the_paper():
    # Gaps of 1, 1 and 8 days: 1 + (2 · 0.1 ln 0.1 + 0.8 ln 0.8) / ln 3 = 0.418.
    rows = [(who, day, 5.0) for who in range(40) for day in (0, 1, 2, 10)]
    with shop(rows, 40) as (engine, until):
        steady(engine, until)
        ((gaps, last, spread),) = engine.rows("select repeats, last_days, spread from clumps group by all")
    assert (gaps, last) == (3, 10)
    entropy = 1 + (float(spread) / 1e6 / 10 - math.log(10)) / math.log(3)
    assert entropy == pytest.approx(1 + (0.2 * math.log(0.1) + 0.8 * math.log(0.8)) / math.log(3), abs=1e-6)


def test_the_limit_of_two_gaps_is_the_one_that_can_be_worked_out():
    # One cut at random: the shorter part is below 2.5 % of the whole one time in twenty.
    exact = 1 + (0.025 * math.log(0.025) + 0.975 * math.log(0.975)) / math.log(2)
    assert _limit(2) == pytest.approx(exact, abs=0.02)
    assert _limit(3) > _limit(10) > _limit(100)


def test_a_share_has_the_interval_of_wilson():
    # Newcombe (1998), Statistics in Medicine 17: 15 of 148 gives 0.0624 to 0.1605.
    assert share(15, 148) == pytest.approx((15 / 148, 0.0624, 0.1605), abs=5e-5)
