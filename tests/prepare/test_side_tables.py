"""Tables beside the orders: what each row is taken for, what it adds, and the account that is given of it."""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from tests.prepare.orders import AS_OF, TODAY, laid_out, line, settings

from regulars.app.study import cleaned_orders
from regulars.app.work import Asked
from regulars.app.workspace import Workspace
from regulars.engine import Engine
from regulars.errors import DatesRefused, SettingsError, SourceUnreadable
from regulars.prepare.clean import Cleaned, clean
from regulars.prepare.reading.side_tables import SideRead, read_beside
from regulars.settings import Settings


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine(threads=1) as made:
        yield made


def with_table(name: str, **said: Any) -> Settings:
    orders = {"columns": {"customer": "who", "time": "at", "order": "order", "amount": "worth"}}
    return settings(sources={"orders": orders, name: {"path": f"{name}.csv", **said}})


def read_text(engine: Engine, folder: Path, name: str, text: str, chosen: Settings) -> SideRead:
    (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return opened(engine, folder, name, chosen)


def opened(
    engine: Engine, folder: Path, name: str, chosen: Settings, frame: object | None = None
) -> SideRead:
    blank = chosen.cleaning.blank_opt_out
    layout = chosen.sources.beside[name]
    return read_beside(
        name, layout, folder, engine, timezone=chosen.timezone, blank_opt_out=blank, frame=frame
    )


def cleaned(engine: Engine, lines: list[Any], chosen: Settings, beside: Mapping[str, SideRead]) -> Cleaned:
    return clean(engine, laid_out(engine, lines), chosen, AS_OF, TODAY, beside)


def aside(result: Cleaned, name: str) -> dict[str, int]:
    (source,) = [each for each in result.ledger.sources if each.name == name]
    assert source.adds_up
    return {each.reason: each.rows for each in source.set_aside}


def flags(result: Cleaned, name: str) -> dict[str, int]:
    (source,) = [each for each in result.ledger.sources if each.name == name]
    return {each.reason: each.rows for each in source.flagged}


PRODUCTS = {"columns": {"product": "id", "category": "group", "brand": "brand"}}
CUSTOMERS = {"columns": {"customer": "id"}}
EVENTS = {
    "columns": {"customer": "id", "time": "at", "kind": "what", "value": "n"},
    "date_format": "%Y-%m-%d %H:%M",
}
CAMPAIGNS = {
    "columns": {"customer": "id", "campaign": "c", "start": "from", "end": "to"},
    "date_format": "%d.%m.%Y",
}


# --- reading --------------------------------------------------------------------------------------


def test_rows_say_what_is_wrong_with_them_and_keep_their_lines(engine, tmp_path) -> None:
    rows = [
        'ann,2024-06-01 09:30,"log\nin",1.5', ",2024-06-01 09:30,login,", "ann,,login,", "ann,June,login,",
        "ann,2024-06-02 10:00,login,x", "ann,2024-06-02 10:00,,1", "ann",
    ]  # fmt: skip
    text = "\n".join(["id,at,what,n", *rows])
    read = read_text(engine, tmp_path, "events", text, with_table("events", **EVENTS))
    assert engine.rows(
        "select record, customer_id, strftime(happened_at, '%d %H:%M'), kind, value, fault, fault_text "
        "from event_rows"
    ) == [
        (1, "ann", "01 09:30", "log\nin", Decimal("1.5000"), None, None),
        (2, None, "01 09:30", "login", None, "missing_customer", None),
        (3, "ann", None, "login", None, "missing_date", None),
        (4, "ann", None, "login", None, "unreadable_date", "June"),
        (5, "ann", "02 10:00", "login", None, "unreadable_number", "x"),
        (6, "ann", "02 10:00", None, Decimal("1.0000"), "missing_kind", None),
        (7, None, None, None, None, "ragged_row", "1 cells where the header has 4"),
    ]  # fmt: skip
    assert read.line_of([1, 2, 7]) == {1: 2, 2: 4, 7: 9}
    assert read.input.name == "events"


def test_lines_of_one_table_are_kept_while_another_is_read(engine, tmp_path) -> None:
    text = 'id,at,what,n\n"ann\n",2024-06-01 09:30,x,\nben,,x,\n'
    one = read_text(engine, tmp_path, "events", text, with_table("events", **EVENTS))
    read_text(engine, tmp_path, "products", 'id,group,brand\n"1",a,b\n', with_table("products", **PRODUCTS))
    assert one.line_of([2]) == {2: 4}


@pytest.mark.parametrize("kind", ["gz", "parquet", "duckdb", "frame"])
def test_every_kind_of_source_gives_the_same_rows(engine, tmp_path, kind: str) -> None:
    rows = [("7", "tea", None), ("8", None, "own")]
    frame = pd.DataFrame(rows, columns=["id", "group", "brand"])
    path = tmp_path / f"products.{kind}"
    given: dict[str, Any] = {"path": path.name}
    if kind == "gz":
        with gzip.open(path, "wt") as out:
            out.write("id,group,brand\n7,tea,\n8,,own\n")
    elif kind == "parquet":
        frame.to_parquet(path)
    elif kind == "duckdb":
        with duckdb.connect(str(path)) as made:
            made.execute("create table goods as select * from frame")
        given["table"] = "goods"
    chosen = with_table("products", **PRODUCTS, **given)
    opened(engine, tmp_path, "products", chosen, frame if kind == "frame" else None)
    assert engine.rows("select product_id, category, brand, fault from product_rows") == [
        ("7", "tea", None, None), ("8", None, "own", None),
    ]  # fmt: skip


def test_utc_stamps_are_moved_to_the_shops_clock(engine, tmp_path) -> None:
    chosen = with_table("events", **EVENTS, stamps="utc")
    chosen = chosen.model_copy(update={"timezone": "America/New_York"})
    read_text(engine, tmp_path, "events", "id,at,what,n\nann,2024-06-01 02:30,x,\n", chosen)
    assert engine.rows("select cast(happened_at as varchar) from event_rows") == [("2024-05-31 22:30:00",)]


@pytest.mark.parametrize(
    ("text", "said", "error", "told"),
    [
        (None, {}, SourceUnreadable, r"products file .*no such file.*Set sources.products.path to the file"),
        ("", {}, SourceUnreadable, r"products file .*it is empty. Export the products again"),
        ("id;group\n", {}, SettingsError, r"sources.products.columns.product.*sources.products.delimiter"),
        ("id,group\n", {"encoding": "utf-9"}, SettingsError, r"sources.products.encoding: no text encoding"),
        ("id,group\n", {"path": ""}, SourceUnreadable, r"sources.products.path: no file is named"),
    ],
)  # fmt: skip
def test_a_refusal_names_the_table_and_its_own_setting(engine, tmp_path, text, said, error, told) -> None:
    chosen = with_table("products", **PRODUCTS | said)
    if text is not None:
        (tmp_path / "products.csv").write_text(text)
    with pytest.raises(error, match=told) as refused:
        opened(engine, tmp_path, "products", chosen)
    assert "orders" not in str(refused.value)


def test_text_dates_need_a_format_of_their_own(engine, tmp_path) -> None:
    chosen = with_table("campaigns", columns=CAMPAIGNS["columns"])
    with pytest.raises(DatesRefused, match=r"Set sources\.campaigns\.date_format; '%d\.%m\.%Y' gives"):
        read_text(engine, tmp_path, "campaigns", "id,c,from,to\nann,A,25.06.2024,\n", chosen)


def test_an_end_that_nobody_filled_in_is_no_reason_to_refuse(engine, tmp_path) -> None:
    chosen = with_table("campaigns", **CAMPAIGNS)
    read_text(engine, tmp_path, "campaigns", "id,c,from,to\nann,A,25.06.2024,\n", chosen)
    assert engine.rows("select campaign, cast(started_at as date), ended_at, fault from campaign_rows") == [
        ("A", date(2024, 6, 25), None, None)
    ]


# --- products -------------------------------------------------------------------------------------


def bought(customer: str, product: str | None, **others: Any) -> Any:
    return line(customer, "2024-06-01", 5, order_id=f"o{customer}{product}", product_id=product, **others)


def test_lines_get_category_and_brand_from_the_products_where_they_have_none(engine, tmp_path) -> None:
    chosen = with_table("products", **PRODUCTS)
    side = read_text(
        engine, tmp_path, "products", "id,group,brand\n1,tea,own\n2,pots,rival\n9,old,own\n", chosen
    )
    lines = [
        bought("ann", "1"),
        bought("ann", "2", category="china"),
        bought("ben", "3"),
        bought("ben", None),
    ]
    result = cleaned(engine, lines, chosen, {"products": side})
    assert engine.rows("select product_id, category, brand from order_lines order by customer_id, 1") == [
        ("1", "tea", "own"), ("2", "china", "rival"), ("3", None, None), (None, None, None),
    ]  # fmt: skip
    assert flags(result, "orders") == {"product_not_listed": 1}
    assert flags(result, "products") == {"never_sold": 1}
    assert aside(result, "products") == {}


@pytest.mark.parametrize("turned", [False, True])
def test_a_product_listed_twice_is_known_for_what_both_rows_agree_on(engine, tmp_path, turned: bool) -> None:
    chosen = with_table("products", **PRODUCTS)
    rows = ["1,tea,own", "1,pots,own", "2,tea,", "2,tea,own", "3,tea,own", "3,tea,own", ",lost,own"]
    text = "\n".join(["id,group,brand", *(reversed(rows) if turned else rows)])
    side = read_text(engine, tmp_path, "products", text, chosen)
    result = cleaned(engine, [bought("ann", n) for n in "123"], chosen, {"products": side})
    assert engine.rows("select * from products order by product_id") == [
        ("1", None, None, "own"), ("2", None, "tea", "own"), ("3", None, "tea", "own"),
    ]  # fmt: skip
    assert aside(result, "products") == {"listed_again": 2, "listed_otherwise": 1, "missing_product": 1}
    (told,) = [f for f in result.findings if "with other values" in f.what]
    assert told.where == "ledger.products"


# --- customers ------------------------------------------------------------------------------------


def test_who_opts_out_in_the_customers_table_is_left_out_of_everything(engine, tmp_path) -> None:
    columns = {"customer": "id", "opt_out": "stop"}
    chosen = with_table("customers", columns=columns)
    text = "id,stop\nann,yes\nben,no\ncleo,\nzoe,no\n"
    side = read_text(engine, tmp_path, "customers", text, chosen)
    lines = [line(who, "2024-06-01", 5) for who in ("ann", "ben", "cleo", "dan")]
    result = cleaned(engine, lines, chosen, {"customers": side})
    assert engine.rows("select distinct customer_id from order_lines order by 1") == [("ben",), ("dan",)]
    assert aside(result, "orders") == {"opted_out": 1, "consent_unknown": 1}
    assert aside(result, "customers") == {"opted_out": 1, "consent_unknown": 1, "customer_without_orders": 1}
    assert flags(result, "orders") == {"customer_not_listed": 1}
    hidden = [s for s in result.ledger.sources[1].set_aside if s.reason in ("opted_out", "consent_unknown")]
    assert all(not each.examples for each in hidden)


SNAPSHOTS = {
    "columns": {"customer": "id", "known_on": "day"},
    "date_format": "%Y-%m-%d",
    "attributes": {"plan": "plan", "seats": "seats"},
}


@pytest.mark.parametrize("turned", [False, True])
def test_of_several_days_of_a_customer_the_latest_known_counts(engine, tmp_path, turned: bool) -> None:
    chosen = with_table("customers", **SNAPSHOTS)
    before, later = AS_OF.isoformat(), "2031-01-01"
    rows = [
        f"ann,{before},pro,9", "ann,2024-01-01,free,1", f"ann,{later},gone,99", "ben,2024-01-01,free,2",
        "ben,2024-01-01,free,3", "ben,2024-01-01,free,3", "ben,2023-01-01,old,4", f"cleo,{later},pro,5",
        "dan,,pro,6", "eve,June,pro,7", "stranger,2024-01-01,pro,8",
    ]  # fmt: skip
    text = "\n".join(["id,day,plan,seats", *(reversed(rows) if turned else rows)])
    side = read_text(engine, tmp_path, "customers", text, chosen)
    lines = [line(who, "2024-01-02", 5) for who in ("ann", "ben", "cleo", "dan")]
    result = cleaned(engine, lines, chosen, {"customers": side})
    assert engine.rows("select customer_id, plan, seats from customers order by 1") == [
        ("ann", "pro", 9), ("ben", "free", None),
    ]  # fmt: skip
    assert "known_on" not in engine.table("customers")
    assert aside(result, "customers") == {
        "after_as_of": 2, "superseded": 2, "listed_otherwise": 2, "missing_date": 1, "unreadable_date": 1,
        "customer_without_orders": 1,
    }  # fmt: skip
    assert flags(result, "orders") == {"customer_not_listed": 2}


def test_who_is_not_in_a_list_of_consents_has_given_none(engine, tmp_path) -> None:
    chosen = with_table("customers", columns={"customer": "id", "consent": "ok"})
    side = read_text(engine, tmp_path, "customers", "id,ok\nann,yes\n", chosen)
    lines = [line("ann", "2024-06-01", 5), line("ben", "2024-06-01", 5)]
    assert aside(cleaned(engine, lines, chosen, {"customers": side}), "orders") == {"consent_unknown": 1}


# --- events, campaigns ----------------------------------------------------------------------------


def test_events_of_strangers_and_of_later_days_are_set_aside(engine, tmp_path) -> None:
    chosen = with_table("events", **EVENTS)
    rows = [
        "ann,2024-06-30 23:59,x,1",
        "ann,2024-06-30 23:59,x,1",
        "ann,2024-07-01 00:00,x,1",
        "eve,2024-06-01 00:00,x,1",
    ]
    side = read_text(engine, tmp_path, "events", "\n".join(["id,at,what,n", *rows]), chosen)
    result = cleaned(engine, [line("ann", "2024-06-01", 5)], chosen, {"events": side})
    assert aside(result, "events") == {"after_as_of": 1, "customer_without_orders": 1}
    assert engine.rows("select customer_id, kind, value from events") == [("ann", "x", Decimal(1))] * 2


def test_a_campaign_is_sent_to_a_customer_once(engine, tmp_path) -> None:
    chosen = with_table("campaigns", **CAMPAIGNS)
    text = "id,c,from,to\nann,A,01.06.2024,\nann,A,01.06.2024,\nann,B,01.06.2024,02.06.2024\n"
    side = read_text(engine, tmp_path, "campaigns", text, chosen)
    result = cleaned(engine, [line("ann", "2024-06-01", 5)], chosen, {"campaigns": side})
    assert aside(result, "campaigns") == {"exact_duplicate": 1}
    assert engine.rows("select campaign, cast(ended_at as date) from campaigns order by 1") == [
        ("A", None), ("B", date(2024, 6, 2)),
    ]  # fmt: skip


# --- settings -------------------------------------------------------------------------------------


def test_what_the_orders_say_is_not_taken_from_the_customers_too() -> None:
    with pytest.raises(
        SettingsError, match="customers.columns has spend, which is worked out from the orders"
    ):
        with_table("customers", columns={"customer": "id", "spend": "total"})


def test_a_near_name_is_offered_at_any_depth() -> None:
    with pytest.raises(SettingsError, match=r"sources.products.columns.categry: .*Did you mean 'category'"):
        with_table("products", columns={"product": "id", "categry": "group"})


@pytest.mark.parametrize("name", ["Size", "a b", "1st", "x" * 41, "größe"])
def test_an_attribute_has_a_name_that_can_name_a_column(name: str) -> None:
    with pytest.raises(SettingsError, match="names a column of our own"):
        with_table("customers", **CUSTOMERS, attributes={name: "size"})


@pytest.mark.parametrize("name", ["known_on", "consent_state", "fault"])
def test_an_attribute_takes_the_place_of_no_column_that_every_row_has(name: str) -> None:
    with pytest.raises(SettingsError, match="choose another name"):
        with_table("customers", **CUSTOMERS, attributes={name: "size"})


# --- real tables ----------------------------------------------------------------------------------


@pytest.mark.soak
def test_complete_journey_with_products_and_demographics_adds_up(shared_data, tmp_path) -> None:
    folder = shared_data("completejourney/transactions.parquet").parent
    sources = {
        "orders": {
            "path": str(folder / "transactions.parquet"), "stamps": "utc",
            "columns": {"customer": "household_id", "time": "transaction_timestamp", "order": "basket_id",
                        "quantity": "quantity", "amount": "sales_value", "product": "product_id"},
        },
        "products": {
            "path": str(folder / "products.parquet"),
            "columns": {"product": "product_id", "category": "product_category", "brand": "brand"},
        },
        "customers": {
            "path": str(folder / "demographics.parquet"), "columns": {"customer": "household_id"},
            "attributes": {"income": "income"},
        },
    }  # fmt: skip
    chosen = settings(sources=sources, timezone="America/New_York")
    with cleaned_orders(chosen, Workspace(tmp_path), Asked(today=TODAY)) as found:
        accounts = {each.name: each for each in found.cleaned.ledger.sources}
        brands = found.engine.rows(
            "select brand, cast(sum(amount) as decimal(18, 2)) from order_lines group by brand order by brand"
        )
        days = found.engine.rows("select min(ordered_at), max(ordered_at) from order_lines")
    assert all(each.adds_up for each in accounts.values())
    assert (accounts["orders"].rows_in, accounts["orders"].rows_kept) == (1_469_307, 1_458_061)
    assert {each.reason: each.rows for each in accounts["orders"].flagged} == {
        "product_not_listed": 32, "customer_not_listed": 635_767,
    }  # fmt: skip
    assert {each.reason: each.rows for each in accounts["products"].flagged} == {"never_sold": 24_140}
    assert (accounts["customers"].rows_in, accounts["customers"].rows_kept) == (801, 801)
    assert brands == [
        ("National", Decimal("3297296.71")), ("Private", Decimal("1298570.30")), (None, Decimal("172.57")),
    ]  # fmt: skip
    assert [f"{each:%m-%d %H:%M:%S}" for each in days[0]] == ["01-01 06:53:26", "12-31 23:01:20"]
