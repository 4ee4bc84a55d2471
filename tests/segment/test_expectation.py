import math

import numpy as np
import pytest
from sklearn.mixture import GaussianMixture

from regulars.measure.likelihood import bic
from regulars.segment.fitting.expectation import NARROWEST, fitted, flat, memberships, seen, unsure
from regulars.segment.rules.mixture import NAT


@pytest.fixture(scope="module")
def places():
    """Four thousand customers in four slanted clouds that overlap, in thousandths of a standard deviation."""
    chance = np.random.default_rng(5)
    middles, slants = chance.normal(size=(4, 5)) * 1.2, chance.normal(size=(4, 5, 5)) * 0.5
    which = chance.integers(0, 4, 4000)
    raw = middles[which] + np.einsum("nij,nj->ni", slants[which], chance.normal(size=(4000, 5)))
    return np.floor((raw - raw.mean(axis=0)) / raw.std(axis=0) * 1000)


@pytest.fixture(scope="module")
def start(places):
    return np.argmin([((places - places[at]) ** 2).sum(axis=1) for at in range(4)], axis=0)


@pytest.mark.parametrize(("covariance", "theirs"), [("diagonal", "diag"), ("full", "full")])
def test_the_likelihood_is_that_of_scikit_learn_from_the_same_start(places, start, covariance, theirs):
    ours = fitted(places, start, 4, covariance)
    means = np.array([places[start == each].mean(axis=0) / 1000 for each in range(4)])
    model = GaussianMixture(
        4, covariance_type=theirs, reg_covar=NARROWEST**2, means_init=means, tol=1e-6, max_iter=500
    )
    best = model.fit(places / 1000).score(places / 1000)
    assert ours.log_likelihood > best - 0.02
    known = seen(places, ours.clouds).log_likelihood
    model.means_ = ours.clouds.centres / 1000
    rows = ours.clouds.whitening / 10_000
    model.precisions_cholesky_ = (
        np.diagonal(rows, axis1=1, axis2=2) if covariance == "diagonal" else rows.transpose(0, 2, 1)
    )
    narrow = np.log(np.diagonal(rows, axis1=1, axis2=2)).sum(axis=1)
    model.weights_ = np.exp(ours.clouds.constants / NAT - narrow)
    assert math.isclose(model.weights_.sum(), 1, abs_tol=1e-4)
    assert model.score(places / 1000) == pytest.approx(known, abs=2e-3)
    if covariance == "full":
        assert (model.predict(places / 1000) == ours.labels).mean() > 0.998
    assert ours.clouds.parameters == model._n_parameters()
    assert bic(known * 4000, ours.clouds.parameters, 4000) == pytest.approx(
        model.bic(places / 1000), rel=1e-3
    )


def test_the_order_of_customers_changes_no_number(places, start):
    order = np.random.default_rng(1).permutation(len(places))
    one, other = fitted(places, start, 4, "full"), fitted(places[order], start[order], 4, "full")
    for a, b in (
        (one.clouds.centres, other.clouds.centres),
        (one.clouds.whitening, other.clouds.whitening),
        (one.clouds.constants, other.clouds.constants),
        (one.labels[order], other.labels),
    ):
        assert np.array_equal(a, b)


def test_two_clouds_on_a_line_by_hand():
    line = np.array([[-2000.0], [-1000.0], [0.0], [9000.0], [10000.0], [11000.0]])
    found = fitted(line, np.array([0, 0, 0, 1, 1, 1]), 2, "full")
    assert found.clouds.centres.ravel().tolist() == [-1000, 10000]
    # Variance 2/3 and a hundredth.
    width = math.sqrt(2 / 3 + 0.01)
    assert found.clouds.whitening.ravel().tolist() == [round(10_000 / width)] * 2
    assert (
        found.clouds.constants.tolist()
        == [math.floor(NAT * math.log(0.5 * round(10_000 / width) / 10_000) + 0.5)] * 2
    )
    assert unsure(found.likelihoods, 0.99) == 0


def test_a_cloud_on_equal_values_keeps_a_width_and_is_told():
    spiked = np.array([[0.0]] * 50 + [[float(1000 + 40 * n)] for n in range(50)])
    found = fitted(spiked, np.repeat([0, 1], 50), 2, "diagonal")
    assert found.clouds.whitening.ravel()[0] == 10_000 / NARROWEST
    assert [(k, places.tolist()) for k, places in flat(found.clouds)] == [(0, [0])]


def test_a_group_that_nobody_starts_in_breaks_nothing():
    line = np.array([[0.0], [100.0], [5000.0], [5100.0]])
    found = fitted(line, np.array([0, 0, 2, 2]), 3, "full")
    assert np.isfinite(found.clouds.whitening).all()
    assert np.isfinite(found.clouds.constants).all()
    assert found.labels[0] != found.labels[2]


def test_memberships_are_shares_of_one_customer():
    likelihoods = np.array([[0.0, 0.0, -40.0 * NAT], [0.0, -math.log(3) * NAT, -20.0 * NAT]])
    assert memberships(likelihoods, 1000).tolist() == [[500, 500, 0], [750, 250, 0]]
    assert unsure(likelihoods, 0.6) == 0.5
