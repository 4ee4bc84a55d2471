import math

import numpy as np
import pytest
from scipy.stats import multivariate_normal
from sklearn.mixture import GaussianMixture

from regulars.measure.dispersion import dispersion
from regulars.measure.likelihood import bic, spherical_bic


@pytest.fixture
def places():
    chance = np.random.default_rng(2)
    middles = np.array([[0, 0, 0], [6000, 0, 0], [0, 6000, 0]])
    return np.floor(middles[np.arange(600) % 3] + chance.normal(size=(600, 3)) * 1000)


def test_the_bic_is_that_of_scikit_learn(places):
    fitted = GaussianMixture(3, covariance_type="diag", random_state=0).fit(places)
    parameters = 3 * 3 + 3 * 3 + 2
    assert bic(fitted.score(places) * 600, parameters, 600) == pytest.approx(fitted.bic(places))


def test_round_clouds_have_the_likelihood_of_their_densities(places):
    labels = np.arange(600) % 3
    within = dispersion(places, labels)
    variance = within / (3 * (600 - 3))
    likelihood = 0.0
    for each in range(3):
        own = places[labels == each]
        density = multivariate_normal(own.mean(axis=0), variance * np.eye(3))
        likelihood += density.logpdf(own).sum() + len(own) * math.log(len(own) / 600)
    assert spherical_bic(within, [200, 200, 200], 3) == pytest.approx(bic(likelihood, 2 + 9 + 1, 600))


def test_the_bic_is_lowest_at_the_clouds_that_there_are(places):
    labels = np.arange(600) % 3
    two, six = np.minimum(labels, 1), labels + 3 * (np.arange(600) // 3 % 2)
    told = {
        k: spherical_bic(dispersion(places, each), np.bincount(each).tolist(), 3)
        for k, each in ((2, two), (3, labels), (6, six))
    }
    assert min(told, key=told.get) == 3


def test_a_segment_that_nobody_is_in_costs_its_parameters():
    # The same variance: 10 / (2 × 98). One customer's less of squares, a share and two means more.
    full, empty = spherical_bic(10.0, [50, 50], 2), spherical_bic(10.0 * 97 / 98, [50, 50, 0], 2)
    assert empty - full == pytest.approx(3 * math.log(100) - 2)


def test_nothing_left_within_has_no_bic():
    assert spherical_bic(0.0, [3, 3], 2) is None
    assert spherical_bic(5.0, [1, 1], 2) is None
