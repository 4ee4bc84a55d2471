"""Cells: what each says, in the spellings that real exports have."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from regulars.engine import Engine
from regulars.prepare.reading.read import read
from regulars.settings import Columns, Orders


@pytest.fixture
def column(tmp_path: Path) -> Callable[..., list[Any]]:
    """One column of text cells, read with a meaning; gives one field of each row."""

    def go(cells: list[str], meaning: str, field: str, **chosen: Any) -> list[Any]:
        blank = chosen.pop("blank_opt_out", "opted_out")
        quoted = ['"' + cell.replace('"', '""') + '"' for cell in cells]
        (tmp_path / "o.csv").write_text(
            "who,day,it\n" + "".join(f"a,2024-01-02,{cell}\n" for cell in quoted),
            encoding="utf-8",
            newline="",
        )
        named = {"customer": "who", "time": "day"} | {meaning: "it"}
        orders = Orders(path="o.csv", columns=Columns(**named), date_format="%Y-%m-%d", **chosen)
        with Engine() as engine:
            read(orders, tmp_path, engine, mark_repeats=False, blank_opt_out=blank, timezone="UTC")
            return [value for (value,) in engine.rows(f"select {field} from order_rows order by record")]

    return go


@pytest.mark.parametrize(
    ("said", "mark", "meant"),
    [
        ("12", ".", "12"),
        ("2.55", ".", "2.55"),
        ("-3.50", ".", "-3.5"),
        ("+3", ".", "3"),
        ("1,234.50", ".", "1234.5"),
        ("1,234,567", ".", "1234567"),
        ("1,00,000.5", ".", "100000.5"),
        ("1.234,50", ",", "1234.5"),
        ("1.234", ",", "1234"),
        ("0,99", ",", "0.99"),
        ("1 234,50", ",", "1234.5"),
        ("1\u202f234,50 €", ",", "1234.5"),
        ("1'234.50", ".", "1234.5"),
        ("£12.50", ".", "12.5"),
        ("-£12.50", ".", "-12.5"),
        ("£-12.50", ".", "-12.5"),
        ("12.50 GBP", ".", "12.5"),
        ("R$ 12,50", ",", "12.5"),
        ("$1,200", ".", "1200"),
        ("(12.50)", ".", "-12.5"),
        ("($12.50)", ".", "-12.5"),
        ("12.50-", ".", "-12.5"),
        ("−12.50", ".", "-12.5"),
        (" 12.5 ", ".", "12.5"),
        ("1.5E+03", ".", "1500"),
        (".5", ".", "0.5"),
        ("5.", ".", "5"),
        ("0.00005", ".", "0.0001"),
        ("-0.00005", ".", "-0.0001"),
        ("99999999999999.9999", ".", "99999999999999.9999"),
    ],
)
def test_an_amount_reads_as_it_was_meant(
    column: Callable[..., list[Any]], said: str, mark: str, meant: str
) -> None:
    assert column([said], "amount", "amount", decimal_mark=mark) == [Decimal(meant)]


@pytest.mark.parametrize(
    ("said", "mark"),
    [
        ("1,5", "."),  # fifteen, to a reader that drops commas
        ("1,23,4", "."),
        ("12,34.5", "."),
        ("1.5", ","),
        ("1.2.3", "."),
        ("1-2", "."),
        ("--5", "."),
        ("(-5", "."),
        ("five", "."),
        ("inf", "."),
        ("NaN", "."),
        ("1e99", "."),
        ("100000000000000", "."),
        ("99999999999999.99996", "."),
        ("1_000", "."),
        ("0x10", "."),
        ("٣", "."),
        ("12%", "."),
        ("GBP", "."),
        ("", "."),
        ("   ", "."),
    ],
)
def test_what_is_no_amount_is_a_fault_and_never_a_number(
    column: Callable[..., list[Any]], said: str, mark: str
) -> None:
    assert column([said], "amount", "fault", decimal_mark=mark) == ["unreadable_number"]
    assert column([said], "amount", "amount", decimal_mark=mark) == [None]


def test_a_fault_shows_the_cell_cut_to_eighty_characters_or_that_it_is_blank(
    column: Callable[..., list[Any]],
) -> None:
    assert column(["five", "", "x" * 500], "quantity", "fault_text") == [
        "quantity five", "quantity is blank", ("quantity " + "x" * 500)[:80],
    ]  # fmt: skip


def test_the_customer_is_never_shown_even_where_another_meaning_is_on_its_column(tmp_path: Path) -> None:
    (tmp_path / "o.csv").write_text("who,day\nsecret-7,2024-01-02\n")
    orders = Orders(
        path="o.csv", columns=Columns(customer="who", time="day", amount="who"), date_format="%Y-%m-%d"
    )
    with Engine() as engine:
        read(orders, tmp_path, engine, mark_repeats=False, blank_opt_out="opted_out", timezone="UTC")
        assert engine.rows("select fault, fault_text from order_rows") == [
            ("unreadable_number", "amount not shown")
        ]


def test_customers_are_trimmed_and_keep_their_leading_zeros(column: Callable[..., list[Any]]) -> None:
    cells = [" 007", "007 ", "\u00a0007\u200b", "7", "A-1.0", "", "  "]
    assert column(cells, "customer", "customer_id") == ["007", "007", "007", "7", "A-1.0", None, None]


def test_text_of_a_float_column_loses_its_point_zero_only_where_the_whole_column_has_it(
    column: Callable[..., list[Any]],
) -> None:
    assert column(["17850.0", "3.0", ""], "customer", "customer_id") == ["17850", "3", None]
    assert column(["17850.0", "v1.0"], "customer", "customer_id") == ["17850.0", "v1.0"]
    assert column(["17850.0", "3.5"], "customer", "customer_id") == ["17850.0", "3.5"]


def test_doubles_become_the_decimals_that_people_see(tmp_path: Path) -> None:
    values = [2.55, 0.1 + 0.2, 1e20, float("inf"), float("nan"), -0.0]
    with duckdb.connect() as maker:
        maker.execute("create table t (who double, day date, v double)")
        for value in values:
            maker.execute("insert into t values (17850.0, date '2024-01-02', ?)", [value])
        maker.execute(f"copy t to '{tmp_path / 'o.parquet'}' (format parquet)")
    orders = Orders(path="o.parquet", columns=Columns(customer="who", time="day", amount="v"))
    with Engine() as engine:
        read(orders, tmp_path, engine, mark_repeats=False, blank_opt_out="opted_out", timezone="UTC")
        found = engine.rows("select amount, fault from order_rows order by record")
        assert engine.rows("select distinct customer_id from order_rows") == [("17850",)]
    none = (None, "unreadable_number")
    assert found == [(Decimal("2.55"), None), (Decimal("0.3"), None), none, none, none, (Decimal(0), None)]


def test_quantity_times_price_rounds_halves_away_from_zero_and_overflow_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "o.csv").write_text(
        "who,day,q,p\na,2024-01-02,0.001,0.05\na,2024-01-02,-0.001,0.05\na,2024-01-02,999999999999999,99999999999999\n"
    )
    orders = Orders(
        path="o.csv",
        columns=Columns(customer="who", time="day", quantity="q", unit_price="p"),
        date_format="%Y-%m-%d",
    )
    with Engine() as engine:
        read(orders, tmp_path, engine, mark_repeats=False, blank_opt_out="opted_out", timezone="UTC")
        found = engine.rows("select amount, fault_text from order_rows order by record")
    assert [amount for amount, _ in found] == [Decimal("0.0001"), Decimal("-0.0001"), None]
    assert found[2][1].endswith("is too large")


def test_consent_words_say_in_or_out_and_anything_else_is_unknown(column: Callable[..., list[Any]]) -> None:
    cells = ["yes", "TRUE", "1", "1.0", "Ja", "opted in", "no", "0", "Nein", "unsubscribed", "maybe", ""]
    states = ["in"] * 6 + ["out"] * 4 + ["unknown"] * 2
    assert column(cells, "consent", "consent_state") == states


def test_opt_out_says_the_reverse_save_for_words_that_name_the_state(
    column: Callable[..., list[Any]],
) -> None:
    cells = ["yes", "1", "no", "0", "unsubscribed", "subscribed", "maybe", ""]
    states = ["out", "out", "in", "in", "out", "in", "unknown", "unknown"]
    assert column(cells, "opt_out", "consent_state") == states


def test_blank_counts_as_consent_only_where_the_settings_say_so_and_the_unreadable_never(
    column: Callable[..., list[Any]],
) -> None:
    assert column(["", "maybe"], "opt_out", "consent_state", blank_opt_out="opted_in") == ["in", "unknown"]


def test_out_wins_over_unknown_and_unknown_over_in_where_both_columns_speak(tmp_path: Path) -> None:
    pairs = {
        ("yes", "no"): "in",
        ("yes", "yes"): "out",
        ("no", "no"): "out",
        ("?", "no"): "unknown",
        ("no", "?"): "out",
    }
    (tmp_path / "o.csv").write_text("who,day,c,o\n" + "".join(f"a,2024-01-02,{c},{o}\n" for c, o in pairs))
    orders = Orders(
        path="o.csv",
        columns=Columns(customer="who", time="day", consent="c", opt_out="o"),
        date_format="%Y-%m-%d",
    )
    with Engine() as engine:
        read(orders, tmp_path, engine, mark_repeats=False, blank_opt_out="opted_out", timezone="UTC")
        found = [state for (state,) in engine.rows("select consent_state from order_rows order by record")]
    assert found == list(pairs.values())


def test_a_moment_in_an_opt_out_column_is_when_the_customer_left(tmp_path: Path) -> None:
    with duckdb.connect() as maker:
        maker.execute(
            "copy (select 'a' as who, date '2024-01-02' as day, "
            "unnest([timestamp '2024-01-01', null]) as left_at) "
            f"to '{tmp_path / 'o.parquet'}' (format parquet)"
        )
    orders = Orders(path="o.parquet", columns=Columns(customer="who", time="day", opt_out="left_at"))
    with Engine() as engine:
        read(orders, tmp_path, engine, mark_repeats=False, blank_opt_out="opted_out", timezone="UTC")
        assert engine.rows("select consent_state from order_rows order by record") == [("out",), ("unknown",)]
