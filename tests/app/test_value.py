"""The command ``value``: the papers' figures from the command line, honest about what it cannot foretell."""

import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

SAMPLE = Path(__file__).parents[1] / "value" / "data" / "cdnow_sample.parquet"
SETTINGS = """\
schema: regulars/1
name: CDNOW
currency: USD
sources:
  orders:
    path: {path}
    columns: {{customer: sample_id, time: date, quantity: quantity, amount: amount}}
cleaning: {{zero_value: keep, duplicates: keep}}
"""


def workspace(folder: Path, path: Path = SAMPLE) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "regulars.yaml").write_text(SETTINGS.format(path=path), encoding="utf-8")
    return folder


def asked(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "regulars", "value", "-w", str(folder), *options]
    return subprocess.run(command, check=False, capture_output=True, encoding="utf-8")


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> dict:
    folder = workspace(tmp_path_factory.mktemp("cdnow"))
    done = asked(folder, "--compare", "--calibrate-until", "1997-09-30", "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def model(compared: dict, name: str) -> dict:
    return next(each for each in compared["models"] if each["model"] == name)


def test_the_command_line_gives_the_papers_estimates(compared):
    bgnbd = model(compared, "bgnbd")
    assert bgnbd["parameters"] == pytest.approx(
        {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}, abs=1e-3
    )
    assert bgnbd["log_likelihood"] == pytest.approx(-9582.429, abs=1e-2)
    assert bgnbd["spend"]["parameters"] == pytest.approx({"p": 6.25, "q": 3.74, "v": 15.44}, abs=1e-2)
    assert model(compared, "pareto_nbd")["log_likelihood"] == pytest.approx(-9594.976, abs=1e-2)
    assert all(error > 0 for error in bgnbd["standard_errors"].values())


def test_the_held_out_weeks_are_those_of_the_papers(compared):
    told = model(compared, "pareto_nbd")["validation"]
    assert (told["calibrated_until"], told["held_out_until"]) == ("1997-09-30", "1998-06-30")
    assert told["purchases"]["actual"] == 1882
    calibrated, last = told["tracking"][38], told["tracking"][-1]
    assert (calibrated["actual"], last["actual"]) == (2457, 2457 + 1882)
    assert last["expected"] == pytest.approx(last["actual"], rel=0.03)
    assert sum(each["customers"] for each in told["by_repeats"]) == told["customers"] == 2357


def test_the_gain_over_the_simple_rule_comes_with_its_interval(compared):
    for each in compared["models"]:
        for error in each["validation"]["errors"]:
            assert error["low"] < error["gain"] < error["high"]
            assert error["gain"] == pytest.approx(error["rule_error"] - error["model_error"])
            assert error["beats"] == (error["low"] > 0)


def test_every_model_is_held_against_three_simple_rules(compared):
    for each in compared["models"]:
        told = each["validation"]
        keys = [(error["what"], error["rule_key"]) for error in told["errors"]]
        assert keys == [
            (what, rule) for rule in ("before", "year", "cell") for what in ("purchases", "spend")
        ]
        # Of nine months the last year is the nine months, and those before are the same days again.
        before, _, year, *_ = told["errors"]
        assert (before["rule_error"], before["rule_total"]) == (year["rule_error"], year["rule_total"])
        assert "273 days, which are all that is known" in year["rule"]
        assert all("beats every simple rule" in verdict for verdict in told["verdicts"])


def test_what_the_model_takes_for_granted_is_measured(compared):
    made = {each["name"]: each for each in compared["checks"]}
    assert set(made) == {"repeat_buyers", "steady_rate", "season", "independence", "parameters"}
    assert made["repeat_buyers"]["measure"] == pytest.approx(946 / 2357)
    doubted = {f"value.{name}" for name, each in made.items() if not each["holds"]}
    assert doubted == {each["where"] for each in compared["findings"] if each["where"].startswith("value.")}


def test_where_a_simple_rule_is_better_the_report_begins_with_it(tmp_path, shared_data):
    path = shared_data("online_retail/online_retail.parquet")
    text = (Path(__file__).parents[2] / "src/regulars/app/demo_orders/regulars.yaml").read_text("utf-8")
    (tmp_path / "regulars.yaml").write_text(text.replace("online_retail.parquet", str(path)), "utf-8")
    done = asked(tmp_path)
    said = [line for line in done.stdout.splitlines() if line.startswith("On ")]
    assert len(said) == 2
    assert all("the model does worse than 'last 280 days', and no better than 'as before'" in x for x in said)


def test_the_answer_is_the_same_whatever_the_order_of_the_rows(compared, tmp_path):
    shuffled = tmp_path / "shuffled.parquet"
    duckdb.sql(f"copy (from '{SAMPLE}' order by md5(amount || date || sample_id)) to '{shuffled}'")
    folder = workspace(tmp_path / "other", shuffled)
    done = asked(folder, "--compare", "--calibrate-until", "1997-09-30", "--json", "--threads", "2")
    assert json.loads(done.stdout)["models"] == compared["models"]


def test_it_reads_as_text(tmp_path):
    done = asked(workspace(tmp_path), "--calibrate-until", "1997-09-30")
    text = " ".join(done.stdout.split())
    assert "2,357 customers (0 who came later are not in it)" in text
    assert "r 0.2426 (se 0.013)" in text
    assert "On purchases the model beats every simple rule" in text
    assert "holds 946 of 2,357 customers (40%) came back." in text
    assert "doubtful In 273 days, less than a year, a season cannot be told" in text
    assert max(map(len, done.stdout.splitlines())) <= 120


@pytest.mark.parametrize(
    ("options", "code", "told"),
    [
        (("--model", "bgnb"), 2, "Did you mean 'bgnbd'"),
        (("--unit", "weeks"), 2, "Did you mean 'week'"),
        (("--calibrate-until", "2001-01-01"), 2, "the orders run from 1997-01-01 to 1998-06-30"),
        (("--calibrate-until", "1997-01-02"), 3, "came back on another day"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_the_reason(tmp_path, options, code, told):
    done = asked(workspace(tmp_path), *options)
    assert (done.returncode, done.stdout) == (code, "")
    assert told in " ".join(done.stderr.split())
