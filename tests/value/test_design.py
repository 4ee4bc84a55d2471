"""Columns for a model: unknown values filled, ends drawn in, sums and constants left out."""

import numpy as np
import pytest

from regulars.value.design import design, without_repetitions

UNKNOWN = float("nan")


def test_a_number_has_mean_0_and_deviation_1_whatever_its_unit():
    chance = np.random.default_rng(0)
    known = {"days": chance.normal(40, 5, 1_000), "share": chance.random(1_000)}
    columns = design(known, ["days", "share"]).columns(known)
    assert columns.mean(axis=0) == pytest.approx([0, 0], abs=1e-12)
    assert columns.std(axis=0) == pytest.approx([1, 1])


def test_what_is_unknown_stands_at_the_median_and_says_so_where_many_are():
    values = np.array([1.0, 2.0, 3.0, 4.0, 5.0, UNKNOWN, UNKNOWN])
    made = design({"gap": values}, ["gap"])
    (gap, unknown) = made.columns({"gap": values}).T
    assert gap[5] == gap[6] == gap[2]
    assert unknown.tolist() == [0, 0, 0, 0, 0, 1, 1]


def test_one_customer_beyond_all_others_moves_no_scale():
    values = np.arange(1_000.0)
    wild = np.where(np.arange(1_000) == 7, 1e12, values)
    plain, drawn = (design({"x": each}, ["x"]).columns({"x": values}) for each in (values, wild))
    assert np.abs(plain - drawn).max() < 0.02


def test_a_long_tail_is_weighed_by_its_logarithm():
    spend = np.exp(np.random.default_rng(1).normal(4, 1.5, 2_000))
    (part,) = design({"spend": spend}, ["spend"]).parts
    assert part.is_log
    assert not design({"even": np.linspace(0, 1, 500)}, ["even"]).parts[0].is_log


def test_a_text_is_an_indicator_a_category_less_the_commonest_and_rare_ones_are_none():
    plan = np.array(["Basic"] * 60 + ["Gold"] * 39 + ["Trial"], dtype=object)
    made = design({"plan": plan}, ["plan"])
    assert made.parts[0].categories == ("Basic", "Gold")
    plain = np.array(["Basic"] * 60 + ["Gold"] * 38 + [None] * 2, dtype=object)
    assert design({"plan": plain}, ["plan"]).parts[0].categories == ("", "Gold")
    unseen = np.array(["Platinum"], dtype=object)
    assert made.columns({"plan": unseen}).tolist() == [[0.0, 0.0]]


def test_what_is_the_same_for_all_and_what_others_add_up_to_is_left_out():
    chance = np.random.default_rng(2)
    logins, tickets = (chance.poisson(each, 500).astype(float) for each in (8, 2))
    known = {"events": logins + tickets, "same": np.full(500, 3.0), "logins": logins, "tickets": tickets}
    assert without_repetitions(known, list(known)) == (["logins", "tickets"], ["events"])
    twice = {"a": logins, "b": logins}
    assert without_repetitions(twice, ["a", "b"]) == (["b"], ["a"])
