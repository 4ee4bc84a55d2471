"""The table of a deep check on a terminal of 80 columns."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console
from tests.check.deep.test_sentences import CLAIM, NAMES, answer

from regulars.app.deep_check import table
from regulars.check.deep.sentences import figures


@pytest.mark.parametrize("unit", ["percent", "GBP"])
def test_names_give_way_to_figures_which_are_never_cut(unit: str) -> None:
    found = replace(answer({}, replace(CLAIM, is_only=True)), unit=unit)
    names = NAMES | {"b": "Coupon-using, responsive buyers of everything"}
    told = io.StringIO()
    Console(file=told, width=80).print(table(found, names, 80))
    head, *rows = told.getvalue().splitlines()
    assert head.split() == ["customers", "they", "others", "apart", "95%", "interval"]
    assert all(len(each) <= 80 for each in (head, *rows))
    assert len(rows) == len(found.ruling.cells)  # type: ignore[union-attr]
    (long,) = (each for each in rows if each.startswith("Coupon-"))
    assert "…" in long
    for cell, row in zip(found.ruling.cells, rows, strict=True):  # type: ignore[union-attr]
        assert all(each in row for each in (f"{cell.customers:,}", *figures(found, cell)))
        assert row.rstrip().endswith(("holds", "does not", "untold"))
