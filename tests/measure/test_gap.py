import math

import numpy as np
import pytest
from tests.measure.crowds import cloud, groups, kmeans, square

from regulars.measure.gap import REFERENCES, Gap, gaps, least_within_one_error

KS = [2, 3, 4]


def pooled(places, labels):
    """The paper's W: over segments, the sum of squared distances of all pairs by twice the size."""
    whole = 0.0
    for each in np.unique(labels):
        own = places[labels == each]
        whole += ((own[:, None] - own) ** 2).sum() / (2 * len(own))
    return whole


def test_the_gap_is_the_papers_for_reference_sets_that_one_can_see():
    places, _ = groups(each=20)
    seen = {}

    def watched(some, ks, seed):
        made = kmeans(some, ks, seed)
        seen[seed] = (some, {k: assign(some) for k, assign in made.items()})
        return made

    found = gaps(places, [2, 3], watched, seed=0)
    own, references = seen.pop("0:gap:own"), list(seen.values())
    assert len(references) == REFERENCES
    for k in (2, 3):
        logs = [math.log(pooled(some, labels[k])) for some, labels in references]
        assert found[k].value == pytest.approx(np.mean(logs) - math.log(pooled(own[0], own[1][k])))
        assert found[k].error == pytest.approx(np.std(logs) * math.sqrt(1 + 1 / REFERENCES))


def test_reference_sets_fill_the_box_along_the_principal_axes():
    places, seen = cloud(), []

    def watched(some, ks, seed):
        seen.append(some)
        return kmeans(some, ks, seed)

    gaps(places, [2], watched, seed=0)
    own, *references = seen
    everyone = np.concatenate(references)
    # The cloud's long axis is the diagonal: so must the box's be, and as long.
    long, short = everyone.sum(axis=1), everyone[:, 0] - everyone[:, 1]
    assert np.ptp(long) == pytest.approx(np.ptp(own.sum(axis=1)), rel=0.1)
    assert np.ptp(short) < np.ptp(long) / 2
    assert abs(np.corrcoef(long, short)[0, 1]) < 0.1
    assert np.histogram(long, bins=4)[0] == pytest.approx(np.full(4, len(everyone) / 4), rel=0.15)


def test_two_groups_are_found_and_crowds_are_left_whole():
    places, where = groups(each=60)
    assert least_within_one_error(gaps(places[where < 2], KS, kmeans, seed=0)) == 2
    assert least_within_one_error(gaps(cloud(150), KS, kmeans, seed=0)) == 1
    assert least_within_one_error(gaps(square(150), KS, kmeans, seed=0)) == 1


def test_the_least_number_within_one_error_of_the_next_is_taken():
    risen = {1: Gap(0.1, 0.01), 2: Gap(0.3, 0.01), 3: Gap(0.305, 0.01), 4: Gap(0.5, 0.01)}
    assert least_within_one_error(risen) == 2
    assert least_within_one_error({1: Gap(0.1, 0.01), 2: Gap(0.3, 0.01)}) is None
    assert least_within_one_error({}) is None


def test_the_gap_is_largest_at_the_groups_that_there_are():
    found = gaps(groups(each=40)[0], KS, kmeans, seed=0)
    assert max(found, key=lambda k: found[k].value) == 3


def test_a_seed_names_the_reference_sets():
    places, _ = groups(each=20)
    assert gaps(places, [2], kmeans, seed=1) == gaps(places, [2], kmeans, seed=1)
    assert gaps(places, [2], kmeans, seed=1) != gaps(places, [2], kmeans, seed=2)


def test_segments_without_any_distance_within_have_no_gap():
    same = np.repeat([[0.0, 0.0], [5000.0, 0.0]], 30, axis=0)
    assert set(gaps(same, [2], kmeans, seed=0)) == {1}
