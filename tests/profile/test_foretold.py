"""What a value model expects, as facts of segments: sums, shares and means, said to be expected."""

from __future__ import annotations

import duckdb
import pytest
from tests.profile.crowds import as_run, customers, profiled

from regulars.engine import Engine
from regulars.profile.facts_file import as_json, from_json
from regulars.profile.metrics import FORETOLD

WORTH = {
    "loyal": [
        {"spend": 500, "predicted_value": 100 + n, "expected_purchases": 2.5, "p_alive": 0.9}
        for n in range(40)
    ],
    "lost": [
        {"spend": 900, "predicted_value": 10.25, "expected_purchases": 0.25, "p_alive": n / 100}
        for n in range(20)
    ],
}
"""Predicted: 40 × 100 + 780 = 4,780 and 205, together 4,985; spent: 20,000 and 18,000."""


@pytest.fixture(scope="module")
def engine():
    with Engine(threads=1) as made:
        yield made


@pytest.fixture(scope="module")
def worth(engine):
    return profiled(engine, WORTH, horizon_days=90)


def values(profile, metric: str) -> dict[str, float | None]:
    return {segment.id: segment.facts[metric].value for segment in profile.segments}


def test_figures_are_those_that_one_can_add_up(worth) -> None:
    assert values(worth, "predicted_value") == {"loyal": 4780.0, "lost": 205.0}
    assert values(worth, "predicted_value_share") == {
        "loyal": round(100 * 4780 / 4985, 4),
        "lost": round(100 * 205 / 4985, 4),
    }
    assert values(worth, "predicted_value_per_customer") == {"loyal": 119.5, "lost": 10.25}
    assert values(worth, "expected_purchases_per_customer") == {"loyal": 2.5, "lost": 0.25}
    assert values(worth, "p_alive") == {"loyal": 90.0, "lost": 9.5}
    assert worth.fact("overall.predicted_value").value == 4985.0


def test_labels_say_how_far_the_model_looks_and_meanings_that_it_is_not_seen_yet(worth) -> None:
    assert worth.fact("loyal.predicted_value").label == "Predicted value, next 90 days"
    told = {m.id: m.meaning for m in worth.metrics if m.id in FORETOLD}
    assert list(told) == list(FORETOLD)
    assert all("By the value model, not yet seen." in meaning for meaning in told.values())


def test_an_interval_of_a_mean_is_said_to_be_over_customers_and_not_of_the_model(worth) -> None:
    meanings = {m.id: m.meaning for m in worth.metrics}
    for metric in FORETOLD:
        has_interval = worth.fact(f"loyal.{metric}").low is not None
        assert ("how far the model itself may be off is not in it" in meanings[metric]) is has_interval


def test_the_discounted_value_is_no_metric(engine) -> None:
    crowd = {"all": customers(20, predicted_value=9, discounted_value=8)}
    assert not [m.id for m in profiled(engine, crowd).metrics if "discounted" in m.id]


def test_the_days_ahead_are_a_fact_that_comes_back_from_its_file(worth) -> None:
    name = "overall.expected_purchases_per_customer.horizon"
    fact = from_json(as_json(worth)).fact(name)
    assert (fact.value, fact.unit) == (90, "days")


def test_without_amounts_there_are_purchases_to_come_and_no_value(engine) -> None:
    crowd = {"all": customers(20, expected_purchases=1.5, p_alive=0.5)}
    made = {m.id for m in profiled(engine, crowd, without=("spend",)).metrics}
    assert made & set(FORETOLD) == {"expected_purchases_per_customer", "p_alive"}


def test_without_a_model_nothing_is_foretold(engine) -> None:
    made = profiled(engine, {"all": customers(20)}, horizon_days=365)
    assert not {m.id for m in made.metrics} & set(FORETOLD)
    assert not [name for name in made.overall.facts if "horizon" in name]


def test_what_is_expected_is_no_axis_of_how_segments_behave(engine) -> None:
    crowd = {
        name: [
            {"p_alive": alive, "weekend_share": at, "return_share": at, "products_per_order": 1 + at}
            for at in (0.0, 0.2) * 20
        ]
        for name, alive in (("a", 0.1), ("b", 0.9))
    }
    axes = profiled(engine, crowd).panels["radar"]["axes"]
    assert "weekend_share" in axes
    assert "p_alive" not in axes


def test_a_hidden_segment_keeps_what_it_is_expected_to_bring(engine) -> None:
    """With the total and the shown segment the hidden ones are known together only, 3 and 20 customers."""
    crowd = {
        "tiny": customers(3, predicted_value=1000, expected_purchases=9, p_alive=1),
        "mid": customers(20, predicted_value=10, expected_purchases=1, p_alive=0.5),
        "big": customers(50, predicted_value=20, expected_purchases=2, p_alive=0.75),
    }
    made = profiled(engine, crowd, horizon_days=365)
    assert made.fact("overall.predicted_value").value == 3000 + 200 + 1000
    for metric in FORETOLD:
        assert made.fact(f"big.{metric}").value is not None
        for segment in ("tiny", "mid"):
            fact = made.fact(f"{segment}.{metric}")
            assert (fact.value, fact.n, fact.low, fact.high) == (None, None, None, None)
            assert f"{metric}.rank" not in made.segment(segment).facts


def test_the_query_behind_each_figure_gives_it_to_anybody(engine, tmp_path, monkeypatch) -> None:
    made = profiled(engine, WORTH, horizon_days=90)
    as_run(engine, tmp_path)
    monkeypatch.chdir(tmp_path)
    with duckdb.connect() as anybody:
        for metric in FORETOLD:
            found = dict(anybody.execute(made.queries[metric]).fetchall())
            for segment in made.segments:
                got = float(found[segment.id])
                assert got == pytest.approx(segment.facts[metric].value, abs=0.00006), metric
