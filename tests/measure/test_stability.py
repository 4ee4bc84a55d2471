from itertools import combinations

import numpy as np
import pytest
from sklearn.metrics import jaccard_score
from tests.measure.crowds import cloud, groups, kmeans

from regulars.measure import stability
from regulars.measure.refit import subset
from regulars.measure.stability import foretold, jaccard, prediction_strength, similarity


def test_the_strength_of_a_split_is_the_share_of_pairs_that_stay_together():
    own = np.array([0, 0, 0, 0, 1, 1, 1])
    predicted = np.array([0, 0, 0, 1, 2, 2, 2])
    # Of the first segment's six pairs three stay together; of the second's all.
    assert foretold(own, predicted, 3) == 3 / 6
    assert foretold(own, own, 3) == 1
    assert foretold(own, np.arange(7) % 3, 3) == pytest.approx(0)


def test_strength_is_the_papers_pair_by_pair():
    chance = np.random.default_rng(8)
    own, predicted = chance.integers(0, 4, 60), chance.integers(0, 4, 60)
    shares = []
    for segment in range(4):
        pairs = list(combinations(np.flatnonzero(own == segment), 2))
        shares.append(sum(predicted[a] == predicted[b] for a, b in pairs) / len(pairs))
    assert foretold(own, predicted, 4) == pytest.approx(min(shares))


def test_a_segment_of_one_customer_foretells_nothing():
    assert foretold(np.array([0, 0, 1]), np.array([0, 0, 1]), 2) == 0


def test_similarity_is_the_jaccard_index_of_scikit_learn_with_the_likest_segment():
    chance = np.random.default_rng(9)
    one, other = chance.integers(0, 3, 80), chance.integers(0, 3, 80)
    by_hand = [max(jaccard_score(one == a, other == b) for b in range(3)) for a in range(3)]
    assert similarity(one, other, 3) == pytest.approx(by_hand)


def test_similarity_does_not_care_what_segments_are_called_and_is_zero_for_an_empty_one():
    labels = np.array([0, 0, 1, 1, 1])
    assert similarity(labels, 1 - labels, 2) == [1, 1]
    assert similarity(labels, labels, 3) == [1, 1, 0]


def test_groups_that_are_there_come_back_and_are_foretold():
    places, where = groups()
    assert jaccard(places, {3: where}, kmeans, seed=0)[3] == pytest.approx((1, 1, 1), abs=0.02)
    strength = prediction_strength(places, [2, 3, 4, 5], kmeans, seed=0)
    assert max(k for k, each in strength.items() if each >= 0.8) == 3


def test_each_segment_has_its_own_figure():
    """Two groups lie apart; the third is cut out of one cloud, and does not come back."""
    places = np.concatenate([groups(each=100)[0], cloud(200) + np.array([60_000, 60_000])])
    first = (places[:, 0] > 30_000).astype(np.int64)
    across = np.where((first == 1) & (places[:, 0] - places[:, 1] > 0), 2, first)
    group, one, other = jaccard(places, {3: across}, lambda p, k, s: _split_along(p, k), seed=0)[3]
    assert group > 0.99
    assert max(one, other) < 0.6


def _split_along(places, ks):
    """Cuts the far cloud along its length, where ``across`` is cut along its breadth."""

    def assign(some):
        far = some[:, 0] > 30_000
        return np.where(far & (some.sum(axis=1) > 120_000), 2, far).astype(np.int64)

    return dict.fromkeys(ks, assign)


def test_a_crowd_is_cut_elsewhere_each_time():
    places = cloud(features=5)
    labels = {5: kmeans(places, [5], "a")[5](places)}
    assert np.mean(jaccard(places, labels, kmeans, seed=0)[5]) < 0.75
    assert prediction_strength(places, [5], kmeans, seed=0)[5] < 0.6


def test_every_draw_is_bounded_and_named(monkeypatch):
    monkeypatch.setattr(stability, "DRAWN", 100)
    monkeypatch.setattr(stability, "HALVES", 100)
    places, where = groups(each=60)
    sizes = []

    def watched(some, ks, seed):
        sizes.append((seed.split(":")[1], len(some)))
        return kmeans(some, ks, seed)

    one = jaccard(places, {3: where}, watched, seed=1)
    strength = prediction_strength(places, [3], watched, seed=1)
    assert {size for what, size in sizes if what == "strength"} == {50}
    drawn = [size for what, size in sizes if what == "jaccard"]
    assert len(drawn) == 50
    assert 50 < min(drawn) <= max(drawn) < 78  # 1 − 1/e of the hundred
    assert one == jaccard(places, {3: where}, kmeans, seed=1)
    assert strength == prediction_strength(places, [3], kmeans, seed=1)


def test_a_name_draws_customers_once_each_and_few_are_all_drawn():
    drawn = subset(1000, 50, "a")
    assert len(set(drawn.tolist())) == 50
    assert drawn.tolist() == sorted(drawn.tolist()) == subset(1000, 50, "a").tolist()
    assert drawn.tolist() != subset(1000, 50, "b").tolist()
    assert subset(3, 50, "a").tolist() == [0, 1, 2]
