"""How features are cut into bands, on customers few enough to count by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.validate.days import CAUSES, SHOP

from regulars.engine import Engine
from regulars.segment.definition import Definition
from regulars.segment.rules.grid import Band, Grid
from regulars.types import Feature, Segment
from regulars.validate.bands import bands, kept_back

REGION = Feature("region", "Region", "category", "attribute", "")


@pytest.fixture
def engine():
    with Engine(threads=1) as made:
        yield made


def grid(*cuts: int) -> Definition:
    band = Band("s_score", "S", "spend", tuple(map(Decimal, cuts)), low_is_good=False, unit="currency")
    rule = Grid((band,), {"all": tuple((at,) for at in range(1, band.top + 1))})
    return Definition("made", "rfm", {}, {}, rule, (Segment("all", "All", ""),), {})


def lay(engine, name, kind, then, now):
    for table, values in (("customers_then", then), ("customers_now", now)):
        rows = [(f"C{at}", "all", each) for at, each in enumerate(values)]
        engine.values(table, {"customer_id": "varchar", "segment_id": "varchar", name: kind}, rows)


def counted(found):
    return {each.label: (each.then, each.now) for each in found.bands}


def test_the_definitions_own_cut_points_are_the_bands_where_they_are_enough(engine):
    lay(engine, "spend", "decimal(18, 2)", [Decimal(10), Decimal("10.01")], [Decimal(5), Decimal(50), None])
    found = bands(engine, grid(10, 20, 30), SHOP[2])
    assert found.source == "the definition's cut points"
    assert counted(found) == {
        "up to 10": (1, 1),
        "over 10 to 20": (1, 0),
        "over 30": (0, 1),
        "unknown": (0, 1),
    }
    assert bands(engine, grid(10, 20), SHOP[2]).source == "values of the earlier day"


def test_equal_values_are_never_parted_by_the_deciles(engine):
    then = [0] * 60 + list(range(1, 41))
    lay(engine, "spend", "bigint", then, [0] * 10)
    found = bands(engine, grid(10), SHOP[2])
    assert counted(found)["up to 0"] == (60, 10)
    assert [each.then for each in found.bands] == [60, 10, 10, 10, 10]


def test_few_values_are_a_band_each_and_a_higher_one_is_seen(engine):
    lay(engine, "habit_1", "double", [1.5, 1.5, 2.5], [1.5, 2.5, 9.0])
    found = bands(engine, grid(10), CAUSES[0])
    assert counted(found) == {"up to 1.5": (2, 1), "over 1.5 to 2.5": (1, 1), "over 2.5": (0, 1)}


def test_a_feature_that_nobody_has_is_one_band(engine):
    lay(engine, "habit_1", "double", [None, None], [None])
    assert counted(bands(engine, grid(10), CAUSES[0])) == {"unknown": (2, 1)}


def test_categories_are_counted_and_new_ones_told_whatever_they_are_called(engine):
    hostile = "new'; drop table customers_now; --"
    then = ["new"] * 20 + ["North"] * 5 + [None]
    lay(engine, "region", "varchar", then, ["new"] * 3 + [hostile] * 12 + ["\x1b[31m"] * 2 + [None])
    found = bands(engine, grid(10), REGION)
    assert [(each.kind, each.label, each.then, each.now) for each in found.bands] == [
        ("category", "new", 20, 3),
        ("category", "North", 5, 0),
        ("new", "new", 0, 14),
        ("unknown", "unknown", 1, 1),
    ]
    assert found.new == {hostile: 12, "\x1b[31m": 2}
    assert found.named == {hostile: 12}, "two customers are not named"
    assert found.of("new").now == 14
    assert engine.count("customers_now") == 18


def test_the_rest_of_many_categories_is_counted_apart_from_new_ones(engine):
    then = [f"R{at:02}" for at in range(14) for _ in range(20 - at)]
    lay(engine, "region", "varchar", then, ["R12", "R13", "R00", "Mars"])
    found = {each.kind: (each.then, each.now) for each in bands(engine, grid(10), REGION).bands[-2:]}
    assert found == {"other": (10 + 9 + 8 + 7, 2), "new": (0, 1)}


def test_small_cells_are_kept_back_with_one_that_would_tell_them():
    assert set(kept_back({"a": 3, "b": 40, "c": 90}, {"a": 50, "b": 60, "c": 70})) == {"a", "b"}
    assert not kept_back({"a": 0, "b": 40}, {"a": 11, "b": 60})
