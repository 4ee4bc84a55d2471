"""The generated companies as studies: what `regulars demo --data` lays out can be run, and adds up."""

import csv
import subprocess
import sys
from pathlib import Path

import pytest
from tests.shops import studied

from regulars.app.workspace import Workspace
from regulars.generators import COMPANIES


@pytest.mark.parametrize("name", list(COMPANIES))
def test_a_generated_company_is_a_whole_study_in_which_every_row_is_accounted_for(name, tmp_path):
    COMPANIES[name](tmp_path, customers=800)
    ran = studied(Workspace(tmp_path))
    study = ran.study
    assert ran.dashboard.stat().st_size > 50_000
    assert len(study.segmentations) == 3
    assert not [each for each in study.findings if each.severity != "note"]
    assert study.ledger.totals["customers"] == 800
    for source in study.ledger.sources:
        assert source.adds_up
        assert {each.reason for each in source.set_aside} <= {"superseded"}
    with (tmp_path / "revenue.csv").open(encoding="utf-8", newline="") as file:
        cents = sum(round(100 * float(row["amount"])) for row in csv.DictReader(file))
    assert round(100 * float(study.ledger.totals["value"])) == cents


def test_protected_columns_are_known_for_what_they_are(tmp_path):
    COMPANIES["bank"](tmp_path, customers=300)
    study = studied(Workspace(tmp_path)).study
    assert [each.name for each in study.features if each.protected] == ["age"]
    assert all("age" not in each.definition["rule"] for each in study.segmentations)


def test_another_company_than_those_that_are_there_is_refused_with_the_near_name(tmp_path: Path):
    command = [sys.executable, "-m", "regulars", "demo", "--data", "sas", "--to", str(tmp_path / "demo")]
    done = subprocess.run(command, check=False, capture_output=True, encoding="utf-8")
    assert (done.returncode, done.stdout) == (2, "")
    assert "Did you mean 'saas'?" in done.stderr
    assert not (tmp_path / "demo").exists()
