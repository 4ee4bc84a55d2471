"""``regulars value --output``: every customer in one file, by a model of all orders, whole or not at all."""

import csv
import json
from datetime import date
from pathlib import Path

import duckdb
import pytest
from tests.app.test_value import asked, workspace

from regulars.engine import Engine
from regulars.value.calibration import calibrate
from regulars.value.worth import purchase_model

COLUMNS = [
    "customer_id", "p_alive", "expected_purchases", "purchases_low", "purchases_high", "order_value",
    "predicted_value", "value_low", "value_high", "discounted_value",
]  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict]:
    folder = workspace(tmp_path_factory.mktemp("file"))
    output = folder / "customers.csv"
    done = asked(folder, "-o", str(output), "--horizon-days", "273", "--json")
    assert done.returncode == 0, done.stderr
    return output, json.loads(done.stdout)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_customer_has_a_row_that_holds_together(made):
    path, told = made
    found = rows(path)
    assert list(found[0]) == COLUMNS
    assert len({row["customer_id"] for row in found}) == len(found) == told["customers"] == 2357
    assert [row["customer_id"] for row in found] == sorted(row["customer_id"] for row in found)
    for row in found:
        figures = {name: float(row[name]) for name in COLUMNS[1:]}
        assert 0 <= figures["p_alive"] <= 1
        assert figures["purchases_low"] <= figures["purchases_high"]
        assert figures["value_low"] <= figures["value_high"]
        assert figures["discounted_value"] <= figures["predicted_value"]
        assert figures["predicted_value"] == pytest.approx(
            figures["expected_purchases"] * figures["order_value"],
            abs=0.006 * (1 + figures["expected_purchases"]),
        )


def test_the_model_is_fitted_on_all_orders_and_not_on_the_first_of_them(made):
    path, told = made
    with Engine(threads=1) as engine:
        sample = Path(__file__).parents[1] / "value" / "data" / "cdnow_sample.parquet"
        engine.create(
            "orders",
            "select sample_id as customer_id, date as ordered_on, false as is_return, "
            f"cast(amount as decimal(18, 2)) as amount from '{sample}'",
        )
        calibration = calibrate(engine, date(1998, 6, 30), 7)
        model, _ = calibration.fit("bgnbd")
        ((x, last, seen),) = engine.rows(
            "select repeats, last_days, seen_days from histories where customer_id = '0001'"
        )
    assert told["fitted_until"] == "1998-06-30"
    assert told["model"]["parameters"] == pytest.approx(model.purchases.parameters, rel=1e-6)
    first = next(row for row in rows(path) if row["customer_id"] == "0001")
    bought = purchase_model(model.purchases).expected(39.0, x, last / 7, seen / 7)
    assert float(first["expected_purchases"]) == pytest.approx(float(bought), abs=1e-5)


def test_parquet_holds_the_same_and_money_as_decimals(made, tmp_path):
    path, _ = made
    output = tmp_path / "customers.parquet"
    done = asked(path.parent, "-o", str(output), "--horizon-days", "273")
    assert done.returncode == 0, done.stderr
    assert "2,357 customers" in done.stdout
    with duckdb.connect() as connection:
        kinds = dict(
            connection.execute(f"select column_name, column_type from (describe from '{output}')").fetchall()
        )
        total = connection.execute(f"select sum(predicted_value) from '{output}'").fetchone()
    assert {kinds[name] for name in COLUMNS if "value" in name} == {"DECIMAL(18,2)"}
    assert float(total[0]) == pytest.approx(
        sum(float(row["predicted_value"]) for row in rows(path)), abs=1e-6
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("-o", "{there}.txt"), "neither .csv nor .parquet"),
        (("-o", "{there}/none/c.csv"), "no such folder"),
        (("-o", "{there}.csv", "--compare"), "--compare"),
        (("-o", "{there}.csv", "--calibrate-until", "1997-09-30"), "--calibrate-until"),
        (("-o", "{there}.csv", "--model", "gamma_gamma"), "gamma_gamma"),
        (("--horizon-days", "30"), "--output"),
    ],
)
def test_what_does_not_go_with_a_file_is_refused_and_leaves_none(tmp_path, options, said):
    folder = workspace(tmp_path / "ws")
    done = asked(folder, *(each.format(there=tmp_path / "c") for each in options))
    assert done.returncode == 2
    assert said in done.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["ws"]
