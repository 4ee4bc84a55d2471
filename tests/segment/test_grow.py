"""Growing a tree: the split that is there is found, none is where none is, and nothing else decides."""

from __future__ import annotations

import math
import random
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.segment.fitting.grow import CUTS, Binned, Growth, binned, grown, sorted_by
from regulars.segment.rules.conditions import Compare, CompareText, IsUnknown, truth
from regulars.segment.rules.tree import Leaf, Split, Tree

ROOMY = Growth(max_depth=4, min_leaf=11)


def learnt(features: list[Binned], labels: list[int], growth: Growth = ROOMY, ids=("a", "b", "c")):
    return grown(features, np.array(labels, dtype=np.int64), ids, growth)


def test_a_number_that_parts_two_labels_is_cut_between_them() -> None:
    ages = [20] * 30 + [39] * 30 + [42] * 30 + [70] * 30
    root = learnt([binned("age", ages, exact=True)], [0] * 60 + [1] * 60)
    # Laplace: (60 + 1) ÷ (60 + 3).
    assert root == Split(
        Compare("age", "<=", Decimal(40)), True, Leaf("a", Decimal("0.968")), Leaf("b", Decimal("0.968"))
    )


def test_a_category_that_parts_two_labels_is_asked_for() -> None:
    regions = ["North"] * 40 + ["South"] * 40 + ["Skye"] * 3 + [None] * 20
    region = sorted_by("region", regions, fewest=11)
    root = learnt([region], [0] * 40 + [1] * 63)
    assert [question.text for question in region.questions] == ["North", "South"]
    assert isinstance(root, Split)
    assert (root.when, root.unknown_is_yes) == (CompareText("region", "=", "North"), False)


def test_being_unknown_can_part_labels_by_itself() -> None:
    gaps = [None] * 40 + [Decimal(n % 7) for n in range(60)]
    root = learnt([binned("gap_days", gaps, exact=True)], [0] * 40 + [1] * 60)
    assert isinstance(root, Split)
    assert (root.when, root.yes) == (IsUnknown("gap_days"), Leaf("a", Decimal("0.953")))


@pytest.mark.parametrize(("label", "segment"), [(0, "a"), (1, "b")])
def test_who_is_unknown_goes_where_their_label_is_commoner(label: int, segment: str) -> None:
    chance = random.Random(2)
    known = [chance.randrange(100) for _ in range(400)]
    # The side of the known that they belong to is the larger one, and then the smaller one.
    labels = [int(value >= 20) for value in known] + [label] * 60
    root = learnt([binned("x", [*known, *[None] * 60], exact=True)], labels)
    assert isinstance(root, Split)
    assert Tree(("a", "b", "c"), root).score({"x": None}).segment_id == segment


def test_where_nobody_was_unknown_who_is_goes_with_the_larger_side() -> None:
    root = learnt([binned("x", [*[1] * 90, *[2] * 30], exact=True)], [0] * 90 + [1] * 30)
    assert Tree(("a", "b", "c"), root).score({"x": None}).segment_id == "a"
    root = learnt([binned("x", [*[1] * 30, *[2] * 90], exact=True)], [0] * 30 + [1] * 90)
    assert Tree(("a", "b", "c"), root).score({"x": None}).segment_id == "b"


def test_noise_makes_no_tree() -> None:
    chance = random.Random(3)
    features = [binned(f"x{n}", [chance.random() for _ in range(600)], exact=False) for n in range(20)]
    assert isinstance(learnt(features, [chance.randrange(3) for _ in range(600)]), Leaf)


def test_no_end_has_fewer_customers_than_asked_and_no_way_is_longer() -> None:
    chance = random.Random(4)
    people = [{"x": chance.random(), "y": chance.random()} for _ in range(900)]
    labels = [(p["x"] > 0.5) + (p["y"] > 0.3) * (p["x"] > 0.2) for p in people]
    features = [binned(name, [p[name] for p in people], exact=False) for name in ("x", "y")]
    for growth in (Growth(1, 11), Growth(2, 100), Growth(6, 40)):
        root = learnt(features, labels, growth)
        ends = _ends(root, people, 0)
        assert min(size for size, _ in ends) >= growth.min_leaf
        assert max(depth for _, depth in ends) <= growth.max_depth


def _ends(node, people, depth):
    if isinstance(node, Leaf):
        return [(len(people), depth)]
    yes = [each for each in people if truth(node.holds, each)]
    no = [each for each in people if not truth(node.holds, each)]
    return [*_ends(node.yes, yes, depth + 1), *_ends(node.no, no, depth + 1)]


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_customers_changes_nothing(seed: int) -> None:
    chance = random.Random(seed)
    rows = [(chance.choice([None, *range(30)]), round(chance.random(), 2)) for _ in range(500)]
    labelled = [(x, y, int((x or 9) > 11) + int(y > 0.4)) for x, y in rows]

    def tree(people):
        xs, ys, labels = zip(*people, strict=True)
        return learnt([binned("x", xs, exact=True), binned("y", ys, exact=False)], list(labels))

    first = tree(labelled)
    assert isinstance(first, Split)
    assert tree(sorted(labelled, key=str)) == tree(labelled[::-1]) == first


def test_of_two_features_that_say_the_same_the_first_is_asked() -> None:
    values = [n % 40 for n in range(400)]
    features = [binned(name, values, exact=True) for name in ("first", "second")]
    root = learnt(features, [int(value > 17) for value in values])
    assert isinstance(root, Split)
    assert root.when == Compare("first", "<=", Decimal(17))


def test_a_feature_of_many_values_is_cut_at_255_of_them() -> None:
    feature = binned("x", [Decimal(n) / 100 for n in range(10_000)], exact=True)
    sizes = np.bincount(feature.codes)
    assert len(feature.questions) == CUTS
    assert sizes[0] == 0
    assert max(sizes[1:]) - min(sizes[1:]) <= 1


numbers = st.one_of(
    st.none(),
    st.integers(-50, 50),
    st.decimals(-1000, 1000, places=2),
)
doubles = st.one_of(st.none(), st.floats(), st.sampled_from([0.1, 0.1 + 2**-56, 1e-300, 5e-324]))


@given(st.lists(numbers, min_size=1, max_size=60))
def test_a_cut_parts_the_same_customers_as_its_code(values) -> None:
    _parted_alike(binned("x", values, exact=True), values)


@given(st.lists(doubles, min_size=1, max_size=60))
def test_a_cut_of_doubles_parts_the_same_customers_as_its_code(values) -> None:
    _parted_alike(binned("x", values, exact=False), values)


def _parted_alike(feature: Binned, values) -> None:
    for code, value in zip(feature.codes.tolist(), values, strict=True):
        assert (code == 0) == (value is None)
        for place, question in enumerate(feature.questions, 1):
            expected = None if value is None else code <= place
            assert truth(question, {"x": value}) is expected, (value, question)


def test_a_cut_is_the_shortest_number_between_two_values() -> None:
    feature = binned("x", [Decimal("17.31"), Decimal("22.40"), Decimal("22.41"), Decimal(1000)], exact=True)
    assert [f"{question.value:f}" for question in feature.questions] == ["20", "22.40".rstrip("0"), "500"]


def test_not_a_number_is_above_all_cuts() -> None:
    feature = binned("x", [math.nan, 1.0, math.inf, -math.inf], exact=False)
    assert feature.codes.tolist() == [3, 2, 3, 1]
