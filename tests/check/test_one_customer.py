"""Figures of one customer and of a span of time: a total is not what each has, nor what a month brings."""

from __future__ import annotations

import pytest
from tests.check.benchmarks import verdict


@pytest.mark.parametrize(
    "text",
    [
        "Fee income per customer is {} among Premier Savers.",
        "Each Premier Saver pays {} in fees.",
        "The average Premier Saver pays {} in fees.",
        "Premier Savers earn us {} in fees per customer.",
    ],
)
def test_a_total_is_no_figure_of_one_customer(text: str) -> None:
    assert verdict("tidewater", text.format("$120")).label == "supported"
    assert verdict("tidewater", text.format("$480,000")).label == "contradicted"


@pytest.mark.parametrize(("times", "label"), [("twice", "supported"), ("three times", "contradicted")])
def test_a_total_beside_the_average_is_compared_by_the_customer(times: str, label: str) -> None:
    text = f"Paycheck Planners pay $300 each in fees, {times} the average."
    assert verdict("tidewater", text).label == label


def test_more_than_the_average_customer_is_more_of_each() -> None:
    assert (
        verdict("tidewater", "Paycheck Planners pay more in fees than the average customer.").label
        == "supported"
    )
    assert (
        verdict("tidewater", "Premier Savers pay more in fees than the average customer.").label
        == "contradicted"
    )


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Paycheck Planners earn us $200,000 a month in fees.", "supported"),
        ("Paycheck Planners earn us $210,000 a month in fees.", "contradicted"),
        ("Premier Savers hold 44 cents of every dollar on deposit.", "supported"),
        ("Premier Savers hold 54 cents of every dollar on deposit.", "contradicted"),
        ("App Firsts hold $96 MM in deposits.", "supported"),
        ("App Firsts hold $69 mn in deposits.", "contradicted"),
    ],
)
def test_amounts_are_read_in_the_units_that_banks_write(text: str, label: str) -> None:
    assert verdict("tidewater", text).label == label


@pytest.mark.parametrize("figure", ["9" * 400, "one" + " hundred" * 400, "9" * 300 + " trillion" * 3])
def test_what_is_not_finite_is_no_number(figure: str) -> None:
    assert verdict("tidewater", f"App Firsts hold ${figure}.").label != "supported"
