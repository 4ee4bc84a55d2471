"""What customers did after a cut, as behaviours of the segments of today."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from regulars.types import Segment
from regulars.validate.later import done_after_cut
from regulars.validate.prediction import Customers, Cut, Prediction

PINNED = tuple(Segment(each, each.capitalize(), "") for each in ("low", "high", "gone"))
OF_CUT = (Segment("high", "High", ""), Segment("new", "New", ""), Segment("low", "Low", ""))


@pytest.fixture
def found() -> Prediction:
    customers = Customers(
        np.array([0, 1, 2, 0, 2]), (), np.array([True, True, False, False, True]),
        np.array([5.0, 7.0, 0.0, 0.0, 9.0]), np.ones(5, dtype=bool),
    )  # fmt: skip
    day, upto = date(2024, 3, 31), date(2024, 6, 30)
    cut = Cut(day, upto, upto, True, False, OF_CUT, ("New",), 5, True)
    return Prediction(cut, 5, (), (), customers)


def test_segments_of_the_cut_are_those_of_today_by_id_and_strangers_are_left_out(found):
    later = done_after_cut(found, PINNED)
    assert later.sample.segments.tolist() == [1, 0, 1, 0]
    assert later.sample.columns["bought_later"].tolist() == ["bought", "did not buy", "did not buy", "bought"]
    assert later.sample.columns["revenue_later"].tolist() == [5.0, 0.0, 0.0, 9.0]
    assert [each.label for each in later.features] == [
        "Buying again after 31 Mar 2024",
        "Revenue after 31 Mar 2024",
    ]


def test_without_amounts_it_is_told_who_bought(found):
    later = done_after_cut(replace(found, tried=replace(found.tried, revenue=None)), PINNED)
    assert list(later.sample.columns) == ["bought_later"]


def test_segments_that_may_know_what_came_after_prove_nothing(found):
    assert done_after_cut(replace(found, cut=replace(found.cut, is_dated=False)), PINNED) is None
    assert done_after_cut(None, PINNED) is None
