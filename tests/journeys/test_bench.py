"""The bench runs, measures what it says, and its answers agree. Nothing here asserts a time."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).parents[2] / "bench"


def measured(script: str, *options: str) -> str:
    done = subprocess.run(
        [sys.executable, str(BENCH / script), *options], check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


def test_the_bench_prints_each_ratio_to_the_bare_group_by_and_equal_answers() -> None:
    shown = measured("rfm.py", "--orders", "20000", "--customers", "2000", "--rounds", "1")
    figures = r"(?: +\d+\.\d\d){6}"
    assert re.search(rf"^bare group-by{figures}$", shown, re.MULTILINE)
    assert re.search(rf"^RFM segments{figures}$", shown, re.MULTILINE)
    assert re.search(rf"^RFM segments in 1GB{figures}$", shown, re.MULTILINE)
    assert "answers: all the same" in shown


def test_the_bench_of_clusterers_prints_cost_and_quality_beside_scikit_learn_and_equal_definitions() -> None:
    shown = measured("clusters.py", "--customers", "2000", "--starts", "1")
    seconds = r" +\d+\.\d +\d+\.\d\d"
    for name in ("kmeans", "hierarchical", "gmm"):
        assert re.search(rf"^{name}: fit{seconds} .*on 2,000$", shown, re.MULTILINE)
        assert re.search(rf"^{name}: place{seconds}", shown, re.MULTILINE)
    assert len(re.findall(r"inertia \d+\.\d{4}, [+-]\d+\.\d{3}%$", shown, re.MULTILINE)) == 2
    assert re.search(r"log-likelihood -\d+\.\d{4} a customer, 0\.0\d{3} less than fitted on all", shown)
    assert "definitions from shuffled rows and other threads: all the same" in shown


def test_the_bench_of_history_prints_what_ten_months_cost_beside_one_run_and_the_same_last_day() -> None:
    shown = measured("history.py", "--orders", "5000", "--customers", "500")
    figures = r" +\d+\.\d\d +\d+\.\d\d +\d+ +\d+\.\d\d"
    assert re.search(rf"^one run{figures}$", shown, re.MULTILINE)
    assert re.search(rf"^10 months{figures}$", shown, re.MULTILINE)
    assert "the last day's run: the same" in shown
