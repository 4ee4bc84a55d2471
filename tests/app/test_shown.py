"""What the terminal says of a study."""

from __future__ import annotations

import pytest

from regulars.app import shown
from regulars.types import Ledger, SetAside, SourceLedger


def test_rows_that_are_kept_but_flagged_do_not_stand_among_those_set_aside(
    capsys: pytest.CaptureFixture,
) -> None:
    source = SourceLedger(
        "orders",
        100,
        90,
        (SetAside("no_customer", "no customer id", 10),),
        (SetAside("outlier", "very large", 5),),
    )
    shown._show_ledger(Ledger((source,), {}))
    assert capsys.readouterr().out.splitlines() == [
        "orders: 100 rows in, 90 kept, set aside:",
        "         10  no_customer: no customer id",
        "  Kept, but flagged:",
        "          5  outlier: very large",
    ]
