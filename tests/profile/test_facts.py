"""Facts: what each figure is, that the figures fit together, and that anybody can check them."""

from __future__ import annotations

import duckdb
import pytest
from tests.profile.crowds import as_run, customers, profiled

from regulars.engine import Engine
from regulars.profile.facts import OVERALL

FEW = 12
"""One more than the smallest group that is shown."""
SHOP = {
    "loyal": [
        {"orders": 2 + n % 3, "spend": 200 + 10.5 * n, "recency_days": n, "tenure_days": 300 + n,
         "gap_days": 20.5 + n, "gap_variation": 0.5, "weekend_share": n / 40, "return_share": 0.1,
         "products_per_order": 3.25}
        for n in range(40)
    ],
    "fresh": [
        {"orders": 1, "spend": 30 + n, "recency_days": 5 + n % 4, "tenure_days": 9, "gap_days": None,
         "gap_variation": None, "weekend_share": n % 2, "return_share": 0, "products_per_order": 1 + n % 5}
        for n in range(25)
    ],
    "lost": [
        {"orders": 1 + n % 2, "spend": 12.25, "recency_days": 200 + 3 * n, "tenure_days": 260,
         "gap_days": 40 if n % 2 else None, "gap_variation": None, "weekend_share": 0, "return_share": 0.25,
         "products_per_order": 2}
        for n in range(30)
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def engine():
    with Engine(threads=1) as made:
        yield made


@pytest.fixture(scope="module")
def shop(engine):
    return profiled(engine, SHOP)


def values(profile, metric: str) -> dict[str, float | None]:
    return {segment.id: segment.facts[metric].value for segment in profile.segments}


def test_figures_are_those_that_one_can_count(shop) -> None:
    assert values(shop, "customers") == {"loyal": 40, "fresh": 25, "lost": 30}
    assert values(shop, "orders") == {"loyal": 119, "fresh": 25, "lost": 45}
    assert values(shop, "revenue") == {
        "loyal": 200 * 40 + 10.5 * 780,
        "fresh": 30 * 25 + 300,
        "lost": 12.25 * 30,
    }
    assert values(shop, "revenue_per_customer")["lost"] == 12.25
    assert values(shop, "aov")["lost"] == round(12.25 * 30 / 45, 4)
    assert values(shop, "repeat_rate") == {"loyal": 100.0, "fresh": 0.0, "lost": 50.0}
    assert values(shop, "recency_days") == {"loyal": 19.5, "fresh": 6.0, "lost": 243.5}
    assert values(shop, "weekend_share") == {"loyal": 48.75, "fresh": 48.0, "lost": 0.0}


def test_shares_add_to_a_hundred_and_sums_to_the_total(shop) -> None:
    assert sum(values(shop, "customer_share").values()) == pytest.approx(100, abs=0.001)
    assert sum(values(shop, "revenue_share").values()) == pytest.approx(100, abs=0.001)
    for metric in ("customers", "orders", "revenue"):
        assert sum(values(shop, metric).values()) == shop.overall.facts[metric].value


def test_n_is_those_who_have_the_figure(shop) -> None:
    assert {s.id: s.facts["gap_days"].n for s in shop.segments} == {"loyal": 40, "fresh": 0, "lost": 15}
    assert shop.fact("fresh.gap_days").value is None
    assert shop.fact("fresh.gap_days").note == "no customer of the group has it"
    assert shop.overall.facts["gap_days"].n == 55


def test_an_interval_holds_its_figure_and_stays_within_what_can_be(shop) -> None:
    for group in (shop.overall, *shop.segments):
        for fact in group.facts.values():
            if fact.low is not None:
                assert fact.low <= fact.value <= fact.high
                if fact.unit == "percent":
                    assert fact.low >= 0
                    assert fact.high <= 100


def test_full_counts_have_no_interval(shop) -> None:
    for metric in ("customers", "orders", "revenue", "revenue_share"):
        assert shop.fact(f"loyal.{metric}").low is None


def test_a_dozen_who_never_bought_at_a_weekend_do_not_prove_that_none_would(engine) -> None:
    """Wilson: 0 of 12 leaves up to 24.25 % open; the spread within the dozen would leave nothing open."""
    crowd = {"none": customers(FEW, weekend_share=0), "rest": customers(90, weekend_share=0.1)}
    made = profiled(engine, crowd)
    fact = made.fact("none.weekend_share")
    assert (fact.value, fact.low) == (0.0, 0.0)
    assert fact.high == pytest.approx(24.25, abs=0.01)


def test_an_index_is_a_hundred_times_the_figure_over_that_of_all(shop) -> None:
    loyal, everybody = shop.segment("loyal").facts, shop.overall.facts
    assert loyal["aov.index"].value == round(100 * loyal["aov"].value / everybody["aov"].value, 1)
    assert {"revenue.index", "customers.index", "orders.index"}.isdisjoint(loyal)
    assert "gap_days.index" not in shop.segment("fresh").facts


def test_ranks_count_from_the_largest_and_ties_share_the_better(engine, shop) -> None:
    assert values(shop, "recency_days.rank") == {"loyal": 2, "fresh": 3, "lost": 1}
    alike = profiled(engine, {name: customers(size) for name, size in (("a", 20), ("b", 20), ("c", 30))})
    assert values(alike, "customers.rank") == {"a": 2, "b": 2, "c": 1}


def test_the_largest_segments_are_added_from_the_top(shop) -> None:
    shares = sorted(values(shop, "revenue_share").values(), reverse=True)
    for k in (1, 2, 3):
        assert shop.overall.facts[f"revenue_share.top_{k}"].value == round(sum(shares[:k]), 4)


def test_a_group_below_zero_has_its_share_and_a_total_below_zero_has_none(engine) -> None:
    made = profiled(engine, {"good": customers(20, spend=100), "bad": customers(20, spend=-25)})
    assert values(made, "revenue_share") == {"good": 133.3333, "bad": -33.3333}
    made = profiled(engine, {"good": customers(20, spend=10), "bad": customers(20, spend=-25)})
    assert values(made, "revenue_share") == {"good": None, "bad": None}
    assert made.fact("good.revenue_share").note == "the total is not above zero"
    assert "revenue_share.top_1" not in made.overall.facts


def test_returns_are_named_in_a_label_only_where_they_were_taken_off(engine, shop) -> None:
    assert shop.fact("loyal.revenue").label == "Revenue, net of returns"
    assert profiled(engine, {"all": customers(FEW)}).fact("all.revenue").label == "Revenue"


def test_without_amounts_there_is_no_money(engine) -> None:
    laid = {"a": customers(20), "b": customers(30)}
    made = profiled(engine, laid, without=("spend",))
    assert {"revenue", "revenue_share", "aov"}.isdisjoint({m.id for m in made.metrics})


def test_a_segment_without_customers_is_like_one_that_is_too_small(engine) -> None:
    made = profiled(engine, {"none": [], "some": customers(40)})
    assert made.segment("none").is_suppressed
    assert made.fact("some.customers").value == 40


def test_every_displayed_query_gives_its_figure_for_each_segment(engine, tmp_path, monkeypatch) -> None:
    made = profiled(engine, SHOP)
    as_run(engine, tmp_path)
    monkeypatch.chdir(tmp_path)
    assert set(made.queries) == {metric.id for metric in made.metrics}
    with duckdb.connect() as anybody:
        for metric, query in made.queries.items():
            found = dict(anybody.execute(query).fetchall())
            for segment in made.segments:
                fact = segment.facts[metric]
                got = found[segment.id]
                if fact.value is None:
                    assert got is None, fact.id
                else:
                    assert float(got) == pytest.approx(float(fact.value), abs=0.00006), fact.id


def test_every_fact_points_to_a_query_that_is_shown(shop) -> None:
    for group in (shop.overall, *shop.segments):
        assert {fact.query for fact in group.facts.values()} <= set(shop.queries)
        assert all(fact.id == f"{group.id}.{name}" for name, fact in group.facts.items())
    assert shop.overall.id == OVERALL


def test_rows_in_another_order_give_the_same_profile(engine, shop) -> None:
    backwards = {name: list(reversed(members)) for name, members in SHOP.items()}
    assert profiled(engine, backwards) == shop
