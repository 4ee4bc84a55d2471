import numpy as np
import pytest
from scipy.cluster.hierarchy import fcluster, linkage

from regulars.segment.fitting.ward import grown


@pytest.fixture(scope="module")
def points():
    return np.floor(np.random.default_rng(2).normal(size=(60, 3)) * 1000)


def test_the_nearest_join_first_and_a_join_costs_what_the_sum_of_squares_grows_by():
    # 0 and 2 join at 1: cost 2²/2. Then 10 and 13: 3²/2. Then 1 and 11.5, two points each: 10.5².
    tree = grown(np.array([[0.0], [10.0], [2.0], [13.0]]), np.ones(4))
    assert [(each.left, each.right, each.cost) for each in tree.joins] == [
        (0, 2, 2.0),
        (1, 3, 4.5),
        (4, 5, 10.5**2),
    ]
    assert tree.centres[:, 0].tolist() == [0, 10, 2, 13, 1, 11.5, 6.25]
    assert tree.leaves(6) == [0, 2, 1, 3]


def test_weights_count_as_so_many_equal_points():
    line, weights = np.array([[0.0], [4.0], [9.0], [20.0]]), np.array([3.0, 1.0, 2.0, 1.0])
    apart = grown(np.repeat(line, weights.astype(int), axis=0), np.ones(7))
    together = grown(line, weights)
    assert [each.cost for each in apart.joins if each.cost] == [each.cost for each in together.joins]
    assert [each.weight for each in together.joins] == [4.0, 3.0, 7.0]


def test_the_tree_is_that_of_scipy(points):
    tree, theirs = grown(points, np.ones(60)), linkage(points, "ward")
    assert np.allclose(np.sqrt([2 * each.cost for each in tree.joins]), theirs[:, 2])
    for k in (2, 5, 9):
        ours = tree.labels(tree.branches(k))
        assert len(set(zip(ours, fcluster(theirs, k, "maxclust"), strict=True))) == k


def test_branches_hold_every_point_once(points):
    tree = grown(points, np.ones(60))
    for k in (1, 2, 17, 60):
        branches = tree.branches(k)
        assert len(branches) == k
        assert sorted(leaf for each in branches for leaf in tree.leaves(each)) == list(range(60))


def test_of_equally_near_points_the_first_join_first():
    tree = grown(np.array([[0.0], [1.0], [2.0], [3.0]]), np.ones(4))
    assert [(each.left, each.right) for each in tree.joins] == [(0, 1), (2, 3), (4, 5)]


def test_one_point_is_a_tree_without_joins():
    tree = grown(np.array([[7.0, 1.0]]), np.ones(1))
    assert (tree.joins, tree.branches(1), tree.leaves(0)) == ((), [0], [0])
