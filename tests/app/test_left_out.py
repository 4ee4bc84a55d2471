"""What a study refuses before it fits anything, and what it leaves out and says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tests.shops import SETTINGS, TODAY, opened, studied

from regulars import settings as chosen
from regulars.app import shown
from regulars.app.sql_command import pinned_definition
from regulars.app.study import Ran, check, run
from regulars.app.work import Asked
from regulars.app.workspace import Workspace
from regulars.errors import NotReady, SettingsError, UsageError
from regulars.segment.methods import chosen as chosen_method

MINIMAL = {
    "schema": "regulars/1",
    "sources": {"customers": {"path": "c.csv", "columns": {"customer": "id", "spend": "total"}}},
}


def told(ran: Ran) -> dict[str, str]:
    """What is said of each segmentation that is left out."""
    return {each.where: each.what for each in ran.study.findings if "is left out" in each.what}


def of_customers(folder: Path, **segmentations: Any) -> Ran:
    """A study of a table with one row a customer: spend, orders and the last of them."""
    rows = [(f"c{n}", n + 1, 1 + n % 7, f"2024-05-{1 + n % 28:02d}") for n in range(150)]
    frame = pd.DataFrame(rows, columns=["id", "total", "times", "last"])
    columns = {"customer": "id", "spend": "total", "orders": "times", "last_order": "last"}
    read = chosen.parse(
        {
            "schema": "regulars/1",
            "sources": {"customers": {"date_format": "%Y-%m-%d", "columns": columns}},
            "segmentations": segmentations,
        },
        "here",
    )
    return run(read, Workspace(folder), Asked(today=TODAY, frame=frame))


def test_orders_that_are_not_enough_are_read_once_whatever_the_number_of_segmentations(
    tmp_path: Path,
) -> None:
    workspace = opened(tmp_path, customers=20)
    stages: list[str] = []
    with pytest.raises(NotReady, match="found 20"):
        studied(workspace, stage=stages.append)
    assert stages == ["Reading the orders", "Cleaning, with every row accounted for"]


def test_a_method_that_this_data_cannot_carry_is_left_out_and_the_others_are_made(tmp_path: Path) -> None:
    ran = of_customers(tmp_path, rfm={"method": "rfm"}, life={"method": "lifecycle"})
    assert [each.name for each in ran.study.segmentations] == ["rfm"]
    assert "no gap_days" in told(ran)["segmentations.life"]


def test_what_was_left_out_is_shown_beside_the_segments_and_where_its_sql_is_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = of_customers(tmp_path, rfm={"method": "rfm"}, life={"method": "lifecycle"})
    shown._show_study(ran.study)
    assert "\nlife: This segmentation is left out: " in capsys.readouterr().out
    asked = chosen.parse({**MINIMAL, "segmentations": {"life": {"method": "lifecycle"}}}, "here")
    with pytest.raises(UsageError, match=r"'life': This segmentation is left out: .*no gap_days"):
        pinned_definition(Workspace(tmp_path), asked, "life")


@pytest.mark.parametrize(
    ("settings", "faults"),
    [
        ({"method": "kmeans", "kk": 3}, "kk: no such setting. Did you mean 'k'?"),
        ({"method": "kmeans", "k": "four"}, "k: it must be a whole number"),
        (
            {"method": "rules", "segments": [{"name": "VIP", "whn": "spend > 5"}]},
            "segments.0.when: it must be set; segments.0.whn: no such setting. Did you mean 'when'?",
        ),
        ({"method": "rules", "segments": []}, "segments: it must name at least one"),
    ],
)
def test_a_fault_of_a_setting_is_told_in_plain_words_and_once(settings: dict[str, Any], faults: str) -> None:
    with pytest.raises(SettingsError) as told:
        chosen_method("x", settings)
    assert told.value.found == faults


WRONG = """
segmentations:
  rfm: {method: rfm}
  misspelt: {method: kmeans, features: [morning_shar, spend]}
  written: {method: rules, segments: [{name: VIP, when: spent > 500}]}
  life: {method: lifecycle, gap: gap_day}
"""
FAULTS = (
    "misspelt.features: spend cannot",
    "'morning_shar'. Did you mean 'morning_share'",
    "spent",
    "gap_day",
)


def test_faults_of_all_segmentations_are_told_at_once_before_anything_is_fitted(tmp_path: Path) -> None:
    workspace = opened(tmp_path, settings_text=SETTINGS + WRONG)
    stages: list[str] = []
    with pytest.raises(SettingsError) as told:
        studied(workspace, stage=stages.append)
    assert [each for each in FAULTS if each not in str(told.value)] == []
    assert [stage for stage in stages if stage.startswith("Fitting")] == ["Fitting the value model"]
    assert not (tmp_path / "value").exists()
    assert not (tmp_path / "definitions").exists()


def test_a_dry_run_finds_the_faults_that_a_run_would_refuse(tmp_path: Path) -> None:
    workspace = opened(tmp_path, settings_text=SETTINGS + WRONG)
    found = check(chosen.load(workspace.settings), workspace, Asked(today=TODAY))
    assert [each for each in FAULTS if each not in str(found.fault)] == []


def test_a_dry_run_says_what_a_run_would_leave_out(tmp_path: Path) -> None:
    said = "segmentations: {rfm: {method: rfm}, deals: {method: kmeans, features: [promotion_share]}}\n"
    workspace = opened(tmp_path, settings_text=SETTINGS + said)
    found = check(chosen.load(workspace.settings), workspace, Asked(today=TODAY))
    assert found.fault is None
    (finding,) = [each for each in found.findings if each.where.startswith("segmentations.deals")]
    assert "cannot give promotion_share: " in finding.what
    ran = studied(workspace)
    assert finding in ran.study.findings
    assert [each.name for each in ran.study.segmentations] == ["rfm"]


@pytest.mark.parametrize(
    "settings",
    [
        {"method": "kmeans", "features": ["gap_days", "promotion_share"]},
        {"method": "rules", "segments": [{"name": "Deals", "when": "spend > 5 and promotion_share > 0.5"}]},
        {"method": "lifecycle", "gap": "promotion_share"},
        {"method": "labels", "column": "promotion_share"},
        {"method": "firmographic", "by": ["promotion_share"], "bands": {"promotion_share": [0.5]}},
        {"method": "model", "of": "rfm", "features": ["promotion_share"]},
    ],
    ids=lambda each: each["method"],
)
def test_a_feature_that_this_data_cannot_give_is_named_with_the_reason(
    tmp_path: Path, settings: dict[str, Any]
) -> None:
    workspace = opened(tmp_path)
    both = {"rfm": {"method": "rfm"}, "deals": settings}
    asked = chosen.load(workspace.settings).model_copy(update={"segmentations": both})
    ran = run(asked, workspace, Asked(today=TODAY))
    assert (
        "this data cannot give promotion_share: the orders carry no promotions"
        in told(ran)["segmentations.deals"]
    )


def test_no_definition_is_kept_of_a_study_that_was_not_to_be(tmp_path: Path) -> None:
    workspace = opened(tmp_path)

    def stop(stage: str) -> None:
        if stage == "Fitting behaviour":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        studied(workspace, stage=stop)
    assert not (tmp_path / "definitions").exists()
    assert len(studied(workspace).study.segmentations) == 2
