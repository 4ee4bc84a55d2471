"""Fits group by group: what differs is found and pays, what does not is left to one model for all."""

import numpy as np
import pytest
from tests.value.test_periods import day, shop

from regulars.engine import Engine
from regulars.value.by_group import ByGroup, fit_by
from regulars.value.calibration import calibrate
from regulars.value.histories import grouped
from regulars.value.worth import log_likelihood

UNTIL, DAYS = 250, 400


def bought(kinds: dict[str, tuple[float, float]], customers: int) -> list[tuple[str, int, float]]:
    """Customers of each kind, who buy about so many days apart and leave after one with that chance."""
    chance, rows = np.random.default_rng(17), []
    for kind, (gap, leaves) in kinds.items():
        for who in range(customers):
            at, own = int(chance.integers(0, 150)), gap / chance.gamma(6, 1 / 6)
            drops = chance.beta(10 * leaves, 10 * (1 - leaves))
            mean = 1 / chance.gamma(4, 1 / 90)
            while at < DAYS:
                rows.append((f"{kind}{who:03d}", at, round(float(mean * chance.gamma(4) / 4) + 0.01, 2)))
                at += 1 + int(chance.exponential(own))
                if len(rows) > 1 and rows[-2][0] == rows[-1][0] and chance.random() < drops:
                    break
    return rows


def fitted(rows: list[tuple[str, int, float]]) -> ByGroup:
    """BG/NBD by the first letter of the customer's name."""
    with shop(rows) as engine:
        calibration = calibrate(engine, day(UNTIL), 7)
        engine.create("customer_groups", "select customer_id, left(customer_id, 1) as name from histories")
        found = fit_by(engine, calibration, "bgnbd", "kind", day(DAYS - 1))
        _adds_up(engine, found)
    return found


def _adds_up(engine: Engine, found: ByGroup) -> None:
    """The statistic is twice the gain in log-likelihood over the pooled fit, worked out once more."""
    gain = 0.0
    for each in (group for group in found.groups if group.fitted is not None):
        engine.create("histories", f"select * from all_histories where left(customer_id, 1) = '{each.name}'")
        gain += each.fitted.log_likelihood - log_likelihood(found.pooled, grouped(engine, 7))
    assert found.statistic == pytest.approx(2 * gain, rel=1e-9)


def test_groups_that_differ_are_told_apart_and_foretold_better():
    found = fitted(bought({"f": (25, 0.03), "s": (25, 0.6)}, 500))
    assert [each.name for each in found.groups] == ["f", "s"]
    stay, leave = (each.fitted.parameters for each in found.groups)
    assert leave["a"] / (leave["a"] + leave["b"]) > 5 * stay["a"] / (stay["a"] + stay["b"])
    assert (found.degrees_of_freedom, found.p < 1e-9, found.bic_gain > 0) == (4, True, True)
    assert found.errors[0].beats
    assert found.errors[0].rule_key == "pooled"


def test_groups_that_are_alike_are_not():
    found = fitted(bought({"a": (25, 0.2), "b": (25, 0.2)}, 500))
    assert found.p > 0.01
    assert found.bic_gain < 0
    assert not found.errors[0].beats
    assert found.errors[0].gain == pytest.approx(0, abs=0.05)


def test_a_group_with_few_who_came_back_keeps_the_parameters_of_all():
    rows = [*bought({"a": (15, 0.1), "b": (30, 0.1)}, 300), *[(f"z{n}", n, 9.0) for n in range(50)]]
    found = fitted(rows)
    few = found.groups[-1]
    assert (few.name, few.repeaters, few.fitted) == ("z", 0, None)
    assert few.why == "fewer than 100 came back"
    assert few.as_json()["parameters"] is None
    # Two sets of their own beside that of all, which the third group keeps.
    assert found.degrees_of_freedom == 8
    assert sum(each.customers for each in found.groups) == found.pooled.customers
