"""The one sentence on how far a value model is to be trusted: true of its trial, whatever rules it met."""

from __future__ import annotations

from typing import Any

import pytest

from regulars.value.rules import Error
from regulars.value.standing import UNTRIED, doubt

RULE = "as much again as in as many days before"


def document(*gains: tuple[str, float, float]) -> dict[str, Any]:
    """Comparisons as a trial writes them: what, and the ends of the gain's interval."""
    errors = [
        Error(what, RULE, 1.0, 1.1, (low + high) / 2, low, high, "before", "as before", 9.0)
        for what, low, high in gains
    ]
    return {"validation": {"errors": [each.as_json() for each in errors]}}


def test_a_model_that_beat_every_rule_needs_no_word() -> None:
    assert doubt(document(("purchases", 0.1, 0.3), ("spend", 2, 5), ("spend", 1, 9))) == ""


def test_a_model_is_judged_on_spend_and_without_amounts_on_purchases() -> None:
    assert doubt(document(("purchases", -0.1, 0.1), ("spend", 2, 5))) == ""
    assert "foretold purchases no better than simple rules" in doubt(document(("purchases", -0.1, 0.1)))


@pytest.mark.parametrize(
    ("gains", "how"),
    [
        ([(-1, 1)], "no better than simple rules"),
        ([(-1, 1), (-2, 2)], "no better than simple rules"),
        ([(1, 2), (-2, 2)], "no better than some simple rules"),
        ([(1, 2), (-3, -2)], "worse than a simple rule"),
    ],
)
def test_losing_is_said_as_it_was(gains: list[tuple[float, float]], how: str) -> None:
    said = doubt(document(*(("spend", low, high) for low, high in gains)))
    assert said == f"Tried on days that it had not seen, the value model foretold spend {how}."


def test_a_model_that_was_not_tried_says_so() -> None:
    assert doubt({"validation": None}) == UNTRIED
