"""Known truth: differences that were planted are found, segments drawn by lot are told to be alike."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from regulars.engine import Engine
from regulars.measure.effects import of_numbers
from regulars.segment.methods import Ground, chosen
from regulars.types import Feature
from regulars.validate import difference as difference_of
from regulars.validate.contrasts import CHANCE
from regulars.validate.difference import difference
from regulars.validate.difference_file import as_json
from regulars.validate.difference_words import words
from regulars.validate.importance import Importance
from regulars.validate.later import Later
from regulars.validate.people import People

DAY = date(2024, 6, 30)
LOT = Feature("lot", "Lot", "ratio", "cause", "", kin=("lots",))
NEAR = Feature("near", "Near the lot", "ratio", "cause", "", kin=("lots",))
HABITS = tuple(
    Feature(f"habit_{at}", f"Habit {at}", "ratio", "cause", "", kin=("habits",)) for at in range(4)
)
BASKET = Feature("basket", "Basket", "count", "outcome", "", kin=("baskets",))
STYLE = Feature("style", "Style", "category", "cause", "")
REGION = Feature("region", "Region", "category", "attribute", "")
ALIVE = Feature("p_alive", "Chance of still being a customer", "share", "outcome", "")
FEATURES = (LOT, NEAR, *HABITS, BASKET, STYLE, REGION, ALIVE)
UNWEIGHED = Importance(0, (), None)


@pytest.fixture(scope="module")
def lots():
    """Four segments by lot, which has to do with nothing that customers do."""
    with Engine(threads=1) as engine:
        table = engine.put("people", {"customer_id": np.array(["C1"], dtype=object), "lot": np.array([0.5])})
        rules = [{"name": f"Lot {at}", "when": f"lot < {at / 4}"} for at in (1, 2, 3)]
        method = chosen("lots", {"method": "rules", "segments": rules, "rest": "Lot 4"})
        return method.fit(Ground("lots", table, (LOT,), DAY, 0, "UTC", "EUR"), engine)


def drawn(chance, n):
    """Customers whose segment is a lot; of some a habit is unknown."""
    lot = chance.random(n)
    columns = {each.name: chance.normal(size=n) for each in HABITS}
    columns["habit_3"] = np.where(chance.random(n) < 0.3, np.nan, columns["habit_3"])
    columns |= {
        "lot": lot, "near": lot + chance.normal(size=n), "p_alive": lot,
        "basket": np.floor(chance.exponential(1, n)),
        "style": chance.choice(np.array(["plain", "bold", "loud"], dtype=object), n),
        "region": np.where(lot < 0.25, "North", "South").astype(object),
    }  # fmt: skip
    return People(n, np.arange(1, n + 1), np.minimum((lot * 4).astype(np.int64), 3), columns)


def told(sample, lots, features=FEATURES, later=None, hidden=()):
    return difference(sample, lots, features, UNWEIGHED, later, hidden)


def named(pair):
    return {pair.one.name, pair.other.name}


def test_segments_by_lot_are_not_different_in_behaviour_with_enough_customers(lots):
    found = told(drawn(np.random.default_rng(1), 6_000), lots)
    assert len(found.pairs) == 6
    assert [each.state for each in found.pairs] == ["not_different"] * 6
    assert found.not_different() == found.pairs
    assert not any(each.apart for each in found.segments)


def test_what_repeats_the_cut_is_told_and_never_judged_by(lots):
    found = told(drawn(np.random.default_rng(1), 6_000), lots)
    relations = {each.feature.name: each.relation for each in found.behaviours}
    assert relations == {
        "lot": "read", "near": "kin", **dict.fromkeys((each.name for each in HABITS), "apart"),
        "basket": "apart", "style": "apart", "region": "attribute", "p_alive": "foretold",
    }  # fmt: skip
    assert [each.feature.name for each in found.judged] == [
        "habit_0", "habit_1", "habit_2", "habit_3", "basket", "style",
    ]  # fmt: skip
    told_apart = {each.behaviour.feature.name for each in found.segments[0].contrasts if each.is_told}
    assert {"lot", "near", "region", "p_alive"} <= told_apart


def test_with_few_customers_it_cannot_be_told_and_how_many_would_tell_is_said(lots):
    found = told(drawn(np.random.default_rng(2), 400), lots)
    assert {each.state for each in found.pairs} == {"cannot_be_told"}
    needed = [each.needed for each in found.pairs if each.needed]
    assert needed
    assert min(needed) > 100


def test_as_many_customers_as_are_said_to_be_needed_tell(lots):
    """Ten times the customers drawn, where most pairs were said to need fewer."""
    few = told(drawn(np.random.default_rng(3), 800), lots)
    enough = [each for each in few.pairs if each.needed and each.needed < 2_000]
    assert enough
    many = told(drawn(np.random.default_rng(4), 8_000), lots)
    assert {each.state for each in many.pairs} == {"not_different"}


def test_as_many_as_are_said_to_be_needed_tell_a_difference_in_four_of_five_cases():
    chance, asked, apart = np.random.default_rng(5), 600, 0.35

    def effect(n):
        return of_numbers(chance.normal(apart, 1, n), chance.normal(0, 1, n))

    needed = int(np.median([difference_of._to_tell(effect(200), asked) for _ in range(200)]))
    told_ = sum(effect(needed).p <= CHANCE / asked for _ in range(200))
    assert 140 <= told_ <= 180


@pytest.mark.parametrize("apart", [0.0, 0.1])
def test_as_many_as_are_said_to_be_needed_rule_a_difference_out_in_four_of_five_cases(apart):
    chance = np.random.default_rng(6)

    def effect(n):
        return of_numbers(chance.normal(apart, 1, n), chance.normal(0, 1, n))

    # Of all that chance may show of the groups, the middle: the effect as it is.
    sizes = [effect(300) for _ in range(201)]
    middle = sorted(sizes, key=lambda each: each.size)[100]
    needed = int(difference_of._to_rule_out(middle))
    ruled_out = sum(effect(needed).is_negligible for _ in range(200))
    assert 140 <= ruled_out <= 190


@pytest.mark.parametrize("feature", ["habit_2", "basket", "style"])
def test_a_planted_difference_is_found_in_that_behaviour_of_that_segment(lots, feature):
    sample = drawn(np.random.default_rng(5), 2_400)
    second = sample.segments == 1
    if feature == "style":
        chance = np.random.default_rng(6)
        sample.columns["style"][second & (chance.random(2_400) < 0.4)] = "bold"
    elif feature == "basket":
        sample.columns["basket"][second] += np.random.default_rng(6).integers(0, 3, second.sum())
    else:
        sample.columns[feature][second] += 0.6
    found = told(sample, lots)
    for pair in found.pairs:
        assert (pair.state == "different") == ("Lot 2" in named(pair))
        if pair.state == "different":
            assert [each.behaviour.feature.name for each in pair.judged if each.is_apart] == [feature]
    apart = {each.segment.name: [one.behaviour.feature.name for one in each.apart] for each in found.segments}
    assert apart["Lot 2"] == [feature]


def test_half_a_standard_deviation_is_heard_in_nine_of_ten_pairs_of_two_hundred_customers_each(lots):
    chance = np.random.default_rng(16)
    states = []
    for _ in range(40):
        sample = drawn(chance, 800)
        sample.columns["habit_2"][sample.segments == 1] += 0.5
        found = told(sample, lots, (LOT, *HABITS, BASKET, STYLE))
        states += [each.state for each in found.pairs if "Lot 2" in named(each)]
    assert states.count("different") >= 0.9 * len(states)
    assert "not_different" not in states


def test_by_chance_alone_anything_is_told_in_at_most_5_of_100_reports(lots):
    chance = np.random.default_rng(7)
    alarms = 0
    for _ in range(200):
        found = told(drawn(chance, 400), lots, (LOT, *HABITS, BASKET, STYLE))
        alarms += any(
            one.p <= 0.05
            for each in (*found.segments, *found.pairs)
            for one in each.contrasts
            if one.behaviour.is_judged
        )
    assert alarms <= 10


def later(n, share, chance):
    """Customers of an earlier day, in segments by lot; more of the later lots bought again, by so much."""
    segments = chance.integers(0, 4, n)
    bought = chance.random(n) < 0.3 + share * segments
    feature = Feature("bought_later", "Buying again", "category", "outcome", "", kin=("lots",))
    columns = {"bought_later": np.where(bought, "bought", "did not buy").astype(object)}
    return Later(People(n, np.arange(1, n + 1), segments, columns), (feature,))


def test_what_was_done_later_is_judged_by_whatever_the_segments_were_cut_by(lots):
    sample, chance = drawn(np.random.default_rng(8), 2_400), np.random.default_rng(9)
    found = told(sample, lots, (LOT,), later(2_400, 0.15, chance))
    assert [each.relation for each in found.behaviours] == ["read", "later"]
    assert {each.state for each in found.pairs} == {"different"}
    assert found.pairs[0].judged[0].most.category == "bought"
    alike = told(sample, lots, (LOT,), later(6_000, 0.0, chance))
    assert {each.state for each in alike.pairs} == {"not_different"}


def test_a_segment_that_nobody_was_in_then_leaves_its_pairs_open(lots):
    then = later(6_000, 0.0, np.random.default_rng(9))
    then.sample.segments[then.sample.segments == 3] = 0
    found = told(drawn(np.random.default_rng(1), 6_000), lots, FEATURES, then)
    for pair in found.pairs:
        assert pair.state == ("cannot_be_told" if "Lot 4" in named(pair) else "not_different")
        assert [each.name for each in pair.unmeasured] == (["bought_later"] if "Lot 4" in named(pair) else [])


def test_nothing_to_judge_by_leaves_pairs_out_and_effects_in(lots):
    found = told(drawn(np.random.default_rng(10), 2_400), lots, (LOT, NEAR, REGION, ALIVE))
    assert (found.judged, found.pairs) == ((), ())
    assert len(found.segments[0].contrasts) == 4


def test_what_is_known_of_too_few_or_alike_for_all_is_not_judged_by(lots):
    sample = drawn(np.random.default_rng(11), 2_400)
    sample.columns["habit_0"][np.random.default_rng(12).random(2_400) < 0.6] = np.nan
    sample.columns["basket"] = np.where(np.arange(2_400) % 30 == 0, 1.0, 0.0)
    found = told(sample, lots)
    why = {each.feature.name: each.why for each in found.behaviours}
    assert "fewer than half" in why["habit_0"]
    assert "same for almost every customer" in why["basket"]


def test_a_behaviour_that_is_unknown_of_a_whole_segment_leaves_its_pairs_open(lots):
    sample = drawn(np.random.default_rng(13), 6_000)
    sample.columns["habit_1"][sample.segments == 0] = np.nan
    found = told(sample, lots)
    for pair in found.pairs:
        if "Lot 1" in named(pair):
            assert (pair.state, pair.needed) == ("cannot_be_told", None)
            assert [each.name for each in pair.unmeasured] == ["habit_1"]
        else:
            assert pair.state == "not_different"


def test_segments_of_fewer_than_thirty_are_not_held_against_others(lots):
    sample = drawn(np.random.default_rng(14), 2_000)
    few = np.flatnonzero(sample.segments == 3)[29:]
    kept = np.setdiff1d(np.arange(2_000), few)
    small = People(
        len(kept), np.arange(1, len(kept) + 1), sample.segments[kept],
        {name: each[kept] for name, each in sample.columns.items()},
    )  # fmt: skip
    found = told(small, lots)
    assert [each.segment.name for each in found.segments] == ["Lot 1", "Lot 2", "Lot 3"]
    assert all("Lot 4" not in named(pair) for pair in found.pairs)


def test_no_number_of_ten_customers_or_fewer_is_written_nor_one_that_tells_it(lots):
    sample = drawn(np.random.default_rng(15), 2_400)
    sample.columns["habit_0"][np.flatnonzero(sample.segments == 2)[:4]] = np.nan
    written = as_json(told(sample, lots))
    of_feature = {each["feature"]: each["unknown"] for each in written["features"]}
    assert (of_feature["habit_0"], of_feature["habit_1"]) == (None, 0)
    third = next(each for each in written["segments"] if each["segment_name"] == "Lot 3")
    effects = {each["feature"]: each for each in third["effects"]}
    assert (effects["habit_0"]["known"], effects["habit_0"]["unknown"]) == (
        [None, effects["basket"]["known"][1]],
        [None, 0],
    )
    assert effects["habit_3"]["unknown"][0] > 10


def test_of_a_segment_whose_size_is_hidden_no_figure_is_written_and_what_it_comes_to_is(lots):
    found = told(drawn(np.random.default_rng(1), 6_000), lots, hidden={"lot_3"})
    written = as_json(found)
    for pair in written["pairs"]:
        assert pair["state"] == "not_different"
        assert (pair["effects"] is None) == ("lot_3" in pair["segment_ids"])
    assert [each["effects"] is None for each in written["segments"]] == [False, False, True, False]
    for sentence in words(found):
        if "Lot 3" in sentence and "are not different in behaviour" in sentence:
            assert "The largest" not in sentence
