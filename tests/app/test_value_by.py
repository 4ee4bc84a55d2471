"""The command ``value --by``: cohorts and attributes, and what may not part customers."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from rich.console import Console
from tests.value.test_by_group import bought
from tests.value.test_periods import day

from regulars.app import terminal
from regulars.app.value_by import _parameters, _sizes
from regulars.value.by_group import ByGroup, Group
from regulars.value.fitting import Fitted

UNTIL = day(250)
SETTINGS = """\
schema: regulars/1
name: Boxes
currency: EUR
sources:
  orders:
    path: orders.csv
    date_format: "%Y-%m-%d"
    columns: {customer: who, time: when, amount: worth}
  customers:
    path: customers.csv
    date_format: "%Y-%m-%d"
    columns: {customer: who, known_on: known}
    attributes: {plan: plan, gender: gender, visits: visits, shop: shop, later: later}
segmentations: {rfm: {method: rfm}}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Customers of a plan that holds them and of one that does not; 20 of the latter are in no table.

    ``later`` is a coin toss on the first day; on the 300th it tells who bought in the days held out.
    """
    made = tmp_path_factory.mktemp("boxes")
    rows = bought({"f": (25, 0.03), "s": (25, 0.6)}, 400)
    lines = [f"{who},{day(at)},{worth}" for who, at, worth in rows]
    (made / "orders.csv").write_text("\n".join(["who,when,worth", *lines]) + "\n", "utf-8")
    who = sorted({who for who, _, _ in rows if not who.startswith("s00") and not who.startswith("s01")})
    came = {who for who, at, _ in rows if day(at) > UNTIL}
    told = []
    for n, name in enumerate(who):
        fixed = f"{name},{'held' if name[0] == 'f' else 'loose'},f,{n},one"
        told.append(f"{fixed},{'ab'[n % 2]},{day(0)}")
        told.append(f"{fixed},{'stayed' if name in came else 'gone'},{day(300)}")
    head = "who,plan,gender,visits,shop,later,known"
    (made / "customers.csv").write_text("\n".join([head, *told]) + "\n", "utf-8")
    (made / "regulars.yaml").write_text(SETTINGS, "utf-8")
    return made


@pytest.fixture(scope="module")
def undated(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same customers as the last day knows them, in a table that does not say of which day it is."""
    made = tmp_path_factory.mktemp("undated")
    (made / "orders.csv").write_bytes((folder / "orders.csv").read_bytes())
    head, *rows = (folder / "customers.csv").read_text("utf-8").splitlines()
    (made / "customers.csv").write_text("\n".join([head, *rows[1::2]]) + "\n", "utf-8")
    (made / "regulars.yaml").write_text(SETTINGS.replace(", known_on: known", ""), "utf-8")
    return made


def asked(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "regulars", "value", "-w", str(folder), *options]
    return subprocess.run(command, check=False, capture_output=True, encoding="utf-8")


def test_plans_are_fitted_apart_and_the_report_says_that_it_pays(folder):
    done = asked(folder, "--by", "plan", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert [each["group"] for each in told["groups"]] == ["held", "loose", "not known"]
    assert told["groups"][2]["why"] == "fewer than 100 came back"
    assert told["by"] == "plan"
    assert set(told["parameters"]) == {"r", "alpha", "a", "b"}
    assert told["likelihood_ratio"]["degrees_of_freedom"] == 8
    assert told["likelihood_ratio"]["p"] < 1e-6
    assert told["validation"]["errors"][0]["beats"]


def test_an_attribute_that_tells_the_future_only_afterwards_does_not_pay(folder):
    told = json.loads(asked(folder, "--by", "later", "--calibrate-until", str(UNTIL), "--json").stdout)
    assert [each["group"] for each in told["groups"]] == ["a", "b", "not known"]
    assert not any(each["beats"] for each in told["validation"]["errors"])
    assert told["likelihood_ratio"]["p"] > 0.01


def test_of_an_attribute_without_a_day_the_fits_are_shown_and_first_why_there_is_no_verdict(undated):
    done = asked(undated, "--by", "later", "--calibrate-until", str(UNTIL))
    text = " ".join(done.stdout.split())
    assert text.startswith(
        "Whether separate models pay is not told: the table of customers does not say when"
    )
    assert "closer a customer" not in text
    assert "stayed" in text
    told = json.loads(asked(undated, "--by", "plan", "--json").stdout)
    assert told["validation"]["errors"] == []
    assert told["findings"][0]["where"] == "value.by.plan"


def test_cohorts_read_as_text(folder):
    done = asked(folder, "--by", "quarter")
    text = " ".join(done.stdout.split())
    assert "bgnbd by quarter, fitted on the orders up to 2024-10-2" in text
    assert "On purchases separate models" in text
    assert "2024 Q1" in text
    assert "Parameters in weeks, standard errors beside them" in text


def test_the_tables_of_groups_fit_eighty_columns_and_cut_nothing_short(folder, monkeypatch):
    monkeypatch.setattr(terminal, "out", Console(highlight=False, soft_wrap=True, width=80, record=True))
    fitted = Fitted(
        "bgnbd", dict.fromkeys(("r", "alpha", "a", "b"), 0.012345), {"r": 0.00123, "alpha": 0.00123,
        "a": 0.00123, "b": None}, -1.0, 1_234_567,
    )  # fmt: skip
    groups = (Group("won by a campaign of the autumn", 1_234_567, 123_456, fitted), Group("x", 9, 1, None))
    day_ = date(2024, 1, 1)
    terminal.out.print(_sizes(made := ByGroup("channel", fitted, groups, day_, day_, 1.0, 4, ())))
    terminal.out.print(_parameters(made), soft_wrap=False)
    lines = terminal.out.export_text().splitlines()
    assert max(map(len, lines)) <= 80
    text = "\n".join(lines)
    assert "…" not in text
    assert text.count("0.0123 (0.0012)") == 6
    assert "1,234,567" in text
    assert "not told" in text


@pytest.mark.parametrize(
    ("by", "told"),
    [
        ("rfm", "it is a segmentation, made of the same purchases as the histories"),
        ("plann", "Did you mean 'plan'?"),
        ("gender", "customers may not be told apart by it"),
        ("visits", "it is a number"),
        ("shop", "all customers are of one"),
    ],
)
def test_what_may_not_part_customers_is_refused_with_the_reason(folder, by, told):
    done = asked(folder, "--by", by)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in " ".join(done.stderr.split())


def test_groups_and_a_comparison_are_two_questions(folder):
    assert asked(folder, "--by", "plan", "--compare").returncode == 2
    assert "Did you mean 'bgnbd'" in asked(folder, "--by", "plan", "--model", "bgnb").stderr
