"""The bench runs, measures what it says, and its answers agree. Nothing here asserts a time."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).parents[2] / "bench" / "rfm.py"


def measured(*options: str) -> str:
    done = subprocess.run(
        [sys.executable, str(BENCH), *options], check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


def test_the_bench_prints_each_ratio_to_the_bare_group_by_and_equal_answers() -> None:
    shown = measured("--orders", "20000", "--customers", "2000", "--rounds", "1")
    figures = r"(?: +\d+\.\d\d){6}"
    assert re.search(rf"^bare group-by{figures}$", shown, re.MULTILINE)
    assert re.search(rf"^RFM segments{figures}$", shown, re.MULTILINE)
    assert re.search(rf"^RFM segments in 1GB{figures}$", shown, re.MULTILINE)
    assert "answers: all the same" in shown
