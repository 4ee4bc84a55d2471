"""Two runs of a small shop compared, as the command shows them."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from tests.shops import RFM_ALONE, opened, studied

from regulars import settings as chosen
from regulars.app import saved
from regulars.app.compare_command import limits_told, show
from regulars.app.study import render
from regulars.app.validations import validations
from regulars.app.workspace import Workspace
from regulars.engine import Engine
from regulars.errors import CheckFailed, RunDamaged, SettingsError, UsageError
from regulars.validate import refitting

RFM_LINE = "segmentations: {rfm: {method: rfm}}\n"
ASKED = {"today": date(2024, 12, 1), "threads": None, "memory_limit": None}
LOOSE = (
    "validation: {drift: {psi: null, share_points: null, centroid_share: null, unknown_points: null}, "
    "stability: {jaccard: null}}\n"
)


@pytest.fixture(autouse=True)
def few_draws(monkeypatch):
    """Half of the draws that a refit is tried on tell as much here."""
    monkeypatch.setattr(refitting, "DRAWS", 10)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Three days, fitted on the first; the tests only read the runs."""
    workspace = opened(tmp_path_factory.mktemp("shop"), settings_text=RFM_ALONE)
    for day in ("2024-06-30", "2024-07-31", "2024-09-30"):
        studied(workspace, as_of=date.fromisoformat(day))
    return workspace


@pytest.fixture(scope="module")
def compared(shop: Workspace) -> Callable[..., tuple[dict, CheckFailed | None]]:
    """What is printed as JSON for runs and limits, and the failure if there was one; asked once of each."""

    @cache
    def ask(*asked: str | None, limits: str = "") -> tuple[dict, CheckFailed | None]:
        shop.settings.write_text(RFM_ALONE + limits, encoding="utf-8")
        printed, failure = io.StringIO(), None
        with redirect_stdout(printed):
            try:
                show(shop.root, "rfm", *(asked or (None, None)), json=True, **ASKED)
            except CheckFailed as told:
                failure = told
        return json.loads(printed.getvalue()), failure

    return ask


def test_the_day_of_the_fit_is_held_against_the_newest_unless_others_are_named(compared):
    told, _ = compared()
    assert (told["from"]["as_of"], told["to"]["as_of"]) == ("2024-06-30", "2024-09-30")
    told, _ = compared(None, "2024-07-31")
    assert (told["from"]["as_of"], told["to"]["as_of"]) == ("2024-06-30", "2024-07-31")
    told, _ = compared("2024-07", None)
    assert (told["from"]["as_of"], told["to"]["as_of"]) == ("2024-07-31", "2024-09-30")


def test_a_limit_that_is_passed_fails_with_what_moved_and_what_to_do(compared):
    told, failure = compared(limits="validation: {drift: {moved_share: 0.01}}\n")
    assert failure is not None
    assert failure.exit_code == 4
    assert told["holds"] is False
    moved = next(each for each in told["exceeded"] if each["where"] == "rfm.movement")
    assert "The limit is 1.0%." in moved["what"]
    assert failure.found == limits_told(len(told["exceeded"]))


def test_without_limits_nothing_fails_and_the_figures_are_the_same(compared):
    held, _ = compared()
    free, failure = compared(limits=LOOSE)
    assert failure is None
    assert free["holds"] is True
    assert (
        free["settings_digest"]
        != held["settings_digest"]
        == compared(None, "2024-07-31")[0]["settings_digest"]
    )
    psi = [[each["psi"] for each in told["sections"]["drift"]["features"]] for told in (held, free)]
    assert psi[0] == psi[1]


def test_a_limit_makes_no_new_run(shop):
    shop.settings.write_text(RFM_ALONE + LOOSE, encoding="utf-8")
    assert studied(shop, as_of=date(2024, 9, 30)).already_there


def test_a_limit_that_cannot_be_and_a_misspelt_one_are_told():
    with pytest.raises(SettingsError, match="validation.drift.psi: "):
        chosen.parse({"schema": "regulars/1", "sources": {}, "validation": {"drift": {"psi": -1}}}, "page")
    asked = {"schema": "regulars/1", "sources": {}, "validation": {"drift": {"share_point": 1}}}
    with pytest.raises(SettingsError, match="Did you mean 'share_points'"):
        chosen.parse(asked, "page")


def test_customers_are_counted_as_the_runs_have_them(compared, shop):
    told, _ = compared()
    drift = told["sections"]["drift"]
    by_run = {
        each: json.loads((shop.run(told[each]["run_id"]) / "ledger.json").read_text())["totals"]["customers"]
        for each in ("from", "to")
    }
    assert drift["customers"] == {"then": by_run["from"], "now": by_run["to"]}
    moved = drift["movement"]
    assert moved["known_on_both_days"] == by_run["from"], "whoever ordered once stays a customer"
    facts = json.loads((shop.run(told["to"]["run_id"]) / "facts" / "rfm.json").read_text())
    for each in drift["segments"]:
        shown = facts["segments"][each["segment_id"]]["metrics"]["customers"]
        assert each["customers_now"] in (shown, None)
    assert [each["feature"] for each in drift["features"]] == ["recency_days", "orders", "spend"]


def test_segments_by_rules_are_not_called_unstable_but_told_what_fitting_anew_would_move(compared):
    told, _ = compared()
    stability = told["sections"]["stability"]
    assert (stability["is_measured"], stability["verdict"]) == (True, None)
    assert "cut by rules" in stability["words"][0]
    floor = stability["refit"]["floor_share"]
    assert 0 < floor["mean"] < 1
    assert stability["versions"] is None
    assert "change segment by chance alone" in stability["headline"]
    assert {each["jaccard"] for each in stability["segments"]} == {None}


def test_a_refit_between_two_runs_is_told_with_what_chance_explains_of_it(tmp_path, capsys):
    workspace = opened(tmp_path / "shop", settings_text=RFM_ALONE + LOOSE)
    before = studied(workspace, as_of=date(2024, 7, 31))
    after = studied(workspace, as_of=date(2024, 9, 30), refit=True)
    show(workspace.root, "rfm", None, None, json=True, **ASKED)
    told = json.loads(capsys.readouterr().out)["sections"]["stability"]
    with Engine() as engine:
        then, now = (str(each.study.path / "assignments" / "rfm.parquet") for each in (before, after))
        ((moved,),) = engine.rows(
            f"select avg(case when a.segment_id <> b.segment_id then 1.0 else 0.0 end) from '{then}' as a "
            f"join '{now}' as b using (customer_id)"
        )
    assert told["versions"] == {"before": 1, "after": 2, "moved_share": round(moved, 3)}
    assert any("of which refitting alone would explain" in each for each in told["words"])
    assert told["refit"]["today_share"] == 0


def test_a_limit_of_stability_that_does_not_hold_fails(compared):
    limit = LOOSE.replace("jaccard: null", "jaccard: null, refit_share: 0.001")
    told, failure = compared(limits=limit)
    assert failure is not None
    assert failure.exit_code == 4
    assert [each["where"] for each in told["exceeded"]] == ["rfm.refit"]
    assert told["sections"]["stability"]["headline"] == "1 limit of stability in the settings not met."


def test_segments_that_were_found_are_made_anew_and_each_is_told(tmp_path, capsys):
    grouped = "segmentations: {rhythm: {method: kmeans, k: 3, features: [gap_days, morning_share]}}\n"
    workspace = opened(tmp_path / "shop", settings_text=RFM_ALONE.replace(RFM_LINE, grouped) + LOOSE)
    studied(workspace, as_of=date(2024, 7, 31))
    studied(workspace, as_of=date(2024, 9, 30))
    show(workspace.root, "rhythm", None, None, json=True, **ASKED)
    stability = json.loads(capsys.readouterr().out)["sections"]["stability"]
    assert stability["verdict"] in ("natural", "reproducible", "constructive")
    assert [each["segment_id"] for each in stability["segments"]] == ["s1", "s2", "s3"]
    assert all(0 <= each["jaccard"] <= 1 for each in stability["segments"])
    assert stability["words"][0].startswith("On this day's customers: ")


def test_a_longer_past_is_told_as_what_it_is(compared):
    told, _ = compared()
    (finding,) = told["findings"]
    assert "182 days" in finding["what"]
    assert "274" in finding["what"]


def test_the_page_of_text_fits_eighty_columns_and_tells_what_moved(shop, capsys):
    shop.settings.write_text(RFM_ALONE + LOOSE, encoding="utf-8")
    show(shop.root, "rfm", None, None, json=False, **ASKED)
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if len(line) > 80] == []
    assert any(line.startswith("- Sizes of the segments: ") for line in lines)
    assert any(line.startswith("recency_days ") for line in lines)


def test_runs_that_cannot_be_compared_are_told(shop):
    shop.settings.write_text(RFM_ALONE, encoding="utf-8")
    with pytest.raises(UsageError, match="the first is the later one"):
        show(shop.root, "rfm", "2024-09-30", "2024-06-30", json=True, **ASKED)
    with pytest.raises(UsageError, match="they are one run"):
        show(shop.root, "rfm", "2024-09-30", "2024-09-30", json=True, **ASKED)
    with pytest.raises(UsageError, match="rfm"):
        show(shop.root, "rmf", "2024-06-30", "2024-09-30", json=True, **ASKED)


def test_the_first_run_is_asked_all_but_what_has_moved(compared):
    told, _ = compared(None, "2024-06-30")
    assert told["from"] is None
    drift = told["sections"]["drift"]
    assert drift["is_measured"] is False
    assert "no run of an earlier day" in drift["words"][0]
    assert set(told["sections"]) > {"drift"}


def test_without_a_name_every_segmentation_of_the_run_is_asked(tmp_path, capsys):
    both = "segmentations: {rfm: {method: rfm}, value: {method: rfm, scheme: five}}\n"
    workspace = opened(tmp_path / "shop", settings_text=RFM_ALONE.replace(RFM_LINE, both) + LOOSE)
    studied(workspace, as_of=date(2024, 7, 31))
    show(workspace.root, None, None, None, json=True, **ASKED)
    told = json.loads(capsys.readouterr().out)
    assert [(name, each["segmentation"]) for name, each in told.items()] == [("rfm",) * 2, ("value",) * 2]


def test_what_was_found_is_kept_for_the_page_and_not_shown_once_altered(tmp_path, capsys):
    workspace = opened(tmp_path / "shop", settings_text=RFM_ALONE + LOOSE)
    run_id = studied(workspace, as_of=date(2024, 7, 31)).study.run_id
    page = workspace.report(run_id)
    assert "Not looked into yet: rfm" in page.read_text()
    show(workspace.root, "rfm", None, None, json=True, **ASKED)
    told = json.loads(capsys.readouterr().out)
    assert "Not looked into yet" not in page.read_text()
    assert told["sections"]["stability"]["words"][0] in page.read_text()
    show(workspace.root, "rfm", None, None, json=True, **ASKED)
    kept, study = workspace.validations / run_id / "rfm.json", saved.load(workspace.run(run_id))
    assert validations(workspace, study).stale == ()
    workspace.settings.write_text(RFM_ALONE, encoding="utf-8")
    assert validations(workspace, study).stale == ("rfm",)
    workspace.settings.write_text("schema: [", encoding="utf-8")
    assert validations(workspace, study).stale == ("rfm",)
    workspace.settings.write_text(RFM_ALONE, encoding="utf-8")
    assert json.loads(kept.read_text())["sections"] == told["sections"]
    kept.write_text(kept.read_text().replace("grouping", "gruping"))
    render(workspace, saved.load(workspace.run(run_id)))
    assert "it is not what was written" in page.read_text()
    assert "gruping" not in page.read_text()


def test_a_damaged_run_is_named_before_any_figure_is_shown(shop, capsys, tmp_path):
    copy = Workspace(tmp_path / "copy")
    shutil.copytree(shop.root, copy.root)
    (copy.run(copy.run_ids()[0]) / "features.parquet").unlink()
    with pytest.raises(RunDamaged, match="features.parquet is missing"):
        show(copy.root, "rfm", None, None, json=True, **ASKED)
    assert capsys.readouterr().out == ""


def test_days_by_different_definitions_are_compared_by_the_later_one(tmp_path, capsys):
    workspace = opened(tmp_path / "shop", settings_text=RFM_ALONE + LOOSE)
    studied(workspace, as_of=date(2024, 6, 30))
    studied(workspace, as_of=date(2024, 9, 30), refit=True)
    show(workspace.root, "rfm", None, None, json=True, **ASKED)
    told = json.loads(capsys.readouterr().out)
    assert told["definition"]["version"] == 2
    assert any("compared by version 2" in each["what"] for each in told["findings"])


def test_the_command_ends_with_exit_code_4(shop):
    shop.settings.write_text(RFM_ALONE + "validation: {drift: {moved_share: 0.01}}\n", encoding="utf-8")
    source = str(Path(chosen.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-m", "regulars", "compare", "rfm", "-w", str(shop.root)],
        capture_output=True, text=True, timeout=120, check=False, env={"PYTHONPATH": source},
    )  # fmt: skip
    assert done.returncode == 4
    assert "past the limits of the settings" in done.stdout
    lines, (kept,) = done.stderr.splitlines(), list(shop.validations.glob("2024-09-30-*/rfm.json"))
    for each in json.loads(kept.read_text())["exceeded"]:
        assert f"warning {each['where']}: {each['what']} {each['remedy']}" in lines
    assert any(line.startswith("CheckFailed: comparing rfm: ") for line in lines)
