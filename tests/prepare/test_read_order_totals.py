"""Totals of whole orders that stand on each of their lines."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.prepare.orders import AS_OF, TODAY, through_the_reader

from regulars.engine import Engine
from regulars.errors import SettingsError
from regulars.prepare.clean import clean
from regulars.settings import Settings, parse

HEADER = "order,who,day,total,sku,qty\n"


def _settings(**orders: Any) -> Settings:
    columns = {"customer": "who", "time": "day", "order": "order", "amount": "total", "product": "sku",
               "quantity": "qty"}  # fmt: skip
    chosen = {
        "columns": columns,
        "date_format": "%Y-%m-%d",
        "path": "orders.csv",
        "amount_is": "order",
    } | orders
    return parse({"schema": "regulars/1", "sources": {"orders": chosen}}, "test")


def _counted(rows: str, folder: Path, **orders: Any) -> tuple[list[tuple[Any, ...]], dict[str, Any], int]:
    """Orders with their amounts, the reasons of what was set aside, and how many rows came in."""
    chosen = _settings(**orders)
    with Engine() as engine:
        read = through_the_reader(engine, folder, HEADER + rows, chosen)
        ledger = clean(engine, read, chosen, AS_OF, TODAY).ledger
        amounts = engine.rows(
            "select order_id, is_return, amount, lines from orders order by order_id, is_return"
        )
    (source,) = ledger.sources
    return amounts, {each.reason: each.rows for each in source.set_aside}, source.rows_in


def test_a_total_on_each_line_counts_once_an_order_and_every_row_is_accounted_for(tmp_path: Path) -> None:
    rows = "1,a,2024-01-02,30.00,X,1\n1,a,2024-01-02,30.00,Y,2\n1,a,2024-01-02,30.00,Z,1\n"
    rows += "2,a,2024-02-02,5.00,X,1\n"
    amounts, aside, rows_in = _counted(rows, tmp_path)
    assert amounts == [("1", False, Decimal("30.0000"), 3), ("2", False, Decimal("5.0000"), 1)]
    assert (aside, rows_in) == ({}, 4)
    added_up, _, _ = _counted(rows, tmp_path, amount_is="line")
    assert added_up[0][2] == Decimal("90.0000")


def test_a_total_survives_postage_repeats_and_faults_that_are_set_aside_on_its_first_lines(
    tmp_path: Path,
) -> None:
    rows = (
        "1,a,2024-01-02,30.00,POST,1\n1,a,not a day,30.00,X,1\n1,a,2024-01-02,30.00,Y,1\n"
        "1,a,2024-01-02,30.00,Y,1\n1,a,2024-01-02,30.00,Z,1\n"
    )
    amounts, aside, _ = _counted(rows, tmp_path)
    assert amounts == [("1", False, Decimal("30.0000"), 2)]
    assert aside == {"not_a_product": 1, "unreadable_date": 1, "exact_duplicate": 1}


def test_a_blank_total_stays_unreadable_and_a_total_of_nothing_is_worth_nothing(tmp_path: Path) -> None:
    rows = "1,a,2024-01-02,,X,1\n2,a,2024-01-03,0,X,1\n2,a,2024-01-03,0,Y,1\n3,a,2024-01-04,9.00,X,1\n"
    amounts, aside, _ = _counted(rows, tmp_path)
    assert amounts == [("3", False, Decimal("9.0000"), 1)]
    assert aside == {"unreadable_number": 1, "zero_value": 2}


def test_what_an_order_pays_back_is_counted_apart_from_what_it_costs(tmp_path: Path) -> None:
    rows = (
        "1,a,2024-01-02,30.00,X,1\n1,a,2024-01-02,30.00,Y,1\n"
        "1,a,2024-01-09,-12.00,X,-1\n1,a,2024-01-09,-12.00,Y,-1\n"
    )
    amounts, _, _ = _counted(rows, tmp_path)
    assert amounts == [("1", False, Decimal("30.0000"), 2), ("1", True, Decimal("-12.0000"), 2)]


def test_lines_without_an_order_id_keep_their_own_amounts(tmp_path: Path) -> None:
    amounts, _, _ = _counted(",a,2024-01-02,30.00,X,1\n,a,2024-01-02,8.00,Y,1\n", tmp_path)
    assert [amount for _, _, amount, _ in amounts] == [Decimal("38.0000")]


def test_totals_of_orders_need_an_amount_and_an_order_id() -> None:
    with pytest.raises(SettingsError, match="needs columns.amount and columns.order"):
        _settings(columns={"customer": "who", "time": "day", "amount": "total"})


def test_reading_warns_where_amounts_that_are_added_up_look_to_be_totals_of_orders(tmp_path: Path) -> None:
    def warned(rows: str) -> list[str]:
        with Engine() as engine:
            read = through_the_reader(engine, tmp_path, HEADER + rows, _settings(amount_is="line"))
        return [each.remedy for each in read.findings if each.where == "orders.amount"]

    totals = "".join(f"{at // 2},a,2024-01-02,{at // 2 + 5}.00,S{at % 2},1\n" for at in range(60))
    lines = "".join(f"{at // 2},a,2024-01-02,{at + 5}.00,S{at % 2},1\n" for at in range(60))
    one_price = "".join(f"{at // 2},a,2024-01-02,5.00,S{at % 2},1\n" for at in range(60))
    (remedy,) = warned(totals)
    assert "amount_is: order" in remedy
    few = "".join(totals.splitlines(keepends=True)[:40])
    assert warned(lines) == warned(one_price) == warned(few) == []


def test_a_line_that_is_added_later_does_not_take_the_total_out_of_the_past(tmp_path: Path) -> None:
    told_first = "1,a,2024-02-09,30.00,Y,1\n1,a,2024-01-02,30.00,X,1\n"
    with Engine() as engine:
        chosen = _settings()
        read = through_the_reader(engine, tmp_path, HEADER + told_first, chosen)
        clean(engine, read, chosen, date(2024, 1, 31), TODAY)
        assert engine.rows("select order_id, amount from orders") == [("1", Decimal("30.0000"))]
