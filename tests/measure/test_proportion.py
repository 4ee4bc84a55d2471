"""Wilson's interval, against published values."""

from __future__ import annotations

import pytest

from regulars.measure.proportion import proportion_interval


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [(81, 263, 25.53, 36.62), (15, 148, 6.24, 16.05), (0, 20, 0.0, 16.11), (1, 29, 0.61, 17.18)],
)
def test_a_proportion_has_wilsons_interval(part: int, whole: int, low: float, high: float) -> None:
    """Newcombe 1998, Statistics in Medicine 17, table I, method 3 (score, without continuity correction)."""
    assert proportion_interval(part, whole) == pytest.approx((low, high), abs=0.005)
