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


def test_each_segment_has_the_mean_silhouette_of_its_customers_as_scikit_learn_has_them(places, labels):
    few, own = places[:90], labels[:90]
    told = Batches.drawn(few, seed=0).by_segment(own, 4)
    by_hand = silhouette_samples(few, own)
    assert [each.silhouette.mean for each in told[:3]] == pytest.approx(
        [by_hand[own == segment].mean() for segment in range(3)], abs=1e-4
    )
    assert told[3] is None
    assert told[0].silhouette.low is None


def test_each_segments_interval_holds_the_figure_of_everybody(places, labels):
    told = Batches.drawn(places, seed=0).by_segment(labels, 3)
    by_hand = silhouette_samples(places, labels)
    for segment, each in enumerate(told):
        assert each.silhouette.low < by_hand[labels == segment].mean() < each.silhouette.high


def test_a_segment_names_the_other_that_it_runs_into_and_how_many_lie_nearer_to_it():
    # Two of the first segment's four lie among the second's; the third is far from both.
    line = np.array([0.0, 1, 10, 11, 9, 12, 10, 100, 101, 102])
    labels = np.array([0, 0, 0, 0, 1, 1, 1, 2, 2, 2])
    first, second, third = Batches.drawn(np.stack([line, line * 0], axis=1), seed=0).by_segment(labels, 3)
    assert (first.neighbour, first.nearer) == (1, 0.5)
    assert (second.neighbour, second.nearer) == (0, 0)
    assert (third.neighbour, third.nearer) == (1, 0)


def test_where_all_are_in_one_segment_none_has_a_neighbour(places):
    assert Batches.drawn(places, seed=0).by_segment(np.zeros(900, dtype=np.int64), 2) == (None, None)
