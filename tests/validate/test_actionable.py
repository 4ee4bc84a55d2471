"""Whether treating a segment differently pays: what experiments find of it, and what is left unknown."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from regulars.measure.heterogeneity import Group
from regulars.types import Segment
from regulars.validate.actionable import no_action_delta
from regulars.validate.dealt_out import Matched
from regulars.validate.experiments import Experiment, figures_of, results

IDS = ("a", "b", "c", "d")
NAMES = {each: each.upper() for each in IDS}
OWN = {"a": "call", "b": "mail", "c": "wait", "d": "gift"}


def shares(lifts, n=4000, usual=0.2, seed=None) -> Experiment:
    """An experiment whose treatment lifts a share by so much in each segment; without a seed, exactly."""
    chance = np.random.default_rng(seed) if seed is not None else None

    def group(share):
        return Group.of_conversions(n, int(chance.binomial(n, share)) if chance else round(n * share))

    arms = {
        "mail": {each: group(usual + lift) for each, lift in lifts.items()},
        "none": {each: group(usual) for each in lifts},
    }
    return Experiment("spring", "visits", "none", is_share=True, arms=arms)


def reason(segment_id, actions, *experiments):
    found = results(experiments, IDS) if experiments else None
    others = [each for each in IDS if each != segment_id]
    return no_action_delta(Segment(segment_id, NAMES[segment_id], ""), actions, found, NAMES, others)


@pytest.mark.parametrize(
    ("actions", "experiments", "said"),
    [
        (None, (), "Neither actions nor results"),
        ({}, (), "Neither actions nor results"),
        (OWN, (), "no past experiment tells whether it pays"),
        ({**OWN, "b": "call"}, (), "It is treated like B (call)"),
        (None, (shares(dict.fromkeys(IDS, 0.05)),), "but not what is done"),
        (OWN, (shares({"b": 0.05, "c": 0.1}),), "no past experiment tells"),
    ],
)
def test_until_actions_and_results_exist_it_is_not_assessed(actions, experiments, said):
    found = reason("a", actions, *experiments)
    assert found.state == "not assessed"
    assert said in found.words


def test_a_segment_without_an_action_is_dropped_only_where_it_is_shown_not_to_pay():
    rest = {k: v for k, v in OWN.items() if k != "a"}
    shown = reason("a", rest, shares(dict.fromkeys(IDS, 0.1), n=40_000))
    assert shown.holds
    assert shown.drops
    unclear = reason("a", rest, shares(dict.fromkeys(IDS, 0.1), n=100))
    assert unclear.state == "not assessed"
    assert not unclear.drops
    pays = reason("a", rest, shares({"a": 0.15, "b": 0.03, "c": 0.03, "d": 0.03}))
    assert pays.state == "does not hold"
    assert pays.words.startswith("Nothing is done with it. Give it an action of its own.")


def test_two_that_are_treated_alike_are_to_be_merged_with_the_nearest_of_them():
    found = reason("a", {**OWN, "c": "call", "d": "call"}, shares(dict.fromkeys(IDS, 0.05)))
    assert found.holds
    assert found.like == "c"
    assert found.words.startswith("It is treated like C, D (call).")


def test_one_that_answers_otherwise_is_worth_an_action_of_its_own():
    lifts = {"a": 0.15, "b": 0.03, "c": 0.03, "d": 0.03}
    assert reason("a", OWN, shares(lifts)).state == "does not hold"


def test_what_was_tried_outweighs_an_action_that_is_shared():
    lifts, shared = {"a": 0.15, "b": 0.03, "c": 0.03, "d": 0.03}, {**OWN, "b": "call"}
    found = reason("a", shared, shares(lifts))
    assert found.state == "does not hold"
    assert found.like is None
    assert found.words.startswith("It is treated like B (call). Give it an action of its own.")
    # One of which it cannot be told does not pull it in either, and joins who is treated and answers alike.
    other = reason("b", shared, shares(lifts, n=1000))
    assert (other.state, other.like) == ("not assessed", None)
    assert reason("b", {**shared, "d": "call"}, shares(lifts, n=1000)).like == "d"


def test_one_that_answers_like_the_others_has_no_delta_where_the_experiment_is_large_enough():
    same = dict.fromkeys(IDS, 0.1)
    assert reason("a", OWN, shares(same, n=40_000)).holds
    small = reason("a", OWN, shares(same, n=100))
    assert small.state == "not assessed"
    assert "too little to tell" in small.words


def test_where_nothing_is_seen_over_all_a_tenth_of_the_usual_is_what_matters():
    nothing = dict.fromkeys(IDS, 0.0)
    found = results([shares(nothing, n=60_000)], IDS)
    assert found.each[0].segments["a"].margin == pytest.approx(0.02)
    assert found.each[0].segments["a"].reading == "alike"


def test_figures_are_told_in_points_with_their_interval_and_where_they_come_from():
    (figure,) = reason("a", OWN, shares({"a": 0.15, "b": 0.03, "c": 0.03, "d": 0.03})).figures
    assert figure.value == pytest.approx(12.0)
    assert figure.low < 12.0 < figure.high
    assert figure.unit == "points"
    assert figure.source == "experiment spring, 8,000 customers"


def test_treatments_that_work_alike_are_called_different_in_one_of_twenty_studies_at_most():
    wrong = 0
    for seed in range(200):
        found = results([shares(dict.fromkeys(IDS, 0.05), n=300, seed=2 * seed + at) for at in (0, 1)], IDS)
        wrong += any(one.reading == "differs" for each in found.each for one in each.segments.values())
    # 5 % and three standard errors.
    assert wrong <= 19


def test_a_planted_difference_is_found_in_its_segment():
    lifts = {"a": 0.02, "b": 0.02, "c": 0.02, "d": 0.12}
    found = [results([shares(lifts, n=1500, seed=seed)], IDS).each[0] for seed in range(40)]
    assert sum(each.segments["d"].reading == "differs" and each.p <= 0.05 for each in found) >= 38


def test_segments_of_a_few_customers_are_left_out_and_said():
    experiment = shares({"a": 0.1, "b": 0.1, "c": 0.1})
    few = {arm: {**each, "d": Group.of_conversions(29, 4)} for arm, each in experiment.arms.items()}
    found = results([Experiment("spring", "visits", "none", is_share=True, arms=few)], IDS)
    assert found.each[0].left_out == ("d",)
    assert found.of("d") == []
    assert any("leaves out" in said and said.endswith(": D.") for said in figures_of(found, NAMES))
    alone = results([shares({"a": 0.1})], IDS)
    assert alone.each == ()
    assert "fewer than two segments" in next(figures_of(alone, NAMES))


def test_few_conversions_are_not_given_away_by_the_effect():
    many = shares(dict.fromkeys(IDS, 0.05))
    few = {
        arm: {**each, "d": Group.of_conversions(40, 3 if arm == "none" else 4)}
        for arm, each in many.arms.items()
    }
    experiment = replace(many, arms=few)
    (found,) = results([experiment], IDS).each
    # One more goes with it: else its figures would follow from those of the others.
    assert [name for name, each in found.segments.items() if each.is_hidden] == ["a", "d"]
    assert not found.is_hidden
    told = reason("d", OWN, experiment)
    assert told.figures == ()
    assert "points" not in told.words
    assert "points" in reason("b", OWN, experiment).words
    (alone,) = results([shares({"a": 0.0, "b": 0.0}, n=40, usual=0.05)], IDS).each
    assert alone.is_hidden
    assert "points" not in " ".join(figures_of(results([alone.experiment], IDS), NAMES))


def test_arms_that_chance_did_not_deal_out_are_told():
    even = shares(dict.fromkeys(IDS, 0.05))
    assert not any("dealt out" in said for said in figures_of(results([even], IDS), NAMES))
    treated = {**even.arms["mail"], "a": Group.of_conversions(5000, 1200)}
    odd = replace(even, arms={**even.arms, "mail": treated})
    assert any("not dealt out by chance" in said for said in figures_of(results([odd], IDS), NAMES))


def test_who_of_an_experiment_is_known_is_told_and_what_speaks_against_it():
    good = Matched(date(2024, 7, 1), date(2024, 6, 30), {"mail": (980, 20), "none": (985, 15)})
    assert list(good.told()) == ["1,965 of 2,000 rows matched, by the segments of 2024-06-30."]
    few = replace(good, arms={"mail": (998, 2), "none": (1000, 0)})
    assert list(few.told()) == ["All but ten or fewer of 2,000 rows matched, by the segments of 2024-06-30."]
    bad = replace(good, as_of=date(2024, 5, 1), arms={"mail": (900, 100), "none": (800, 200)})
    said = " ".join(bad.told())
    assert "Fewer than 95% are known" in said
    assert "61 days older" in said
    assert "of one arm than of another" in said
    experiment = replace(shares(dict.fromkeys(IDS, 0.05)), matched=good)
    assert next(figures_of(results([experiment], IDS), NAMES)).startswith("spring: 1,965 of 2,000 rows")
