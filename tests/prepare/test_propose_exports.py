"""A proposal for what shops' own programs export, and for what it must not miss in silence."""

import shlex
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from regulars import settings
from regulars.engine import Engine
from regulars.errors import DataRefused, DatesRefused, SettingsError, SourceUnreadable
from regulars.figures import money, short
from regulars.prepare.proposing.propose import Proposal, as_yaml, propose
from regulars.prepare.reading.read import read

TODAY = date(2026, 11, 22)


@pytest.fixture
def proposed(tmp_path: Path) -> Callable[..., Proposal]:
    """Writes a CSV and proposes for it."""

    def go(header: str, rows: list[str], **chosen: Any) -> Proposal:
        written = "\n".join([header, *rows, ""])
        (tmp_path / "orders.csv").write_bytes(written.encode(chosen.pop("saved_in", "utf-8")))
        return propose(tmp_path / "orders.csv", TODAY, **chosen)

    return go


def _rows(cells: Callable[[int], str], count: int = 90) -> list[str]:
    return [f"c{at % 9},2023-01-{at % 28 + 1:02},{cells(at)}" for at in range(count)]


SHOPIFY = (
    "Name,Email,Accepts Marketing,Currency,Total,Discount Code,Created at,Lineitem quantity,Lineitem name,"
    "Lineitem price,Lineitem compare at price,Lineitem sku,Billing Name,Payment Reference,Id"
)


def _shopify() -> list[str]:
    rows = []
    for order in range(1000, 1060):
        when = f"2023-01-{order % 28 + 1:02} 22:11:12 -0500"
        first = (
            f"#{order},c{order % 9}@x.example,{'yes' if order % 9 else 'no'},USD,30.00,{'MAY' * (order % 2)}"
        )
        rows.append(f"{first},{when},1,Mug,10.00,12.00,S1,Jo Mug,c{order}.1,99{order}")
        rows.append(f"#{order},c{order % 9}@x.example,,,,,{when},2,Cup,7.50,9.00,S2,,,")
    return rows


def test_a_shopify_export_is_understood_whole(proposed: Callable[..., Proposal]) -> None:
    found = proposed(SHOPIFY, _shopify())
    assert found.by_meaning == {
        "customer": "Email", "time": "Created at", "order": "Name", "quantity": "Lineitem quantity",
        "unit_price": "Lineitem price", "product": "Lineitem sku", "product_name": "Lineitem name",
        "promotion": "Discount Code", "consent": "Accepts Marketing",
    }  # fmt: skip
    assert found.date is not None
    assert (found.date.format, found.currency) == ("%Y-%m-%d %H:%M:%S %z", "USD")
    assert "'Total' is blank on many lines; price times quantity is used" in found.notes


def test_consent_on_the_first_line_of_an_order_holds_for_its_other_lines(
    proposed: Callable[..., Proposal], tmp_path: Path
) -> None:
    text = as_yaml(proposed(SHOPIFY, _shopify()), "x")
    assert "Accepts Marketing' is taken for it\n" in text
    chosen = settings.parse(yaml.safe_load(text), "x")
    with Engine() as engine:
        read(chosen.sources.orders, tmp_path, engine, mark_repeats=False, blank_opt_out="opted_out",
             timezone="UTC")  # fmt: skip
        states = engine.rows("select consent_state, count(*) from order_rows group by 1 order by 1")
    assert states == [("in", 108), ("out", 12)]


@pytest.mark.parametrize(
    "header",
    [
        "Werbewiderspruch", "Werbesperre", "gesperrt", "Newsletter abgemeldet", "unsubscribed_at",
        "do_not_contact", "Suppression", "désinscrit", "ne pas contacter", "Dado de baja", "afgemeld",
        "disiscritto", "email-opt-out", "no_marketing", "newsletter_unsubscribed", "consent withdrawn",
    ],
)  # fmt: skip
def test_a_column_of_those_who_opted_out_is_found_and_what_blanks_mean_is_told(
    proposed: Callable[..., Proposal], header: str
) -> None:
    found = proposed(f"customer,date,{header}", _rows(lambda at: "x" if at % 9 == 1 else ""))
    assert found.by_meaning["opt_out"] == header
    (note,) = [note for note in found.notes if note.startswith("opt_out:")]
    assert "8 of 9 customers (80 rows)" in note
    assert "cleaning.blank_opt_out" in note
    blank = proposed(f"customer,date,{header}", _rows(lambda at: ""))
    assert blank.by_meaning["opt_out"] == header
    assert any("nobody is left" in note for note in blank.notes)


@pytest.mark.parametrize(
    "header", ["Einwilligung", "Werbeeinwilligung", "opt-in", "Newsletter", "Accepts Marketing", "consenso"]
)
def test_a_column_of_consent_is_found(proposed: Callable[..., Proposal], header: str) -> None:
    found = proposed(f"customer,date,{header}", _rows(lambda at: "yes" if at % 2 else "no"))
    assert found.by_meaning["consent"] == header


def test_where_no_column_speaks_of_consent_that_is_asked_with_the_columns_left(
    proposed: Callable[..., Proposal],
) -> None:
    found = proposed("customer,date,amount,flag7", _rows(lambda at: f"{at}.5,{at % 2}"))
    (question,) = [each for each in found.questions if "consent" in each]
    assert "'flag7'" in question
    assert "--column opt_out=NAME" in question


@pytest.mark.parametrize(
    ("header", "cell", "currency"),
    [
        ("amount", "€{}.50", "EUR"), ("amount", "{}.50 EUR", "EUR"), ("amount_eur", "{}.50", "EUR"),
        ("Price (USD)", "{}.50", "USD"), ("Betrag €", "{}.50", "EUR"), ("amount", "£{}.50", "GBP"),
        ("amount", "{}.50 zł", "PLN"), ("amount", "{}.50", "XXX"), ("price per pen", "{}.50", "XXX"),
    ],
)  # fmt: skip
def test_the_currency_is_what_cells_or_header_say_and_none_where_nothing_does(
    proposed: Callable[..., Proposal], header: str, cell: str, currency: str
) -> None:
    found = proposed(f"customer,date,{header}", _rows(lambda at: cell.format(at + 1)))
    assert found.currency == currency
    assert any("currency" in each for each in found.questions) == (currency == "XXX")


def test_a_sign_in_the_cells_is_believed_before_the_country_and_settles_which_dollar(
    proposed: Callable[..., Proposal],
) -> None:
    rows = _rows(lambda at: f"€{at}.50,United Kingdom")
    assert proposed("customer,date,amount,country", rows).currency == "EUR"
    rows = _rows(lambda at: f"${at}.50,Canada")
    assert proposed("customer,date,amount,country", rows).currency == "CAD"


def test_no_currency_is_written_as_a_plain_number() -> None:
    assert (money(1234, "XXX"), short(1_200_000, "XXX")) == ("1,234", "1.2m")


def test_a_file_of_another_encoding_is_tried_as_cp1252_and_a_word_of_it_is_shown(
    proposed: Callable[..., Proposal],
) -> None:
    for header in ("Stückpreis", "Stueckpreis", "Stuckpreis"):
        rows = [f"c{at % 9};2023-01-{at % 28 + 1:02};{at},50;grün" for at in range(90)]
        found = proposed(f"Kunde;Datum;{header};Farbe", rows, saved_in="cp1252")
        assert (found.encoding, found.by_meaning["unit_price"]) == ("cp1252", header)
        assert "cp1252" in found.notes[0]
        assert ("'Stückpreis'" if "ü" in header else "'grün'") in found.notes[0]


def test_an_encoding_that_was_given_and_is_wrong_is_refused_with_the_option_to_give(
    proposed: Callable[..., Proposal],
) -> None:
    with pytest.raises(SourceUnreadable, match="Give with --encoding .* such as cp1252") as refused:
        proposed("customer,date", ["Jörg,2023-01-02"], saved_in="cp1252", encoding="utf-8")
    assert "sources.orders" not in str(refused.value)


def test_a_database_of_several_tables_is_refused_with_the_command_for_one_and_a_lone_table_is_taken(
    tmp_path: Path,
) -> None:
    file = tmp_path / "my shop.duckdb"
    with duckdb.connect(str(file)) as maker:
        maker.execute("create table \"order lines\" as select 'a' as customer, date '2023-01-02' as day")
    assert propose(file, TODAY).table == "order lines"
    with duckdb.connect(str(file)) as maker:
        maker.execute("create table others as select 1 as x")
    with pytest.raises(SettingsError, match="--table") as refused:
        propose(file, TODAY)
    assert refused.value.next_command == shlex.join(["regulars", "init", str(file), "--table", "order lines"])


def test_a_missing_file_is_refused_with_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreadable) as refused:
        propose(tmp_path / "none.csv", TODAY)
    assert str(tmp_path) in refused.value.found
    assert refused.value.remedy == "Name the file of orders."


def test_without_a_price_the_columns_of_numbers_are_offered(proposed: Callable[..., Proposal]) -> None:
    found = proposed("customer,date,foo,colour", _rows(lambda at: f"{at}.5,red"))
    assert any("Is it one of 'foo'?" in each for each in found.questions)


def test_a_customers_own_name_is_no_products_name(proposed: Callable[..., Proposal]) -> None:
    found = proposed("customer,date,Name,First name,Title", _rows(lambda at: "Jo Mug,Jo,Dr"))
    assert "product_name" not in found.by_meaning
    found = proposed("customer,date,Name,Item name", _rows(lambda at: "Jo Mug,Cup"))
    assert found.by_meaning["product_name"] == "Item name"


def test_the_next_command_keeps_all_that_was_given_quoted_for_a_shell(
    proposed: Callable[..., Proposal], tmp_path: Path
) -> None:
    rows = [f"{at % 7},{at % 5},03/04/2023,{at}" for at in range(20)]
    with pytest.raises(DatesRefused) as refused:
        proposed("client id,my house,date,x", rows, overrides={"customer": "my house", "amount": "x"},
                 delimiter=",", encoding="utf-8")  # fmt: skip
    assert shlex.split(refused.value.next_command or "") == [
        "regulars", "init", str(tmp_path / "orders.csv"), "--customer", "my house", "--column", "amount=x",
        "--delimiter", ",", "--encoding", "utf-8", "--date-format", "%d/%m/%Y",
    ]  # fmt: skip


def test_days_ahead_are_refused_without_offering_the_format_that_was_refused(
    proposed: Callable[..., Proposal],
) -> None:
    with pytest.raises(DatesRefused) as refused:
        proposed("customer,date", ["a,2027-01-02", "b,2027-05-06"])
    assert refused.value.next_command is None
    with pytest.raises(DatesRefused) as refused:
        proposed("customer,date,delivered", ["a,2027-01-02,2026-01-02", "b,2027-05-06,2026-01-02"])
    assert (refused.value.next_command or "").endswith("--time delivered")


def test_a_name_that_stands_twice_is_refused_with_both_columns(proposed: Callable[..., Proposal]) -> None:
    with pytest.raises(DataRefused, match="'date' stands twice, in columns 2 and 4"):
        proposed("customer,date,x,date", ["a,2023-01-02,1,2023-01-03"] * 3)


def test_letters_of_other_languages_stay_readable_in_the_yaml_and_what_is_unseen_is_escaped(
    proposed: Callable[..., Proposal],
) -> None:
    text = as_yaml(
        proposed("Käufer,date", ["a,2023-01-02"] * 3, overrides={"customer": "Käufer"}), "a\u202eb\x07é"
    )
    assert 'customer: "Käufer"' in text
    assert "\u202e" not in text
    assert yaml.safe_load(text)["name"] == "a\u202eb\x07é"


def test_lines_that_sound_like_gift_cards_are_counted_in_a_note(proposed: Callable[..., Proposal]) -> None:
    names = ["Mug", "Gift Card 50", "Geschenkgutschein", "Carte cadeau"]
    found = proposed("customer,date,product name", _rows(lambda at: names[at % 4], 80))
    assert any(note.startswith("60 lines look to be gift cards") for note in found.notes)
