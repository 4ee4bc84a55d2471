"""Damaged, half-deleted and foreign runs, and lost definitions: each command names them before any figure."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from tests.shops import RFM_ALONE, opened, studied

import regulars as rg
from regulars.app import cli
from regulars.app.runs import lacking, require_newest
from regulars.app.verifying import BESIDES, run_id_of
from regulars.app.workspace import Workspace
from regulars.documents import digest_of, pretty
from regulars.errors import RunDamaged

DAYS = ("2024-06-30", "2024-07-31", "2024-08-31")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Three months by one definition."""
    workspace = opened(tmp_path_factory.mktemp("kept"), settings_text=RFM_ALONE, customers=120)
    for day in DAYS:
        studied(workspace, as_of=date.fromisoformat(day))
    return workspace


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of another workspace, of a day after all others; beside it lies one of a day before them."""
    other = opened(tmp_path_factory.mktemp("other"), settings_text=RFM_ALONE, customers=110)
    studied(other, as_of=date(2024, 5, 31))
    return studied(other, as_of=date(2024, 9, 30)).study.path


@pytest.fixture
def shop(kept: Workspace, tmp_path: Path) -> Workspace:
    """A copy, to be damaged; without pages, so that new ones are seen."""
    shop = Workspace(Path(shutil.copytree(kept.root, tmp_path / "shop")))
    shutil.rmtree(shop.root / "reports")
    return shop


@pytest.fixture
def regulars(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable:
    """A command as from a shell: exit code, stdout and stderr (as one line of words)."""

    def ran(shop: Workspace, *asked: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["regulars", *map(str, asked), "-w", str(shop.root)])
        try:
            cli.main()
            code = 0
        except SystemExit as left:
            code = int(left.code or 0)
        out, err = capsys.readouterr()
        return code, out, " ".join(err.split())

    return ran


def first(shop: Workspace) -> Path:
    return shop.run(shop.run_ids()[0])


# --- what is done to a workspace: each returns what must be named, and how it must be said ----------


def truncated(shop: Workspace) -> tuple[str, str]:
    path = first(shop) / "assignments" / "rfm.parquet"
    path.write_bytes(path.read_bytes()[:-1])
    return first(shop).name, "assignments/rfm.parquet was altered"


def without_facts(shop: Workspace) -> tuple[str, str]:
    (first(shop) / "facts" / "rfm.json").unlink()
    return first(shop).name, "facts/rfm.json is missing"


def without_manifest(shop: Workspace) -> tuple[str, str]:
    (first(shop) / "manifest.json").unlink()
    return first(shop).name, "manifest.json is missing: half deleted, or no run"


def emptied(shop: Workspace) -> tuple[str, str]:
    run = first(shop)
    shutil.rmtree(run)
    run.mkdir()
    return run.name, "manifest.json is missing"


def a_file_in_its_place(shop: Workspace) -> tuple[str, str]:
    run = first(shop)
    shutil.rmtree(run)
    run.write_text("not a run")
    return run.name, "it is no folder"


def a_dead_link_in_its_place(shop: Workspace) -> tuple[str, str]:
    run = first(shop)
    shutil.rmtree(run)
    run.symlink_to(shop.root / "gone")
    return run.name, "it is no folder"


def with_one_file_more(shop: Workspace) -> tuple[str, str]:
    (first(shop) / "facts" / "manifest.json").write_text("{}")
    return first(shop).name, "facts/manifest.json does not belong"


def of_another_schema(shop: Workspace) -> tuple[str, str]:
    path = first(shop) / "manifest.json"
    path.write_text(pretty({**json.loads(path.read_text("utf-8")), "schema": "run/9"}), "utf-8")
    return first(shop).name, "of schema 'run/9', and this Regulars reads 'run/1'"


def with_half_a_character(shop: Workspace) -> tuple[str, str]:
    path = first(shop) / "manifest.json"
    path.write_text(path.read_text("utf-8").replace("EUR", "\\ud800", 1), "utf-8")
    return first(shop).name, "manifest.json was altered"


def without_end(shop: Workspace) -> tuple[str, str]:
    (first(shop) / "manifest.json").write_text('{"a":' * 100_000)
    return first(shop).name, "manifest.json cannot be read"


def another_day(shop: Workspace) -> tuple[str, str]:
    run = first(shop)
    other = run.rename(run.with_name(f"2024-06-29-{run.name[-12:]}"))
    return other.name, f"it is run {run.name}: renamed, or a copy"


def renamed(shop: Workspace) -> tuple[str, str]:
    run = first(shop)
    return run.rename(run.with_name(f"{run.name}-old")).name, "is no run"


def a_folder_beside(shop: Workspace) -> tuple[str, str]:
    (shop.runs / "holiday pictures").mkdir()
    return "holiday pictures", "is no run"


def a_link_beside(shop: Workspace) -> tuple[str, str]:
    (shop.runs / "latest").symlink_to(first(shop))
    return "latest", "is no run"


IN_PLACE = [
    truncated, without_facts, without_manifest, emptied, a_file_in_its_place, a_dead_link_in_its_place,
    with_one_file_more, of_another_schema, with_half_a_character, without_end,
]  # fmt: skip
DAMAGES = [*IN_PLACE, another_day, renamed, a_folder_beside, a_link_beside]


@pytest.mark.parametrize("damage", DAMAGES)
def test_whatever_reads_the_runs_names_what_is_wrong_with_one_and_shows_nothing(
    kept: Workspace, shop: Workspace, damage: Callable, regulars: Callable, tmp_path: Path
) -> None:
    features = first(kept) / "features.parquet"
    name, said = damage(shop)
    for asked in (
        ("history", "rfm"),
        ("migrate", "2024-07-31", "2024-08-31"),
        ("compare", "rfm"),
        ("compare", "--from", "2024-07-31", "--to", "2024-08-31"),
        ("sql", "rfm", "--version", "1"),
        ("assign", "rfm", features, "-o", tmp_path / "out.csv"),
        ("backfill", "--from", "2024-06-01", "--to", "2024-08-31", "--every", "month"),
    ):
        code, out, err = regulars(shop, *asked)
        assert (code, out) == (1, ""), asked
        assert name in err, asked
        assert said in err, asked
        assert "customers" not in err, asked
        assert "Delete them, or move them away" in err, asked
        assert "Next: regulars doctor" in err, asked
    assert not (tmp_path / "out.csv").exists()
    assert not (shop.root / "reports").exists()


@pytest.mark.parametrize("damage", IN_PLACE)
def test_a_run_that_is_there_but_damaged_is_neither_run_nor_reported(
    shop: Workspace, damage: Callable, regulars: Callable
) -> None:
    name, said = damage(shop)
    for asked in (("run", "--as-of", DAYS[0]), ("report", name)):
        code, out, err = regulars(shop, *asked)
        assert (code, out) == (1, ""), asked
        assert f"run '{name}'" in err
        assert said in err
        assert "make it again" in err
    assert not (shop.root / "reports").exists()


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_later_day_stands_and_its_page_names_the_damage_in_place_of_who_moved(
    shop: Workspace, damage: Callable, regulars: Callable
) -> None:
    name, said = damage(shop)
    code, out, err = regulars(shop, "report", DAYS[2])
    assert code == 0
    assert "cannot be relied on" in err
    assert name in err
    page = Path(out.strip()).read_text("utf-8")
    assert 'class="alluvial"' not in page
    assert name in page
    told = regulars(shop, "doctor")[1]
    assert name in told
    assert said in told


def test_run_names_a_damaged_earlier_day_before_its_own_figures(shop: Workspace, regulars: Callable) -> None:
    name, said = truncated(shop)
    code, out, err = regulars(shop, "run", "--as-of", DAYS[2])
    assert code == 0
    assert "Champions" in out
    assert said in err
    found = json.loads(regulars(shop, "run", "--as-of", DAYS[2], "--json")[1])["findings"]
    assert [name in each["what"] for each in found if each["where"] == "dashboard"] == [True]


def test_a_run_by_a_version_that_knew_no_value_model_hinders_no_other(
    shop: Workspace, regulars: Callable
) -> None:
    """Its manifest is as it was written, and lacks what later ones have."""
    manifest = json.loads((first(shop) / "manifest.json").read_text("utf-8"))
    for key in ("value", "definitions"):
        del manifest[key]
    manifest["as_of"] = "2023-01-01"
    manifest["run_id"] = run_id_of({k: v for k, v in manifest.items() if k not in BESIDES})
    earlier = shop.run(manifest["run_id"])
    earlier.mkdir()
    (earlier / "manifest.json").write_text(pretty(manifest), "utf-8")
    require_newest(shop, ["rfm"])
    assert lacking(shop, manifest) == []


# --- runs of another workspace ----------------------------------------------------------------------


def test_a_run_of_another_workspace_is_named_and_never_taken_for_this_ones_newest(
    shop: Workspace, stranger: Path, regulars: Callable
) -> None:
    own = shop.newest_run()
    (before,) = stranger.parent.glob("2024-05-31-*")
    for each in (before, stranger):
        shutil.copytree(each, shop.run(each.name), copy_function=shutil.copy)
    assert shop.newest_run() == stranger.name
    code, out, err = regulars(shop, "report")
    assert code == 0
    assert own in out
    assert f"Run {stranger.name} is by definitions that this workspace has not pinned: rfm" in err
    assert "Left out" in Path(out.strip()).read_text("utf-8")
    for asked in (("history", "rfm"), ("migrate", "2024-07-31", "2024-08-31"), ("compare", "rfm")):
        assert stranger.name in regulars(shop, *asked)[2], asked
    assert stranger.name in regulars(shop, "report", stranger.name)[2]
    loaded = rg.load(workspace=shop.root)
    assert loaded.run_id == own
    assert stranger.name in loaded.findings[-1].what


# --- definitions that were changed or lost ----------------------------------------------------------


def edited(path: Path, key: str, value: object) -> None:
    path.write_text(pretty({**json.loads(path.read_text("utf-8")), key: value}), "utf-8")


@pytest.mark.parametrize(("key", "value"), [("rule", []), ("segments", None), ("name", "x"), ("digest", 1)])
def test_a_pinned_definition_that_was_changed_is_named_with_the_way_to_mend_it(
    shop: Workspace, regulars: Callable, key: str, value: object
) -> None:
    pinned = shop.root / "definitions" / "rfm" / "v1.json"
    edited(pinned, key, value)
    for asked in (
        ("history", "rfm"), ("history", "rfm", "--definitions"), ("migrate", "2024-07-31", "2024-08-31"),
        ("compare", "rfm"), ("sql", "rfm"), ("run",),
        ("backfill", "--from", "2024-06-01", "--to", "2024-08-31", "--every", "month"),
    ):  # fmt: skip
        code, out, err = regulars(shop, *asked)
        assert (code, out) == (1, ""), asked
        assert f"pinned definition '{pinned}': it is not what was pinned" in err, asked
        assert "Copy definitions/rfm.json of a run by that version over it" in err
    assert "it is not what was pinned" in regulars(shop, "doctor")[1]
    shutil.copyfile(first(shop) / "definitions" / "rfm.json", pinned)
    assert regulars(shop, "history", "rfm")[0] == 0


@pytest.mark.parametrize(("key", "value"), [("parameters", 7), ("recipe", {}), ("version", 2)])
def test_a_value_model_that_was_changed_is_named_with_the_way_to_mend_it(
    shop: Workspace, regulars: Callable, key: str, value: object
) -> None:
    pinned = shop.root / "value" / "v1.json"
    edited(pinned, key, value)
    for asked in (("run",), ("sql", "rfm")):
        code, out, err = regulars(shop, *asked)
        assert (code, out) == (1, "")
        assert f"pinned value model '{pinned}': it is not what was pinned" in err
    shutil.copyfile(first(shop) / "value.json", pinned)
    assert regulars(shop, "run", "--as-of", DAYS[0])[0] == 0


@pytest.mark.parametrize(
    ("lost", "copy"), [("definitions/rfm/v2.json", "definitions/rfm.json"), ("value/v2.json", "value.json")]
)
def test_an_older_version_does_not_pass_for_the_newest_that_was_lost(
    shop: Workspace, regulars: Callable, lost: str, copy: str
) -> None:
    newest = studied(shop, as_of=date(2024, 9, 30), refit=True).study.path
    (shop.root / lost).unlink()
    month = ("backfill", "--from", "2024-09-01", "--to", "2024-10-31", "--every", "month")
    for asked in (("run",), month, ("sql", "rfm")):
        code, out, err = regulars(shop, *asked)
        assert (code, out) == (1, "")
        assert f"pinned file '{lost}': it is gone, and run {newest.name} is by it" in err
    shutil.copyfile(newest / copy, shop.root / lost)
    assert regulars(shop, "sql", "rfm")[0] == 0


def test_a_lost_definition_is_not_said_to_have_never_been(shop: Workspace, regulars: Callable) -> None:
    (shop.root / "definitions" / "rfm" / "v1.json").unlink()
    for asked in (("sql", "rfm"), ("history", "rfm")):
        code, out, err = regulars(shop, *asked)
        assert code
        assert out == ""
        assert first(shop).name in err
        assert "of that run to its place" in err or "put it back" in err


def test_the_proof_of_a_run_that_was_altered_is_named_on_its_page_and_beside_it(
    shop: Workspace, regulars: Callable
) -> None:
    regulars(shop, "compare", "rfm")
    (proof,) = (shop.root / "validation").rglob("*.json")
    told = {"schema": "validation/2", "segmentation": "rfm"}
    without_run = pretty({**told, "digest": digest_of(told)})
    for spoilt in (
        '{"digest": NaN}', '{"to": [], "digest": ""}', "[]", "{", without_run, proof.read_text("utf-8") + " ",
    ):  # fmt: skip
        whole = proof.read_text("utf-8")
        proof.write_text(spoilt if spoilt != whole + " " else whole.replace("rfm", "rfn", 1), "utf-8")
        code, out, err = regulars(shop, "report", DAYS[2])
        assert code == 0
        assert "What was found of this run cannot be relied on" in err
        assert "Delete it and compare again" in err
        assert "cannot be relied on" in Path(out.strip()).read_text("utf-8")
        proof.write_text(whole, "utf-8")
    assert regulars(shop, "report", DAYS[2])[2] == ""
    proof.unlink()
    proof.mkdir()
    for asked in (("report", DAYS[2]), ("compare", "rfm")):
        assert "Delete it and compare again" in regulars(shop, *asked)[2]


def test_python_refuses_a_damaged_run_too(shop: Workspace) -> None:
    name, said = truncated(shop)
    with pytest.raises(RunDamaged, match=said):
        rg.load(name, workspace=shop.root)
