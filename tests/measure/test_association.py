"""Cramér's V: nothing where there is nothing, and its interval holds what is there."""

from __future__ import annotations

import numpy as np
import pytest

from regulars.measure.association import association


def test_what_has_nothing_to_do_with_one_another_has_no_association():
    found = association([[40, 60], [400, 600]])
    assert found.v == 0
    assert found.low == 0
    assert found.guessed == found.guessed_blind == 0.6


def test_what_is_one_thing_twice_is_guessed_always():
    found = association([[300, 0, 0], [0, 200, 0], [0, 0, 500]])
    assert found.v == pytest.approx(1, abs=0.01)
    assert found.guessed == 1
    assert found.guessed_blind == 0.5


def test_empty_rows_and_columns_count_for_nothing_and_one_of_either_tells_nothing():
    assert association([[40, 0, 60], [0, 0, 0], [70, 0, 30]]) == association([[40, 60], [70, 30]])
    assert association([[40, 60]]) is None
    assert association([[40], [60]]) is None
    assert association([]) is None


@pytest.mark.parametrize("tilt", [0.0, 0.06, 0.3])
def test_the_interval_holds_the_truth_nineteen_times_in_twenty(tilt):
    chance = np.random.default_rng(5)
    shares = np.array([[0.25 + tilt / 2, 0.25 - tilt / 2], [0.25 - tilt / 2, 0.25 + tilt / 2]])
    truth, held = 2 * tilt, 0
    for _ in range(400):
        drawn = chance.multinomial(800, shares.ravel()).reshape(2, 2)
        found = association(drawn.tolist())
        held += found.low <= truth <= found.high
    # 95 % and three standard errors below.
    assert held >= 400 * 0.95 - 3 * np.sqrt(400 * 0.05 * 0.95)


def test_steps_of_cohen_are_of_w_and_not_of_v():
    found = association([[300, 0, 0], [0, 200, 0], [0, 0, 500]])
    assert found.w == pytest.approx(np.sqrt(2), abs=0.02)
