"""Runs and pinned definitions on disk: whole or not there, checked before they are believed, kept."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.shops import SETTINGS, contents, opened, orders, studied

from regulars.app import saved, shown, sql_command
from regulars.app.verifying import verified
from regulars.app.workspace import Workspace
from regulars.errors import RunDamaged, UsageError


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = opened(tmp_path_factory.mktemp("shop"))
    studied(workspace)
    return workspace


@pytest.fixture
def workspace(finished: Workspace, tmp_path: Path) -> Workspace:
    """The finished workspace, to be damaged."""
    return Workspace(shutil.copytree(finished.root, tmp_path / "shop"))


def the_run(workspace: Workspace) -> Path:
    (run_id,) = workspace.run_ids()
    return workspace.run(run_id)


# --- damage ---------------------------------------------------------------------------------------


def flip(path: Path) -> None:
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 1
    path.write_bytes(whole)


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def zero_a_block(path: Path) -> None:
    whole = path.read_bytes()
    middle = len(whole) // 2
    path.write_bytes(whole[:middle] + bytes(min(512, len(whole) - middle)) + whole[middle + 512 :])


def delete(path: Path) -> None:
    path.unlink()


def add_a_stranger(path: Path) -> None:
    path.with_name(f"more-{path.name}").write_bytes(path.read_bytes())


DAMAGES = [flip, truncate, zero_a_block, delete, add_a_stranger]
FILES = [
    "manifest.json",
    "ledger.json",
    "features.json",
    "findings.json",
    "features.parquet",
    "assignments/rfm.parquet",
    "definitions/behaviour.json",
    "facts/rfm.json",
    "words/behaviour.json",
]


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_to_any_file_is_found_before_a_number_is_shown(
    workspace: Workspace, damage: Callable[[Path], None], file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run = the_run(workspace)
    shutil.rmtree(workspace.root / "reports")
    damage(run / file)
    with pytest.raises(RunDamaged, match=f"{run.name}"):
        shown.report(workspace.root, None, None, json=True)
    assert capsys.readouterr().out == ""
    assert not (workspace.root / "reports").exists()


def test_every_single_bit_of_the_manifest_counts(workspace: Workspace) -> None:
    manifest = the_run(workspace) / "manifest.json"
    whole = manifest.read_bytes()
    for position in range(0, len(whole), 7):
        changed = bytearray(whole)
        changed[position] ^= 1 << position % 7
        manifest.write_bytes(changed)
        with pytest.raises(RunDamaged):
            verified(manifest.parent)
    manifest.write_bytes(whole)
    verified(manifest.parent)


@pytest.mark.parametrize("damage", [flip, delete, add_a_stranger])
def test_a_run_that_is_there_already_is_checked_before_it_is_said_to_be(workspace: Workspace, damage) -> None:
    damage(the_run(workspace) / "assignments" / "rfm.parquet")
    with pytest.raises(RunDamaged, match=r"assignments/(more-)?rfm\.parquet"):
        studied(workspace)


def test_a_damaged_run_that_was_deleted_is_made_again_to_the_byte(workspace: Workspace) -> None:
    run = the_run(workspace)
    before = contents(run)
    shutil.rmtree(run)
    assert not studied(workspace).already_there
    assert contents(run) == before


# --- the same again -------------------------------------------------------------------------------


def test_running_again_changes_no_file_and_says_that_it_was_there(workspace: Workspace) -> None:
    before = contents(workspace.root)
    again = studied(workspace)
    assert again.already_there
    assert contents(workspace.root) == before


def test_eight_runs_at_once_give_one_run_with_the_same_bytes(finished: Workspace, tmp_path: Path) -> None:
    workspace = opened(tmp_path / "shop")
    command = [sys.executable, "-m", "regulars", "run", "-w", str(workspace.root), "--json"]
    told = [json.loads(said) for said in all_at_once([command] * 8)]
    assert len({each["run_id"] for each in told}) == 1
    assert sorted(each["already_there"] for each in told) == [False] + [True] * 7
    assert contents(the_run(workspace)) == contents(the_run(finished))
    assert not [path for path in workspace.root.rglob(".*") if path.name != ".lock"]


WHO_HOLDS_THE_LOCK = """
import fcntl, sys
from regulars.app.cli import main

def hook(event, arguments):
    if event == "os.rename" and "/reports/" in str(arguments[1]):
        with open(sys.argv[-1] + "/.lock", "w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                print("nobody", file=sys.stderr)
            except BlockingIOError:
                print("the writer", file=sys.stderr)

sys.addaudithook(hook)
main()
"""


@pytest.mark.parametrize("command", ["run", "report"])
def test_a_report_is_written_under_the_lock_so_that_no_other_run_sweeps_it(
    workspace: Workspace, command: str
) -> None:
    asked = [sys.executable, "-c", WHO_HOLDS_THE_LOCK, command, "-w", str(workspace.root)]
    done = subprocess.run(asked, check=True, capture_output=True, encoding="utf-8")
    assert "the writer" in done.stderr
    assert "nobody" not in done.stderr


def all_at_once(commands: list[list[str]]) -> list[str]:
    """What each of several commands printed on stdout; all run together, and all succeed."""
    with ExitStack() as stack:
        running = [
            stack.enter_context(
                subprocess.Popen(each, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
            )
            for each in commands
        ]
        said = [each.communicate() for each in running]
    assert [
        (each.returncode, err) for each, (_, err) in zip(running, said, strict=True) if each.returncode
    ] == []
    return [out for out, _ in said]


def test_what_killed_writers_left_is_swept_by_the_next_run(workspace: Workspace) -> None:
    name = the_run(workspace).name
    left = [
        workspace.runs / f".partial-{name}" / "ledger.json",
        workspace.root / ".spill" / "duckdb_temp_storage-0.tmp",
        workspace.root / "definitions" / "rfm" / ".v2.json.4711",
        workspace.root / "reports" / f".{name}.html.4711",
    ]
    for path in left:
        path.parent.mkdir(exist_ok=True)
        path.write_text("half")
    assert workspace.run_ids() == [name]
    studied(workspace)
    assert not [path for path in left if path.exists()]
    assert not left[0].parent.exists()


def test_debug_keeps_every_step_and_may_be_asked_for_again(workspace: Workspace) -> None:
    shutil.rmtree(the_run(workspace))
    (workspace.root / "debug.duckdb.wal").write_bytes(b"left by a killed run")
    first = studied(workspace, debug=True)
    assert first.steps["orders"] > 0
    assert (workspace.root / "debug.duckdb").stat().st_size > 0
    assert studied(workspace, debug=True).already_there


def test_a_run_asked_for_by_a_path_is_no_run(workspace: Workspace) -> None:
    for asked in ("../..", "..", "/etc", ".", "", "2024", the_run(workspace).name + "/../x"):
        if asked in ("", "2024"):
            assert workspace.resolve_run(asked) == the_run(workspace).name
        else:
            with pytest.raises(UsageError, match="1 runs in"):
                workspace.resolve_run(asked)


# --- pinned definitions ---------------------------------------------------------------------------


def more_orders(workspace: Workspace) -> None:
    """The orders of 40 further days."""
    (workspace.root / "orders.csv").write_text(orders(days=340), encoding="utf-8")


def definition(ran, name: str) -> dict:
    return saved.read_json(ran.study.path / "definitions" / f"{name}.json")


def versions(workspace: Workspace, name: str) -> list[str]:
    return sorted(path.name for path in (workspace.root / "definitions" / name).iterdir())


def test_a_pinned_definition_is_reused_on_new_orders(workspace: Workspace) -> None:
    first = saved.load(the_run(workspace))
    more_orders(workspace)
    second = studied(workspace).study
    assert second.run_id != first.run_id
    assert [each.digest for each in second.segmentations] == [each.digest for each in first.segmentations]
    assert versions(workspace, "behaviour") == ["v1.json"]


def test_refit_pins_a_second_version_whose_segments_keep_the_ids_of_their_customers(
    workspace: Workspace,
) -> None:
    old = saved.load(the_run(workspace))
    more_orders(workspace)
    new = studied(workspace, refit=True)
    assert versions(workspace, "behaviour") == ["v1.json", "v2.json"]
    before = {s["id"] for s in old.segmentations[1].definition["segments"]}
    after = {s["id"] for s in definition(new, "behaviour")["segments"]}
    assert before & after
    stayed, moved = kept_and_moved(old.path, new.study.path)
    assert stayed > moved
    assert definition(new, "rfm")["version"] == 2
    assert [s["id"] for s in definition(new, "rfm")["segments"]] == [
        s["id"] for s in old.segmentations[0].definition["segments"]
    ]


def kept_and_moved(old: Path, new: Path) -> tuple[int, int]:
    import duckdb

    with duckdb.connect() as connection:
        row = connection.execute(
            "select count(*) filter (where o.segment_id = n.segment_id), "
            "count(*) filter (where o.segment_id <> n.segment_id) "
            f"from '{old}/assignments/behaviour.parquet' o join '{new}/assignments/behaviour.parquet' n "
            "using (customer_id)"
        ).fetchone()
    assert row
    return row


def test_refit_on_the_same_orders_is_no_new_version(workspace: Workspace) -> None:
    assert studied(workspace, refit=True).already_there
    assert versions(workspace, "rfm") == ["v1.json"]


def test_changed_settings_of_a_method_refit_that_segmentation_alone(workspace: Workspace) -> None:
    chosen = "segmentations:\n  rfm: {method: rfm}\n  behaviour: {method: kmeans, k: 3}\n"
    workspace.settings.write_text(SETTINGS + chosen, encoding="utf-8")
    second = studied(workspace)
    assert versions(workspace, "rfm") == ["v1.json"]
    assert versions(workspace, "behaviour") == ["v1.json", "v2.json"]
    assert len(definition(second, "behaviour")["segments"]) == 3


MODEL = "segmentations:\n  newcomer: {method: model, of: behaviour, features: [weekend_share, gap_days]}\n"


def test_a_model_is_fitted_after_what_it_learns_from_and_anew_when_that_changes(tmp_path: Path) -> None:
    shop = opened(tmp_path / "shop", settings_text=SETTINGS + MODEL + "  behaviour: {method: kmeans, k: 3}\n")
    first = studied(shop)
    assert [each.name for each in first.study.segmentations] == ["newcomer", "behaviour"]
    assert studied(shop).already_there
    changed = SETTINGS + MODEL + "  behaviour: {method: kmeans, k: 4}\n"
    shop.settings.write_text(changed, encoding="utf-8")
    second = studied(shop)
    assert versions(shop, "newcomer") == ["v1.json", "v2.json"]
    taught, learnt = definition(second, "behaviour"), definition(second, "newcomer")
    assert learnt["ground"]["labels.behaviour"] == taught["digest"]
    assert [s["id"] for s in learnt["segments"]] == [s["id"] for s in taught["segments"]]
    assert len(learnt["segments"]) == 4


@pytest.mark.parametrize("found", ['"cuts": [\n', '"version": 1', '"name": "rfm"'])
def test_a_pinned_definition_that_was_changed_is_refused(workspace: Workspace, found: str) -> None:
    pinned = workspace.root / "definitions" / "rfm" / "v1.json"
    text = pinned.read_text("utf-8")
    place = text.index(found)
    digit = next(i for i in range(place, len(text)) if text[i].isdigit() or text[i : i + 3] == "rfm")
    pinned.write_text(text[:digit] + "7" + text[digit + 1 :], encoding="utf-8")
    before = contents(workspace.runs)
    with pytest.raises(RunDamaged, match="pinned definition"):
        studied(workspace)
    with pytest.raises(RunDamaged, match="pinned definition"):
        sql_command.pinned(workspace.root, "rfm", "duckdb", as_of=None)
    assert contents(workspace.runs) == before


def test_the_remedy_for_a_changed_pinned_definition_works(workspace: Workspace) -> None:
    pinned = workspace.root / "definitions" / "rfm" / "v1.json"
    pinned.write_text("{", encoding="utf-8")
    with pytest.raises(RunDamaged):
        studied(workspace)
    shutil.copyfile(the_run(workspace) / "definitions" / "rfm.json", pinned)
    assert studied(workspace).already_there


# --- places ---------------------------------------------------------------------------------------


def test_a_workspace_that_is_a_file_is_refused_in_words(tmp_path: Path) -> None:
    place = tmp_path / "regulars"
    place.write_text("not a folder")
    with pytest.raises(UsageError, match="a file is in its place"), Workspace(place).lock():
        pass
    with pytest.raises(UsageError, match="not a directory|Not a directory"):
        shown.run(Workspace(place), json=True, today=None)
