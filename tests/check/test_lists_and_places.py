"""Who comes after whom, lists of metrics, figures behind names: each figure is held to whoever it is of."""

from __future__ import annotations

import pytest
from tests.check.benchmarks import verdict


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("After Premier Savers, Core Families have the most deposits.", "supported"),
        ("After Premier Savers, App Firsts have the most deposits.", "contradicted"),
        ("App Firsts make the most card purchases after Core Families.", "supported"),
        ("Quiet Accounts make the most card purchases after Core Families.", "contradicted"),
    ],
)
def test_who_comes_after_the_first_is_the_second(text: str, label: str) -> None:
    assert verdict("tidewater", text).label == label


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Core Families lead on direct deposit, mortgages and card use.", "supported"),
        ("Core Families lead on direct deposit, mortgages, card use and app use.", "contradicted"),
        ("Premier Savers have the highest balances, product holdings and tenure.", "supported"),
        ("Premier Savers have the highest balances, product holdings and direct deposit.", "contradicted"),
        ("Core Families rank first for direct deposit and mortgages.", "supported"),
        ("Core Families rank first for direct deposit and tenure.", "contradicted"),
        ("Core Families lead on direct deposit, card use and deposits held.", "contradicted"),
        ("Premier Savers have the lowest overdraft rate and the fewest card purchases.", "contradicted"),
    ],
)
def test_each_metric_of_a_list_is_held_to_the_facts(text: str, label: str) -> None:
    assert verdict("tidewater", text).label == label


@pytest.mark.parametrize(
    "text",
    [
        "Branch visits: Premier Savers (52%), Paycheck Planners ({}), Core Families (36%).",
        "Branch visits are most common among Premier Savers (52%), followed by Paycheck Planners ({}).",
        "Some 52% of Premier Savers visited a branch; Paycheck Planners, at {}, are above the 33% average.",
    ],
)
def test_a_figure_in_brackets_is_of_the_name_before_it(text: str) -> None:
    assert verdict("tidewater", text.format("38.5%")).label == "supported"
    assert verdict("tidewater", text.format("52%")).label == "contradicted"


def test_a_fall_reaches_over_and() -> None:
    text = "Balances fell by 9.6% at Quiet Accounts and by {} at {}."
    assert verdict("tidewater", text.format("3.5%", "Paycheck Planners")).label == "supported"
    assert verdict("tidewater", text.format("5.1%", "Core Families")).label == "contradicted"


@pytest.mark.parametrize(
    ("text", "true", "false"),
    [
        ("46% of Core Families have a mortgage, against {} of customers overall.", "21%", "25%"),
        ("Fee income was {}, of which $2.4m came from Paycheck Planners.", "$6m", "$7m"),
        ("Paycheck Planners paid $2.4m of the {} total in fee income.", "$6m", "$7m"),
        ("Of {} in fee income, Paycheck Planners paid $2.4m.", "$6m", "$7m"),
        ("App Firsts' share of balances is {} of their share of customers.", "a third", "half"),
        (
            "App Firsts grew their balances by 18.4%, over {} the pace of Premier Savers.",
            "twice",
            "three times",
        ),
        ("App Firsts made about {} card purchases each in 2025.", "292", "24"),
        ("Every App First joined after {}.", "2014", "2015"),
    ],
)
def test_what_a_figure_is_part_of_or_held_against_is_read(text: str, true: str, false: str) -> None:
    assert verdict("tidewater", text.format(true)).label == "supported"
    assert verdict("tidewater", text.format(false)).label == "contradicted"


@pytest.mark.parametrize(
    "text",
    [
        "84% of Core Families' balances come from direct deposit.",
        "Direct deposit accounts for 84% of Core Families' balances.",
        "All Premier Savers hold certificates of deposit.",
        "Only Premier Savers hold certificates of deposit.",
        "Premier Savers hold the most certificates of deposit.",
        "Most Premier Savers hold certificates of deposit.",
        "Quiet Accounts transact every 214 days.",
        "App Firsts open an account every 2.5 years.",
    ],
)
def test_what_the_facts_tell_of_something_else_does_not_pass(text: str) -> None:
    assert verdict("tidewater", text).label in {"needs_review", "unsupported_attribute"}
