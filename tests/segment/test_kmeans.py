import subprocess
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal
from random import Random

import pytest

from regulars.documents import canonical
from regulars.engine import Engine
from regulars.errors import NotReady, SettingsError
from regulars.segment.methods import Ground, chosen
from regulars.testing import FEATURES, TYPES, customers
from regulars.types import Feature

SHOPPERS = (
    Feature("weekend_share", "", "share", "cause", "", "Weekend", "Weekday"),
    Feature("categories", "", "count", "cause", "", "Wide-range", "Narrow-range"),
    Feature("spend", "", "currency", "outcome", ""),
)
KINDS = {"customer_id": "varchar", "weekend_share": "double", "categories": "double", "spend": "double"}


@pytest.fixture
def engine():
    with Engine(threads=2) as made:
        yield made


def people(middles, each=80, spread=0.04):
    """Shoppers around each middle (weekend share, categories), ``each`` of them; the same at each call."""
    chance = Random(7)
    rows = [
        (middle, *(Decimal(repr(round(at + chance.gauss(0, spread), 6))) for at in middle))
        for middle in middles
        for _ in range(each)
    ]
    return [(f"C{at}", *row[1:], Decimal(at)) for at, row in enumerate(rows)]


def fit(engine, rows, *, features=SHOPPERS, kinds=KINDS, asked=None, **settings):
    table = engine.values("people", kinds, rows)
    settings = {**settings, "features": asked}
    ground = Ground("behaviour", table, features, date(2024, 6, 30), 0, "UTC", "GBP")
    return chosen("behaviour", {"method": "kmeans", **settings}).fit(ground, engine)


FOUR = [(0.1, 0.1), (0.1, 0.9), (0.9, 0.1), (0.9, 0.9)]


def test_groups_that_are_there_are_found_counted_and_named(engine):
    fitted = fit(engine, people(FOUR))
    assert fitted.choice["k"] == 4
    engine.make("assignments", {step.name: step for step in fitted.steps("people", date(2024, 6, 30))})
    rows = engine.rows("select segment_name, count(*) from assignments group by all order by all")
    assert {frozenset(name.lower().removesuffix(" buyers").split(", ")): count for name, count in rows} == {
        frozenset({"weekday", "narrow-range"}): 80,
        frozenset({"weekday", "wide-range"}): 80,
        frozenset({"weekend", "narrow-range"}): 80,
        frozenset({"weekend", "wide-range"}): 80,
    }
    assert fitted.notes == ()


def test_the_largest_segment_comes_first(engine):
    groups = [people([middle], each=size) for middle, size in zip(FOUR, (50, 90, 120, 70), strict=True)]
    rows = [(f"{at}-{row[0]}", *row[1:]) for at, group in enumerate(groups) for row in group]
    fitted = fit(engine, rows, k=4)
    engine.make("assignments", {step.name: step for step in fitted.steps("people", date(2024, 6, 30))})
    counted = engine.rows("select segment_id, count(*) from assignments group by all order by all")
    assert counted == [("s1", 120), ("s2", 90), ("s3", 70), ("s4", 50)]


def test_outcomes_are_left_out_unless_named(engine):
    assert fit(engine, people(FOUR)).rule.features == ("weekend_share", "categories")


def test_an_outcome_that_is_asked_for_is_refused_with_the_rule(engine):
    with pytest.raises(
        SettingsError, match=r"spend cannot be used: segments are made from what customers do"
    ):
        fit(engine, people(FOUR), asked=("spend",))


def test_a_reason_lets_an_outcome_in_and_stays_with_the_segments(engine):
    fitted = fit(engine, people(FOUR), asked=("spend", "categories"), allow_outcomes="a value tier is wanted")
    assert fitted.rule.features == ("categories", "spend")
    (note,) = [each for each in fitted.notes if each.where == "behaviour.features"]
    assert "(spend), for this reason: a value tier is wanted" in note.what


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_blank_reason_is_none(engine, reason):
    with pytest.raises(SettingsError, match="allow_outcomes"):
        fit(engine, people(FOUR), asked=("spend",), allow_outcomes=reason)


def test_an_unknown_feature_is_refused_with_the_near_name(engine):
    with pytest.raises(SettingsError, match=r"no feature 'weekends_share'\. Did you mean 'weekend_share'\?"):
        fit(engine, people(FOUR), asked=("weekends_share",))


def test_the_number_asked_for_is_kept_and_its_cost_is_told(engine):
    fitted = fit(engine, people(FOUR), k=3)
    assert len(fitted.segments) == 3
    assert "3 segments as asked" in fitted.choice["reason"]
    assert "against 4 segments, which the measures speak for" in fitted.choice["reason"]


def test_more_segments_than_different_customers_are_refused_with_the_figure(engine):
    rows = [(f"C{n}", Decimal(n % 3), Decimal(0), Decimal(n)) for n in range(200)]
    with pytest.raises(NotReady, match=r"5 segments are asked for, but 200 customers differ in only 3 ways"):
        fit(engine, rows, k=5)
    assert [each["k"] for each in fit(engine, rows).choice["candidates"]] == [2, 3]


def test_one_shapeless_crowd_is_cut_with_a_warning(engine):
    chance = Random(3)
    names = [f"habit_{n}" for n in range(8)]
    features = [Feature(name, "", "ratio", "cause", "", name.title(), f"Un-{name}") for name in names]
    kinds = {"customer_id": "varchar", **dict.fromkeys(names, "double")}
    rows = [(f"C{n}", *(Decimal(repr(round(chance.gauss(0, 1), 6))) for _ in names)) for n in range(500)]
    fitted = fit(engine, rows, features=features, kinds=kinds)
    assert any("customers differed by degrees" in each.what for each in fitted.notes)


def test_too_small_a_segment_is_a_doubt_with_its_size(engine):
    fitted = fit(engine, [*people([(0.1, 0.1), (0.9, 0.9)], each=150), *_few()], k=3)
    (doubt,) = [each for each in fitted.notes if each.severity == "warning"]
    assert "The smallest of 3 segments held 2.6% of customers" in doubt.what


def _few():
    """Eight customers far from all others."""
    return [(f"F{n}", Decimal("0.1"), Decimal("0.9") + Decimal(n) / 1000, Decimal(0)) for n in range(8)]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([], "there are no customers to put in groups"),
        (people(FOUR)[:1], "there is one customer to put in groups"),
        (people(FOUR)[:3], "there are 3 customers to put in groups; two groups of more than 10 need 22"),
        (people(FOUR)[:1] * 21, "there are 21 customers"),
        ([(f"C{n}", Decimal(1), Decimal(1), Decimal(n)) for n in range(90)], "no feature of behaviour tells"),
        ([(f"C{n}", None, None, Decimal(n)) for n in range(90)], "no feature of behaviour tells"),
        (people(FOUR)[:1] * 90, "no feature of behaviour tells"),
    ],
    ids=["nobody", "one", "three", "too few for two", "constant features", "never known", "identical"],
)
@pytest.mark.parametrize("settings", [{}, {"k": 3}], ids=["k chosen", "k asked"])
def test_customers_who_cannot_be_told_apart_are_not_ready_and_the_other_segmentations_stand(
    engine, rows, found, settings
):
    with pytest.raises(NotReady, match=found) as refused:
        fit(engine, rows, **settings)
    assert refused.value.asked.startswith("segmentations.behaviour")
    assert refused.value.remedy.endswith("The other segmentations stand without this one.")
    assert "rfm" not in str(refused.value)


def test_orders_without_any_habit_are_refused_with_a_remedy(engine):
    with pytest.raises(NotReady, match="Map more columns"):
        fit(engine, people(FOUR), features=SHOPPERS[2:])


def test_a_fit_on_a_sample_is_blind_to_the_order_of_rows_and_to_threads():
    everyone, seen = customers(900), set()
    for threads in (1, 2, 8):
        Random(threads).shuffle(everyone)
        with Engine(threads=threads) as engine:
            fitted = fit(engine, everyone, features=FEATURES, kinds=TYPES, sample=300)
            seen.add(canonical(fitted.as_json()))
            assert (fitted.fitted["customers"], fitted.fitted["sample"]) == (900, 300)
    assert len(seen) == 1


def test_another_seed_gives_the_same_groups_where_groups_are_there(engine):
    table = engine.values("people", KINDS, people(FOUR))
    ground = Ground("behaviour", table, SHOPPERS, date(2024, 6, 30), 0, "UTC", "GBP")
    method = chosen("behaviour", {"method": "kmeans"})
    assert method.fit(ground, engine).rule == method.fit(replace(ground, seed=9), engine).rule


def test_reading_a_definition_does_not_wait_for_numerical_libraries():
    program = (
        "import sys, regulars.segment.definition, regulars.segment.carry, regulars.segment.methods.rfm; "
        "print([each for each in ('sklearn', 'scipy', 'numpy') if each in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
