"""Whether segments come back on another day's customers, where they are there and where they are not."""

from __future__ import annotations

import numpy as np
import pytest
from tests.validate.days import CAUSES, SHOP, fitted, habits, lay, shop

from regulars.engine import Engine
from regulars.validate.stability import reading, stability, why_not


@pytest.fixture(scope="module")
def engine():
    with Engine(threads=1) as made:
        yield made


@pytest.fixture(scope="module")
def groups(engine):
    return fitted(engine, habits(np.random.default_rng(1), 900, apart=3), CAUSES, method="kmeans", k=4)


def test_groups_that_are_there_come_back_on_other_customers(engine, groups):
    lay(engine, groups, "customers_now", habits(np.random.default_rng(2), 700, apart=3))
    found = stability(engine, groups, CAUSES, "customers_now", 0)
    assert why_not(groups, 700) == ""
    assert found.candidate.verdict == "natural"
    assert list(found.jaccard) == [each.id for each in groups.segments]
    assert min(found.jaccard.values()) > 0.75
    again = stability(engine, groups, CAUSES, "customers_now", 0)
    assert again == found


def test_a_day_without_groups_is_never_natural(engine, groups):
    chance = np.random.default_rng(3)
    cloud = {each.name: np.round(chance.normal(size=700), 6) for each in CAUSES}
    lay(engine, groups, "customers_now", cloud)
    found = stability(engine, groups, CAUSES, "customers_now", 0)
    assert found.candidate.verdict == "constructive"


def test_the_order_of_rows_moves_nothing(engine, groups):
    lay(engine, groups, "customers_now", habits(np.random.default_rng(2), 400, apart=3))
    first = stability(engine, groups, CAUSES, "customers_now", 0)
    engine.create("turned", "select * from customers_now order by habit_3")
    assert stability(engine, groups, CAUSES, "turned", 0) == first


def test_segments_that_are_cut_by_rules_say_why_they_are_not_measured(engine, groups):
    rfm = fitted(engine, shop(np.random.default_rng(1), 900), SHOP, method="rfm")
    assert "cut by rules" in why_not(rfm, 900)
    assert "99 customers are too few" in why_not(groups, 99)


def test_one_segment_alone_has_nothing_to_tell_apart(engine, groups):
    alike = {each.name: np.full(200, 1.0) for each in CAUSES}
    lay(engine, groups, "customers_now", alike)
    assert stability(engine, groups, CAUSES, "customers_now", 0) is None


@pytest.mark.parametrize(
    ("jaccard", "said"),
    [
        (0.5, "dissolves"),
        (0.59, "not to be trusted"),
        (0.6, "a pattern, no sure members"),
        (0.75, "stable"),
        (0.85, "highly stable"),
    ],
)
def test_a_jaccard_is_read_as_published(jaccard, said):
    assert reading(jaccard) == said
