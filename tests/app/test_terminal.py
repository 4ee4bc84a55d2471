"""The terminal: what is printed never commands it, wherever the words are from."""

from __future__ import annotations

import pytest

from regulars.app import terminal
from regulars.types import Finding

HOSTILE = "At\x1b[2J Ri\u202esk\x07\x9b1m"


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]):
    terminal.out.file = terminal.err.file = None  # whatever stdout is by now
    return capsys


def said(printed: pytest.CaptureFixture[str]) -> str:
    read = printed.readouterr()
    return read.out + read.err


def test_a_name_that_would_clear_the_screen_is_shown_and_does_nothing(printed) -> None:
    table = terminal.table("Segment", "Customers")
    table.add_row(terminal.cut(HOSTILE, 40), "5")
    terminal.out.print(table)
    terminal.out.print(HOSTILE, markup=False)
    terminal.say(HOSTILE)
    terminal.print_finding(Finding("note", "here", HOSTILE, "Do nothing."))
    shown = said(printed)
    assert not set(shown) & set("\x1b\u202e\x07\x9b")
    assert shown.count("At\ufffd[2J Ri\ufffdsk") == 4


def test_ordinary_letters_of_any_script_are_left_as_they_are(printed) -> None:
    names = "Café Ünïcode 中文 العربية − €1,234"
    terminal.out.print(names, markup=False)
    assert said(printed) == f"{names}\n"
