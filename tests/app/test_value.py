"""The command ``value``: the papers' figures from the command line, honest about what it cannot foretell."""

import json
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from tests import cdnow

from regulars.app.cli import main


def workspace(folder: Path, path: Path = cdnow.SAMPLE) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "regulars.yaml").write_text(cdnow.settings("value: {model: bgnbd}", path), encoding="utf-8")
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


def test_what_stands_alone_is_not_compared_and_the_report_says_why(compared):
    assert {each["model"] for each in compared["models"]} == {"bgnbd", "mbgnbd", "pareto_nbd"}
    (note,) = [each for each in compared["findings"] if each["where"] == "value.compare"]
    assert "bgbb and gamma_gamma are not beside these" in note["what"]


def test_the_spend_model_alone_is_held_against_the_mean_spend_of_those_who_bought(tmp_path):
    folder = workspace(tmp_path)
    done = asked(folder, "--model", "gamma_gamma", "--calibrate-until", "1997-09-30", "--json")
    told = json.loads(done.stdout)
    assert told["model"] == "gamma_gamma"
    assert told["parameters"] == pytest.approx({"p": 6.25, "q": 3.74, "v": 15.44}, abs=1e-2)
    assert told["log_likelihood"] == pytest.approx(-4055.918, abs=1e-2)
    assert told["standard_errors"]["q"] == pytest.approx(0.29, abs=0.01)
    tried = told["validation"]
    # 684 of the customers bought something in the weeks held out.
    assert tried["customers"] == sum(each["customers"] for each in tried["by_repeats"]) == 684
    assert {error["rule_key"] for error in tried["errors"]} == {"own", "all"}
    read = asked(folder, "--model", "gamma_gamma", "--calibrate-until", "1997-09-30")
    text = " ".join(read.stdout.split())
    assert "tried on the 684 who bought up to 1998-06-30" in text
    assert text.index("On mean spend gamma_gamma does no better than 'their own mean'") < text.index(
        "what came"
    )


@pytest.mark.parametrize(("unit", "days", "held"), [("week", 7, 39), ("month", 30, 9)])
def test_discrete_chances_are_whole_periods_of_each_customer(tmp_path, unit, days, held):
    done = asked(
        workspace(tmp_path), "--model", "bgbb", "--unit", unit, "--calibrate-until", "1997-09-30", "--json"
    )
    told = json.loads(done.stdout)
    assert (told["model"], told["unit_days"]) == ("bgbb", days)
    assert set(told["parameters"]) == {"alpha", "beta", "gamma", "delta"}
    assert f"the first of {held} that are foretold" in " ".join(each["what"] for each in told["findings"])
    tried = told["validation"]
    assert tried["purchases"]["expected"] == pytest.approx(tried["purchases"]["actual"], rel=0.25)
    assert all(error["beats"] for error in tried["errors"])


def test_priors_of_the_settings_are_held_in_weeks_whatever_the_unit(tmp_path):
    folder = workspace(tmp_path)
    path = folder / "regulars.yaml"
    held = "value: {model: mbgnbd, priors: {alpha: {median: 20, log_sd: 0.01}}}\n"
    path.write_text(path.read_text("utf-8") + held, "utf-8")
    told = {
        unit: json.loads(asked(folder, "--unit", unit, "--calibrate-until", "1997-09-30", "--json").stdout)
        for unit in ("week", "day")
    }
    for unit, days in (("week", 1), ("day", 7)):
        assert told[unit]["model"] == "mbgnbd"
        assert told[unit]["estimate"] == "maximum a posteriori"
        assert told[unit]["parameters"]["alpha"] == pytest.approx(20 * days, rel=0.05)
    # What is foretold is the same in any unit.
    totals = [each["validation"]["purchases"]["expected"] for each in told.values()]
    assert totals[0] == pytest.approx(totals[1], rel=1e-4)
    read = " ".join(asked(folder, "--calibrate-until", "1997-09-30").stdout.split())
    assert "in weeks; by the priors of the settings the most probable, not the most likely (MAP): r" in read
    written = asked(folder, "-o", str(tmp_path / "customers.csv")).stdout
    assert "the most probable, not the most likely (MAP)" in " ".join(written.split())
    other = json.loads(asked(folder, "--model", "bgnbd", "--calibrate-until", "1997-09-30", "--json").stdout)
    assert other["estimate"] == "maximum likelihood"
    said = " ".join(each["what"] for each in other["findings"])
    assert "those of mbgnbd; bgnbd is fitted without any" in said


def test_without_amounts_the_table_has_no_columns_of_spend(tmp_path):
    folder = workspace(tmp_path)
    path = folder / "regulars.yaml"
    path.write_text(path.read_text("utf-8").replace(", quantity: quantity, amount: amount", ""), "utf-8")
    done = asked(folder, "--model", "bgnbd", "--calibrate-until", "1997-09-30")
    (heads,) = [line for line in done.stdout.splitlines() if "log-likelihood" in line]
    assert heads.split() == ["log-likelihood", "purchases", "off", "by"]


def test_a_prior_of_no_parameter_is_refused_with_the_near_name(tmp_path):
    folder = workspace(tmp_path)
    path = folder / "regulars.yaml"
    path.write_text(path.read_text("utf-8") + "value: {priors: {alfa: {median: 2, log_sd: 1}}}\n", "utf-8")
    done = asked(folder)
    assert done.returncode == 2
    told = " ".join(done.stderr.split())
    assert "bgnbd has no parameter 'alfa', but r, alpha, a and b. Did you mean 'alpha'?" in told


def test_what_the_model_takes_for_granted_is_measured(compared):
    made = {each["name"]: each for each in compared["checks"]}
    assert set(made) == {"repeat_buyers", "steady_rate", "season", "independence", "parameters"}
    assert made["repeat_buyers"]["measure"] == pytest.approx(946 / 2357)
    doubted = {f"value.{name}" for name, each in made.items() if not each["holds"]}
    said = {each["where"] for each in compared["findings"] if each["where"].startswith("value.")}
    assert said == doubted | {"value.compare"}


def test_where_a_simple_rule_is_better_the_report_begins_with_it(tmp_path, shared_data):
    path = shared_data("online_retail/online_retail.parquet")
    text = (Path(__file__).parents[2] / "src/regulars/app/demo_orders/regulars.yaml").read_text("utf-8")
    (tmp_path / "regulars.yaml").write_text(text.replace("online_retail.parquet", str(path)), "utf-8")
    done = asked(tmp_path)
    said = [line for line in done.stdout.splitlines() if line.startswith("On ")]
    assert len(said) == 2
    assert all("bgnbd does worse than 'last 280 days', and no better than 'as before'" in x for x in said)


def test_the_answer_is_the_same_whatever_the_order_of_the_rows(compared, tmp_path):
    shuffled = tmp_path / "shuffled.parquet"
    duckdb.sql(f"copy (from '{cdnow.SAMPLE}' order by md5(amount || date || sample_id)) to '{shuffled}'")
    folder = workspace(tmp_path / "other", shuffled)
    done = asked(folder, "--compare", "--calibrate-until", "1997-09-30", "--json", "--threads", "2")
    assert json.loads(done.stdout)["models"] == compared["models"]


def test_it_reads_as_text(tmp_path):
    done = asked(workspace(tmp_path), "--calibrate-until", "1997-09-30")
    text = " ".join(done.stdout.split())
    assert "2,357 customers (0 who came later are not in it)" in text
    assert "r 0.2426 (se 0.013)" in text
    assert "On purchases bgnbd beats every simple rule" in text
    assert "Within their 80 % interval: purchases of 93 % of customers (the model said 94 %)" in text
    assert "holds 946 of 2,357 customers (40%) came back." in text
    assert "doubtful In 273 days, less than a year, a season cannot be told" in text
    assert max(map(len, done.stdout.splitlines())) <= 120


@pytest.mark.parametrize(
    ("options", "code", "told"),
    [
        (("--model", "bgnb"), 2, "Did you mean 'bgnbd'"),
        (("--unit", "weeks"), 2, "Did you mean 'week'"),
        (("--model", "bgbb", "--unit", "day"), 2, "not one of week, month, year"),
        (
            ("--model", "bgbb", "--unit", "year", "--calibrate-until", "1998-05-30"),
            2,
            "no whole year to hold out",
        ),
        (("--calibrate-until", "2001-01-01"), 2, "the orders run from 1997-01-01 to 1998-06-30"),
        (("--calibrate-until", "1997-01-02"), 3, "came back on another day"),
        (("--compare", "--calibrate-until", "1997-01-02"), 3, "came back on another day"),
        (("--calibrate-until", "1997-13-40"), 2, "--calibrate-until '1997-13-40': not a date"),
        (("--as-of", "yesterday"), 2, "--as-of 'yesterday': not a date"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_the_reason(tmp_path, options, code, told):
    done = asked(workspace(tmp_path), *options)
    assert (done.returncode, done.stdout) == (code, "")
    assert told in " ".join(done.stderr.split())


TOGETHER = [
    *(("--propensity packages", each) for each in (
        "--model bgnbd", "--compare", "--by year", "--unit week", "-o c.csv", "--horizon-days 30",
        "--discount-rate 0.1",
    )),
    *(("-o c.csv", each) for each in (
        "--compare", "--by year", "--unit week", "--calibrate-until 1997-09-30",
    )),
    ("--compare", "--model bgnbd"), ("--compare", "--by year"),
    ("--model boosted", "--unit day"), ("--model gamma_gamma", "--unit week"),
    ("--model boosted -o c.csv", "--discount-rate 0.1"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), TOGETHER)
def test_options_that_do_not_go_together_are_refused_by_both_names(capsys, monkeypatch, one, other):
    monkeypatch.setattr(sys, "argv", ["regulars", "value", *one.split(), *other.split()])
    with pytest.raises(SystemExit) as left:
        main()
    said = " ".join(capsys.readouterr().err.split())
    assert left.value.code == 2
    for option in (one.split()[0], other.split()[0]):
        assert option.replace("-o", "--output") in said.partition(" with ")[0] + said.partition(" with ")[2]


@pytest.mark.parametrize(
    ("option", "needed"),
    [
        ("--outcome churn", "--propensity"),
        ("--trees", "--propensity"),
        ("--horizon-days 30", "--output"),
        ("--discount-rate 0.1", "--output"),
    ],
)
def test_an_option_of_another_one_is_refused_without_it(capsys, monkeypatch, option, needed):
    monkeypatch.setattr(sys, "argv", ["regulars", "value", *option.split()])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 2
    assert f"{option.split()[0]}: it goes with {needed}" in " ".join(capsys.readouterr().err.split())
