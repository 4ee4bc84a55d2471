"""What is said of customers with groups among them, and of customers without any."""

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from regulars.segment.choosing.choose import choice
from regulars.segment.choosing.trials import trials
from regulars.segment.fitting.centres import again, clusterings
from regulars.segment.fitting.sample import distinct


def tried(places, most=6, seed=0, asked=None):
    ks = range(2, min(most, distinct(places)) + 1)
    with threadpool_limits(1):
        found = {k: each.labels for k, each in clusterings(places, ks, seed).items()}
        return choice(trials(places, found, again, len(places), seed), "behaviour", asked)


def whole(places):
    return np.floor(np.asarray(places) * 1000)


def four_groups(chance, features, apart, customers=800):
    """Round groups at the corners of a simplex, so that each overlaps each other alike."""
    middles = np.zeros((4, features))
    middles[:, :4] = np.eye(4) * apart
    return whole(middles[chance.integers(0, 4, customers)] + chance.normal(size=(customers, features)))


@pytest.mark.parametrize(("features", "apart"), [(4, 3.0), (6, 3.0), (8, 3.5)])
def test_four_groups_that_overlap_are_four_natural_segments(features, apart):
    found = tried(four_groups(np.random.default_rng(features), features, apart))
    taken = next(each for each in found.candidates if each.k == found.k)
    assert taken.silhouette < 0.5
    assert (found.k, found.verdict) == (4, "natural")


def test_four_groups_in_a_square_that_touch_are_four_segments():
    chance = np.random.default_rng(1)
    corners = np.array([[0, 0], [0, 3.5], [3.5, 0], [3.5, 3.5]])
    found = tried(whole(corners[chance.integers(0, 4, 1500)] + chance.normal(size=(1500, 2))))
    assert found.k == 4
    assert found.verdict in ("natural", "reproducible")


@pytest.mark.parametrize("seed", range(3))
def test_a_uniform_square_is_never_natural(seed):
    found = tried(whole(np.random.default_rng(seed).uniform(-1.7, 1.7, size=(1500, 2))), seed=seed)
    assert "natural" not in {each.verdict for each in found.candidates}
    assert next(each.mean_jaccard for each in found.candidates if each.k == 4) > 0.75


@pytest.mark.parametrize("features", [2, 5])
def test_one_correlated_cloud_is_never_natural(features):
    chance = np.random.default_rng(features)
    common = chance.normal(size=(1500, 1))
    found = tried(whole(0.8 * common + 0.6 * chance.normal(size=(1500, features))))
    assert "natural" not in {each.verdict for each in found.candidates}
    two = found.candidates[0]
    assert two.is_foretold
    assert two.verdict == "reproducible"


def test_a_long_tail_is_never_natural():
    chance = np.random.default_rng(2)
    found = tried(whole(chance.exponential(size=(1000, 3))))
    assert "natural" not in {each.verdict for each in found.candidates}


def test_two_ways_of_being_a_customer_are_two_segments_and_no_more():
    places = whole(np.repeat([[0.0, 0.0], [3.0, 1.0]], 60, axis=0))
    found = tried(places)
    assert [each.k for each in found.candidates] == [2]
    assert found.candidates[0].jaccard == (1, 1)
    assert "nan" not in found.reason


def test_customers_of_few_kinds_may_be_cut_into_as_many_segments():
    """Five kinds, one of them a single customer, who is missing from many a draw."""
    places = whole(np.repeat([[0.0], [1.0], [2.0], [4.0], [9.0]], [40, 40, 40, 40, 1], axis=0))
    found = tried(places)
    last = found.candidates[-1]
    assert (last.k, last.inertia, last.smallest) == (5, 0, 1)
    assert (last.bic, last.calinski_harabasz, last.gap) == (None, None, None)
    assert not last.is_large_enough
    assert last.verdict != "natural"
    assert found.k < 5


def test_the_order_of_customers_and_threads_change_nothing_but_the_draw():
    places = four_groups(np.random.default_rng(3), 5, 3.0, customers=300)
    found = {k: each.labels for k, each in clusterings(places, [2, 4], 0).items()}
    seen = set()
    for threads in (1, 2):
        with threadpool_limits(threads):
            seen.add(repr(trials(places, found, again, 300, 0)))
    assert len(seen) == 1


def test_a_mixtures_own_bic_goes_before_that_of_round_clouds():
    places = four_groups(np.random.default_rng(3), 5, 3.0, customers=200)
    found = {k: each.labels for k, each in clusterings(places, [2, 3], 0).items()}
    two, three = trials(places, found, again, 200, 0, {2: 123.46}).candidates
    assert two.bic == 123.5
    assert three.bic not in (None, 123.5)
