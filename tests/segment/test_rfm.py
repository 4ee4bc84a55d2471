import json
from collections import Counter
from datetime import date
from decimal import Decimal
from random import Random

import pytest

from regulars.documents import pretty
from regulars.engine import Engine
from regulars.errors import NotReady, SettingsError
from regulars.segment.definition import Definition
from regulars.segment.methods import Ground, chosen, constants
from regulars.segment.methods.rfm import Rfm
from regulars.segment.schemes import eleven
from regulars.testing import FEATURES, TYPES, customers
from regulars.types import Feature

AS_OF = date(2024, 6, 30)
RFM = tuple(Feature(name, "", "", "outcome", "") for name in ("recency_days", "orders", "spend"))
KINDS = {"customer_id": "varchar", "recency_days": "bigint", "orders": "bigint", "spend": "decimal(18, 2)"}


@pytest.fixture
def engine():
    with Engine(threads=2) as made:
        yield made


def fit(engine, rows, features=RFM, kinds=KINDS, **settings):
    table = engine.values("people", kinds, rows)
    return Rfm(**settings).fit(Ground("rfm", table, features, AS_OF, 0, "UTC", "GBP"), engine)


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
    cells = [cell for listed in eleven(3).cells.values() for cell in listed]
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


def test_scores_that_no_cut_leads_to_are_told_as_a_range(engine):
    rows = [(f"C{n}", n, 1 if n <= 70 else n, Decimal(n)) for n in range(1, 101)]
    (note,) = (each for each in fit(engine, rows, bands=10, scheme="sum").notes if each.where == "rfm.orders")
    assert note.what.endswith("and no cut led to a score of 2 to 7.")


def test_the_words_of_a_rule_are_as_few_as_its_shape_allows(engine):
    rules = {each.id: each.rule for each in fit(engine, customers(200), FEATURES, TYPES).segments}
    assert all(rule.count("; or ") < 20 for rule in rules.values())
    assert any("R is 1 to 2" in rule for rule in rules.values())


def test_nobody_is_refused_with_a_remedy(engine):
    with pytest.raises(NotReady, match="no customers to fit cut points on"):
        fit(engine, [])


def test_a_feature_that_is_known_for_nobody_is_refused_unless_its_cuts_are_set(engine):
    rows = [(f"C{n}", None, n, Decimal(n)) for n in range(1, 60)]
    with pytest.raises(NotReady, match="recency_days is known for no customer, so it has no quantiles"):
        fit(engine, rows)
    fitted = fit(engine, rows, cuts={"recency_days": [7, 30, 90, 180]})
    assert fitted.score({"recency_days": None, "orders": 59, "spend": 59}).scores["r_score"] == 1


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


def spread(count):
    """So many customers, no two alike on any axis."""
    return [(f"C{n:04}", n, n, Decimal(n)) for n in range(1, count + 1)]


def test_bands_cut_the_customers_into_equal_parts_on_each_axis(engine):
    fitted = fit(engine, spread(420), scheme="sum", bands={"r": 2, "f": 7, "m": 10})
    r, f, m = (Counter(band.of(n) for n in range(1, 421)) for band in fitted.rule.bands)
    assert (r, f, m) == (
        dict.fromkeys(range(1, 3), 210), dict.fromkeys(range(1, 8), 60), dict.fromkeys(range(1, 11), 42),
    )  # fmt: skip


def test_cuts_that_are_set_by_hand_make_the_bands_and_the_others_stay_quantiles(engine):
    fitted = fit(engine, spread(100), scheme="sum", bands=4, cuts={"recency_days": [7, 30.5]})
    r, f, m = fitted.rule.bands
    assert [str(cut) for cut in r.cuts] == ["7", "30.5"]
    assert [r.of(each) for each in (7, 8, 30, 31)] == [3, 2, 2, 1]
    assert f.cuts == m.cuts == (25, 50, 75)


def test_a_band_that_was_set_by_hand_and_has_nobody_is_told_and_stays_empty(engine):
    cuts = {"recency_days": [7, 30, 200, 400], "orders": [0, 5, 10, 50], "spend": [1, 2, 3, 4]}
    fitted = fit(engine, spread(100), cuts=cuts)
    assert {each.where: each.what for each in fitted.notes} == {
        "rfm.recency_days": "By the cuts that were set, no customer scored R 1 or 2.",
        "rfm.orders": "By the cuts that were set, no customer scored F 1.",
    }
    assert fitted.score({"recency_days": 999, "orders": 0, "spend": 0}).segment_id == "lost"


def test_alike_customers_are_no_fault_of_cuts_that_were_set_by_hand(engine):
    cuts = {"recency_days": [7], "orders": [1], "spend": [50]}
    assert fit(engine, [("C1", 3, 1, Decimal(5))] * 5, scheme="sum", cuts=cuts).segments


def test_a_weight_counts_for_its_axis(engine):
    plain = fit(engine, spread(100), scheme="sum")
    assert plain.segment("champions").rule == "R + F + M is 13 to 15"
    heavy = fit(engine, spread(100), scheme="sum", weights={"r": 2, "f": "0.5", "m": 0})
    assert heavy.segment("champions").rule == "4 × R + F is 22 to 25"
    faithful = {"recency_days": 0, "orders": 1, "spend": 10**6}
    assert plain.score(faithful).segment_id == "loyal_customers"
    assert heavy.score({**faithful, "spend": None}).scores == {"r_score": 5, "f_score": 1, "m_score": 1}
    assert heavy.score({**faithful, "spend": None}).segment_id == "loyal_customers"


@pytest.mark.parametrize(
    ("settings", "named", "told"),
    [
        ({}, 125, "none is left unnamed"),
        ({"scheme": "sum", "bands": 3}, 27, "none of the 27 combinations of scores is left unnamed"),
        ({"scheme": "five"}, 61, "The other 64 are Other: "),
        (
            {"bands": 2, "grid": {"Best": "222"}, "rest": "Rest"},
            1,
            "The other 7 are Rest: M is 1; or F is 1; or R is 1.",
        ),
    ],
    ids=["eleven", "sum", "five", "own"],
)
def test_each_scheme_says_which_of_the_cells_it_leaves_unnamed(engine, settings, named, told):
    fitted = fit(engine, spread(100), **settings)
    assert told in fitted.choice["reason"]
    assert fitted.choice["named"] == named
    left = fitted.choice["cells"] - named
    assert (
        bool(left)
        == bool(fitted.choice["unnamed"])
        == any(each.where == "rfm.scheme" for each in fitted.notes)
    )
    last = fitted.segments[-1]
    assert not left or (last.rule == "; or ".join(fitted.choice["unnamed"]))


@pytest.mark.parametrize(
    ("settings", "read"),
    [
        ({}, "where M equals F, which leaves no cell for Need Attention and About To Sleep."),
        ({"scheme": "five"}, "Names are read where M equals F."),
        ({"scheme": "sum"}, "The sum is of R and F."),
        ({"grid": {"Big": "M 4-5"}}, "Names are read where M equals F."),
    ],
    ids=str,
)
def test_each_scheme_says_what_it_does_without_amounts(engine, settings, read):
    fitted = fit(engine, spread(100), RFM[:2], **settings)
    assert fitted.notes[0].what.endswith(read)
    best = fitted.score({"recency_days": 1, "orders": 100}).segment_id
    assert best == ("big" if "grid" in settings else "champions")


def test_a_name_that_is_for_unlike_f_and_m_alone_falls_away_without_amounts(engine):
    grid = {"Rare and big": "F 1, M 5", "Good": "F 4-5, M 4-5"}
    assert "rare_and_big" in fit(engine, spread(100), grid=grid).rule.segment_ids
    fitted = fit(engine, spread(100), RFM[:2], grid=grid)
    assert fitted.rule.segment_ids == ("good", "other")
    assert fitted.notes[0].what.endswith("where M equals F, which leaves no cell for Rare and big.")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (
            {"grid": {"Big": "M 3"}, "bands": {"r": 3, "f": 3, "m": 4}},
            "'M 3' asks for M, whose bands are not",
        ),
        ({"scheme": "sum", "weights": {"r": 0, "f": 0}}, "nothing but M has a weight"),
    ],
    ids=str,
)
def test_a_scheme_that_cannot_do_without_amounts_is_refused_with_a_remedy(engine, settings, said):
    with pytest.raises(NotReady, match=said) as refused:
        fit(engine, spread(100), RFM[:2], **settings)
    assert "Map an amount" in refused.value.remedy


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (
            {"bands": 4},
            "scheme eleven names cells of five bands, but R has 4 and F has 4 and M has 4: set bands: 5",
        ),
        ({"scheme": "five", "cuts": {"spend": [1, 2]}}, "but M has 3"),
        (
            {"bands": 11, "scheme": "sum"},
            "rfm: bands: 11 is not a number from 2 to 10, or one for each of r, f",
        ),
        ({"bands": {"r": 11}, "scheme": "sum"}, "bands.r: Input should be less than or equal to 10"),
        ({"bands": 1, "scheme": "sum"}, "bands: 1 is not a number from 2 to 10"),
        ({"bands": "many"}, "bands: 'many' is not a number from 2 to 10, or one for each of r, f and m"),
        ({"bands": True}, "bands: True is not a number"),
        ({"cuts": [1, 2]}, "cuts: [1, 2] is not quantile, or a list for each of recency_days, orders"),
        ({"weights": 2}, "weights: 2 is not a number for each of r, f and m"),
        ({"grid": {"A": {"R": 5}}}, "grid.0.cells"),
        ({"cuts": {"recency_days": [30, 7]}, "scheme": "sum"}, "cut points must ascend, each once: 7, 30"),
        ({"cuts": {"recency_days": [7, 7]}, "scheme": "sum"}, "cut points must ascend"),
        ({"cuts": {"recency_days": [1], "orders": "x"}, "scheme": "sum"}, "orders"),
        ({"cuts": {"recencydays": [1]}}, "Did you mean 'recency_days'"),
        (
            {"cuts": {"spend": [1, 2]}, "bands": {"m": 5}},
            "bands.m is 5, but 2 cuts of spend make 3: leave one",
        ),
        ({"cuts": {"spend": ["NaN"]}, "scheme": "sum"}, "finite number"),
        ({"weights": {"r": 2}}, "weights go with scheme: sum"),
        ({"scheme": "sum", "weights": {"r": 0, "f": 0, "m": 0}}, "weights are all 0"),
        ({"scheme": "sum", "weights": {"r": -1}}, "greater than or equal to 0"),
        ({"scheme": "own"}, "scheme is own, but there is no grid"),
        ({"scheme": "five", "grid": {"A": "R 1"}}, "scheme is five, but there is a grid"),
        ({"grid": {"A": "R 9"}}, "'R 9': R runs from 1 to 5"),
        ({"grid": {"A": "R 1", "a": "R 2"}}, "'A' and 'a' are too alike"),
        ({"grid": {"Other": "R 1"}}, "'Other' and 'Other' are too alike"),
        ({"grid": {"A": []}}, "at least one"),
    ],
    ids=str,
)
def test_settings_that_cannot_be_are_refused_in_plain_words(settings, said):
    with pytest.raises(SettingsError) as refused:
        chosen("rfm", {"method": "rfm", **settings})
    assert said in str(refused.value)


def test_one_choice_has_one_recipe_however_it_is_spelt():
    short = {"bands": 5, "cuts": "quantile", "scheme": "eleven"}
    assert chosen("a", {"method": "rfm", **short}).recipe == Rfm().recipe
    cells = {"Best": "R 4-5", "Cell": 555}
    listed = [{"name": "Best", "cells": ["R 4-5"]}, {"name": "Cell", "cells": ["555"]}]
    swapped = dict(reversed(cells.items()))
    assert Rfm(grid={"Best": "R 4-5"}).scheme == "own"
    with pytest.raises(ValueError, match="no cell is left for 'Cell'"):
        Rfm(grid=cells)
    assert Rfm(grid=swapped).recipe == Rfm(grid=listed[::-1], scheme="own").recipe
    # The order decides who comes first, so it is part of the recipe.
    first = {"A": "R 4-5", "B": "F 4-5"}
    assert Rfm(grid=first).recipe != Rfm(grid=dict(reversed(first.items()))).recipe
