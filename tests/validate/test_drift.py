"""Drift between two days: silent where nothing changed, heard where something did, and the same each time."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from tests.validate.days import (
    CAUSES,
    SHOP,
    between,
    fitted,
    habits,
    ids,
    lay,
    segments_of,
    shop,
    with_share,
)

from regulars.engine import Engine
from regulars.measure.proportion import proportion_interval
from regulars.types import Feature, Segment
from regulars.validate.centroids import moved_means
from regulars.validate.drift import drift, told_centroids
from regulars.validate.drift_file import as_json
from regulars.validate.drift_limits import exceeded
from regulars.validate.drift_words import headline, told_centroid, words
from regulars.validation_settings import DriftLimits

CROWDS = {"rfm": (shop, SHOP, {"method": "rfm"}), "kmeans": (habits, CAUSES, {"method": "kmeans", "k": 4})}


@pytest.fixture(scope="module")
def engine():
    with Engine(threads=1) as made:
        yield made


@cache
def definition_of(name):
    """Fitted on five thousand customers like those that are compared."""
    made, features, how = CROWDS[name]
    with Engine(threads=1) as engine:
        return fitted(engine, made(np.random.default_rng(1), 5000), features, **how)


def crowd(name):
    """How to make customers, their features, and a definition fitted on others."""
    made, features, _ = CROWDS[name]
    return made, features, definition_of(name)


def alarms(engine, name, n, trials, first=0):
    made, features, definition = crowd(name)
    told = []
    for trial in range(first, first + trials):
        chance = np.random.default_rng([n, trial])
        told.append(between(engine, definition, features, made(chance, n), made(chance, n)).has_moved)
    return sum(told)


@pytest.mark.parametrize(("name", "n"), [("rfm", 100), ("kmeans", 100), ("kmeans", 500)])
def test_two_draws_of_the_same_customers_raise_hardly_any_alarm(engine, name, n):
    assert alarms(engine, name, n, 8) <= 1


@pytest.mark.soak
@pytest.mark.parametrize("name", CROWDS)
@pytest.mark.parametrize("n", [100, 500, 2000, 10_000])
def test_of_two_hundred_pairs_without_drift_at_most_one_in_twenty_raises_an_alarm(engine, name, n):
    told = alarms(engine, name, n, 200)
    assert told <= 10, f"{told} of 200, 95 % interval {proportion_interval(told, 200)}"


def moved_share(engine, name, n, trials):
    """In how many trials a segment that is ten points larger is heard, each with another of the segments."""
    made, features, definition = crowd(name)
    people = made(np.random.default_rng(2), 20_000)
    segments = segments_of(engine, definition, people)
    named = sorted(set(segments.tolist()))
    heard = 0
    for trial in range(trials):
        chance = np.random.default_rng([n, trial])
        planted = named[trial % len(named)]
        then = with_share(chance, people, segments, planted, 0, n)
        now = with_share(chance, people, segments, planted, 10, n)
        found = between(engine, definition, features, then, now)
        own = next(each for each in found.shares if each.segment.id == planted)
        heard += own.level in ("moved", "exceeded") and own.change > 0
    return heard


def moved_mean(engine, name, n, trials):
    """In how many trials a feature whose mean is half a standard deviation higher is heard, each another."""
    made, features, definition = crowd(name)
    numbers = [each for each in features if name == "kmeans" or each.name != "orders"]
    heard = 0
    for trial in range(trials):
        chance = np.random.default_rng([n, trial])
        then, now = made(chance, n), made(chance, n)
        planted = numbers[trial % len(numbers)].name
        step = 0.5 * now[planted].std()
        now[planted] = now[planted] + (step if now[planted].dtype.kind == "f" else round(step))
        found = between(engine, definition, features, then, now)
        own = next(each for each in found.features if each.bands.feature.name == planted)
        heard += own.level in ("moved", "exceeded")
    return heard


def test_a_segment_that_grew_by_ten_points_is_heard(engine):
    assert moved_share(engine, "rfm", 1000, 4) == 4


def test_a_mean_that_moved_by_half_a_standard_deviation_is_heard(engine):
    assert moved_mean(engine, "kmeans", 500, 3) == 3


@pytest.mark.soak
@pytest.mark.parametrize("name", CROWDS)
def test_planted_shifts_are_heard_in_nineteen_of_twenty_trials(engine, name):
    assert moved_share(engine, name, 1000, 100) >= 95
    assert moved_mean(engine, name, 500, 100) >= 95


def days(engine, **limits):
    """A pair of days of forty known customers each time, with fewer lapsed ones and a new region."""
    made, features, definition = crowd("rfm")
    chance = np.random.default_rng(5)
    then, now = made(chance, 900), made(chance, 1200)
    now["recency_days"] = now["recency_days"] // 3
    return between(engine, definition, features, then, now, known=300, **limits)


def test_the_answer_does_not_depend_on_the_order_of_customers_nor_on_threads(engine):
    made, features, definition = crowd("kmeans")
    chance = np.random.default_rng(4)
    then, now = made(chance, 700), made(chance, 600)
    told = []
    for threads, order in ((1, np.arange(600)), (2, np.random.default_rng(8).permutation(600))):
        with Engine(threads=threads) as other:
            lay(other, definition, "customers_then", then)
            lay(other, definition, "customers_now", now, first=500)
            who = other.arrays("select customer_id from customers_now order by customer_id")["customer_id"]
            other.put("ranks", {"customer_id": who, "rank": order})
            other.create(
                "again", "select n.* from customers_now n join ranks using (customer_id) order by rank"
            )
            other.create("customers_now", "select * from again")
            told.append(as_json(drift(other, definition, features, DriftLimits())))
    assert told[0] == told[1]
    assert told[0]["movement"]["known_on_both_days"] == 200


def test_a_changed_shop_is_told_in_customers_with_what_to_do(engine):
    found = days(engine)
    said = "\n".join(words(found, "EUR"))
    assert headline(found).endswith("past the limits of the settings.")
    assert "recency_days" in {each.bands.feature.name for each in found.features if each.level == "exceeded"}
    assert "Days since the last order: " in said
    assert "standard deviations" in said
    assert "900 came, 600 left" in said
    told = list(exceeded(found, "rfm", "EUR"))
    assert any(
        each.where == "rfm.recency_days" and "The limit is a PSI of 0.25." in each.what for each in told
    )
    assert all(each.remedy for each in told)


def test_a_limit_of_none_is_never_passed_and_the_figures_stay(engine):
    unlimited = dict.fromkeys(DriftLimits.model_fields)
    free, held = days(engine, **unlimited), days(engine)
    assert "exceeded" not in free.levels
    assert free.has_moved
    assert free.sizes == held.sizes
    assert list(exceeded(free, "rfm", "EUR")) == []


def with_a_rare_feature(people, n, value):
    """One feature more, which the first so many customers have."""
    at = np.arange(len(ids(people)))
    return {**people, "salary": np.where(at < n, value + at, np.nan)}


def test_what_few_customers_have_is_no_part_of_a_moved_mean(engine):
    chance = np.random.default_rng(11)
    features = (SHOP[0], Feature("salary", "Salary", "currency", "cause", ""))
    then, now = ({"recency_days": chance.normal(50 + later, 10, 400)} for later in (0, 5))
    named = [Segment(each, each.upper(), "") for each in ("a", "b")]
    told = {}
    for n in (3, 80):
        for table, people, value in (
            ("customers_then", then, 20_000.0),
            ("customers_now", now, 50_000.0),
        ):
            rare = with_a_rare_feature(people, n, value)
            engine.put("laid", {"customer_id": ids(rare), **rare})
            engine.create(
                table,
                "select * exclude (salary), case when isnan(salary) then null else salary end as salary, "
                "case when substr(customer_id, 7) < '5' then 'a' else 'b' end as segment_id from laid",
            )
        _, centroids = moved_means(engine, features, ["a", "b"])
        told[n] = told_centroids(named, centroids, DriftLimits())
    for each in told[3]:
        assert each.level == "moved", "half a standard deviation of recency, and a tenth of where it stood"
        assert each.centroid.sd == pytest.approx(0.5, abs=0.2)
        assert each.centroid.most.feature.name == "recency_days"
        assert "Salary" not in told_centroid(each, "EUR")
    assert {each.centroid.most.feature.name for each in told[80]} == {"salary"}
    assert {each.level for each in told[80]} == {"exceeded"}


def test_a_mean_that_moved_passes_its_limit_by_share_and_standard_deviations_both(engine):
    """A tenth of a day's spread, though it doubles what was near zero; and much, though far from zero."""
    chance = np.random.default_rng(12)
    told = {}
    for middle, step in ((0.1, 0.1), (10.0, 0.5), (1.0, 0.5)):
        for table, at in (("customers_then", middle), ("customers_now", middle + step)):
            values = np.concatenate([chance.normal(at, 1, 20_000), chance.normal(middle, 1, 20_000)])
            laid = {
                "recency_days": values,
                "segment_id": np.repeat(np.array(["a", "b"], dtype=object), 20_000),
            }
            engine.put(table, {"customer_id": ids(laid), **laid})
        _, centroids = moved_means(engine, [SHOP[0]], ["a"])
        told[middle, step] = [
            told_centroids([Segment("a", "A", "")], centroids, limits)[0].level
            for limits in (DriftLimits(), DriftLimits(centroid_sd=0.05), DriftLimits(centroid_share=None))
        ]
    assert told == {
        (0.1, 0.1): ["slight", "exceeded", "slight"],
        (10.0, 0.5): ["moved", "moved", "moved"],
        (1.0, 0.5): ["exceeded", "exceeded", "moved"],
    }


def test_who_moved_is_counted_among_those_known_on_both_days(engine):
    made, features, definition = crowd("rfm")
    people = made(np.random.default_rng(6), 400)
    found = between(engine, definition, features, people, people, known=400, moved_share=0.01)
    assert (found.movement.both, found.movement.moved, found.movement.came, found.movement.left) == (
        400,
        0,
        0,
        0,
    )
    assert found.levels.count("steady") == len(found.levels)
    later = dict(people, recency_days=people["recency_days"] + 60)
    found = between(engine, definition, features, people, later, known=400, moved_share=0.01)
    by_hand = (segments_of(engine, definition, people) != segments_of(engine, definition, later)).sum()
    assert found.movement.moved == by_hand > 100
    assert found.movement_level == "exceeded"
    low, high = found.movement.interval
    assert low < found.movement.share < high


def test_a_few_who_left_are_not_to_be_worked_out_from_those_who_stayed(engine):
    made, features, definition = crowd("rfm")
    people = made(np.random.default_rng(6), 6000)
    later = {name: each[5:] for name, each in people.items()}
    later["recency_days"] = later["recency_days"] + 40
    found = between(engine, definition, features, people, later, known=5995)
    assert (found.movement.both, found.movement.left) == (5995, 5)
    assert found.movement.is_told
    told = as_json(found)["movement"]
    assert [told[each] for each in ("known_on_both_days", "moved", "left")] == [None] * 3
    assert told["moved_share"] == round(found.movement.share, 3)
    said = " ".join(words(found, "EUR"))
    assert "5,995" not in said
    assert "ten customers or fewer left" in said


def test_gaps_and_nobody_are_told_and_break_nothing(engine):
    made, features, definition = crowd("rfm")
    chance = np.random.default_rng(7)
    then, now = made(chance, 600), made(chance, 600)
    now["spend"] = np.where(np.arange(600) < 60, np.nan, now["spend"])
    found = between(engine, definition, features, then, now)
    spend = next(each for each in found.features if each.bands.feature.name == "spend")
    assert spend.level == "exceeded"
    assert round(spend.unknown[0], 6) == 10.0
    assert "unknown for +10.0 points" in "".join(words(found, "EUR"))
    engine.execute("delete from customers_now")
    nobody = drift(engine, definition, features, DriftLimits())
    assert not nobody.has_moved
    assert "Nobody is known on both days" in "".join(words(nobody, "EUR"))
    assert as_json(nobody)["customers"] == {"then": 600, "now": 0}


def test_no_figure_of_ten_customers_or_fewer_is_shown(engine):
    made, features, definition = crowd("kmeans")
    people = made(np.random.default_rng(9), 3000)
    segments = segments_of(engine, definition, people)
    rare = min(set(segments.tolist()))
    kept = np.flatnonzero((segments != rare) | (np.cumsum(segments == rare) <= 7))
    then = {name: each[kept] for name, each in people.items()}
    found = between(engine, definition, features, then, people)
    hidden = [each for each in as_json(found)["segments"] if each["share_then"] is None]
    assert rare in [each["segment_id"] for each in hidden]
    assert len(hidden) >= 2
    assert len(ids(then)) == found.then
    name = next(each.segment.name for each in found.shares if each.segment.id == rare)
    said = (f"{name} grew", f"{name} shrank", f"The mean of {name}")
    assert not any(line.startswith(said) for line in words(found, "EUR"))
    told = [each.what for each in exceeded(found, "made", "EUR") if each.where == f"made.{rare}"]
    assert told
    assert "not shown" in told[0]
