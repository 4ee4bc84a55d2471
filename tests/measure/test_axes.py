import numpy as np
import pytest

from regulars.measure.axes import principal_axes, turned


@pytest.fixture
def places():
    chance = np.random.default_rng(4)
    return np.floor(chance.normal(size=(500, 6)) @ chance.normal(size=(6, 6)) * 1000)


def test_the_axes_are_the_eigenvectors_of_the_covariance(places):
    axes = principal_axes(places)
    assert axes.T @ axes == pytest.approx(np.eye(6), abs=1e-12)
    along = np.cov(turned(places, axes).T)
    assert sorted(np.diag(along)) == pytest.approx(np.linalg.eigvalsh(np.cov(places.T)).tolist())
    assert along - np.diag(np.diag(along)) == pytest.approx(np.zeros((6, 6)), abs=1e-5)


def test_turning_there_and_back_changes_nothing(places):
    axes = principal_axes(places)
    assert turned(turned(places, axes), axes.T) == pytest.approx(places, abs=1e-6)
    assert turned(places, axes) == pytest.approx(places @ axes, abs=1e-6)


def test_the_order_of_customers_changes_no_digit(places):
    order = np.random.default_rng(1).permutation(len(places))
    assert principal_axes(places[order]).tolist() == principal_axes(places).tolist()


@pytest.mark.parametrize("places", [
    np.array([[1.0], [2.0]]), np.zeros((3, 2)), np.repeat([[1.0, 2.0, 3.0]], 5, axis=0),
    np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]]),
], ids=["one feature", "zeros", "one place", "a line"])  # fmt: skip
def test_places_without_breadth_have_axes_too(places):
    axes = principal_axes(places)
    assert axes.T @ axes == pytest.approx(np.eye(places.shape[1]))
