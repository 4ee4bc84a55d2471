"""What the features mean, on histories that one can count on one's fingers."""

from __future__ import annotations

import math
import re
from datetime import date
from decimal import Decimal

import pytest
from tests.prepare.orders import AS_OF, cleaned, line, settings

from regulars.engine import Engine
from regulars.prepare.features.catalogue import FAMILIES
from regulars.prepare.features.table import make_features
from regulars.settings import Columns

ALL = {"product": "what", "category": "kind", "promotion": "promo"}


@pytest.fixture
def engine():
    with Engine(threads=1) as made:
        yield made


def features_of(engine, *lines, columns=ALL, as_of: date = AS_OF, **cleaning):
    """The features of the one customer in the lines."""
    chosen = settings(columns, {"cancellation_prefix": "C", **cleaning})
    cleaned(engine, lines, chosen, as_of)
    made = make_features(engine, chosen.sources.orders.columns, as_of)
    (row,) = engine.rows("from features")
    return dict(zip(made.table.columns, row, strict=True))


def test_recency_counts_calendar_days_to_the_day_of_the_study(engine) -> None:
    found = features_of(engine, line("ann", "2024-06-29 23:59", 5), as_of=date(2024, 6, 30))
    assert found["recency_days"] == 1
    assert features_of(engine, line("ann", "2024-06-30 00:01", 5))["recency_days"] == 0


def test_a_return_after_the_last_purchase_makes_nobody_recent(engine) -> None:
    found = features_of(
        engine, line("ann", "2024-06-01", 10, order_id="1"), line("ann", "2024-06-20", -4, order_id="C2")
    )
    assert found["recency_days"] == 29
    assert (found["orders"], found["spend"], found["average_order"]) == (1, Decimal(6), Decimal(6))


def test_rhythm_is_over_days_not_orders(engine) -> None:
    """Three orders on two days are one gap; gaps of 2 and 4 days have mean 3 and deviate by 1."""
    same_day = [line("ann", f"2024-06-01 1{hour}:00", 1, order_id=str(hour)) for hour in (0, 1)]
    later = line("ann", "2024-06-03", 1, order_id="8")
    found = features_of(engine, *same_day, later)
    assert (found["orders"], found["gap_days"], found["gap_variation"]) == (3, 2.0, None)
    found = features_of(engine, *same_day, later, line("ann", "2024-06-07", 1, order_id="9"))
    assert (found["gap_days"], found["gap_variation"]) == (3.0, 0.333333)


def test_the_last_gap_is_between_the_last_two_days_and_unknown_with_one(engine) -> None:
    days = [line("ann", f"2024-06-{day:02} {hour}:00", 1) for day in (1, 20, 23) for hour in (10, 11)]
    assert features_of(engine, *days)["last_gap_days"] == 3
    assert features_of(engine, *days[:4])["last_gap_days"] == 19
    assert features_of(engine, *days[:2])["last_gap_days"] is None


def test_the_rhythm_before_the_last_gap_is_unknown_with_fewer_than_three_days(engine) -> None:
    days = [line("ann", f"2024-06-{day:02}", 1, order_id=str(day)) for day in (1, 3, 7, 27)]
    assert features_of(engine, *days)["earlier_gap_days"] == 3
    assert features_of(engine, *days[:3])["earlier_gap_days"] == 2
    assert features_of(engine, *days[:2])["earlier_gap_days"] is None


def test_one_who_buys_like_a_clock_has_no_irregularity(engine) -> None:
    weekly = [line("ann", f"2024-06-{day:02}", 1, order_id=str(day)) for day in (1, 8, 15, 22, 29)]
    assert features_of(engine, *weekly)["gap_variation"] == 0.0


@pytest.mark.parametrize(
    ("at", "weekend", "morning", "evening"),
    [
        ("2024-06-14 23:59", 0.0, 0.0, 1.0),
        ("2024-06-15 11:59", 1.0, 1.0, 0.0),
        ("2024-06-16 12:00", 1.0, 0.0, 0.0),
        ("2024-06-17 18:00", 0.0, 0.0, 1.0),
    ],
)
def test_the_weekend_is_saturday_and_sunday_noon_ends_the_morning_and_six_begins_the_evening(
    engine, at: str, weekend: float, morning: float, evening: float
) -> None:
    found = features_of(engine, line("ann", at, 1))
    assert (found["weekend_share"], found["morning_share"], found["evening_share"]) == (
        weekend,
        morning,
        evening,
    )


def test_an_order_over_midnight_belongs_to_the_day_it_began(engine) -> None:
    found = features_of(
        engine,
        line("ann", "2024-06-15 23:59", 1, order_id="1"),
        line("ann", "2024-06-16 00:01", 1, order_id="1"),
    )
    assert (found["orders"], found["recency_days"], found["evening_share"]) == (1, 15, 1.0)


def test_a_basket_counts_different_products_in_orders_whose_products_are_known(engine) -> None:
    """Order 1: mug twice and pan; order 2: mug; order 3: nothing known. Three products in two orders."""
    lines = [
        line("ann", "2024-06-01", 1, order_id=order, product_id=product)
        for order, product in (("1", "mug"), ("1", "mug"), ("1", "pan"), ("2", "mug"), ("3", None))
    ]
    found = features_of(engine, *lines)
    assert found["products_per_order"] == 1.5


def test_variety_is_what_was_not_in_the_order_before_and_unknown_with_one_order(engine) -> None:
    """Orders of mug and pan; mug and cup; pan; one unknown; pan: cup and the first pan are new, of four."""
    orders = ("1", "mug"), ("1", "pan"), ("2", "mug"), ("2", "cup"), ("3", "pan"), ("4", None), ("5", "pan")
    lines = [
        line("ann", f"2024-06-0{order}", 1, order_id=order, product_id=product) for order, product in orders
    ]
    assert features_of(engine, *lines[:2])["product_variety"] is None
    assert features_of(engine, *lines)["product_variety"] == 0.5


def test_how_often_one_buys_does_not_decide_how_varied_it_is(engine) -> None:
    """Two baskets in turn, for ever: as varied after four orders as after forty."""

    def turns(orders: int) -> object:
        lines = [
            line("ann", f"2024-0{1 + n // 20}-{1 + n % 20:02}", 1, order_id=str(n), product_id=product)
            for n in range(orders)
            for product in ("mug", ("cup", "pan")[n % 2])
        ]
        return features_of(engine, *lines)["product_variety"]

    assert turns(4) == turns(40) == 0.5


def test_one_category_has_no_spread_and_two_alike_have_one_bit(engine) -> None:
    tea = line("ann", "2024-06-01", 1, order_id="1", category="tea")
    found = features_of(engine, tea)
    assert (found["categories"], found["top_category_share"], found["category_entropy"]) == (1, 1.0, 0.0)
    found = features_of(engine, tea, line("ann", "2024-06-02", 1, order_id="2", category="pans"))
    assert (found["categories"], found["top_category_share"], found["category_entropy"]) == (2, 0.5, 1.0)


def test_items_are_units_and_a_line_without_a_quantity_is_one(engine) -> None:
    bulk = line("ann", "2024-06-01", 5, order_id="1", quantity=3)
    assert features_of(engine, bulk, line("ann", "2024-06-02", 5))["items_per_order"] == 2.0


def loyal(engine, *lines, **choices):
    """The features of customers whose shop sells ACME of its own; by customer."""
    asked = {"own_brands": ["ACME"], **choices}
    chosen = settings({"category": "kind", "brand": "maker"}, features=asked)
    cleaned(engine, lines, chosen)
    made = make_features(engine, chosen.sources.orders.columns, AS_OF, chosen.features)
    rows = engine.rows("from features order by customer_id")
    return made, {row[0]: dict(zip(made.table.columns, row, strict=True)) for row in rows}


def bought(who: str, amount: int, brand: str | None, category: str | None = "tea", order_id: str = "1"):
    return line(who, "2024-06-01", amount, order_id=order_id, brand=brand, category=category)


def test_loyalty_is_the_share_of_category_spend_on_own_brands(engine) -> None:
    """Ann spends 30 of 40 on ACME where the brand is known; what she sends back lowers her spend alone."""
    made, found = loyal(
        engine,
        bought("ann", 30, "ACME"), bought("ann", 10, "Rival"), bought("ann", 7, None),
        bought("ann", -5, "ACME", order_id="2"),
        bought("ben", 12, "Rival"), bought("cat", 9, None),
    )  # fmt: skip
    told = {who: (row["own_brand_share"], row["category_spend"]) for who, row in found.items()}
    assert told == {"ann": (0.75, 42), "ben": (0.0, 12), "cat": (None, 9)}
    assert (found["ann"]["brands"], found["ann"]["top_brand_share"]) == (2, 0.5)
    assert made.findings == ()


def test_loyalty_is_told_in_the_categories_that_are_named_and_zero_is_a_spend(engine) -> None:
    _, found = loyal(
        engine,
        bought("ann", 30, "ACME"), bought("ann", 10, "Rival", "pans"), bought("ben", 5, "ACME", "pans"),
        loyalty_categories=["tea"],
    )  # fmt: skip
    assert (found["ann"]["own_brand_share"], found["ann"]["category_spend"]) == (1.0, 30)
    assert (found["ben"]["own_brand_share"], found["ben"]["category_spend"]) == (None, 0)


def test_without_brands_or_amounts_there_is_no_loyalty_and_the_reason_is_told(engine) -> None:
    made, _ = loyal(engine, bought("ann", 30, None))
    assert (
        made.left_out["own_brand_share"] == "it needs features.own_brands, and lines with brands and amounts"
    )
    assert made.left_out["brands"] == "the products carry no brands"


def test_a_name_that_no_line_has_is_a_warning_with_the_near_one(engine) -> None:
    made, found = loyal(engine, bought("ann", 30, "Acme"), category_shares=["Tea", "tea"])
    assert [(doubt.severity, doubt.where) for doubt in made.findings] == [
        ("warning", "features.own_brands"),
        ("warning", "features.category_shares"),
    ]
    assert "No order line has the brand 'ACME'. Did you mean 'Acme'?" in made.findings[0].what
    assert found["ann"]["own_brand_share"] == 0.0


def test_the_share_of_each_category_asked_for_is_of_the_lines_whose_category_is_known(engine) -> None:
    made, found = loyal(
        engine,
        bought("ann", 1, None), bought("ann", 1, None), bought("ann", 1, None, "Pots & Pans"),
        bought("ann", 1, None, None), bought("ben", 1, None, None),
        category_shares=["tea", "Pots & Pans", "pots-pans"],
    )  # fmt: skip
    names = ("share_of_tea", "share_of_pots_pans", "share_of_pots_pans_2")
    assert [found["ann"][name] for name in names] == [0.666667, 0.333333, 0.0]
    assert [found["ben"][name] for name in names] == [None, None, None]
    labels = {each.name: each.label for each in made.features}
    assert [labels[name] for name in names] == ["Share of tea", "Share of Pots & Pans", "Share of pots-pans"]


HOSTILE = ["'; drop table features; --", '"', "", "茶", "茶 2", "a" * 300, "{x}", "$as_of", "select"]


def test_any_text_of_a_category_makes_a_column_and_runs_nothing(engine) -> None:
    hostile = [each for each in HOSTILE if each]
    made, found = loyal(engine, *(bought("ann", 1, None, each) for each in hostile), category_shares=hostile)
    shares = [each.name for each in made.features if each.name.startswith("share_of_")]
    assert len(set(shares)) == len(hostile)
    assert all(re.fullmatch("[a-z][a-z0-9_]{0,39}", name) for name in shares)
    assert {found["ann"][name] for name in shares} == {share_of(len(hostile))}


def share_of(parts: int) -> float:
    return math.floor(1e6 / parts + 0.5) / 1e6


def test_what_is_sent_back_counts_by_value_and_never_above_one(engine) -> None:
    bought = line("ann", "2024-06-01", 8, order_id="1")
    assert features_of(engine, bought, line("ann", "2024-06-02", -2, order_id="C2"))["return_share"] == 0.25
    assert features_of(engine, bought, line("ann", "2024-06-02", -9, order_id="C2"))["return_share"] == 1.0


def test_who_was_given_a_sample_and_returned_nothing_has_returned_nothing(engine) -> None:
    lines = [
        line("ann", "2024-06-01", 0, order_id="1"),
        line("ben", "2024-06-01", 5, order_id="2"),
        line("ben", "2024-06-02", -5, order_id="C3"),
    ]
    cleaned(engine, lines, settings(cleaning={"cancellation_prefix": "C", "zero_value": "keep"}))
    make_features(engine, settings().sources.orders.columns, AS_OF)
    shares = engine.rows("select customer_id, return_share from features order by customer_id")
    assert shares == [("ann", 0.0), ("ben", 1.0)]


@pytest.mark.parametrize("written", ["0", "0.00", "no", "False", "none"])
def test_a_promotion_of_nothing_is_no_promotion(engine, written: str) -> None:
    lines = [
        line("ann", "2024-06-01", 1, order_id="1", promotion=written),
        line("ann", "2024-06-02", 1, order_id="2", promotion="SPRING"),
    ]
    assert features_of(engine, *lines)["promotion_share"] == 0.5


def test_what_comes_off_is_a_share_of_the_full_price_and_makes_an_order_promoted(engine) -> None:
    """Paid 8 and 10 after 2 and nothing came off: 2 of 20. What is sent back gives no discount back."""
    lines = [
        line("ann", "2024-06-01", 8, order_id="1", discount=2),
        line("ann", "2024-06-02", 10, order_id="2"),
        line("ann", "2024-06-03", -8, order_id="C3", discount=2),
    ]
    found = features_of(engine, *lines, columns={**ALL, "discount": "off"})
    assert (found["discount_share"], found["promotion_share"]) == (0.1, 0.5)


def test_customers_and_dates_alone_give_features_and_the_reasons_for_the_rest(engine) -> None:
    bare = settings({"amount": "", "order": ""})
    cleaned(engine, [line("ann", "2024-06-01"), line("ann", "2024-06-08")], bare)
    made = make_features(engine, bare.sources.orders.columns, AS_OF)
    names = {feature.name for feature in made.features}
    rhythm = {"tenure_days", "gap_days", "last_gap_days", "earlier_gap_days", "gap_variation"}
    assert names == {"recency_days", "orders", "weekend_share", *rhythm}
    assert made.left_out["spend"] == "the orders carry no amounts"
    assert made.left_out["evening_share"] == "the orders carry no time of day"
    assert names | set(made.left_out) == {f.name for family in FAMILIES for f in family.features}


def test_a_column_that_is_named_but_empty_gives_no_feature(engine) -> None:
    cleaned(engine, [line("ann", "2024-06-01", 5)], settings(ALL))
    made = make_features(engine, Columns(customer="who", time="when", amount="worth", category="kind"), AS_OF)
    assert made.left_out["categories"] == "the products carry no categories"


def test_money_stays_decimal_and_spend_is_never_a_cause(engine) -> None:
    features_of(engine, line("ann", "2024-06-01", "0.1"))
    kinds = dict(
        engine.rows("select column_name, data_type from duckdb_columns() where table_name = 'features'")
    )
    assert kinds["spend"] == "DECIMAL(38,4)"
    assert kinds["average_order"].startswith("DECIMAL")
    outcomes = {f.name for family in FAMILIES for f in family.features if f.role == "outcome"}
    assert outcomes == {
        "recency_days", "orders", "spend", "average_order", "tenure_days", "last_gap_days",
        "earlier_gap_days", "category_spend", "event_recency_days",
    }  # fmt: skip
