"""What docs/value.md says of returns, one-time buyers, newcomers and the like is what becomes of them."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.value.test_periods import START, day
from tests.value.test_periods import shop as opened

from regulars.engine import Engine
from regulars.value.calibration import calibrate
from regulars.value.holdout import held_out
from regulars.value.worth import make_worth

DAYS, UNTIL = 400, 300
SETTINGS = """\
schema: regulars/1
name: Treatments
currency: EUR
sources:
  orders:
    path: orders.csv
    date_format: "%Y-%m-%d"
    columns: {{customer: who, time: when{amount}}}
cleaning: {{zero_value: keep, duplicates: keep, net_spend_not_positive: {cleaning}}}
value: {{model: bgnbd}}
"""
Rows = list[tuple[str, int, float]]


def usual(customers: int = 400, *, leave: bool = True, spread: float = 4.0) -> Rows:
    """Customers of a plain shop: (customer, day, amount), by the story of BG/NBD and Gamma-Gamma."""
    chance, rows = np.random.default_rng(21), []
    for who in range(customers):
        at, gap = int(chance.integers(0, 200)), 1 / chance.gamma(1.2, 1 / 30)
        mean, drops = 1 / chance.gamma(4, 1 / 90), chance.beta(1, 5) if leave else 0.0
        while at < DAYS:
            amount = 30.0 if not spread else float(mean * chance.gamma(spread) / spread) + 0.01
            rows.append((f"c{who:03d}", at, round(amount, 2)))
            if len(rows) > 1 and rows[-2][0] == rows[-1][0] and chance.random() < drops:
                break
            at += 1 + int(chance.exponential(gap))
    return rows


SPECIAL: Rows = [
    ("once", 10, 40.0),
    ("last day", UNTIL, 40.0), ("last day", UNTIL + 30, 40.0),
    ("born later", UNTIL + 1, 40.0), ("born later", UNTIL + 9, 40.0),
    ("only returns", 50, -40.0), ("only returns", UNTIL + 5, -40.0),
    # Two orders on a day, and a return between two purchases.
    ("same day", 60, 10.0), ("same day", 60, 5.0), ("same day", 80, 20.0), ("same day", 80, 1.0),
    ("returner", 60, 90.0), ("returner", 70, -90.0), ("returner", 80, 30.0),
    # What they came back for cost nothing.
    ("gifts", 60, 90.0), ("gifts", 80, 0.0), ("gifts", 90, 0.0),
    *(("enormous", at, 500.0) for at in range(UNTIL)),
]  # fmt: skip


@pytest.fixture(scope="module")
def shop() -> Iterator[Engine]:
    """``orders``, ``histories`` and ``worth`` of the usual and the special, fitted up to day 300."""
    until, upto = day(UNTIL), day(DAYS)
    with opened([*usual(), *SPECIAL]) as engine:
        calibration = calibrate(engine, until, 7)
        model, _ = calibration.fit("bgnbd")
        make_worth(engine, model, (upto - until).days)
        told = held_out(engine, model, until, upto)
        engine.create("told", f"select {told.born_later} as born_later, {model.kept_share} as kept_share")
        yield engine


def of(shop: Engine, who: str) -> dict[str, float]:
    columns = "repeats, last_days, seen_days, repeat_spend, p_alive, expected_purchases, order_value"
    rows = shop.rows(
        f"select {columns} from histories join worth using (customer_id) where customer_id = '{who}'"
    )
    return dict(zip(columns.split(", "), map(float, rows[0]), strict=True)) if rows else {}


def everybody(shop: Engine) -> float:
    ((mean,),) = shop.rows("select distinct order_value from histories join worth using (customer_id) "
                           "where repeats = 0")  # fmt: skip
    return float(mean)


def test_who_bought_once_has_a_history_and_everybodys_mean(shop):
    once = of(shop, "once")
    assert (once["repeats"], once["last_days"], once["seen_days"]) == (0, 0, UNTIL - 10)
    assert once["order_value"] == everybody(shop)
    assert 0 < once["expected_purchases"] < of(shop, "last day")["expected_purchases"]


def test_who_came_on_the_last_day_has_been_seen_for_no_time_and_is_foretold_as_new(shop):
    new = of(shop, "last day")
    assert (new["repeats"], new["last_days"], new["seen_days"]) == (0, 0, 0)
    assert new["p_alive"] == 1


def test_who_came_later_is_counted_and_in_neither_side(shop):
    assert of(shop, "born later") == {}
    ((born_later,),) = shop.rows("select born_later from told")
    assert born_later == 1


def test_who_only_returned_is_no_customer_then_or_later(shop):
    assert of(shop, "only returns") == {}


def test_orders_of_one_day_are_one_purchase(shop):
    same = of(shop, "same day")
    assert (same["repeats"], same["last_days"], same["repeat_spend"]) == (1, 20, 21.0)


def test_a_return_is_no_purchase_and_is_taken_off_everybodys_value(shop):
    returner = of(shop, "returner")
    assert (returner["repeats"], returner["last_days"], returner["repeat_spend"]) == (1, 20, 30.0)
    ((sold, returned),) = shop.rows(
        "select sum(case when amount > 0 then amount end), sum(case when amount < 0 then amount end) "
        f"from orders where ordered_on <= date '{START}' + {UNTIL}"
    )
    ((kept,),) = shop.rows("select kept_share from told")
    assert returned == -130
    assert float(kept) == pytest.approx(float((sold + returned) / sold), abs=1e-6)
    assert kept < 1


def test_purchases_that_cost_nothing_are_purchases_worth_everybodys_mean(shop):
    gifts = of(shop, "gifts")
    assert (gifts["repeats"], gifts["last_days"], gifts["repeat_spend"]) == (2, 30, 0)
    assert gifts["order_value"] == everybody(shop)


def test_one_enormous_customer_is_a_number_like_any_other(shop):
    enormous = of(shop, "enormous")
    assert (enormous["repeats"], enormous["seen_days"]) == (UNTIL - 1, UNTIL)
    assert enormous["p_alive"] > 0.9
    # One a day so far; to leave at the next purchase is one chance in some hundreds.
    assert 0.7 * (DAYS - UNTIL) < enormous["expected_purchases"] < DAYS - UNTIL
    ((kept,),) = shop.rows("select kept_share from told")
    assert enormous["order_value"] == pytest.approx(500 * float(kept), rel=0.02)


# --- from the command line --------------------------------------------------------------------------


def asked(
    folder: Path, rows: Rows, *options: str, amount: bool = True, cleaning: str = "keep"
) -> subprocess.CompletedProcess[str]:
    folder.mkdir(exist_ok=True)
    lines = [f"{who},{day(at)},{value}" for who, at, value in rows]
    (folder / "orders.csv").write_text("\n".join(["who,when,worth", *lines]) + "\n", encoding="utf-8")
    mapped = SETTINGS.format(amount=", amount: worth" if amount else "", cleaning=cleaning)
    (folder / "regulars.yaml").write_text(mapped, encoding="utf-8")
    command = [sys.executable, "-m", "regulars", "value", "-w", str(folder), "--json", *options]
    until = ("--calibrate-until", str(day(UNTIL)))
    return subprocess.run([*command, *until], check=False, capture_output=True, encoding="utf-8")


def findings(told: dict, where: str) -> str:
    return " ".join(each["what"] for each in told["findings"] if each["where"] == where)


def test_returns_change_no_parameter_and_lower_the_value(tmp_path):
    bought = usual()
    returned = [(who, min(at + 3, DAYS - 1), -amount) for who, at, amount in bought[::9]]
    plain, less = (json.loads(asked(tmp_path, rows).stdout) for rows in (bought, [*bought, *returned]))
    assert less["parameters"] == plain["parameters"]
    assert less["spend"]["parameters"] == plain["spend"]["parameters"]
    assert less["kept_share"] < 1 == plain["kept_share"]
    totals = [each["validation"]["value"]["expected"] for each in (less, plain)]
    assert totals[0] == pytest.approx(totals[1] * less["kept_share"], rel=1e-6)
    assert less["validation"]["purchases"] == plain["validation"]["purchases"]


def test_without_amounts_purchases_are_foretold_and_no_value(tmp_path):
    told = json.loads(asked(tmp_path, usual(), amount=False).stdout)
    assert told["spend"] is None
    assert told["validation"]["value"] is None
    assert {error["what"] for error in told["validation"]["errors"]} == {"purchases"}
    assert told["validation"]["purchases"]["expected"] > 0
    assert "There is no value: the orders carry no amounts above zero" in findings(told, "value.spend")
    alone = asked(tmp_path, usual(), "--model", "gamma_gamma", amount=False)
    assert alone.returncode == 3
    assert "the orders carry no amounts above zero on repeat purchases" in alone.stderr


def test_where_everybody_always_spends_the_same_gamma_gamma_says_that_it_cannot_tell(tmp_path):
    told = json.loads(asked(tmp_path, usual(spread=0)).stdout)
    assert told["spend"] is None
    assert "these customers do not tell" in findings(told, "value.spend")


def test_where_all_bought_once_the_command_is_not_ready(tmp_path):
    done = asked(tmp_path, [(f"c{who}", who % (DAYS - 1), 10.0) for who in range(500)])
    assert done.returncode == 3
    assert json.loads(done.stderr.splitlines()[-1])["error"] == "NotReady"
    assert f"customers up to {day(UNTIL)}, 0 came back on another day" in done.stderr


def test_where_nobody_leaves_the_rates_are_told_and_leaving_is_not(tmp_path):
    told = json.loads(asked(tmp_path, usual(leave=False)).stdout)
    assert told["standard_errors"]["a"] is None
    assert told["standard_errors"]["r"] > 0
    assert "Nobody is seen to leave" in findings(told, "value.bgnbd")
    tried = told["validation"]["purchases"]
    assert tried["expected"] == pytest.approx(tried["actual"], rel=0.1)


def test_who_returns_everything_only_afterwards_stays_in_the_trial_whatever_cleaning_says(tmp_path):
    late = [(f"late{who}", 100 + who, 50.0) for who in range(20)]
    late += [(f"late{who}", UNTIL + 1 + who, -60.0) for who in range(20)]
    kept, aside = (
        json.loads(asked(tmp_path / how, [*usual(), *late], cleaning=how).stdout)
        for how in ("keep", "set_aside")
    )
    assert kept["validation"]["customers"] == aside["validation"]["customers"]
    assert kept["parameters"] == aside["parameters"]
