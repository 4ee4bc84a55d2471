"""Which runs make a history, and what is found of those that cannot be relied on."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from tests.shops import RFM_ALONE, TODAY, opened, orders, studied

from regulars import settings
from regulars.app.backfilling import Filled, backfill
from regulars.app.history import history, run_asked
from regulars.app.work import Asked
from regulars.app.workspace import Workspace
from regulars.errors import RunDamaged, UsageError

DAYS = (date(2024, 6, 30), date(2024, 7, 31), date(2024, 8, 31))


def filled(workspace: Workspace, **asked: object) -> list[str]:
    done = backfill(settings.load(workspace.settings), workspace, Asked(today=TODAY, **asked), DAYS)
    return sorted(each.study.run_id for each in done if isinstance(each, Filled) and each.study)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Three months by one definition; who changes it takes a copy."""
    workspace = opened(tmp_path_factory.mktemp("kept"), settings_text=RFM_ALONE)
    filled(workspace)
    return workspace


@pytest.fixture
def shop(kept: Workspace, tmp_path: Path) -> Workspace:
    return Workspace(Path(shutil.copytree(kept.root, tmp_path / "shop")))


def test_a_history_has_a_run_a_day_oldest_first(kept: Workspace) -> None:
    found = history(kept, "rfm")
    assert [run.as_of for run in found.runs] == list(DAYS)
    assert {run.version for run in found.runs} == {1}
    assert found.findings == ()


def test_of_two_runs_of_a_day_the_newer_counts_and_whether_they_agree_is_told(shop: Workspace) -> None:
    old = shop.run_ids()
    late = "K0001,0001-900,2024-12-24 10:00:00,P01,1,9.00\n"
    (shop.root / "orders.csv").write_text(orders() + late, encoding="utf-8")
    new = filled(shop)
    found = history(shop, "rfm")
    assert [run.run_id for run in found.runs] == new
    assert [run.others for run in found.runs] == [(each,) for each in old]
    (agree,) = found.findings
    assert agree.severity == "note"
    assert "the same customer by customer" in agree.what
    past = "K0001,0001-901,2024-06-24 10:00:00,P01,1,999.00\n"
    (shop.root / "orders.csv").write_text(orders() + past, encoding="utf-8")
    filled(shop)
    assert any("Passed over" in each.what for each in history(shop, "rfm").findings)


def test_a_new_version_in_a_history_is_told_and_the_old_one_still_answers(shop: Workspace) -> None:
    (shop.root / "orders.csv").write_text(orders(customers=260), encoding="utf-8")
    studied(shop, as_of=date(2024, 9, 30), refit=True)
    found = history(shop, "rfm")
    assert [run.version for run in found.runs] == [1, 1, 1, 2]
    (told,) = found.findings
    assert "Version 1 up to 2024-08-31, version 2 from 2024-09-30" in told.what
    assert [run.as_of for run in history(shop, "rfm", 1).runs] == list(DAYS)
    with pytest.raises(UsageError, match="version 7 of rfm: it has 1, 2"):
        history(shop, "rfm", 7)


def test_a_run_of_another_workspace_is_left_out_by_name(shop: Workspace, tmp_path: Path) -> None:
    other = opened(tmp_path / "other", settings_text=RFM_ALONE, customers=130)
    stranger = studied(other, as_of=date(2024, 5, 31)).study
    shutil.copytree(stranger.path, shop.run(stranger.run_id))
    found = history(shop, "rfm")
    assert [run.as_of for run in found.runs] == list(DAYS)
    (told,) = found.findings
    assert stranger.run_id in told.what


def test_damaged_half_deleted_and_foreign_folders_are_all_named_before_any_figure(shop: Workspace) -> None:
    flipped, gutted, _ = shop.run_ids()
    path = shop.run(flipped) / "assignments" / "rfm.parquet"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    (shop.run(gutted) / "manifest.json").unlink()
    (shop.runs / "holiday pictures").mkdir()
    with pytest.raises(RunDamaged) as told:
        history(shop, "rfm")
    assert told.value.count == 3
    assert any(flipped in each and "rfm.parquet was altered" in each for each in told.value.examples)
    assert any(gutted in each for each in told.value.examples)
    assert "holiday pictures is no run" in told.value.examples


def test_an_unknown_name_and_an_empty_workspace_say_what_there_is(kept: Workspace, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Did you mean 'rfm'"):
        history(kept, "rfn")
    with pytest.raises(UsageError, match="there is no run"):
        history(Workspace(tmp_path), "rfm")


def test_a_run_is_asked_for_by_its_day_too(shop: Workspace) -> None:
    first = shop.run_ids()[0]
    assert run_asked(shop, "2024-06-30") == first
    (shop.root / "orders.csv").write_text(orders(customers=260), encoding="utf-8")
    newer = [each for each in filled(shop) if each.startswith("2024-06-30")]
    assert [run_asked(shop, "2024-06-30", "rfm")] == newer
    with pytest.raises(UsageError, match="2024-06-30"):
        run_asked(shop, "2024-06")
