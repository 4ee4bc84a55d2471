"""``regulars check-claims``: verdicts as lines, a summary, and exit codes that a pipeline can act on."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.check.benchmarks import FOLDER, facts_document

import regulars as rg

FACTS = str(FOLDER / "bank_facts.json")
TRUE = {"id": "1", "text": "Affluent Savers hold 73.2% of deposits.", "context_segment": None}
FALSE = {"id": "2", "text": "They hold 37.2% of deposits.", "context_segment": "AS"}


def run(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "regulars", "check-claims", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, input=given)


def lines(*claims: dict[str, object]) -> str:
    return "".join(json.dumps(each) + "\n" for each in claims)


def test_true_claims_end_well_and_a_false_one_ends_with_exit_code_4(tmp_path: Path) -> None:
    claims = tmp_path / "claims.jsonl"
    claims.write_text(lines(TRUE))
    assert run(FACTS, str(claims)).returncode == 0
    claims.write_text(lines(TRUE, FALSE))
    done = run(FACTS, str(claims))
    assert done.returncode == 4
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(each["id"], each["label"]) for each in said] == [("1", "supported"), ("2", "contradicted")]
    assert {"id", "label", "error_type", "spans", "evidence", "computed"} <= said[1].keys()
    assert (said[1]["computed"], said[1]["evidence"]) == (73.2, {"affluent.deposit_share": 73.2})
    assert "2 texts: 1 contradicted, 1 supported" in done.stderr
    assert "73.2%" in done.stderr


def test_claims_can_come_from_a_pipe() -> None:
    done = run(FACTS, "-", given=lines(TRUE))
    assert (done.returncode, json.loads(done.stdout)["label"]) == (0, "supported")


@pytest.mark.parametrize("mark", ["\u2028", "\x85"])
def test_a_line_ends_with_a_line_feed_alone(mark: str) -> None:
    text = f"Affluent Savers hold 73.2%{mark}of deposits."
    done = run(FACTS, "-", given=json.dumps({"id": "1", "text": text}, ensure_ascii=False) + "\n")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["label"] == "supported"


@pytest.mark.parametrize("facts", ["no_such_file.json", str(FOLDER / "bank_claims.jsonl")])
def test_what_is_no_facts_file_is_refused(facts: str) -> None:
    done = run(facts, "-", given=lines(TRUE))
    assert done.returncode == 3
    assert "segment-facts/1" in done.stderr
    assert done.stdout == ""


def test_python_gives_the_same_verdicts_as_the_command() -> None:
    done = run(FACTS, "-", given=lines(TRUE, FALSE))
    from_command = [json.loads(line) for line in done.stdout.splitlines()]
    assert rg.check_claims(FACTS, [TRUE, FALSE]) == from_command
    assert rg.check_claims(facts_document("bank"), [TRUE["text"]])[0]["label"] == "supported"
