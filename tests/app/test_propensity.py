"""The command ``value --propensity``: true reasons in the right segments, and no more than customers tell."""

import json
import random
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from tests.shops import RFM_ALONE, TODAY, opened, studied

from regulars import settings
from regulars.app.propensity import Asking, propensity
from regulars.app.work import Asked
from regulars.app.workspace import Workspace
from regulars.errors import UsageError
from regulars.generators import COMPANIES
from regulars.segment.rules.waterfall import Waterfall

CAUSES = {
    "bank": {"churn": {"Self-directed": "fee_rise", "Advised": "complaints", "Flexible": "card_payments"},
             "new_product": {"Self-directed": "offers", "Advised": "adviser_meetings",
                             "Flexible": "card_payments"}},
    "saas": {"churn": {"Self-serve": "price_rise", "Partner-led": "events_ticket",
                       "Managed": "events_login"},
             "new_product": {"Self-serve": "seats_used", "Partner-led": "events_feature",
                             "Managed": "events_login"}},
}  # fmt: skip


def laid_out(folder: Path, name: str, **how: object) -> Workspace:
    """A generated company whose one segmentation is pinned."""
    COMPANIES[name](folder, **how)
    place = folder / "regulars.yaml"
    text = place.read_text(encoding="utf-8")
    # The clusters and the grid beside it take their time, and are not asked for here.
    place.write_text(re.sub(r"  (behaviour|use):\n.*", "", text, flags=re.DOTALL), encoding="utf-8")
    workspace = Workspace(folder)
    studied(workspace)
    return workspace


@pytest.fixture(scope="module", params=list(COMPANIES))
def company(request, tmp_path_factory) -> tuple[str, Workspace]:
    return request.param, laid_out(tmp_path_factory.mktemp(request.param), request.param)


@pytest.fixture(scope="module")
def bank(tmp_path_factory) -> Workspace:
    return laid_out(tmp_path_factory.mktemp("small"), "bank", customers=3_000)


@pytest.fixture(scope="module")
def told_of_bank(bank) -> dict:
    return asked(bank)


def asked(workspace: Workspace, outcome: str = "churn", until: date | None = None) -> dict:
    """What the command gives as JSON."""
    (name,) = settings.load(workspace.settings).segmentations
    asking = Asking(workspace.pinned(name), outcome, "logistic", until)
    told = propensity(settings.load(workspace.settings), workspace, Asked(today=TODAY), asking)
    return json.loads(json.dumps(told.as_json(), allow_nan=False))


@pytest.mark.parametrize("outcome", ["churn", "new_product"])
def test_the_true_reasons_are_found_in_the_right_segments_and_separate_models_pay(company, outcome):
    name, workspace = company
    told = asked(workspace, outcome)
    assert told["overall"]["verdict"] == "separate models pay"
    assert told["overall"]["gain"]["low"] > 0.02
    causes = CAUSES[name][outcome]
    assert {each["segment_name"] for each in told["segments"]} == set(causes)
    for each in told["segments"]:
        own = causes[each["segment_name"]]
        matters = {loss["feature"] for loss in each["features"] if loss["matters"]}
        assert own in matters, (each["segment_name"], matters)
        assert not matters & (set(causes.values()) - {own}), "what moves the others does not count here"
    for cause in set(causes.values()):
        label = {"fee_rise": "Rise of the monthly fee", "price_rise": "Rise of the price in percent"}
        if cause in label:
            assert any(said.startswith(label[cause]) for said in told["where_features_matter"])


def test_no_reason_is_made_up_for_who_leaves_the_software_firm(tmp_path):
    """The three that truth.json names, and nothing that a month's length or a sum of logins would explain."""
    told = asked(laid_out(tmp_path, "saas"))
    reasons = {said.split(":")[0] for said in told["where_features_matter"]}
    assert reasons == {"Login", "Ticket", "Rise of the price in percent"}
    assert not any("probability from" in said for said in told["where_features_matter"])


def test_where_segments_have_the_same_reason_one_model_does_as_well(tmp_path):
    told = asked(laid_out(tmp_path, "bank", alike=True))
    assert told["overall"]["verdict"] == "one model does as well, as far as these customers tell"
    assert told["where_features_matter"] == []
    for each in told["segments"]:
        assert [loss["feature"] for loss in each["features"] if loss["matters"]] == ["fee_rise"]


def test_no_protected_feature_is_used_and_that_is_said(told_of_bank):
    assert "age" not in told_of_bank["features"]
    (said,) = (each["what"] for each in told_of_bank["findings"] if "Protected" in each["what"])
    assert said == "Protected, and so not used: age."


def test_what_comes_after_the_second_day_moves_no_model(bank, told_of_bank, tmp_path):
    """With another future the models say the same; only what they are judged by has changed."""
    day, before = date(2024, 9, 30), told_of_bank
    assert before["tried_as_of"] == day.isoformat()
    shutil.copytree(bank.root, tmp_path / "other")
    revenue = tmp_path / "other" / "revenue.csv"
    head, *lines = revenue.read_text(encoding="utf-8").splitlines(keepends=True)
    # The first thousand customers have nothing after the day.
    kept = [each for each in lines if each.split(",")[2] <= day.isoformat() or each.split(",")[1] > "B001000"]
    revenue.write_text(head + "".join(kept), encoding="utf-8")
    after = asked(Workspace(tmp_path / "other"), until=day)
    for key in ("learnt_as_of", "features", "customers_left_out"):
        assert after[key] == before[key]
    assert after["overall"]["outcomes"] > before["overall"]["outcomes"] + 200
    pairs = [*zip(after["segments"], before["segments"], strict=True), (after["overall"], before["overall"])]
    for now, then in pairs:
        assert (now["fitted_outcomes"], now["customers"]) == (then["fitted_outcomes"], then["customers"])
        for model in ("one_model", "own_model"):
            assert (now[model] or {}).get("expected") == (then[model] or {}).get("expected")


ADDED = """segmentations:
  by_hand: {method: rules, segments: [{name: Regulars, when: orders >= 6}]}
  by_rank: {method: rules, segments: [{name: Regulars, when: "top 50 % by orders"}]}
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> Workspace:
    workspace = opened(
        tmp_path_factory.mktemp("shop"),
        settings_text=RFM_ALONE.replace("segmentations: {rfm: {method: rfm}}\n", ADDED),
    )
    studied(workspace)
    return workspace


@pytest.mark.parametrize(("name", "has_learnt"), [("by_hand", False), ("by_rank", True)])
def test_only_of_segments_that_were_learnt_it_is_said_that_they_were_fitted_later(shop, name, has_learnt):
    definition = shop.pinned(name)
    asking = Asking(definition, "purchase", "logistic", date(2024, 9, 25))
    told = propensity(settings.load(shop.settings), shop, Asked(today=TODAY), asking)
    assert any("were fitted as of" in each.what for each in told.findings) is has_learnt


def test_segments_by_what_is_foretold_are_refused_for_the_value_model_and_not_for_a_table(shop):
    by_hand = shop.pinned("by_hand")
    ((best, when),) = by_hand.rule.rules
    worth = Waterfall(((best, replace(when, feature="predicted_value")),), by_hand.rule.rest)
    asking = Asking(replace(by_hand, rule=worth), "purchase", "logistic", date(2024, 9, 25))
    with pytest.raises(UsageError) as refused:
        propensity(settings.load(shop.settings), shop, Asked(today=TODAY), asking)
    assert "the value model foretells that, and was fitted on what came after" in str(refused.value)
    assert "known_on" not in str(refused.value)


def test_the_order_of_the_rows_changes_nothing(bank, told_of_bank, tmp_path):
    shutil.copytree(bank.root, tmp_path / "other")
    for name in ("revenue.csv", "customers.csv"):
        head, *lines = (bank.root / name).read_text(encoding="utf-8").splitlines(keepends=True)
        random.Random(1).shuffle(lines)
        (tmp_path / "other" / name).write_text(head + "".join(lines), encoding="utf-8")
    assert asked(Workspace(tmp_path / "other")) == told_of_bank


def test_customers_who_come_back_are_no_lost_ones_and_that_is_told(tmp_path):
    """The corner shop's slow customers are silent for a month, and come again."""
    workspace = opened(tmp_path, settings_text=RFM_ALONE)
    studied(workspace)
    told = asked(workspace, until=date(2024, 9, 25))
    (doubt,) = (each for each in told["findings"] if each["where"] == "value.propensity.churn")
    assert re.search(r"Of \d+ customers counted as lost after 31 days .* bought again", doubt["what"])


def test_no_count_of_ten_customers_or_fewer_is_shown_and_none_follows_from_a_total(tmp_path):
    workspace = opened(tmp_path, settings_text=RFM_ALONE)
    studied(workspace)
    told = asked(workspace, "purchase", until=date(2024, 9, 25))
    hidden = [each for each in told["segments"] if each["is_hidden"]]
    shown = [each for each in told["segments"] if not each["is_hidden"]]
    assert hidden
    assert all(set(each) == {"segment_id", "segment_name", "is_hidden"} for each in hidden)
    overall = told["overall"]
    for whole in ("fitted_on", "customers"):
        rest = overall[whole] - sum(each[whole] for each in shown)
        assert rest == 0 or rest > 10
        assert all(each[whole] == 0 or each[whole] > 10 for each in shown)
    for whole, part in (("fitted_on", "fitted_outcomes"), ("customers", "outcomes")):
        known = [each[part] for each in shown if each[part] is not None]
        assert len(known) < len(told["segments"])
        assert all(n == 0 or n > 10 for n in known)
        rest = overall[part] - sum(known)
        assert rest > 10
        assert all(each[whole] - each[part] not in range(1, 11) for each in shown if each[part] is not None)
    for each in shown:
        for model in (each["one_model"], each["own_model"]):
            assert (
                not model
                or not model["calibration"]
                or min(b["customers"] for b in model["calibration"]) > 10
            )


def regulars(*options: str, workspace: Workspace) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "regulars", "value", *options, "-w", str(workspace.root)]
    return subprocess.run(command, check=False, capture_output=True, encoding="utf-8")


def test_it_reads_as_text_within_eighty_columns(bank):
    done = regulars("--propensity", "packages", workspace=bank)
    assert done.returncode == 0, done.stderr
    tables = [line for line in done.stdout.splitlines() if "  " in line.strip()]
    assert tables
    assert max(map(len, tables)) <= 80
    assert "Separate models pay: AUC +0.0" in done.stdout
    assert "no such difference for" in done.stdout
    assert done.stdout.count("goes along with a feature: it need not come of it") == 1


@pytest.mark.parametrize(
    ("options", "code", "told"),
    [
        (("--propensity", "package"), 2, "Did you mean 'packages'"),
        (("--propensity", "packages", "--outcome", "chrun"), 2, "Did you mean 'churn'"),
        (("--outcome", "churn"), 2, "it goes with --propensity"),
        (("--propensity", "packages", "--calibrate-until", "2023-01-01"), 2, "the orders run from"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_the_reason(bank, options, code, told):
    done = regulars(*options, workspace=bank)
    assert (done.returncode, done.stdout) == (code, "")
    assert told in " ".join(done.stderr.split())
