import numpy as np
import pytest
from scipy.stats import t as student
from sklearn.metrics import silhouette_samples

from regulars.measure.separation import STUDENT_T, Batches, estimate, silhouettes


@pytest.fixture
def places():
    chance = np.random.default_rng(3)
    return np.floor(chance.normal(size=(900, 3)) * 1000)


@pytest.fixture
def labels(places):
    return (places[:, 0] > 300).astype(np.int64) + (places[:, 1] > 0)


def test_four_customers_on_a_line_have_the_silhouettes_that_one_works_out_by_hand():
    at = np.array([0.0, 1.0, 4.0, 6.0])
    distances = abs(at[:, None] - at)
    # a = 1, b = (4 + 6) / 2 = 5; a = 1, b = 4; a = 2, b = 3.5; a = 2, b = 5.5
    by_hand = [4 / 5, 3 / 4, 1.5 / 3.5, 3.5 / 5.5]
    assert silhouettes(distances, np.array([7, 7, 9, 9])) == pytest.approx(by_hand)


def test_silhouettes_are_those_of_scikit_learn(places, labels):
    distances = np.linalg.norm(places[:, None] - places, axis=2)
    labels[0] = 99
    assert silhouettes(distances, labels) == pytest.approx(silhouette_samples(places, labels), abs=1e-9)


def test_one_segment_and_equal_customers_have_silhouette_zero():
    nothing = np.zeros((4, 4))
    assert silhouettes(nothing, np.array([0, 0, 0, 0])).tolist() == [0, 0, 0, 0]
    assert silhouettes(nothing, np.array([0, 0, 1, 1])).tolist() == [0, 0, 0, 0]


def test_the_interval_of_the_batches_holds_the_silhouette_of_everybody(places, labels):
    measured = Batches.drawn(places, seed=0).silhouette(labels)
    assert measured.low < silhouette_samples(places, labels).mean() < measured.high
    assert measured.high - measured.low < 0.1


def test_no_customer_is_in_two_batches_and_a_seed_names_the_batches(places):
    drawn, again = Batches.drawn(places, seed=1), Batches.drawn(places, seed=1)
    members = np.concatenate(drawn.members)
    assert len(drawn.members) == 8
    assert len(set(members.tolist())) == len(members)
    assert members.tolist() == np.concatenate(again.members).tolist()
    assert members.tolist() != np.concatenate(Batches.drawn(places, seed=2).members).tolist()


def test_few_customers_make_one_batch_and_no_interval(places):
    measured = Batches.drawn(places[:60], seed=0).silhouette(np.arange(60) % 2)
    assert (measured.low, measured.high) == (None, None)


def test_the_interval_is_students():
    # 4, 5, 6: mean 5, sd 1, t(2) = 4.3027
    assert estimate([4.0, 5.0, 6.0]).high == pytest.approx(5 + 4.3027 / 3**0.5, abs=1e-4)
    assert [float(student.ppf(0.975, df)) for df in range(1, 8)] == pytest.approx(STUDENT_T, abs=1e-4)
