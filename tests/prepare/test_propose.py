"""A proposal says what each column is and why, and asks where the file does not say."""

import random
import shlex
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from regulars import settings
from regulars.errors import DataRefused, DatesRefused, SettingsError
from regulars.prepare.proposing.propose import Proposal, as_yaml, propose

TODAY = date(2026, 11, 22)


@pytest.fixture
def proposed(tmp_path: Path) -> Callable[..., Proposal]:
    """Writes a CSV and proposes for it."""

    def go(header: str, rows: list[str], **chosen: Any) -> Proposal:
        (tmp_path / "orders.csv").write_text("\n".join([header, *rows, ""]), encoding="utf-8")
        return propose(tmp_path / "orders.csv", chosen.pop("today", TODAY), **chosen)

    return go


def _days(written: str, first: date, last: date) -> list[str]:
    """Customer and day, one row a day."""
    return [
        f"c{at % 40},{(first + timedelta(at)).strftime(written)}" for at in range((last - first).days + 1)
    ]


def test_dd_mm_yy_of_2019_to_2022_is_read_as_that_and_never_as_2001_to_2031(
    proposed: Callable[..., Proposal],
) -> None:
    found = proposed("customer,date", _days("%d/%m/%y", date(2019, 1, 1), date(2022, 12, 31)))
    assert found.date is not None
    assert (found.date.format, found.date.start, found.date.end) == (
        "%d/%m/%y",
        date(2019, 1, 1),
        date(2022, 12, 31),
    )
    (ruled_out,) = found.alternatives
    assert (ruled_out.format, ruled_out.start.year, ruled_out.end.year) == ("%y/%m/%d", 2001, 2031)
    assert any("1 Jan 2019 to 31 Dec 2022" in note for note in found.notes)


@pytest.mark.parametrize(
    "written",
    [
        "%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d-%b-%y",
        "%d-%b-%Y",
        "%d %b %Y", "%b %d, %Y", "%B %d, %Y", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%d/%m/%Y %H:%M",
        "%m/%d/%Y %I:%M %p", "%Y-%m-%d %H:%M:%S.%f", "%d%b%Y", "%m/%d/%y", "%Y-%m-%dT%H:%M:%S+00:00",
    ],
)  # fmt: skip
def test_each_usual_way_to_write_a_day_is_found_with_its_true_range(
    proposed: Callable[..., Proposal], written: str
) -> None:
    rows = [row.replace(",", ',"', 1) + '"' for row in _days(written, date(2020, 1, 5), date(2021, 3, 4))]
    found = proposed("customer,date", rows)
    assert found.date is not None
    assert (found.date.start, found.date.end) == (date(2020, 1, 5), date(2021, 3, 4))


def test_days_that_two_formats_read_differently_are_put_to_the_user(
    proposed: Callable[..., Proposal], tmp_path: Path
) -> None:
    with pytest.raises(DatesRefused) as asked:
        proposed("customer,date", ["a,03/04/2019", "b,05/06/2020", "c,07/08/2021"])
    told = str(asked.value)
    assert "column 'date'" in told
    assert "'%d/%m/%Y' gives 3 Apr 2019 to 7 Aug 2021 ('03/04/2019' is 3 Apr 2019)" in told
    assert "'%m/%d/%Y' gives 4 Mar 2019 to 8 Jul 2021 ('03/04/2019' is 4 Mar 2019)" in told
    file = shlex.quote(str(tmp_path / "orders.csv"))
    assert asked.value.next_command == f"regulars init {file} --date-format %d/%m/%Y"
    assert asked.value.exit_code == 3


def test_the_format_that_the_user_gives_settles_it(proposed: Callable[..., Proposal]) -> None:
    rows = ["a,03/04/2019", "b,05/06/2020", "c,07/08/2021"]
    found = proposed("customer,date", rows, date_format="%m/%d/%Y")
    assert found.date is not None
    assert found.date.start == date(2019, 3, 4)
    with pytest.raises(DatesRefused, match="'%Y-%m-%d' does not read them"):
        proposed("customer,date", rows, date_format="%Y-%m-%d")


def test_one_day_past_the_twelfth_among_thousands_settles_it_wherever_it_stands(
    proposed: Callable[..., Proposal],
) -> None:
    rows = [f"c{at % 9},{at % 12 + 1:02}/{at % 11 + 1:02}/2019" for at in range(30_000)]
    found = proposed("customer,date", [*rows[:25_000], "c1,13/02/2019", *rows[25_000:]])
    assert found.date is not None
    assert found.date.format == "%d/%m/%Y"


def test_days_that_only_a_format_into_the_future_reads_are_refused(proposed: Callable[..., Proposal]) -> None:
    with pytest.raises(DatesRefused, match=r"the only format that reads them runs past today, 22 Nov 2026"):
        proposed("customer,date", ["a,2026-01-02", "b,2027-05-06"])
    assert (
        proposed("customer,date", ["a,2026-01-02", "b,2027-05-06"], date_format="%Y-%m-%d").date is not None
    )


def test_a_stray_cell_among_many_dates_is_no_reason_to_refuse_and_many_are(
    proposed: Callable[..., Proposal],
) -> None:
    days = _days("%d.%m.%Y", date(2019, 1, 1), date(2020, 12, 31))
    found = proposed("customer,date", [*days, "a,n/a"])
    assert found.date is not None
    assert found.date.format == "%d.%m.%Y"
    with pytest.raises(DatesRefused, match="no format that is known reads them all"):
        proposed("customer,date", [*days, *["a,n/a"] * 60])


def test_customer_and_date_alone_are_enough_and_what_is_missing_is_asked(
    proposed: Callable[..., Proposal],
) -> None:
    found = proposed("client_id,purchase date", _days("%Y-%m-%d", date(2020, 1, 1), date(2020, 6, 1)))
    assert found.by_meaning == {"customer": "client_id", "time": "purchase date"}
    assert any("worth" in question for question in found.questions)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (
            "Kunden-Nr.;Bestelldatum;Bestellnummer;Menge;Einzelpreis;Artikelnummer;Bezeichnung",
            {"customer": "Kunden-Nr.", "time": "Bestelldatum", "order": "Bestellnummer", "quantity": "Menge",
             "unit_price": "Einzelpreis", "product": "Artikelnummer", "product_name": "Bezeichnung"},
        ),
        (
            "code client;date commande;numéro commande;quantité;prix unitaire;référence;désignation",
            {"customer": "code client", "time": "date commande", "order": "numéro commande",
             "quantity": "quantité",
             "unit_price": "prix unitaire", "product": "référence", "product_name": "désignation"},
        ),
        (
            "ID Cliente;Fecha;Pedido;Cantidad;Precio;SKU;Descripción",
            {"customer": "ID Cliente", "time": "Fecha", "order": "Pedido", "quantity": "Cantidad",
             "unit_price": "Precio", "product": "SKU", "product_name": "Descripción"},
        ),
    ],
)  # fmt: skip
def test_headers_of_other_languages_with_decimal_commas_are_understood(
    proposed: Callable[..., Proposal], header: str, expected: dict[str, str]
) -> None:
    rows = [
        f"{at % 30 + 100};{at % 28 + 1:02}.0{at % 9 + 1}.2023;B{at // 2};"
        f"{at % 3 + 1};{at % 7},95;A{at % 11};Becher blau"
        for at in range(200)
    ]
    found = proposed(header, rows)
    assert found.by_meaning == expected
    assert (found.delimiter, found.decimal_mark) == (";", ",")


def test_a_line_total_is_taken_before_a_price_and_that_is_noted(proposed: Callable[..., Proposal]) -> None:
    rows = [f"c{at % 30},2023-01-{at % 28 + 1:02},2,1.50,3.00" for at in range(100)]
    found = proposed("customer,date,qty,price,total", rows)
    assert found.by_meaning["amount"] == "total"
    assert "unit_price" not in found.by_meaning
    assert any("there is a price as well" in note for note in found.notes)


def _orders_with_totals(lines: int = 2) -> list[str]:
    """Forty orders of two products each: order, customer, day, 10.50 and up, SKU."""
    return [
        f"{order},c{order % 9},2023-01-{order % 28 + 1:02},{order + 10}.50,S{line}"
        for order in range(40)
        for line in range(lines)
    ]


def test_a_total_that_stands_on_each_line_of_an_order_is_proposed_as_the_orders(
    proposed: Callable[..., Proposal],
) -> None:
    for header in ("order_total", "amount"):
        found = proposed(f"order_id,customer,date,{header},sku", _orders_with_totals())
        assert found.amount_is is not None
        assert found.amount_is.amount_is == "order"
        assert f"'{header}' is the same on every line of 40 of 40 orders" in as_yaml(found, "x")
        assert yaml.safe_load(as_yaml(found, "x"))["sources"]["orders"]["amount_is"] == "order"


def test_amounts_that_differ_from_line_to_line_are_the_lines_whatever_the_header_says(
    proposed: Callable[..., Proposal],
) -> None:
    rows = [f"{at // 2},c{at % 9},2023-01-{at % 28 + 1:02},{at}.50,S{at % 2}" for at in range(80)]
    assert proposed("order_id,customer,date,amount,sku", rows).amount_is is None
    said = proposed("order_id,customer,date,order_total,sku", rows).amount_is
    assert said is not None
    assert (said.amount_is, "0 of 40" in said.why) == ("line", True)


def test_a_shop_where_everything_costs_the_same_is_not_taken_for_one_with_order_totals(
    proposed: Callable[..., Proposal],
) -> None:
    rows = [f"{at // 2},c{at % 9},2023-01-{at % 28 + 1:02},5.00,S{at % 2}" for at in range(80)]
    assert proposed("order_id,customer,date,amount,sku", rows).amount_is is None


def test_a_lines_total_is_taken_before_an_orders(proposed: Callable[..., Proposal]) -> None:
    rows = [f"{at // 2},c{at % 9},2023-01-{at % 28 + 1:02},99.00,{at}.50" for at in range(80)]
    found = proposed("order_id,customer,date,order_total,line_total", rows)
    assert found.by_meaning["amount"] == "line_total"


def test_consent_and_coupons_are_found_and_a_discount_is_no_amount(proposed: Callable[..., Proposal]) -> None:
    rows = [
        f"c{at % 30},2023-01-{at % 28 + 1:02},0.5{at % 9},9.9{at % 9},{'SPRING' if at % 3 else ''},{at % 2}"
        for at in range(100)
    ]
    found = proposed("customer,date,discount amount,total,coupon,unsubscribed", rows)
    assert found.by_meaning == {
        "customer": "customer", "time": "date", "amount": "total", "promotion": "coupon",
        "opt_out": "unsubscribed",
    }  # fmt: skip


def test_two_columns_that_could_each_be_the_customer_are_put_to_the_user(
    proposed: Callable[..., Proposal],
) -> None:
    rows = [f"{at % 7},{at % 5},2023-01-{at % 28 + 1:02}" for at in range(100)]
    with pytest.raises(DataRefused, match="'client id', 'household id'") as asked:
        proposed("client id,household id,date", rows)
    assert "--customer" in (asked.value.next_command or "")
    assert (
        proposed("client id,household id,date", rows, overrides={"customer": "household id"}).by_meaning[
            "customer"
        ]
        == "household id"
    )


def test_two_columns_that_tell_the_same_customers_apart_are_no_question(
    proposed: Callable[..., Proposal],
) -> None:
    rows = [f"{at % 7},H{at % 7},2023-01-{at % 28 + 1:02}" for at in range(100)]
    found = proposed("client id,household id,date", rows)
    assert found.by_meaning["customer"] == "client id"
    assert "same customers" in found.columns[0].why


def test_no_customer_and_two_dates_are_put_to_the_user(proposed: Callable[..., Proposal]) -> None:
    with pytest.raises(DataRefused, match="column of the customer"):
        proposed("colour,date", ["red,2023-01-02"] * 5)
    with pytest.raises(DataRefused, match=r"column of the time.*'order date', 'invoice date'"):
        proposed("customer,order date,invoice date", ["a,2023-01-02,2023-01-03"] * 5)


def test_an_override_that_is_not_there_is_refused_with_the_near_name(
    proposed: Callable[..., Proposal],
) -> None:
    with pytest.raises(SettingsError, match="Did you mean 'customer'"):
        proposed("customer,date", ["a,2023-01-02"], overrides={"customer": "costumer"})


def test_names_of_any_kind_come_back_out_of_the_yaml_as_they_were(tmp_path: Path) -> None:
    odd = ['"; drop table x', "🛒 \u2028 'a': #b", "x" * 200, "yes", "- a\\n", "{{ }}", " padded "]
    for name in odd:
        with duckdb.connect() as maker:
            maker.execute("create table t as select 'a' as c0, date '2023-01-02' as c1 from range(3)")
            quoted = name.replace('"', '""')
            maker.execute(f'alter table t rename c0 to "{quoted}"')
            maker.execute(f"copy t to '{tmp_path / 'o.parquet'}' (format parquet)")
        found = propose(tmp_path / "o.parquet", TODAY, overrides={"customer": name})
        (tmp_path / "regulars.yaml").write_text(as_yaml(found, name), encoding="utf-8")
        loaded = settings.load(tmp_path / "regulars.yaml")
        assert loaded.sources.orders.columns.customer == name
        assert loaded.name == name


def test_the_yaml_says_why_of_each_column_and_can_be_run_as_it_is(
    proposed: Callable[..., Proposal], tmp_path: Path
) -> None:
    shuffled = _days("%d/%m/%y", date(2019, 1, 1), date(2022, 12, 31))
    random.Random(7).shuffle(shuffled)
    found = proposed("customer,date", shuffled)
    text = as_yaml(found, "Mine")
    assert text.startswith("schema: regulars/1\n")
    assert yaml.safe_load(text)["sources"]["orders"]["date_format"] == "%d/%m/%y"
    for guess in found.columns:
        assert f'{guess.meaning}: "{guess.column}"  # {guess.why}' in text
    (tmp_path / "regulars.yaml").write_text(text, encoding="utf-8")
    assert settings.load(tmp_path / "regulars.yaml").sources.orders.columns.customer == "customer"


def test_online_retail_is_understood_whole(shared_data: Callable[[str], Path]) -> None:
    found = propose(shared_data("online_retail/online_retail.parquet"), TODAY)
    assert found.by_meaning == {
        "customer": "CustomerID", "time": "InvoiceDate", "order": "InvoiceNo", "quantity": "Quantity",
        "unit_price": "UnitPrice", "product": "StockCode", "product_name": "Description",
    }  # fmt: skip
    assert (found.cancellation_prefix, found.currency, found.timezone) == ("C", "GBP", "Europe/London")
    assert found.date is None


@pytest.mark.parametrize(
    ("name", "customer"), [("cdnow_master", "customer_id"), ("cdnow_sample", "master_id")]
)
def test_cdnow_has_no_orders_and_none_are_made_up(
    shared_data: Callable[[str], Path], tmp_path: Path, name: str, customer: str
) -> None:
    expected = {"customer": customer, "time": "date", "quantity": "quantity", "amount": "amount"}
    path = shared_data(f"cdnow/{name}.parquet")
    assert propose(path, TODAY).by_meaning == expected
    with duckdb.connect() as maker:
        maker.execute(f"copy (from '{path}') to '{tmp_path / 'cdnow.csv'}' (header)")
    from_csv = propose(tmp_path / "cdnow.csv", TODAY)
    assert from_csv.by_meaning == expected
    assert from_csv.date is not None
    assert (from_csv.date.format, from_csv.date.end) == ("%Y-%m-%d", date(1998, 6, 30))


def test_complete_journey_has_baskets_and_households(shared_data: Callable[[str], Path]) -> None:
    found = propose(shared_data("completejourney/transactions.parquet"), TODAY).by_meaning
    assert found == {
        "customer": "household_id", "time": "transaction_timestamp", "order": "basket_id",
        "quantity": "quantity", "amount": "sales_value", "product": "product_id",
    }  # fmt: skip
