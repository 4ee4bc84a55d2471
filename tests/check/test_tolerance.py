"""The tolerance table, a line a test case: what a wording says, and what values make it true."""

from __future__ import annotations

import pytest

from regulars.check.locale import english
from regulars.check.quantities import quantities
from regulars.check.tokens import tokens


@pytest.mark.parametrize(
    ("wording", "true", "false"),
    [
        ("45.4%", [45.35, 45.449], [45.3, 45.5]),
        ("£2.1m", [2_050_000, 2_149_999], [2_040_000, 2_160_000]),
        ("about 100 orders", [90, 110], [89.9, 110.1]),
        ("nearly 50%", [45, 49.9], [44.9, 50, 51]),
        ("just over 50%", [50.1, 55], [50, 55.1]),
        ("more than 50%", [50.01, 99], [50, 49]),
        ("fewer than 20 orders", [19.9, 0], [20]),
        ("a third", [30.1, 36.6], [29.9, 36.8]),
        ("one in eight", [9.6, 15.4], [9.4, 15.6]),
        ("41 of every 100", [40.6, 41.4], [40.4, 42]),
        ("twice", [1.8, 2.2], [1.79, 2.21]),
        ("2.4 times", [2.36, 2.44], [2.34, 2.46]),
        ("between 9 and 10", [9, 10], [8.9, 10.1]),
    ],
)
def test_a_wording_holds_for_these_values_and_not_for_those(
    wording: str, true: list[float], false: list[float]
) -> None:
    (found,) = quantities(tokens(wording, english()), english(), set())
    assert [value in found.interval for value in true] == [True] * len(true)
    assert [value in found.interval for value in false] == [False] * len(false)
