"""``regulars value --model boosted``: on companies whose truth is known, and on orders alone."""

from __future__ import annotations

import csv
import json
import math
import subprocess
import sys
from pathlib import Path

import pytest
from tests.app.test_value import workspace
from tests.shops import TODAY

from regulars import settings
from regulars.app.boosted import Tried, boosted
from regulars.app.boosted_shown import show
from regulars.app.work import Asked
from regulars.app.workspace import Workspace
from regulars.generators import COMPANIES
from regulars.value.boosted import Boosted


def asked(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "regulars", "value", "-w", str(folder), *options]
    return subprocess.run(command, check=False, capture_output=True, encoding="utf-8")


def told(folder: Path, *options: str) -> dict:
    done = asked(folder, *options, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module", params=list(COMPANIES))
def company(request, tmp_path_factory) -> tuple[Path, Tried]:
    folder = tmp_path_factory.mktemp(request.param)
    COMPANIES[request.param](folder, customers=2_500, seed=11)
    chosen = settings.load(folder / "regulars.yaml")
    return folder, boosted(chosen, Workspace(folder), Asked(today=TODAY), None)


def test_a_company_is_held_against_last_period_value_with_an_interval(company) -> None:
    found = company[1].as_json()
    tried = found["validation"]
    assert (tried["calibrated_until"], tried["held_out_until"]) == ("2024-09-30", "2024-12-31")
    assert found["learnt"] == {"as_of": "2024-06-30", "until": "2024-09-30"}
    for error in tried["errors"]:
        assert error["rule"] == "as much again as in as many days before"
        assert error["low"] < error["gain"] < error["high"]
        assert error["gain"] == pytest.approx(error["rule_error"] - error["model_error"])
    assert tried["errors"][1]["high"] > 0, "what is likely is no worse than last period's value"
    assert tried["value"]["expected"] == pytest.approx(tried["value"]["actual"], rel=0.05)


def test_its_probabilities_are_calibrated_and_near_the_truth(company) -> None:
    folder, found = company
    tried = found.as_json()["validation"]
    assert tried["expected_calibration_error"] < 0.03
    assert len(tried["calibration"]) == 10
    stays = sum(each["customers"] * each["came"] for each in tried["calibration"])
    assert stays == pytest.approx(tried["active"]["actual"])
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as file:
        chances = [1 - float(row["p_churn"]) for row in csv.DictReader(file) if row["cut"] == "2024-09-30"]
    # Who is in the truth was a customer on that day; of all others nobody comes back.
    spread = math.sqrt(sum(p * (1 - p) for p in chances))
    assert abs(tried["active"]["expected"] - sum(chances)) < 3 * spread
    assert tried["auc"]["low"] > 0.9
    assert 0.5 < tried["auc_of_those_active_before"]["low"] < 0.9


def test_what_is_protected_is_not_learnt_from(company) -> None:
    folder, found = company
    barred = [each.what for each in found.findings if "Protected" in each.what]
    assert bool(barred) == ("age: age" in (folder / "regulars.yaml").read_text("utf-8"))
    assert "age" not in found.model.inputs


def test_it_reads_as_text_with_the_verdict_first(company, capsys) -> None:
    show(company[1], "EUR", json=False)
    words = " ".join(capsys.readouterr().out.split())
    for said in (
        "as of 2024-06-30 and their next 92 days", "The model foretells spend (likely)", "as before",
        "what came", "AUC; 95% intervals", "expected calibration error", "Days since last order",
    ):  # fmt: skip
        assert said in words
    assert words.index("The model foretells") < words.index("what came")


def test_its_document_is_the_model_that_was_tried(tmp_path) -> None:
    found = told(workspace(tmp_path), "--model", "boosted", "--calibrate-until", "1997-12-31")
    model = Boosted.from_json(found["document"])
    assert found["digest"] == found["document"]["digest"]
    assert model.customers == found["customers"]
    assert {"recency_days", "before_spend"} <= set(model.inputs)


def test_orders_alone_are_enough_and_the_comparison_has_it_beside_the_others(tmp_path) -> None:
    folder = workspace(tmp_path / "cdnow")
    found = told(folder, "--compare", "--calibrate-until", "1997-12-31")
    trees = found["models"][-1]
    assert trees["model"] == "boosted"
    assert all(trees[name] is None for name in ("parameters", "standard_errors", "log_likelihood"))
    others = found["models"][0]["validation"]
    assert trees["validation"]["customers"] == others["customers"]
    actual = {name: each["value"]["actual"] for name, each in (("t", trees["validation"]), ("o", others))}
    assert actual["t"] == pytest.approx(actual["o"])


def test_where_everybody_pays_like_a_clock_the_trees_stand_there_alone_and_the_others_say_why(tmp_path):
    COMPANIES["bank"](tmp_path, customers=800, seed=11)
    found = told(tmp_path, "--compare")
    assert [each["model"] for each in found["models"]] == ["boosted"]
    assert found["models"][0]["validation"]["errors"][0]["rule_key"] == "before"
    assert found["checks"] == []
    (said,) = [each for each in found["findings"] if each["where"].startswith("model ")]
    assert said["where"] == "model bgnbd, model mbgnbd, model pareto_nbd"
    assert "all buy at one rhythm" in said["what"]
    assert "--model boosted" in said["remedy"]
    done = asked(tmp_path, "--compare", "--threads", "2")
    assert done.returncode == 0
    text = " ".join(done.stdout.split())
    assert text.startswith("No model of purchases could be fitted on the orders up to")
    assert text.index("Boosted trees could") < text.index("what came")
    assert " ".join(done.stderr.split()).count("run off upwards") == 1


def test_a_comparison_goes_on_where_the_trees_cannot_be_and_says_why(tmp_path) -> None:
    folder = workspace(tmp_path / "cdnow")
    found = told(folder, "--compare", "--calibrate-until", "1997-09-30")
    assert [each["model"] for each in found["models"]].count("boosted") == 0
    (said,) = [each for each in found["findings"] if each["where"] == "boosted"]
    assert (
        "It is not beside the others: it learns from as many days before 1997-09-30 as follow it"
        in (said["what"])
    )
    assert "the orders run from 1997-01-01 to 1998-06-30" in said["what"]
    assert "later half" in said["remedy"]


def test_customers_alone_tell_of_no_outcomes_and_are_refused_with_the_reason(tmp_path) -> None:
    (tmp_path / "customers.csv").write_text("id,spend\na,1\n", encoding="utf-8")
    said = "{path: customers.csv, columns: {customer: id, spend: spend}}"
    said = f"schema: regulars/1\nsources:\n  customers: {said}\n"
    (tmp_path / "regulars.yaml").write_text(said, encoding="utf-8")
    done = asked(tmp_path, "--model", "boosted")
    assert done.returncode == 2
    assert "what customers did after a day is learnt from" in " ".join(done.stderr.split())


def test_every_customer_of_today_is_in_the_file_with_what_is_expected(tmp_path) -> None:
    folder = workspace(tmp_path)
    output = tmp_path / "foretold.csv"
    found = told(folder, "--model", "boosted", "-o", str(output), "--horizon-days", "120")
    assert (found["learnt"]["until"], found["as_of"], found["horizon_days"]) == (
        "1998-06-30",
        "1998-06-30",
        120,
    )
    with output.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["customer_id", "p_active", "expected_value", "likely_value"]
    assert len(rows) == len({row["customer_id"] for row in rows}) == found["customers"] == 2_357
    for row in rows:
        p, expected, likely = (float(row[name]) for name in ("p_active", "expected_value", "likely_value"))
        assert 0 <= p <= 1
        assert likely == (0 if p < 0.5 else pytest.approx(expected / p, abs=0.02))
    too_far = asked(folder, "--model", "boosted", "-o", str(output), "--horizon-days", "600")
    assert too_far.returncode == 2
    assert "Look fewer days ahead" in " ".join(too_far.stderr.split())
