import json
from datetime import date
from decimal import Decimal
from random import Random

import pytest

from regulars.engine import Engine
from regulars.errors import NotReady
from regulars.segment.definition import Definition, pretty
from regulars.segment.methods import Ground, constants
from regulars.segment.methods.rfm import Rfm, named_cells
from regulars.testing import FEATURES, TYPES, customers
from regulars.types import Feature

AS_OF = date(2024, 6, 30)
RFM = tuple(Feature(name, "", "", "outcome", "") for name in ("recency_days", "orders", "spend"))
KINDS = {"customer_id": "varchar", "recency_days": "bigint", "orders": "bigint", "spend": "decimal(18, 2)"}


@pytest.fixture
def engine():
    with Engine(threads=2) as made:
        yield made


def fit(engine, rows, features=RFM, kinds=KINDS):
    table = engine.values("people", kinds, rows)
    return Rfm().fit(Ground("rfm", table, features, AS_OF, 0, "UTC", "GBP"), engine)


def test_ten_customers_are_cut_where_one_would_by_hand(engine):
    rows = [(f"C{n}", n * 10, n, Decimal(n * 100)) for n in range(1, 11)]
    fitted = fit(engine, rows)
    r, f, m = fitted.rule.bands
    assert [str(cut) for cut in r.cuts] == ["20", "40", "60", "80"]
    assert [str(cut) for cut in f.cuts] == ["2", "4", "6", "8"]
    assert [m.of(Decimal(each)) for each in ("100", "200", "200.01", "800", "800.01", "9e9")] == [
        1,
        1,
        2,
        4,
        5,
        5,
    ]
    assert [r.of(each) for each in (0, 20, 21, 80, 81, None)] == [5, 5, 4, 2, 1, 1]


def test_customers_with_equal_values_are_never_parted(engine):
    chance = Random(2)
    rows = [(f"C{n}", chance.choice([1, 5, 9]), chance.choice([1, 1, 1, 2]), Decimal(5)) for n in range(400)]
    chance.shuffle(rows)
    fitted = fit(engine, rows)
    engine.make("assignments", {step.name: step for step in fitted.steps("people", AS_OF)})
    split = engine.rows(
        "select recency_days, orders, spend from people join assignments using (customer_id) "
        "group by all having count(distinct segment_id) > 1"
    )
    assert split == []


def test_a_better_customer_never_scores_lower(engine):
    for band in fit(engine, customers(300), FEATURES, TYPES).rule.bands:
        scores = [band.of(Decimal(value)) for value in range(-1000, 4000, 7)]
        assert scores == sorted(scores, reverse=band.low_is_good)


def test_every_cell_of_the_grid_has_one_name_with_and_without_amounts(engine):
    cells = [cell for _, listed in named_cells() for cell in listed]
    assert len(cells) == len(set(cells)) == 125
    without = fit(engine, [(f"C{n}", n, n, Decimal(1)) for n in range(1, 60)], RFM[:2])
    assert sorted(cell for cells in without.rule.cells.values() for cell in cells) == [
        (r, f) for r in range(1, 6) for f in range(1, 6)
    ]


def test_orders_without_amounts_are_cut_in_two_ways_with_a_warning(engine):
    fitted = fit(engine, [(f"C{n}", n, n, Decimal(1)) for n in range(1, 60)], RFM[:2])
    assert [band.letter for band in fitted.rule.bands] == ["R", "F"]
    assert "no monetary score" in fitted.notes[0].what
    assert set(fitted.score({"recency_days": 1, "orders": 59}).scores) == {"r_score", "f_score"}


def test_a_value_that_many_share_is_told_with_the_score_it_leaves_unused(engine):
    rows = [(f"C{n}", n, 1 if n <= 70 else n, Decimal(n)) for n in range(1, 101)]
    (note,) = fit(engine, rows).notes
    assert note.where == "rfm.orders"
    assert note.what == (
        "70 of 100 customers (70%) had orders = 1; they all scored F 1, and no cut led to a score of 2 or 3."
    )


def test_the_words_of_a_rule_are_as_few_as_its_shape_allows(engine):
    rules = {each.id: each.rule for each in fit(engine, customers(200), FEATURES, TYPES).segments}
    assert all(rule.count("; or ") < 20 for rule in rules.values())
    assert any("R is 1 to 2" in rule for rule in rules.values())


def test_nobody_is_refused_with_a_remedy(engine):
    with pytest.raises(NotReady, match="no customers to fit cut points on"):
        fit(engine, [])


@pytest.mark.parametrize("rows", [1, 150])
def test_customers_all_alike_are_refused_rather_than_given_one_name(engine, rows):
    with pytest.raises(NotReady, match="all customers are alike in recency_days and orders and spend"):
        fit(engine, [(f"C{n}", 3, 1, Decimal(5)) for n in range(rows)])
    one_differs = [("C", 3, 1, Decimal(6)), *((f"C{n}", 3, 1, Decimal(5)) for n in range(rows))]
    assert fit(engine, one_differs).segments


def test_a_definition_remembers_which_columns_were_mapped_and_nothing_of_what_the_rows_held(engine):
    table = engine.values("people", KINDS, [(f"C{n}", n, n, Decimal(n)) for n in range(1, 60)])
    ground = Ground("rfm", table, RFM, AS_OF, 0, "UTC", "GBP", mapped=("value", "product"))
    fitted = Rfm().fit(ground, engine)
    assert fitted.ground == constants("UTC", "GBP", ["product", "value"])
    assert fitted.ground == {"timezone": "UTC", "currency": "GBP", "columns": "product,value"}
    assert Definition.from_json(json.loads(pretty(fitted.as_json()))).ground == fitted.ground
    assert fitted.ground != constants("UTC", "GBP", ["value"])
    assert constants("UTC", "GBP") == {"timezone": "UTC", "currency": "GBP"}


def test_what_was_found_in_fitting_is_told_in_the_past_for_later_runs_show_it_too(engine):
    old = [(f"C{n}", 200 + n, 1 if n <= 70 else n, Decimal(n)) for n in range(1, 101)]
    stale, crowded = (note.what for note in fit(engine, old).notes)
    assert stale.startswith("The most recent fifth of customers reached back 220 days")
    assert crowded.startswith("70 of 100 customers (70%) had orders = 1; they all scored F 1")
    assert fit(engine, old, RFM[:2]).notes[0].what.startswith("The orders carried no amounts")
