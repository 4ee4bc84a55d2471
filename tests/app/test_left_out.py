"""What a study refuses before it fits anything, and what it leaves out and says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tests.shops import TODAY, opened, studied

from regulars import settings as chosen
from regulars.app.study import Ran, run
from regulars.app.work import Asked
from regulars.app.workspace import Workspace
from regulars.errors import NotReady


def told(ran: Ran) -> dict[str, str]:
    """What is said of each segmentation that is left out."""
    return {each.where: each.what for each in ran.study.findings if "is left out" in each.what}


def of_customers(folder: Path, **segmentations: Any) -> Ran:
    """A study of a table with one row a customer: spend, orders and the last of them."""
    rows = [(f"c{n}", n + 1, 1 + n % 7, f"2024-05-{1 + n % 28:02d}") for n in range(150)]
    frame = pd.DataFrame(rows, columns=["id", "total", "times", "last"])
    columns = {"customer": "id", "spend": "total", "orders": "times", "last_order": "last"}
    read = chosen.parse(
        {
            "schema": "regulars/1",
            "sources": {"customers": {"date_format": "%Y-%m-%d", "columns": columns}},
            "segmentations": segmentations,
        },
        "here",
    )
    return run(read, Workspace(folder), Asked(today=TODAY, frame=frame))


def test_orders_that_are_not_enough_are_read_once_whatever_the_number_of_segmentations(
    tmp_path: Path,
) -> None:
    workspace = opened(tmp_path, customers=20)
    stages: list[str] = []
    with pytest.raises(NotReady, match="found 20"):
        studied(workspace, stage=stages.append)
    assert stages == ["Reading the orders", "Cleaning, with every row accounted for"]


def test_a_method_that_this_data_cannot_carry_is_left_out_and_the_others_are_made(tmp_path: Path) -> None:
    ran = of_customers(tmp_path, rfm={"method": "rfm"}, life={"method": "lifecycle"})
    assert [each.name for each in ran.study.segmentations] == ["rfm"]
    assert "no gap_days" in told(ran)["segmentations.life"]
