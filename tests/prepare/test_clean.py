"""What every record of the order file is taken for, and the account that is given of it."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import pandas as pd
import pytest
from tests.prepare.orders import AS_OF, TODAY, cleaned, laid_out, line, reasons, settings, through_the_reader

from regulars.app.study import run
from regulars.app.work import Asked
from regulars.app.workspace import Workspace
from regulars.engine import Engine
from regulars.errors import DatesRefused, NotReady
from regulars.prepare.clean import clean, day_of_study
from regulars.prepare.reading.read import read
from regulars.settings import Orders

NET = {"cancellation_prefix": "C"}


@pytest.fixture
def engine():
    with Engine(threads=1) as made:
        yield made


def shown(result, reason: str) -> list[str | None]:
    (found,) = [s for s in result.ledger.sources[0].set_aside if s.reason == reason]
    return [example.value for example in found.examples]


# --- each rule ------------------------------------------------------------------------------------


def test_a_guest_order_belongs_to_nobody_and_is_set_aside(engine) -> None:
    result = cleaned(engine, [line("ann", "2024-06-01", 5), line(None, "2024-06-02", 7)])
    assert reasons(result) == {"missing_customer": 1}
    assert result.ledger.totals["value"] == "5.0000"


def test_an_order_after_the_day_of_the_study_waits_for_a_later_study(engine) -> None:
    lines = [line("ann", "2024-06-30 23:59", 5), line("ann", "2024-07-01 00:00", 7)]
    assert reasons(cleaned(engine, lines)) == {"after_as_of": 1}
    assert reasons(cleaned(engine, lines, as_of=date(2024, 7, 1))) == {}


def test_dates_that_lie_in_the_future_refuse_the_file(engine) -> None:
    lines = [line("ann", "2024-06-30", 5), line("ben", "2031-06-30", 7)]
    with pytest.raises(
        DatesRefused, match=r"1 of 2 rows are dated after 2030-01-01.*2024-06-30 to 2031-06-30"
    ):
        cleaned(engine, lines)
    tolerant = settings(cleaning={"future_share_limit": 0.5})
    assert reasons(cleaned(engine, lines, tolerant)) == {"after_as_of": 1}


def test_the_study_looks_from_the_last_order_up_to_today(engine) -> None:
    laid_out(engine, [line("ann", "2024-06-01", 5), line("ben", "2031-06-30", 7)])
    assert day_of_study(engine, None, TODAY) == date(2024, 6, 1)
    assert day_of_study(engine, date(2024, 1, 1), TODAY) == date(2024, 1, 1)


@pytest.mark.parametrize(
    ("code", "is_test"),
    [
        ("TEST", True),
        ("test", True),
        ("TEST001", True),
        ("Test-9", True),
        ("TESTER", False),
        ("ATEST", False),
    ],
)
def test_trials_of_the_shop_are_told_by_customer_order_or_product(engine, code: str, is_test: bool) -> None:
    sale = line("ann", "2024-06-01", 5, order_id="1", product_id="mug")
    by_customer = line(code, "2024-06-01", 5, order_id="2", product_id="mug")
    by_order = line("ann", "2024-06-01", 5, order_id=code, product_id="mug")
    by_product = line("ann", "2024-06-01", 5, order_id="3", product_id=code)
    result = cleaned(engine, [sale, by_customer, by_order, by_product])
    assert reasons(result) == ({"test_row": 3} if is_test else {})


def test_the_example_of_a_trial_names_its_code_but_never_its_customer(engine) -> None:
    sale = line("ann", "2024-06-01", 5, order_id="1")
    trials = [line("TEST", "2024-06-01", 5, order_id="2"), line("ben", "2024-06-01", 5, order_id="TEST-7")]
    assert shown(cleaned(engine, [sale, *trials]), "test_row") == [None, "TEST-7"]


def test_fees_are_no_purchase_unless_so_set(engine) -> None:
    lines = [
        line("ann", "2024-06-01", 5, order_id="1", product_id="mug"),
        line("ann", "2024-06-01", 3, order_id="1", product_id="post"),
        line("ann", "2024-06-01", 20, order_id="1", product_id="GiftCard20"),
    ]
    result = cleaned(engine, lines)
    assert reasons(result) == {"not_a_product": 2}
    assert shown(result, "not_a_product") == ["post", "GiftCard20"]
    assert reasons(cleaned(engine, lines, settings(cleaning={"non_products": "keep"}))) == {}


def test_a_price_below_zero_is_bookkeeping(engine) -> None:
    priced = settings({"amount": "", "unit_price": "price", "quantity": "n"})
    lines = [
        line("ann", "2024-06-01", unit_price=4, quantity=2),
        line("ann", "2024-06-02", unit_price=-11062, quantity=1),
    ]
    result = cleaned(engine, lines, priced)
    assert reasons(result) == {"negative_price": 1}
    assert result.ledger.totals["value"] == "8.0000"


def test_a_line_worth_nothing_is_no_purchase_but_goods_by_weight_are(engine) -> None:
    """Complete Journey has 49 lines of quantity 0 that were paid for: produce whose weight rounds to none."""
    lines = [
        line("ann", "2024-06-01", 5),
        line("ann", "2024-06-02", 0),
        line("ben", "2024-06-02", "1.25", quantity=0),
    ]
    result = cleaned(engine, lines)
    assert reasons(result) == {"zero_value": 1}
    assert result.ledger.totals["value"] == "6.2500"


def test_without_amounts_a_line_of_no_quantity_is_worth_nothing(engine) -> None:
    dated = settings({"amount": "", "quantity": "n"})
    result = cleaned(engine, [line("ann", "2024-06-01"), line("ann", "2024-06-02", quantity=0)], dated)
    assert reasons(result) == {"zero_value": 1}
    assert result.ledger.totals["value"] is None


def test_exact_repeats_go_only_where_order_ids_tell_purchases_apart(engine) -> None:
    lines = [
        line("ann", "2024-06-01", 5, order_id="1"),
        line("ann", "2024-06-01", 5, order_id="1", is_repeat=True),
    ]
    assert reasons(cleaned(engine, lines)) == {"exact_duplicate": 1}
    assert reasons(cleaned(engine, lines, settings({"order": ""}))) == {}
    assert reasons(cleaned(engine, lines, settings(cleaning={"duplicates": "keep"}))) == {}


# --- returns --------------------------------------------------------------------------------------


def test_a_return_lowers_spend_and_is_no_order(engine) -> None:
    lines = [
        line("ann", "2024-06-01", 10, order_id="1"),
        line("ann", "2024-06-02", -4, order_id="2", quantity=-1),
    ]
    net = cleaned(engine, lines)
    assert (net.ledger.totals["orders"], net.ledger.totals["returns"]) == (1, 1)
    assert (net.ledger.totals["sales"], net.ledger.totals["value"]) == ("10.0000", "6.0000")
    gross = cleaned(engine, lines, settings(cleaning={"returns": "set_aside"}))
    assert reasons(gross) == {"return": 1}
    assert gross.ledger.totals["value"] == "10.0000"


def test_a_cancelled_order_takes_off_whatever_sign_its_lines_carry(engine) -> None:
    lines = [
        line("ann", "2024-06-01", 10, order_id="1", quantity=2),
        line("ann", "2024-06-02", 4, order_id="C2", quantity=1),
        line("ann", "2024-06-03", -3, order_id="C3", quantity=-1),
    ]
    result = cleaned(engine, lines, settings(cleaning=NET))
    assert result.ledger.totals["value"] == "3.0000"
    taken_off = engine.rows("select order_id, items, amount from orders where is_return order by order_id")
    assert taken_off == [("C2", Decimal(-1), Decimal(-4)), ("C3", Decimal(-1), Decimal(-3))]


def test_a_sale_and_a_return_under_one_id_are_an_order_and_a_return(engine) -> None:
    lines = [
        line("ann", "2024-06-01", 10, order_id="1"),
        line("ann", "2024-06-01", -4, order_id="1", quantity=-1),
    ]
    result = cleaned(engine, lines)
    assert (result.ledger.totals["orders"], result.ledger.totals["returns"]) == (1, 1)


def test_the_repeat_of_a_return_is_a_repeat_and_takes_off_once(engine) -> None:
    lines = [
        line("ann", "2024-06-01", 10, order_id="1"),
        line("ann", "2024-06-02", -4, order_id="C2", quantity=-1),
        line("ann", "2024-06-02", -4, order_id="C2", quantity=-1, is_repeat=True),
    ]
    result = cleaned(engine, lines, settings(cleaning=NET))
    assert reasons(result) == {"exact_duplicate": 1}
    assert result.ledger.totals["value"] == "6.0000"


# --- customers ------------------------------------------------------------------------------------


def test_who_never_bought_is_left_out_with_the_reason(engine) -> None:
    lines = [line("ann", "2024-06-01", 10), line("ben", "2024-06-02", -4, quantity=-1)]
    result = cleaned(engine, lines)
    assert reasons(result) == {"customer_without_sale": 1}
    assert (result.ledger.totals["customers"], result.ledger.totals["customers_without_sale"]) == (1, 1)


def test_who_returned_everything_stays_unless_so_set(engine) -> None:
    lines = [
        line("ann", "2024-06-01", 10),
        line("ben", "2024-06-01", 4),
        line("ben", "2024-06-02", -4, quantity=-1),
    ]
    kept = cleaned(engine, lines)
    assert (kept.ledger.totals["customers"], kept.ledger.totals["customers_net_not_positive"]) == (2, 1)
    assert [f.where for f in kept.findings] == ["customers.net_spend"]
    left_out = cleaned(engine, lines, settings(cleaning={"net_spend_not_positive": "set_aside"}))
    assert reasons(left_out) == {"net_spend_not_positive": 2}
    assert left_out.ledger.totals["customers"] == 1


def test_two_customers_who_share_an_order_id_have_an_order_each(engine) -> None:
    lines = [line("ann", "2024-06-01", 10, order_id="1"), line("ben", "2024-06-01", 4, order_id="1")]
    assert cleaned(engine, lines).ledger.totals["orders"] == 2


def test_without_order_ids_a_day_is_an_order(engine) -> None:
    lines = [line("ann", f"2024-06-0{day} 1{hour}:00", 1) for day, hour in ((1, 0), (1, 5), (2, 0))]
    assert cleaned(engine, lines, settings({"order": ""})).ledger.totals["orders"] == 2


def test_nobody_left_is_refused_with_what_set_them_aside(engine) -> None:
    with pytest.raises(NotReady, match="2 missing_customer"):
        cleaned(engine, [line(None, "2024-06-01", 10), line(None, "2024-06-02", 10)])


# --- consent --------------------------------------------------------------------------------------

CONSENTS = [
    line("ann", "2024-06-01", 10, order_id="1"),
    line("out", "2024-06-01", 10, order_id="2"),
    line("out", "2024-06-02", 10, order_id="3", consent_state="out"),
    line("out", "2024-06-03", -5, order_id="C4", quantity=-1),
    line("out", None, 10, order_id="5", fault="unreadable_date", fault_text="31/31/2024"),
    line("hmm", "2024-06-01", 10, order_id="6", consent_state="unknown"),
    line("hmm", "2024-06-02", 10, order_id="7"),
]


def test_one_no_takes_every_row_of_the_customer_out_whatever_else_is_wrong_with_it(engine) -> None:
    result = cleaned(engine, CONSENTS, settings(cleaning=NET))
    assert reasons(result) == {"opted_out": 4, "consent_unknown": 2}
    assert result.ledger.totals["customers"] == 1


def test_the_ledger_shows_no_example_of_who_opted_out(engine) -> None:
    told = json.dumps(cleaned(engine, CONSENTS, settings(cleaning=NET)).ledger.as_json())
    assert [s["examples"] for s in json.loads(told)["sources"][0]["set_aside"]] == [[], []]
    assert "C4" not in told
    assert "31/31/2024" not in told


# --- the account ----------------------------------------------------------------------------------


def test_examples_are_the_first_three_records_of_each_reason_with_their_file_lines(engine) -> None:
    lines = [line(None, "2024-06-01", 1) for _ in range(5)] + [line("ann", "2024-06-01", 1)]
    (guests,) = cleaned(engine, lines).ledger.sources[0].set_aside
    assert [(e.record, e.line) for e in guests.examples] == [(1, 2), (2, 3), (3, 4)]


def test_a_large_amount_is_kept_and_flagged(engine) -> None:
    lines = [line("ann", f"2024-06-0{day}", 10, order_id=str(day)) for day in range(1, 8)]
    lines += [
        line("ben", "2024-06-01", "1000.01", order_id="b"),
        line("cat", "2024-06-01", 1000, order_id="c"),
    ]
    source = cleaned(engine, lines).ledger.sources[0]
    assert (source.rows_kept, [s.rows for s in source.flagged]) == (9, [1])
    assert source.flagged[0].examples[0].value == "1000.0100"


def test_much_set_aside_is_a_warning_that_names_the_largest_reason(engine) -> None:
    result = cleaned(engine, [line("ann", "2024-06-01", 1), line(None, "2024-06-01", 1)])
    (warning,) = result.findings
    assert warning.severity == "warning"
    assert warning.what == (
        "1 of 2 rows are set aside (50.0%); the largest part (1) for this reason: no customer id: "
        "a guest order that belongs to nobody."
    )


# --- real orders ----------------------------------------------------------------------------------

BUNDLED = Path(str(files("regulars.app") / "demo_orders" / "online_retail.parquet"))
AS_PUBLISHED = {
    "returns": "set_aside", "non_products": "keep", "cancellation_prefix": "C", "test_codes": [],
}  # fmt: skip
RETAIL = {
    "customer": "CustomerID", "order": "InvoiceNo", "time": "InvoiceDate", "quantity": "Quantity",
    "unit_price": "UnitPrice", "product": "StockCode", "amount": "",
}  # fmt: skip


def retail(**cleaning):
    return settings(RETAIL, {**AS_PUBLISHED, **cleaning})


@pytest.fixture(scope="module")
def online_retail():
    orders = Orders.model_validate({"path": str(BUNDLED), "columns": retail().sources.orders.columns})
    with Engine(threads=2) as made:
        found = read(
            orders, BUNDLED.parent, made,
            mark_repeats=True, blank_opt_out="opted_out", timezone="Europe/London",
        )  # fmt: skip
        yield made, found


@pytest.mark.parametrize(
    ("duplicates", "lines", "value"),
    [("keep", 397_884, "8911407.9040"), ("set_aside", 392_692, "8887208.8940")],
)
def test_online_retail_adds_up_to_its_published_figures(online_retail, duplicates, lines, value) -> None:
    """Figures of the UCI set after the usual filter: id, quantity > 0, price > 0 (shared/data/README)."""
    made, found = online_retail
    result = clean(made, found, retail(duplicates=duplicates), date(2011, 12, 9), TODAY)
    (source,) = result.ledger.sources
    assert source.rows_in == 541_909
    assert source.adds_up
    totals = result.ledger.totals
    assert (totals["customers"], totals["orders"], totals["lines"]) == (4_338, 18_532, lines)
    assert totals["value"] == value
    once = "select count(*) from (select 1 from orders group by customer_id having count(*) = 1) as each"
    assert made.rows(once) == [(1_493,)]


def test_online_retail_names_every_reason_by_its_known_count(online_retail) -> None:
    made, found = online_retail
    published = clean(made, found, retail(duplicates="keep"), date(2011, 12, 9), TODAY)
    assert reasons(published) == {"missing_customer": 135_080, "return": 8_905, "zero_value": 40}
    netted = clean(made, found, retail(duplicates="keep", returns="net"), date(2011, 12, 9), TODAY)
    assert netted.ledger.totals["customers_without_sale"] == 33


def test_who_opted_out_is_in_no_file_of_a_run(tmp_path, online_retail) -> None:
    """A name that can stand nowhere by chance, some orders of it, one "no" in the last of them."""
    made, _ = online_retail
    sample = made.rows(
        f"select CustomerID, InvoiceNo, cast(InvoiceDate as varchar), cast(Quantity * UnitPrice as varchar) "
        f"from '{BUNDLED}' where CustomerID is not null and Quantity > 0 and UnitPrice > 0 "
        "order by InvoiceNo, StockCode, Quantity limit 12000"
    )
    gone = {who: f"GONE{n}" for n, who in enumerate(sorted({row[0] for row in sample})[::3])}
    last = {who: at for at, (who, *_) in enumerate(sample)}

    def consent(at: int, who: str) -> str:
        return "no" if who in gone and last[who] == at else "yes"

    orders = pd.DataFrame(
        [
            (gone.get(who, who), f"{invoice}{gone.get(who, '')}", when, amount, consent(at, who))
            for at, (who, invoice, when, amount) in enumerate(sample)
        ],
        columns=["who", "order", "when", "worth", "consent"],
    )
    orders.to_csv(tmp_path / "orders.csv", index=False)
    chosen = settings(
        {"consent": "consent"}, NET, date_format="%Y-%m-%d %H:%M:%S",
        readiness={"override": True}, segmentations={"rfm": {"method": "rfm"}},
    )  # fmt: skip
    ran = run(chosen, Workspace(tmp_path), Asked(today=TODAY, threads=2))
    (source,) = ran.study.ledger.sources
    assert {s.reason: s.rows for s in source.set_aside}["opted_out"] == sum(who in gone for who, *_ in sample)
    written = [path for path in ran.study.path.rglob("*") if path.is_file()] + [ran.dashboard]
    assert len(written) > 8
    for path in written:
        said = made.rows(f"from '{path}'") if path.suffix == ".parquet" else path.read_text("utf-8")
        assert "GONE" not in str(said), path.name


def test_examples_of_a_file_name_the_line_that_an_editor_shows(engine, tmp_path) -> None:
    """The second record's note runs over two lines, so the third record starts on line 5."""
    chosen = settings(date_format="%Y-%m-%d")
    text = 'who,when,order,worth\nann,2024-06-01,1,5\nben,2024-06-01,"2\nb",5\n,2024-06-01,3,5\n'
    found = clean(engine, through_the_reader(engine, tmp_path, text, chosen), chosen, AS_OF, TODAY)
    (guests,) = found.ledger.sources[0].set_aside
    assert [(e.record, e.line) for e in guests.examples] == [(3, 5)]
