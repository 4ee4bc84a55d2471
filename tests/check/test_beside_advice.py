"""Facts beside advice are facts: what stands before it, behind a name, or in brackets is held to them."""

from __future__ import annotations

import pytest
from tests.check.benchmarks import verdict


@pytest.mark.parametrize(
    "text",
    [
        "App Firsts hold {} of balances, so we should invest.",
        "App Firsts hold {} of balances; we should invest.",
        "App Firsts hold {} of balances and should be our priority.",
        "App Firsts hold {} of balances, which is why we should invest.",
        "App Firsts hold {} of balances, hence an app campaign is advised.",
        "Because App Firsts hold {} of balances, we should invest.",
        "With {} of balances, App Firsts should be our priority.",
        "App Firsts, with {} of balances, should be our priority.",
        "Focus on App Firsts ({} of balances).",
        "Focus on App Firsts: {} of balances are theirs.",
        "Protect App Firsts: they hold {} of balances.",
        "Test whether App Firsts, with {} of balances, respond to email.",
    ],
)
def test_a_figure_beside_advice_is_a_claim(text: str) -> None:
    assert verdict("tidewater", text.format("9.6%")).label == "supported"
    assert verdict("tidewater", text.format("50%")).label == "contradicted"


def test_who_is_named_again_by_a_rank_is_held_to_it() -> None:
    assert verdict("tidewater", "Prioritise App Firsts, our largest segment.").label == "supported"
    assert verdict("tidewater", "Prioritise Premier Savers, our largest segment.").label == "contradicted"


def test_a_figure_in_advice_of_which_it_is_not_said_what_it_is_for_needs_a_reader() -> None:
    assert verdict("tidewater", "Protect Premier Savers - 60% of balances.").label == "needs_review"


@pytest.mark.parametrize(
    "text",
    [
        "To raise balances by 10%, we should call Premier Savers.",
        "Offer Premier Savers, within 30 days, a 10% discount.",
        "Offer App Firsts a $50 bonus for opening a savings account.",
        "Offer App Firsts a fee-free buffer of $50.",
        "Raise direct deposit among App Firsts to 70%.",
        "Send App Firsts two emails.",
    ],
)
def test_what_is_offered_or_aimed_at_claims_nothing(text: str) -> None:
    assert verdict("tidewater", text).label == "not_checkable"


def test_a_segment_that_is_called_by_a_number_is_no_order_to_segment() -> None:
    assert verdict("tidewater", "Segment 2 holds 50% of balances.").label == "needs_review"
    assert verdict("tidewater", "Segment App Firsts holds 50% of balances.").label == "contradicted"
    assert verdict("tidewater", "Segment App Firsts by tenure.").label == "not_checkable"
