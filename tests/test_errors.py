"""The error tree: what its docstring draws, what each exit code is, what an error says."""

from __future__ import annotations

import inspect
import re

import pytest

from regulars import errors
from regulars.errors import DatesRefused, RegularsError, StepFailed, did_you_mean

DRAWN = re.compile(r"^ {4}(?P<branch>[│ ├└─]*)(?P<name>[A-Z]\w+) +(?P<code>\d) ", re.MULTILINE)


def drawn() -> list[tuple[str, str, int]]:
    """Name, parent and exit code of each line of the docstring's tree."""
    path: list[str] = ["Exception"]
    lines = []
    for line in DRAWN.finditer(errors.__doc__ or ""):
        depth = len(line["branch"]) // 4
        path[depth + 1 :] = [line["name"]]
        lines.append((line["name"], path[depth], int(line["code"])))
    return lines


def test_the_tree_in_the_docstring_is_the_tree_of_the_classes() -> None:
    defined = [
        (name, kind.__base__.__name__, kind.exit_code)
        for name, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, RegularsError)
    ]
    assert sorted(drawn()) == sorted(defined)


def test_every_exit_code_is_one_that_the_commands_promise() -> None:
    assert {code for _, _, code in drawn()} == {1, 2, 3, 4}


def test_an_error_says_what_was_asked_what_was_found_the_remedy_and_the_next_command() -> None:
    refused = DatesRefused(
        "orders 'shop.csv', column 'date'",
        "4,711 of 9,000 days fit both dd/mm and mm/dd",
        "Set sources.orders.date_format.",
        examples=("03/04/2011", "05/06/2011", "07/08/2011", "09/10/2011"),
        count=4711,
        next_command="regulars check",
    )
    assert str(refused) == (
        "orders 'shop.csv', column 'date': 4,711 of 9,000 days fit both dd/mm and mm/dd. "
        "For example 03/04/2011, 05/06/2011, 07/08/2011 (4,711 in all). "
        "Set sources.orders.date_format. Next: regulars check"
    )


def test_an_error_keeps_at_most_three_examples_and_their_whole_count() -> None:
    refused = RegularsError("a", "b", "c", examples=[str(k) for k in range(9)], count=9)
    assert refused.as_json()["examples"] == ["0", "1", "2"]
    assert refused.as_json()["count"] == 9


def test_the_json_of_an_error_holds_all_that_its_text_says() -> None:
    refused = DatesRefused("asked", "found", "remedy", examples=("x",), count=1, next_command="next")
    assert refused.as_json() == {
        "error": "DatesRefused",
        "asked": "asked",
        "found": "found",
        "examples": ["x"],
        "count": 1,
        "remedy": "remedy",
        "next_command": "next",
    }


def test_a_failed_step_carries_its_name_and_its_sql() -> None:
    failed = StepFailed("clean_orders", "select 1 / x", "no column x")
    assert (failed.step, failed.sql) == ("clean_orders", "select 1 / x")
    assert str(failed).startswith("step 'clean_orders': no column x. ")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("amuont", "amount"), ("AMOUNT", "amount"), ("unitprice", "unit_price")],
)
def test_a_misspelt_name_is_answered_with_the_near_one(typed: str, meant: str) -> None:
    assert did_you_mean(typed, ["amount", "unit_price", "customer"]) == f" Did you mean {meant!r}?"


def test_a_name_that_is_near_nothing_gets_no_guess() -> None:
    assert did_you_mean("zzz", ["amount", "customer"]) == ""
