from datetime import date
from decimal import Decimal
from random import Random

import numpy as np
import pytest
from sklearn.cluster import AgglomerativeClustering
from sklearn.metrics import adjusted_rand_score

from regulars.engine import Engine
from regulars.errors import NotReady, SettingsError
from regulars.segment.fitting.sample import drawn, fitted
from regulars.segment.methods import Ground, chosen
from regulars.types import Feature

FEATURES = (
    Feature("evening_share", "", "share", "cause", "", "Evening", "Daytime"),
    Feature("categories", "", "count", "cause", "", "Wide-range", "Narrow-range"),
)
KINDS = {"customer_id": "varchar", "evening_share": "double", "categories": "double"}
FOUR = [(0.1, 0.1), (0.1, 0.9), (0.9, 0.1), (0.9, 0.9)]


@pytest.fixture
def engine():
    with Engine(threads=2) as made:
        yield made


def people(sizes, spread=0.05):
    chance = Random(3)
    rows = [
        [Decimal(repr(round(at + chance.gauss(0, spread), 6))) for at in middle]
        for middle, size in zip(FOUR, sizes, strict=True)
        for _ in range(size)
    ]
    return [(f"C{at:04d}", *row) for at, row in enumerate(rows)]


def fit(engine, rows, **settings):
    table = engine.values("people", KINDS, rows)
    settings = {"max_k": 4, **settings}
    ground = Ground("behaviour", table, FEATURES, date(2024, 6, 30), 0, "UTC", "GBP")
    return chosen("behaviour", {"method": "hierarchical", **settings}).fit(ground, engine)


def test_groups_that_are_there_are_found_counted_named_and_the_largest_comes_first(engine):
    made = fit(engine, people((90, 200, 120, 70)))
    engine.make("assignments", {step.name: step for step in made.steps("people", date(2024, 6, 30))})
    assert engine.rows(
        "select segment_id, segment_name, count(*) from assignments group by all order by 1"
    ) == [
        ("s1", "Wide-range, daytime buyers", 200),
        ("s2", "Evening, narrow-range buyers", 120),
        ("s3", "Narrow-range, daytime buyers", 90),
        ("s4", "Evening, wide-range buyers", 70),
    ]


def test_the_segments_are_those_of_a_ward_tree_of_all_customers_but_for_a_few(engine):
    rows = people((90, 200, 120, 70), spread=0.17)
    made = fit(engine, rows, k=4)
    table = engine.table("people")
    places = fitted(drawn(engine, table, FEATURES, 1000), "tried").places
    theirs = AgglomerativeClustering(4, linkage="ward").fit_predict(places)
    order = engine.rows("select * from people order by md5(customer_id), customer_id")
    ours = [made.score(dict(zip(KINDS, row, strict=True))).segment_id for row in order]
    assert adjusted_rand_score(theirs, ours) > 0.8


def test_the_dendrogram_holds_the_segments_with_their_shares_below_the_cut(engine):
    told = fit(engine, people((90, 200, 120, 70))).choice["dendrogram"]
    branches, joins = told["branches"], told["joins"]
    assert 4 < len(branches) <= 30
    assert len(joins) == len(branches) - 1
    shares = [sum(b["share"] for b in branches if b["segment"] == place) for place in range(4)]
    assert np.allclose(shares, [200 / 480, 120 / 480, 90 / 480, 70 / 480], atol=0.002)
    below, above = told["cut"]
    costs = [cost for *_, cost in joins]
    assert costs == sorted(costs)
    assert [cost > below for cost in costs].count(True) == 3
    assert above == costs[-3]
    # A segment's branches lie together, so that a drawing can colour them.
    places = [each["segment"] for each in branches]
    assert [a for a, b in zip(places, [None, *places], strict=False) if a != b] == list(dict.fromkeys(places))


def test_no_branch_of_ten_customers_or_fewer_is_told(engine):
    told = fit(engine, people((40, 11, 30, 12))).choice["dendrogram"]
    assert min(each["share"] for each in told["branches"]) * 93 > 10
    small = fit(engine, people((40, 6, 30, 12)), k=4).choice["dendrogram"]
    assert {each["share"] for each in small["branches"]} == {None}


def test_customers_who_differ_in_few_ways_are_their_own_micro_clusters(engine):
    rows = [(f"C{n}", Decimal(n % 3), Decimal(n % 2)) for n in range(120)]
    made = fit(engine, rows, k=6)
    assert [len(each) for each in made.rule.centres.values()] == [1] * 6
    with pytest.raises(NotReady, match=r"7 segments are asked for, but 120 customers differ in only 6 ways"):
        fit(engine, rows, k=7)


@pytest.mark.parametrize("few", [0, 1, 21])
def test_too_few_customers_are_not_ready(engine, few):
    with pytest.raises(NotReady, match="to put in groups"):
        fit(engine, people((25, 0, 0, 0))[:few])


def test_customers_all_alike_are_not_ready(engine):
    with pytest.raises(NotReady, match="no feature of behaviour tells these customers apart"):
        fit(engine, [(f"C{n}", Decimal(1), Decimal(2)) for n in range(50)])


def test_one_segment_is_no_setting(engine):
    with pytest.raises(SettingsError, match="k: Input should be greater than or equal to 2"):
        fit(engine, [], k=1)
