"""What reasons come to: verdicts that fit together, whatever holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.types import Segment
from regulars.validate.grouping import Ground, grouped
from regulars.validate.reasons import MEANINGS, Reason, not_assessed, too_small
from regulars.validate.verdict import verdicts

IDS = ("a", "b", "c", "d")
ON_A_LINE = {"a": 0.0, "b": 0.1, "c": 0.5, "d": 1.0}


def ground(capacity=None, customers=None, weights=None, places=None) -> Ground:
    places = places or ON_A_LINE
    apart = {(x, y): abs(places[x] - places[y]) for x in places for y in places if x != y}
    customers = customers or dict.fromkeys(places, 500)
    return Ground(tuple(places), customers, weights or customers, apart, capacity)


def nothing(code="UNSTABLE"):
    return (Reason(code, "does not hold", "It is not so."),)


def holds(code, like=None, *, drops=False):
    return (Reason(code, "holds", "It is so.", like=like, drops=drops),)


def reasons(**held):
    return {each: held.get(each, nothing()) for each in IDS}


def judged(held, on=None):
    on = on or ground()
    full = {}
    for each in on.segment_ids:
        own = {one.code: one for one in held[each]}
        full[each] = tuple(
            own.get(code, not_assessed(code, "Not asked.")) for code in MEANINGS if code != "OVER_CAPACITY"
        )
    segments = tuple(Segment(each, each.upper(), "") for each in on.segment_ids)
    found = verdicts(segments, on, full, weighed_by="spend")
    return {each.segment.id: (each.decision, [one.id for one in each.others]) for each in found.each}, found


def test_segments_that_nothing_holds_of_are_kept_each_alone():
    told, found = judged(reasons())
    assert told == {each: ("keep", []) for each in IDS}
    assert found.is_unchanged


def test_two_that_are_like_one_another_are_one_group_and_both_say_so():
    told, found = judged(reasons(a=holds("NOT_DIFFERENT", "c"), c=holds("NOT_DIFFERENT", "a")))
    assert told == {"a": ("merge", ["c"]), "b": ("keep", []), "c": ("merge", ["a"]), "d": ("keep", [])}
    assert [[one.id for one in group] for group in found.groups] == [["a", "c"], ["b"], ["d"]]


def test_an_unstable_segment_joins_the_nearest_that_stands_and_that_one_is_kept():
    told, _ = judged(reasons(d=holds("UNSTABLE")))
    assert told["d"] == ("merge", ["c"])
    assert told["c"] == ("keep", ["d"])


def test_nobody_joins_a_segment_that_is_dropped():
    told, _ = judged(reasons(a=holds("NOT_DIFFERENT", "b"), b=holds("NOT_IDENTIFIABLE", drops=True)))
    assert told["b"] == ("drop", [])
    assert told["a"] == ("merge", ["c"])


def test_small_segments_are_joined_until_they_are_large_enough():
    customers = {"a": 20, "b": 30, "c": 60, "d": 3000}
    held = {each: (too_small(customers[each], 3110, is_hidden=False),) for each in IDS}
    told, _ = judged(held, ground(customers=customers))
    assert told == {
        "a": ("merge", ["b", "c"]), "b": ("merge", ["a", "c"]), "c": ("merge", ["a", "b"]), "d": ("keep", []),
    }  # fmt: skip


def test_beyond_capacity_the_ones_that_bring_least_join_what_is_nearest():
    weights = {"a": 10, "b": 400, "c": 300, "d": 20}
    told, found = judged(reasons(), ground(capacity=2, weights=weights))
    assert told == {
        "a": ("merge", ["b"]), "b": ("keep", ["a"]), "c": ("keep", ["d"]), "d": ("merge", ["c"]),
    }  # fmt: skip
    assert [each.of("OVER_CAPACITY").figures[0].value for each in found.each] == pytest.approx(
        [100 * each / 730 for each in weights.values()]
    )
    assert {each.segment.id: each.of("OVER_CAPACITY").state for each in found.each} == {
        "a": "holds", "b": "does not hold", "c": "does not hold", "d": "holds",
    }  # fmt: skip


def test_no_capacity_is_not_assessed_and_room_enough_does_not_hold():
    _, found = judged(reasons())
    assert {each.of("OVER_CAPACITY").state for each in found.each} == {"not assessed"}
    _, found = judged(reasons(), ground(capacity=4))
    assert {each.of("OVER_CAPACITY").state for each in found.each} == {"does not hold"}


def test_who_has_to_go_and_finds_nobody_is_dropped():
    held = {each: holds("NOT_IDENTIFIABLE", drops=True) for each in "abc"} | {"d": holds("UNSTABLE")}
    told, found = judged(held)
    assert told == {each: ("drop", []) for each in IDS}
    assert found.groups == ()


def test_a_segment_that_nobody_is_in_is_dropped():
    customers = {"a": 0, "b": 500, "c": 500, "d": 500}
    on = ground(customers=customers)
    on = Ground(on.segment_ids, customers, customers, {k: v for k, v in on.apart.items() if "a" not in k}, 3)
    held = {each: (too_small(customers[each], 1500, is_hidden=False),) for each in IDS}
    told, _ = judged(held, on)
    assert told["a"] == ("drop", [])
    assert told["b"] == ("keep", [])


codes = [each for each in MEANINGS if each != "OVER_CAPACITY"]
one_reason = st.one_of(
    st.builds(lambda code: Reason(code, "does not hold", "No."), st.sampled_from(codes)),
    st.builds(lambda code: not_assessed(code, "Unknown."), st.sampled_from(codes)),
    st.builds(
        lambda code, like, drops: Reason(code, "holds", "Yes.", like=like, drops=drops),
        st.sampled_from(codes), st.sampled_from([None, *IDS]), st.booleans(),
    ),
)  # fmt: skip

one_of_each = st.lists(one_reason, max_size=4, unique_by=lambda each: each.code).map(tuple)


@given(
    held=st.fixed_dictionaries(dict.fromkeys(IDS, one_of_each)),
    capacity=st.one_of(st.none(), st.integers(1, 5)),
    customers=st.fixed_dictionaries({each: st.integers(1, 400) for each in IDS}),
    places=st.fixed_dictionaries({each: st.floats(0, 1) for each in IDS}),
)
def test_every_verdict_fits_every_other(held, capacity, customers, places):
    held = {each: tuple(one for one in own if one.like != each) for each, own in held.items()}
    on = ground(capacity, customers, None, places)
    found = grouped(on, held)
    placed = [each for group in found.groups for each in group] + list(found.dropped)
    assert sorted(placed) == list(IDS)
    told, whole = judged(held, on)
    for each, (what, others) in told.items():
        assert set(others) <= set(IDS) - {each}
        for other in others:
            # Who joins whom, joins in turn; and nobody joins who is dropped.
            assert each in told[other][1]
            assert told[other][0] != "drop"
        own = next(one for one in whole.each if one.segment.id == each)
        assert (what == "keep") == (not own.held and each not in found.dropped)
        assert what != "merge" or others
    assert capacity is None or len(found.groups) <= capacity
