"""What charts need beyond metrics: the grid of scores, and the axes of the radars."""

from __future__ import annotations

import pytest
from tests.profile.crowds import customers, profiled

from regulars.engine import Engine

HABITS = (
    "weekend_share", "morning_share", "evening_share", "products_per_order", "product_variety",
    "return_share", "promotion_share",
)  # fmt: skip


@pytest.fixture(scope="module")
def engine():
    with Engine(threads=1) as made:
        yield made


def test_the_grid_blanks_small_cells_and_their_cover_and_shows_empty_ones(engine) -> None:
    scores = [(5, 5)] * 4 + [(5, 4)] * 12 + [(1, 1)] * 30
    made = profiled(engine, {"all": customers(46)}, scores=scores)
    cells = {(c["r"], c["m"]): (c["customers"], c["revenue"]) for c in made.panels["rfm_grid"]["cells"]}
    assert cells[5, 5] == cells[5, 4] == (None, None)
    assert cells[1, 1] == (30, 3000.0)
    assert cells[3, 3] == (0, 0.0)
    assert len(cells) == 25


def test_the_grid_has_as_many_rows_and_columns_as_there_are_bands(engine) -> None:
    made = profiled(engine, {"all": customers(30)}, scores=[(10, 2)] * 30, tops=(10, 2))
    grid = made.panels["rfm_grid"]
    assert (grid["bands"], grid["across_bands"], len(grid["cells"])) == (10, 2, 20)
    assert [c["customers"] for c in grid["cells"] if (c["r"], c["m"]) == (10, 2)] == [30]


def test_axes_of_the_radar_are_the_six_habits_on_which_groups_lie_furthest_apart(engine) -> None:
    """Within each group evenings run from none to all, so that a difference of 0.1 is nothing."""
    crowd = {
        group: [
            dict.fromkeys(HABITS, mean + at / 1000) | {"evening_share": mean + at % 2} for at in range(20)
        ]
        for group, mean in (("a", 0.5), ("b", 0.6))
    }
    radar = profiled(engine, crowd).panels["radar"]
    assert radar["axes"] == [name for name in HABITS if name != "evening_share"]
    assert radar["widest"] in radar["axes"]


def test_two_habits_make_no_shape(engine) -> None:
    two = [dict.fromkeys(HABITS[:2], at / 30) for at in range(30)]
    assert "radar" not in profiled(engine, {"a": two[:15], "b": two[15:]}).panels
