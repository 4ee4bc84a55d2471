import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score

from regulars.measure.dispersion import Sums, bend, calinski_harabasz, davies_bouldin, dispersion


@pytest.fixture
def places():
    return np.floor(np.random.default_rng(3).normal(size=(900, 4)) * 1000)


@pytest.fixture
def labels(places):
    return (places[:, 0] > 300).astype(np.int64) + (places[:, 1] > 0)


def test_two_pairs_on_a_line_have_the_figures_that_one_works_out_by_hand():
    at, labels = np.array([[0.0], [2.0], [10.0], [14.0]]), np.array([0, 0, 1, 1])
    # Means 1 and 12, all 6.5. Within 1 + 1 + 4 + 4 = 10; between 2 (5.5² + 5.5²) = 121.
    assert dispersion(at, labels) == 10
    assert calinski_harabasz(at, labels) == pytest.approx((121 / 1) / (10 / 2))
    assert davies_bouldin(at, labels) == pytest.approx((1 + 2) / 11)


def test_both_indices_are_those_of_scikit_learn(places, labels):
    assert calinski_harabasz(places, labels) == pytest.approx(calinski_harabasz_score(places, labels))
    assert davies_bouldin(places, labels) == pytest.approx(davies_bouldin_score(places, labels))


def test_dispersion_is_the_inertia_of_scikit_learn(places):
    fitted = KMeans(4, n_init=3, random_state=0, tol=0).fit(places)
    assert dispersion(places, fitted.labels_.astype(np.int64)) == pytest.approx(fitted.inertia_)


def test_segments_that_nobody_is_in_and_other_names_change_nothing(places, labels):
    renamed = np.array([7, 2, 90])[labels]
    assert calinski_harabasz(places, renamed) == calinski_harabasz(places, labels)
    assert davies_bouldin(places, renamed) == pytest.approx(davies_bouldin(places, labels), rel=1e-12)


def test_the_order_of_customers_changes_no_digit(places, labels):
    order = np.random.default_rng(1).permutation(len(places))
    for measure in (dispersion, calinski_harabasz, davies_bouldin):
        assert measure(places[order], labels[order]) == measure(places, labels)


def test_sums_stay_exact_where_doubles_would_round():
    far = np.array([[2.0**26 + 1], [2.0**26], [2.0**26 + 2], [2.0**26 + 5]])
    labels = np.array([0, 0, 1, 1])
    assert Sums.of(far, labels).within == 5
    assert dispersion(far, labels) == 5


def test_one_segment_and_no_distance_within_have_no_index(places):
    nobody_apart = np.zeros(len(places), dtype=np.int64)
    assert calinski_harabasz(places, nobody_apart) is None
    assert davies_bouldin(places, nobody_apart) is None
    same = np.repeat([[0.0], [5.0]], 3, axis=0)
    assert calinski_harabasz(same, np.repeat([0, 1], 3)) is None
    assert davies_bouldin(same, np.repeat([0, 1], 3)) == 0


def test_segments_at_one_place_count_nothing():
    at = np.array([[0.0], [4.0], [0.0], [4.0]])
    assert davies_bouldin(at, np.array([0, 0, 1, 1])) == davies_bouldin_score(at, [0, 0, 1, 1]) == 0


def test_a_falling_curve_bends_where_it_lies_farthest_below_the_line_between_its_ends():
    assert bend({2: 9.0, 3: 6.0, 4: 3.0, 5: 2.8, 6: 2.6}) == 4
    # The line falls by 2 a step: at 3 and at 4 the curve is 2 below it.
    assert bend({2: 10.0, 3: 6.0, 4: 4.0, 5: 4.0}) == 3
    assert bend({2: 10.0, 3: 2.0, 8: 1.0}) == 3


def test_two_points_and_a_straight_line_have_no_bend():
    assert bend({2: 9.0, 3: 1.0}) is None
    assert bend({2: 3.0, 3: 2.0, 4: 1.0}) is None
