"""Whether segments come back on another day's customers, where they are there and where they are not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.validate.days import CAUSES, SHOP, fitted, habits, lay, shop

from regulars.engine import Engine
from regulars.validate.stability import Stability, groups, reading, why_not
from regulars.validate.stability_file import as_json
from regulars.validate.stability_limits import exceeded
from regulars.validate.stability_words import headline, words
from regulars.validation_settings import StabilityLimits


@pytest.fixture(scope="module")
def engine():
    with Engine(threads=1) as made:
        yield made


@pytest.fixture(scope="module")
def four(engine):
    return fitted(engine, habits(np.random.default_rng(1), 900, apart=3), CAUSES, method="kmeans", k=4)


def test_groups_that_are_there_come_back_on_other_customers(engine, four):
    lay(engine, four, "customers_now", habits(np.random.default_rng(2), 700, apart=3))
    found = groups(engine, four, CAUSES, "customers_now", 0)
    assert why_not(four, 700) == ""
    assert found.candidate.verdict == "natural"
    assert [each.segment.id for each in found.segments] == [each.id for each in four.segments]
    for each in found.segments:
        assert not each.is_weak
        assert each.within.mean > 0.75
        assert each.leave < 0.1
        assert each.silhouette.low < each.silhouette.mean < each.silhouette.high
    assert sum(each.customers for each in found.segments) == 700
    assert groups(engine, four, CAUSES, "customers_now", 0) == found


def test_a_day_without_groups_is_never_natural(engine, four):
    chance = np.random.default_rng(3)
    cloud = {each.name: np.round(chance.normal(size=700), 6) for each in CAUSES}
    lay(engine, four, "customers_now", cloud)
    found = groups(engine, four, CAUSES, "customers_now", 0)
    assert found.candidate.verdict == "constructive"


def test_the_order_of_rows_moves_nothing(engine, four):
    lay(engine, four, "customers_now", habits(np.random.default_rng(2), 400, apart=3))
    first = groups(engine, four, CAUSES, "customers_now", 0)
    engine.create("turned", "select * from customers_now order by habit_3")
    assert groups(engine, four, CAUSES, "turned", 0) == first


def test_segments_that_are_cut_by_rules_say_why_they_are_not_measured(engine, four):
    rfm = fitted(engine, shop(np.random.default_rng(1), 900), SHOP, method="rfm")
    assert "cut by rules" in why_not(rfm, 900)
    assert "99 customers are too few" in why_not(four, 99)


def test_one_segment_alone_has_nothing_to_tell_apart(engine, four):
    alike = {each.name: np.full(200, 1.0) for each in CAUSES}
    lay(engine, four, "customers_now", alike)
    assert groups(engine, four, CAUSES, "customers_now", 0) is None


@pytest.fixture(scope="module")
def five(engine):
    """One group of four cut in two halves that differ by nothing: what comes back, and what does not."""
    made = fitted(engine, habits(np.random.default_rng(1), 900, apart=4), CAUSES, method="kmeans", k=5)
    lay(engine, made, "customers_five", habits(np.random.default_rng(2), 700, apart=4))
    found = groups(engine, made, CAUSES, "customers_five", 0)
    return Stability(700, made.segments, found, None, why_no_refit="Nothing was fitted anew.")


def halves(found):
    """The two segments that were one with a segment fewer: together they lose customers to one another."""
    return sorted(found.groups.segments, key=lambda each: each.within.mean)[:2]


def test_a_group_that_was_cut_in_two_runs_into_its_other_half(five):
    one, other = halves(five)
    assert (one.joined, other.joined) == (other.segment, one.segment)
    assert one.is_weak
    assert one.leave > 0.2
    assert one.neighbour == other.segment
    kept = [each for each in five.groups.segments if each not in (one, other)]
    assert min(each.within.mean for each in kept) > one.within.mean
    assert min(each.fewer for each in kept) > 0.9


def test_a_weak_spot_is_told_with_the_segment_that_it_runs_into_and_what_to_do(five):
    one, other = halves(five)
    told = words(five, 1, "natural")
    said = next(each for each in told if each.startswith(f"{one.segment.name} is weak"))
    assert f"of its customers come out in {other.segment.name}, more than in any other" in said
    assert "merge them" in said
    assert any(each.startswith("How far each comes back within 5 segments (SLSw") for each in told)
    assert any(each.startswith("How far the customers of each are together in 4 segments") for each in told)
    assert any("Calinski-Harabasz" in each and "Davies-Bouldin" in each for each in told)
    assert headline(five, 0).startswith("The segments are ")


def test_what_is_weaker_than_a_limit_is_named_and_without_limits_nothing_is(five):
    one, _ = halves(five)
    limits = StabilityLimits(jaccard=0.75, prediction_strength=0.99, verdict="natural")
    told = {each.where: each for each in exceeded(five, limits, "habits")}
    assert f"habits.{one.segment.id}.jaccard" in told
    assert told["habits.prediction_strength"].what.endswith("The limit is 0.99.")
    assert "habits.verdict" in told
    assert all(each.remedy for each in told.values())
    assert headline(five, len(told)) == f"{len(told)} limits of stability in the settings not met."
    assert list(exceeded(five, StabilityLimits(jaccard=None), "habits")) == []


def test_the_document_ranks_and_names_every_draw_that_anybody_may_repeat_it(five):
    told = as_json(five, StabilityLimits(), 0)
    ranks = sorted((each["rank_within"], -each["stability_within"]["mean"]) for each in told["segments"])
    assert [rank for rank, _ in ranks] == [1, 2, 3, 4, 5]
    assert ranks == sorted(ranks, key=lambda each: each[1])
    draws = {each["measure"]: each for each in told["draws"]}
    assert draws["jaccard"] == {
        "measure": "jaccard", "seeds": ["0:jaccard", "0:jaccard:{draw}"], "draws": 50, "customers": 700
    }  # fmt: skip
    assert draws["silhouette"] == {
        "measure": "silhouette", "seeds": ["0:silhouette"], "draws": 8, "customers": 87
    }  # fmt: skip
    assert draws["prediction_strength"]["customers"] == 350
    assert set(draws) == {"jaccard", "stability_within", "prediction_strength", "gap", "silhouette"}
    assert told["calinski_harabasz"] > 0


def test_a_segment_of_ten_customers_or_fewer_is_not_shown(five):
    few = replace(five.groups.segments[0], customers=10, jaccard=0.1)
    held = replace(five, groups=replace(five.groups, segments=(few, *five.groups.segments[1:])))
    row = as_json(held, StabilityLimits(), 0)["segments"][0]
    assert {value for name, value in row.items() if not name.startswith("segment")} == {None}
    assert not any(each.startswith(f"{few.segment.name} is weak") for each in words(held, 1, None))
    assert not any(few.segment.id in each.where for each in exceeded(held, StabilityLimits(), "habits"))


def test_a_uniform_square_is_never_natural(engine):
    chance = np.random.default_rng(7)
    square = {each.name: np.round(chance.uniform(-1.7, 1.7, 600), 6) for each in CAUSES[:2]}
    made = fitted(engine, square, CAUSES[:2], method="kmeans", k=4)
    lay(engine, made, "customers_now", square)
    found = groups(engine, made, CAUSES[:2], "customers_now", 0)
    assert found.candidate.mean_jaccard > 0.75
    assert found.candidate.verdict == "reproducible"


@pytest.mark.parametrize(
    ("jaccard", "said"),
    [
        (0.5, "dissolves"),
        (0.59, "not to be trusted"),
        (0.6, "a pattern, no sure members"),
        (0.75, "stable"),
        (0.85, "highly stable"),
    ],
)
def test_a_jaccard_is_read_as_published(jaccard, said):
    assert reading(jaccard) == said
