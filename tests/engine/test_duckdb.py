"""The default engine: what it promises whatever machine it runs on."""

from __future__ import annotations

import hashlib
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from regulars.engine import Engine, quoted
from regulars.engine.steps import parse
from regulars.errors import StepFailed, UsageError

SALES = "select i % 97 as customer, cast(i % 1013 as decimal(18, 2)) / 7 as amount from range(50000) as r (i)"


def test_a_time_with_a_zone_falls_on_its_utc_day_whatever_the_machine_says(monkeypatch) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    with Engine() as engine:
        shown = engine.rows("select cast(timestamptz '2011-12-09 23:30:00-05:00' as date)")
    assert shown == [(date(2011, 12, 10),)]


def test_no_extension_is_fetched_or_loaded_on_its_own() -> None:
    settings = (
        "select name, value from duckdb_settings() where name like 'auto%known_extensions' order by name"
    )
    with Engine() as engine:
        assert engine.rows(settings) == [
            ("autoinstall_known_extensions", "false"),
            ("autoload_known_extensions", "false"),
        ]
        with pytest.raises(StepFailed, match="httpfs"):
            engine.rows("select * from 'http://127.0.0.1:9/orders.parquet'")


def test_a_refused_statement_names_its_step_and_carries_its_sql() -> None:
    with Engine() as engine, pytest.raises(StepFailed) as failed:
        engine.make(
            "clean_orders", {"clean_orders": parse("clean_orders", "select nothing from (select 1 as x)")}
        )
    assert failed.value.step == "clean_orders"
    assert "nothing" in failed.value.sql
    assert isinstance(failed.value.__cause__, duckdb.Error)


@pytest.mark.parametrize("name", ['say "hi"', "select", "Grand Total", "a;b", "ünder", "x'y", '"'])
def test_a_table_and_its_columns_may_have_any_name(name: str) -> None:
    with Engine() as engine:
        table = engine.values(name, {name: "varchar", "n": "integer"}, [("it's", 1), (None, 2)])
        assert table.columns == (name, "n")
        assert engine.count(name) == 2
        assert engine.rows(f"select {quoted(name)} from {quoted(name)} order by n") == [("it's",), (None,)]
        engine.drop(name)
        assert engine.tables() == set()


def test_a_table_of_no_values_has_its_columns() -> None:
    with Engine() as engine:
        assert engine.values("empty", {"k": "integer"}, []).columns == ("k",)
        assert engine.count("empty") == 0


def test_a_table_is_made_in_place_of_one_of_its_name() -> None:
    with Engine() as engine:
        engine.create("t", "select 1 as a")
        assert engine.create("t", "select 1 as b, 2 as c").columns == ("b", "c")


def test_tables_of_an_attached_source_do_not_pass_for_steps_that_are_made(tmp_path: Path) -> None:
    source = tmp_path / "shop.duckdb"
    with duckdb.connect(str(source)) as shop:
        shop.execute("create table orders as select 99 as amount")
    made = {
        "orders": parse("orders", "select 1 as amount"),
        "totals": parse("totals", "select amount from orders"),
    }
    with Engine() as engine:
        engine.execute(f"attach '{source}' as shop (read_only)")
        assert engine.tables() == set()
        engine.make("totals", made)
        assert engine.rows("select amount from totals") == [(1,)]


def test_debug_mode_keeps_each_step_with_its_row_count(tmp_path: Path) -> None:
    made = {
        "orders": parse("orders", "select * from range(5) as r (amount)"),
        "big": parse("big", "select amount from orders where amount > $least"),
        "total": parse("total", "select sum(amount) as amount from big"),
    }
    with Engine(debug_path=tmp_path / "steps.duckdb") as engine:
        engine.make("total", made, {"least": 2})
        assert engine.made == {"orders": 5, "big": 2, "total": 1}
        engine.drop("big")
    with duckdb.connect(str(tmp_path / "steps.duckdb"), read_only=True) as kept:
        assert kept.execute("select amount from big order by 1").fetchall() == [(3,), (4,)]


def test_in_debug_mode_too_a_second_target_binds_its_own_values(tmp_path: Path) -> None:
    made = {
        "upto": parse("upto", "select * from range(5) as r (day) where day <= $as_of"),
        "days": parse("days", "select count(*) as n from upto"),
    }
    with Engine(debug_path=tmp_path / "steps.duckdb") as engine:
        counted = [
            engine.rows(f"select n from {engine.make('days', made, {'as_of': as_of}).name}")
            for as_of in (1, 3)
        ]
    assert counted == [[(2,)], [(4,)]]


def test_a_debug_file_from_another_run_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "steps.duckdb"
    with Engine(debug_path=path) as engine:
        engine.create("orders", "select 1 as amount")
    with pytest.raises(UsageError, match="there already"):
        Engine(debug_path=path)


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_the_number_of_threads_changes_no_sum_and_no_byte(threads: int, tmp_path: Path) -> None:
    ordered = "select customer, sum(amount) as spend from sales group by customer order by customer"
    digests = set()
    for each in (1, threads):
        with Engine(threads=each, memory_limit="500MB") as engine:
            engine.create("sales", SALES)
            engine.write_parquet(ordered, tmp_path / "spend.parquet")
        digests.add(hashlib.sha256((tmp_path / "spend.parquet").read_bytes()).hexdigest())
    assert len(digests) == 1


def test_a_parquet_file_may_lie_under_any_name(tmp_path: Path) -> None:
    path = tmp_path / "it's; --.parquet"
    with Engine() as engine:
        engine.write_parquet("select cast(1.5 as decimal(18, 2)) as spend", path)
        assert engine.rows(f"select spend from {quoted(str(path))}") == [(Decimal("1.50"),)]


def test_cut_points_are_values_that_customers_have() -> None:
    with Engine() as engine:
        engine.values("t", {"x": "integer"}, [(1,), (1,), (1,), (2,), (9,), (None,)])
        assert engine.cut_points("t", "x", 5) == (1, 1, 1, 2)


def test_cut_points_of_nothing_are_none() -> None:
    with Engine() as engine:
        engine.values("t", {"x": "integer"}, [])
        assert engine.cut_points("t", "x", 5) == ()


def test_frames_are_seen_only_by_the_statement_that_they_came_with() -> None:
    pandas = pytest.importorskip("pandas")
    with Engine() as engine:
        frame = pandas.DataFrame({"x": [1, 2]})
        assert engine.execute("select sum(x) from given", given=frame) == [(3,)]
        with pytest.raises(StepFailed):
            engine.execute("select sum(x) from given")


def test_a_view_is_worked_out_when_it_is_read_and_counts_as_there_for_steps() -> None:
    with Engine() as engine:
        engine.values("lines", {"n": "integer"}, [(1,), (2,)])
        engine.view("totals", "select sum(n) as total from lines")
        engine.values("lines", {"n": "integer"}, [(5,)])
        assert engine.rows("from totals") == [(5,)]
        made = engine.make("doubled", {"doubled": parse("doubled", "select total * 2 as total from totals")})
        assert engine.rows(f"from {made.name}") == [(10,)]


def test_a_memory_limit_that_is_none_is_asked_for_wrongly() -> None:
    with pytest.raises(UsageError, match="memory_limit 'lots'.*such as 1GB"):
        Engine(memory_limit="lots")
