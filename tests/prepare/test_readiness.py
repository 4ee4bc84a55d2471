"""Can this data carry a segmentation: every gate on both sides of its limit."""

from __future__ import annotations

from datetime import date

import pytest
from tests.prepare.orders import cleaned, line

from regulars.engine import Engine
from regulars.errors import NotReady
from regulars.prepare.readiness import gates, require
from regulars.settings import Readiness

LINES = [
    line("ann", "2024-05-31", 5, order_id="1"),
    line("ann", "2024-06-20", 5, order_id="2"),
    line("ann", "2024-06-29", -5, order_id="3", quantity=-1),
    line("ben", "2024-06-01", 5, order_id="4"),
    line("cat", "2024-06-01", 5, order_id="5"),
    line("dan", "2024-06-01", 5, order_id="6"),
]
"""Four customers, one of whom came back, over the 20 days to ten days before the study."""
JUST = {"min_customers": 4, "min_span_days": 20, "min_repeat_share": 0.25, "max_age_days": 10}


def found(wanted: Readiness):
    with Engine(threads=1) as engine:
        return gates(engine, cleaned(engine, LINES), wanted)


def test_data_at_every_limit_is_ready() -> None:
    held = found(Readiness(**JUST))
    assert [gate.holds for gate in held] == [True] * 4
    assert require(held, Readiness(**JUST)) == ()


@pytest.mark.parametrize(
    ("limit", "value", "gate", "said"),
    [
        ("min_customers", 5, "enough customers", "found 4, needed at least 5"),
        ("min_span_days", 21, "long enough", "found 20 days, needed at least 21 days"),
        ("min_repeat_share", 0.26, "repeat buyers", "found 25.0%, needed at least 26.0%"),
        (
            "max_age_days",
            9,
            "fresh orders",
            "found last order 10 days before 2024-06-30, needed at most 9 days",
        ),
    ],
)
def test_data_past_a_limit_is_refused_with_what_was_found_and_needed(limit, value, gate, said) -> None:
    wanted = Readiness(**{**JUST, limit: value})
    held = found(wanted)
    assert [each.name for each in held if not each.holds] == [gate]
    with pytest.raises(NotReady, match=f"{gate}: {said}") as refused:
        require(held, wanted)
    assert refused.value.exit_code == 3


def test_every_reason_is_told_at_once() -> None:
    with pytest.raises(NotReady) as refused:
        require(found(Readiness()), Readiness())
    assert all(name in str(refused.value) for name in ("enough customers", "long enough"))


def test_an_override_runs_and_keeps_the_reasons_as_warnings() -> None:
    wanted = Readiness(**{**JUST, "min_customers": 5, "override": True})
    (warning,) = require(found(wanted), wanted)
    assert (warning.severity, warning.where) == ("warning", "readiness.enough_customers")


def test_old_orders_are_no_reason_to_refuse_unless_so_set() -> None:
    with Engine(threads=1) as engine:
        result = cleaned(engine, LINES, as_of=date(2029, 1, 1))
        wanted = Readiness(**{**JUST, "max_age_days": None})
        assert all(gate.holds for gate in gates(engine, result, wanted))
