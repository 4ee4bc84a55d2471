"""Segment-level stability: against the formulas of the paper and of R's flexclust, and on known groups."""

import math

import numpy as np
import pytest
from scipy.stats import entropy
from tests.measure.crowds import cloud, groups

from regulars.measure import segment_level
from regulars.measure.segment_level import Spread, together, within
from regulars.measure.stability import similarity
from regulars.segment.fitting.centres import again


@pytest.fixture
def few_pairs(monkeypatch):
    monkeypatch.setattr(segment_level, "PAIRS", 10)


def test_customers_from_one_segment_are_wholly_together_and_those_from_all_alike_not_at_all():
    labels = np.array([0, 0, 1, 1, 2, 2, 2, 2])
    fewer = np.array([0, 0, 0, 1, 1, 1, 1, 1])
    assert together(labels, 3, fewer, 2) == (1, 0, 1)
    assert together(labels, 4, fewer, 2)[3] is None
    assert together(labels, 3, np.zeros(8, dtype=np.int64), 1) == (None, None, None)


def test_a_quarter_from_elsewhere_is_what_one_works_out_by_hand():
    by_hand = 1 + (0.75 * math.log(0.75) + 0.25 * math.log(0.25)) / math.log(3)
    assert together(np.zeros(4, dtype=np.int64), 1, np.array([2, 2, 0, 2]), 3) == (round(by_hand, 4),)


def test_across_is_one_less_the_entropies_that_slsaplot_draws():
    """flexclust's transitions(): columns of table(solution k − 1, solution k), entropy over log(k − 1)."""
    chance = np.random.default_rng(2)
    fewer, labels = chance.integers(0, 4, 500), chance.integers(0, 5, 500)
    crossed = np.histogram2d(fewer, labels, bins=(4, 5), range=((0, 4), (0, 5)))[0]
    drawn = [entropy(column / column.sum()) / math.log(4) for column in crossed.T]
    assert together(labels, 5, fewer, 4) == pytest.approx([1 - each for each in drawn], abs=1e-4)


def test_within_is_the_mean_of_the_likest_over_pairs_as_slsw_has_it():
    """Every draw is answered with one of two groupings, so that the figure can be worked out."""
    places = np.arange(40.0)[:, None]
    labels = (places[:, 0] >= 20).astype(np.int64)
    made = []

    def cluster(drawn, ks, seed):
        assert len(drawn) == 40
        edge = 25 if seed.endswith(":a") else 10
        made.append(seed)
        return {2: lambda some: (some[:, 0] >= edge).astype(np.int64)}

    found = within(places, labels, 2, cluster, seed=3)
    one, other = (similarity(labels, (places[:, 0] >= edge).astype(np.int64), 2) for edge in (25, 10))
    assert [each.mean for each in found.stability] == pytest.approx(
        [(a + b) / 2 for a, b in zip(one, other, strict=True)], abs=1e-4
    )
    assert made[:2] == ["3:within:0:a", "3:within:0:b"]
    assert len(made) == 2 * segment_level.PAIRS
    # By one side a quarter of the second goes to the first, by the other half of the first to the second.
    assert found.went == pytest.approx(np.array([[0.75, 0.25], [0.125, 0.875]]))


def test_groups_that_are_there_stay_and_lose_nobody(few_pairs):
    places, where = groups()
    found = within(places, where, 3, again, seed=0)
    assert min(each.low for each in found.stability) > 0.95
    assert np.diag(found.went).min() > 0.98


def test_a_cloud_cut_in_two_loses_customers_to_its_other_half(few_pairs):
    chance = np.random.default_rng(4)
    far = np.floor(chance.normal(size=(150, 2)) * 1000) + 60_000
    places = np.concatenate([far, cloud(300)])
    found_in = again(places, [3], "one")[3](places)
    group = int(found_in[0])
    others = sorted({0, 1, 2} - {group})
    found = within(places, found_in, 3, again, seed=0)
    assert found.stability[group].mean > 0.99
    assert max(found.stability[each].mean for each in others) < 0.99
    assert found.went[others[0]].argsort()[-2] == others[1]


def test_customers_are_drawn_by_name_and_no_more_than_are_bounded(few_pairs, monkeypatch):
    monkeypatch.setattr(segment_level, "DRAWN", 90)
    places, where = groups(each=60)
    one, other = (within(places, where, 3, again, seed=1) for _ in range(2))
    assert one.stability == other.stability
    assert (one.went == other.went).all()
    assert one.stability != within(places, where, 3, again, seed=2).stability


def test_a_spread_ends_where_nine_of_ten_draws_end():
    assert Spread.of([each / 100 for each in range(1, 101)]) == Spread(0.505, 0.0595, 0.9505)
    # Of nineteen pairs the smallest and the largest lie outside.
    assert Spread.of([each / 100 for each in range(1, 20)]) == Spread(0.1, 0.019, 0.181)
    assert Spread.of([0.3]) == Spread(0.3, 0.3, 0.3)
