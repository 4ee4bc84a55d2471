import math
from datetime import date
from decimal import Decimal
from random import Random

import pytest

from regulars.engine import Engine
from regulars.errors import NotReady, SettingsError
from regulars.segment.methods import Ground, chosen
from regulars.testing import FEATURES, TYPES, customers
from regulars.types import Feature

SHOPPERS = (
    Feature("evening_share", "", "share", "cause", "", "Evening", "Daytime"),
    Feature("categories", "", "count", "cause", "", "Wide-range", "Narrow-range"),
)
KINDS = {"customer_id": "varchar", "evening_share": "double", "categories": "double"}


@pytest.fixture
def engine():
    with Engine(threads=2) as made:
        yield made


def people(*groups):
    """Customers around middles: (size, evening share, categories, spread)."""
    chance = Random(3)
    rows = [
        [Decimal(repr(round(at + chance.gauss(0, spread), 6))) for at in middle]
        for size, *middle, spread in groups
        for _ in range(size)
    ]
    return [(f"C{at:04d}", *row) for at, row in enumerate(rows)]


def fit(engine, rows, *, features=SHOPPERS, kinds=KINDS, asked=None, **settings):
    table = engine.values("people", kinds, rows)
    ground = Ground("behaviour", table, features, date(2024, 6, 30), 0, "UTC", "GBP")
    return chosen("behaviour", {"method": "gmm", "features": asked, "max_k": 2, **settings}).fit(
        ground, engine
    )


THREE = people((90, 0.1, 0.2, 0.05), (200, 0.8, 0.8, 0.05), (60, 0.2, 0.9, 0.05))


@pytest.mark.parametrize("covariance", ["diagonal", "full"])
def test_groups_that_are_there_are_found_counted_and_certain(engine, covariance):
    made = fit(engine, THREE, covariance=covariance, k=3)
    engine.make("assignments", {step.name: step for step in made.steps("people", date(2024, 6, 30))})
    counted = engine.rows(
        "select segment_id, count(*), min(probability) > 0.99 from assignments group by all order by 1"
    )
    assert counted == [("s1", 200, True), ("s2", 90, True), ("s3", 60, True)]
    assert [each for each in made.notes if each.where == "behaviour.probability"] == []


def test_each_customer_keeps_the_probability_of_every_segment(engine):
    made = fit(engine, people((200, 0.3, 0.3, 0.12), (150, 0.7, 0.7, 0.12)), k=2)
    engine.make("assignments", {step.name: step for step in made.steps("people", date(2024, 6, 30))})
    rows = engine.rows("select segment_id, probability, p_s1, p_s2 from assignments")
    assert all(p == max(a, b) and math.isclose(a + b, 1, abs_tol=2e-6) for _, p, a, b in rows)
    assert all((segment == "s1") == (a >= b) for segment, _, a, b in rows)
    assert any(0.5 <= p < 0.9 for _, p, _, _ in rows)


def test_a_small_dense_cloud_inside_a_wide_one_is_a_segment(engine):
    # Nearest centres could only cut this in halves.
    made = fit(engine, people((300, 0.5, 0.5, 0.01), (300, 0.5, 0.5, 0.3)), k=2)
    inside = made.score({"evening_share": 0.5, "categories": 0.5})
    corners = {made.score({"evening_share": x, "categories": y}).segment_id for x in (0, 1) for y in (0, 1)}
    assert len(corners) == 1
    assert inside.segment_id not in corners


def test_customers_between_two_segments_are_a_doubt_with_their_share(engine):
    made = fit(engine, people((300, 0.45, 0.45, 0.2), (300, 0.6, 0.6, 0.2)), k=4)
    (doubt,) = [each for each in made.notes if each.where == "behaviour.probability"]
    assert "of customers belong to their segment with a probability below 0.6" in doubt.what


def test_a_component_that_stands_on_one_value_is_a_doubt(engine):
    rows = people((150, 0.4, 0.7, 0.15)) + [(f"Z{n}", Decimal(0), Decimal(n) / 150) for n in range(150)]
    made = fit(engine, rows, k=2)
    (doubt,) = [each for each in made.notes if each.where == "behaviour.covariance"]
    assert "one value of evening_share:" in doubt.what


def test_bic_is_the_mixtures_own(engine):
    diagonal, full = (
        fit(engine, THREE, covariance=each, k=3).choice["candidates"][-1]["bic"]
        for each in ("diagonal", "full")
    )
    # Three more covariances for the same likelihood.
    assert full == pytest.approx(diagonal + 3 * math.log(350), abs=8)


def test_text_is_refused_with_what_to_do(engine):
    with pytest.raises(
        SettingsError, match="gmm groups by numbers, and region is text.*kmeans or hierarchical"
    ):
        fit(engine, customers(50), features=FEATURES, kinds=TYPES, asked=("categories", "region"))


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([], "there are no customers"),
        (THREE[:1], "there is one customer"),
        ([(f"C{n}", Decimal(1), Decimal(2)) for n in range(50)], "no feature of behaviour tells"),
    ],
    ids=["nobody", "one", "all alike"],
)
def test_customers_who_cannot_be_told_apart_are_not_ready(engine, rows, found):
    with pytest.raises(NotReady, match=found):
        fit(engine, rows)


def test_more_segments_than_different_customers_are_refused(engine):
    rows = [(f"C{n}", Decimal(n % 3), Decimal(0)) for n in range(90)]
    with pytest.raises(NotReady, match=r"5 segments are asked for, but 90 customers differ in only 3 ways"):
        fit(engine, rows, k=5)
    assert len(fit(engine, rows, k=3).segments) == 3
