"""The Python interface to history, migration and comparison: the same figures as the commands, in frames."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from tests.shops import RFM_ALONE, TODAY, opened, studied

import regulars as rg
from regulars.app import history_shown, migrate_shown
from regulars.app.workspace import Workspace
from regulars.errors import RunDamaged, UsageError
from regulars.publish.rely import QUESTIONS
from regulars.validate.drift import Drift

DAYS = ("2024-06-30", "2024-07-31", "2024-08-31")
HOW = {"threads": None, "memory_limit": None}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = opened(tmp_path_factory.mktemp("shop"), settings_text=RFM_ALONE)
    for day in DAYS:
        studied(workspace, as_of=date.fromisoformat(day))
    return workspace


def test_the_history_in_python_has_the_figures_of_the_command(
    shop: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    found = rg.history("rfm", workspace=shop.root)
    history_shown.show(shop.root, "rfm", None, None, json=True, **HOW)
    told = json.loads(capsys.readouterr().out)
    rows = found.sizes().fetchall()
    assert rows == [
        (
            run["run_id"], date.fromisoformat(run["as_of"]), run["version"], run["definition"],
            each["segment_id"], each["segment_name"], each["customers"], each["customer_share"],
        )
        for run in told["runs"]
        for each in run["segments"]
    ]  # fmt: skip
    assert repr(found) == "<SegmentHistory rfm: 3 runs, 2024-06-30 to 2024-08-31>"
    held = [row for row in found.customers().fetchall() if row[found.customers().columns.index("is_current")]]
    assert len(held) == told["runs"][-1]["customers"]


def test_a_history_shows_itself_in_a_notebook_without_small_segments(shop: Workspace) -> None:
    found = rg.history("rfm", workspace=shop.root)
    shown = found._repr_html_()
    assert shown.count("<tr>") == 1 + len(DAYS)
    assert "31 Jul 2024, version 1" in shown
    assert "<script" not in shown
    assert " id=" not in shown
    for run in found.counted:
        for segment, customers in run.by_segment.items():
            assert customers is None or customers == 0 or customers > 10, segment


def test_a_migration_in_python_has_the_figures_of_the_command(
    shop: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    found = rg.migrate(DAYS[0], DAYS[2], workspace=shop.root)
    migrate_shown.show(shop.root, (DAYS[0], DAYS[2]), "rfm", None, None, None, json=True, **HOW)
    told = json.loads(capsys.readouterr().out)
    flows = found.flows().fetchall()
    assert [(a, b, n, share) for a, _, b, _, n, share in flows] == [
        (each["from_segment_id"], each["to_segment_id"], each["customers"], each["share_of_from"])
        for each in told["flows"]
    ]
    assert found.moved_share == told["moved_share"]
    what = [row[1] for row in found.customers().fetchall()]
    assert what.count("moved") == told["moved"]
    assert f"{told['moved_share']:.1%} in another segment" in repr(found)
    shown = found._repr_html_()
    assert "of the customers of both runs are in another segment" in shown
    assert "No longer here" in shown


def test_a_comparison_in_python_is_that_of_the_command_and_stands_on_the_dashboard(shop: Workspace) -> None:
    found = rg.compare("rfm", workspace=shop.root, today=TODAY)
    assert isinstance(found.answer("drift"), Drift)
    assert found.holds == (not found.exceeded)
    assert found.as_json()["to"]["as_of"] == DAYS[2]
    shown = found._repr_html_()
    assert f"<bdi>{QUESTIONS['drift']}</bdi>" in shown
    for each in found.exceeded:
        assert "Past a limit" in shown, each
    page = shop.report(found.as_json()["to"]["run_id"]).read_text("utf-8")
    assert found.as_json()["sections"]["drift"]["headline"].split(":")[0] in page
    with pytest.raises(UsageError, match=r"Did you mean 'drift'\?"):
        found.answer("drit")


def test_what_is_not_there_or_damaged_is_refused_as_by_the_commands(shop: Workspace) -> None:
    with pytest.raises(UsageError, match="Did you mean 'rfm'"):
        rg.history("rfn", workspace=shop.root)
    with pytest.raises(UsageError, match="Name the earlier run first"):
        rg.migrate(DAYS[2], DAYS[0], workspace=shop.root)
    beside = shop.runs / "holiday"
    beside.mkdir()
    for call in (
        lambda root: rg.history("rfm", workspace=root),
        lambda root: rg.migrate(DAYS[0], DAYS[1], workspace=root),
        lambda root: rg.compare("rfm", workspace=root),
    ):
        with pytest.raises(RunDamaged, match="holiday is no run"):
            call(shop.root)
    Path(beside).rmdir()
