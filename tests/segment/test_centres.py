import numpy as np
import pytest
from sklearn.cluster import AgglomerativeClustering, KMeans

from regulars.segment.fitting import centres
from regulars.segment.fitting.centres import (
    clusterings,
    micro_clusters,
    nearest,
    plus_plus,
    settled,
    ward_starts,
)


@pytest.fixture(scope="module")
def places():
    """Three thousand customers in four overlapping groups and a tail."""
    chance = np.random.default_rng(5)
    middles = chance.normal(size=(4, 5)) * 1.2
    spread = chance.normal(size=(3000, 5)) * chance.choice([0.6, 1.0, 1.6], size=(3000, 1))
    return np.floor((middles[chance.integers(0, 4, 3000)] + spread) * 1000)


def test_two_pairs_on_a_line_settle_on_their_means():
    line = np.array([[0.0], [2.0], [10.0], [13.0]])
    found = settled(line, np.array([[0.0], [1.0]]))
    assert found.centres.tolist() == [[1], [12]]  # 11.5 rounds up
    assert found.labels.tolist() == [0, 0, 1, 1]
    assert found.inertia == 1 + 1 + 4 + 1


def test_a_customer_between_two_centres_goes_to_the_first():
    labels, squares = nearest(np.array([[5.0]]), np.array([[9.0], [0.0], [10.0], [1.0]]))
    assert (labels.tolist(), squares.tolist()) == ([0], [16])
    labels, _ = nearest(np.array([[5.0]]), np.array([[0.0], [10.0]]))
    assert labels.tolist() == [0]


def test_a_centre_that_nobody_is_near_starts_again_at_the_farthest_customer():
    line = np.array([[0.0], [1.0], [50.0], [70.0]])
    start = np.array([[0.0], [55.0], [900.0]])
    assert settled(line, start, rounds=1).centres.tolist() == [[1], [60], [70]]
    assert np.bincount(settled(line, start).labels).tolist() == [2, 1, 1]


@pytest.mark.parametrize("k", [3, 4, 6, 8])
def test_inertia_is_as_low_as_the_best_of_ten_starts_of_scikit_learn(places, k):
    ours = clusterings(places, [k], seed=0)[k].inertia
    theirs = KMeans(k, n_init=10, random_state=0, init="random").fit(places).inertia_
    assert ours <= theirs * 1.002


def test_the_starts_are_those_of_a_ward_tree():
    chance = np.random.default_rng(1)
    few = np.unique(np.floor(chance.normal(size=(60, 2)) * 1000), axis=0)
    for k in (2, 3, 5):
        labels = AgglomerativeClustering(k, linkage="ward").fit_predict(few)
        middles = {tuple(np.floor(few[labels == each].mean(axis=0) + 0.5)) for each in range(k)}
        assert {tuple(start) for start in ward_starts(few, [2, 3, 5])[k]} == middles


def test_a_seed_names_a_start(places):
    assert plus_plus(places, 4, "0:4:0").tolist() == plus_plus(places, 4, "0:4:0").tolist()
    assert plus_plus(places, 4, "0:4:0").tolist() != plus_plus(places, 4, "0:4:1").tolist()


def test_more_groups_never_fit_worse(places):
    found = clusterings(places, range(2, 9), seed=0)
    inertias = [found[k].inertia for k in range(2, 9)]
    assert inertias == sorted(inertias, reverse=True)


def test_as_many_groups_as_different_customers_leave_no_distance():
    same = np.repeat(np.array([[0.0, 0.0], [5.0, 1.0], [9.0, 9.0]]), 40, axis=0)
    found = clusterings(same, [3], seed=0)[3]
    assert found.inertia == 0
    assert np.bincount(found.labels).tolist() == [40, 40, 40]


def test_micro_clusters_hold_everybody_in_few_small_groups(places):
    middles, sizes = micro_clusters(places, 50)
    assert (len(middles), sizes.sum(), sizes.min() > 0) == (50, 3000, True)
    assert np.array_equal(middles, np.floor(middles))
    few, each = micro_clusters(np.array([[0.0], [5.0], [5.0]]), 50)
    assert (few.ravel().tolist(), each.tolist()) == ([0, 5], [1, 2])


def test_distances_worked_out_in_parts_give_the_same_centres(places, monkeypatch):
    whole = settled(places, places[:40])
    monkeypatch.setattr(centres, "AT_A_TIME", 1000)
    assert np.array_equal(settled(places, places[:40]).centres, whole.centres)
