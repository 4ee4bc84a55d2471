"""The names of scores: the published schemes to the letter, sums with any bands, grids of one's own."""

from collections import Counter
from decimal import Decimal
from itertools import product

import pytest

from regulars.segment.schemes import FIVE, by_boxes, eleven, sums

CELLS = list(product(range(1, 6), repeat=3))
EQUAL = [Decimal(1)] * 3


def held(scheme):
    """The name of each cell."""
    return {cell: scheme.names[each] for each, cells in scheme.cells.items() for cell in cells}


def test_the_eleven_names_are_the_published_ones_and_cover_every_cell():
    scheme = eleven(3)
    assert Counter(held(scheme).values()) == {
        "Champions": 7, "Loyal": 8, "Potential Loyalist": 24, "New Customers": 7, "Promising": 16,
        "Need Attention": 8, "About To Sleep": 8, "At Risk": 22, "Cannot Lose Them": 8, "Hibernating": 11,
        "Lost": 6,
    }  # fmt: skip
    assert scheme.unnamed == ()
    assert held(scheme)[5, 5, 5] == "Champions"


def by_the_case(r, f, m):
    """The CASE as people write it."""
    if r >= 4 and f >= 4 and m >= 4:
        return "Champions"
    if r >= 3 and f >= 3 and m >= 3:
        return "Loyal Customers"
    if r >= 4 and f <= 2 and m <= 2:
        return "New Customers"
    if r <= 2 and f >= 3 and m >= 3:
        return "At Risk"
    if r <= 2 and f <= 2 and m <= 2:
        return "Lost"
    return "Other"


def test_the_five_names_are_those_of_the_case_and_64_of_125_cells_have_none():
    scheme = by_boxes(FIVE, "Other", (5, 5, 5))
    assert held(scheme) == {cell: by_the_case(*cell) for cell in CELLS}
    assert len(scheme.unnamed) == 64
    assert (3, 1, 1) in scheme.unnamed


def test_without_amounts_the_five_names_ask_for_r_and_f_alone():
    scheme = by_boxes(FIVE, "Other", (5, 5))
    assert held(scheme) == {(r, f): by_the_case(r, f, f) for r, f in product(range(1, 6), repeat=2)}
    assert scheme.unnamed == ((3, 1), (3, 2))


def test_the_sum_of_five_bands_runs_from_3_to_15_in_the_published_ranges():
    scheme = sums(EQUAL, (5, 5, 5))
    assert scheme.total.ranges == {
        "champions": (13, 15), "loyal_customers": (10, 12), "need_attention": (7, 9), "hibernating": (3, 6),
    }  # fmt: skip
    assert all(scheme.total.of(cell) == sum(cell) for cell in CELLS)
    assert scheme.unnamed == ()


@pytest.mark.parametrize("tops", [(2, 2, 2), (10, 10, 10), (2, 10, 3), (4, 4), (2, 2)])
@pytest.mark.parametrize("weights", [(1, 1, 1), ("0.5", 3, 0), (0, 1, "0.001")])
def test_sums_of_any_bands_and_weights_place_a_cell_by_how_far_it_lies_from_worst_to_best(tops, weights):
    exact = [Decimal(weight) for weight in weights]
    scheme = sums(exact, tops)
    names = held(scheme)
    assert set(names) == set(product(*(range(1, top + 1) for top in tops)))
    for cell, name in names.items():
        parts = [w * (s - 1) / Decimal(top - 1) for w, s, top in zip(exact, cell, tops, strict=False)]
        # In twelfths of the way, as 3 to 15 has them.
        way = 12 * sum(parts) / sum(exact[: len(tops)])
        least = {"Champions": 10, "Loyal Customers": 7, "Need Attention": 4, "Hibernating": 0}
        wanted = next(each for each, start in least.items() if way > start - Decimal("1e-9"))
        assert name == wanted, cell


def test_a_better_score_never_takes_a_customer_to_a_lower_range():
    scheme = sums([Decimal(2), Decimal(1), Decimal("0.5")], (7, 3, 10))
    rank = {name: place for place, name in enumerate(scheme.names.values())}
    names = held(scheme)
    for cell in names:
        for axis in range(3):
            better = (*cell[:axis], cell[axis] + 1, *cell[axis + 1 :])
            assert better not in names or rank[names[better]] <= rank[names[cell]]


def test_a_grid_of_ones_own_takes_ranges_and_single_cells_the_first_name_that_fits():
    scheme = by_boxes({"VIP": ["R 3-4, m 4", "2-4-4"], "Big": ["M4"], "Last": ["111"]}, "Rest", (4, 4, 4))
    names = held(scheme)
    assert (names[4, 1, 4], names[2, 4, 4], names[2, 3, 4]) == ("VIP", "VIP", "Big")
    assert (names[1, 1, 1], names[1, 1, 2]) == ("Last", "Rest")
    assert list(scheme.names.values()) == ["VIP", "Big", "Last", "Rest"]
    assert len(scheme.unnamed) == 64 - 9 - 7 - 1


def test_a_grid_that_names_every_cell_has_no_rest():
    scheme = by_boxes({"Recent": ["R 2-3"], "Old": ["R 1"]}, "Rest", (3, 2, 10))
    assert list(scheme.names) == ["recent", "old"]
    assert scheme.rest == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("R 6", "R runs from 1 to 5"),
        ("R 0-2", "R runs from 1 to 5"),
        ("R 4-2", "R runs from 1 to 5"),
        ("1-1-7", "M runs from 1 to 5"),
        ("R 4-5, R 1", "is no cell"),
        ("X 3", "is no cell"),
        ("R >= 4", "is no cell"),
        ("", "is no cell"),
        ("11", "is no cell"),
        ("R 1; drop table customers", "is no cell"),
    ],
)
def test_what_is_no_cell_is_refused_in_plain_words(text, said):
    with pytest.raises(ValueError, match=said):
        by_boxes({"Any": [text]}, "Rest", (5, 5, 5))


def test_a_name_that_is_left_without_a_cell_is_refused():
    with pytest.raises(ValueError, match="no cell is left for 'Best'"):
        by_boxes({"Good": ["R 3-5"], "Best": ["R 5, F 5"]}, "Rest", (5, 5, 5))
