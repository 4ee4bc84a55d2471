"""The command line as people and programs meet it: what it prints where, how it ends, what it says."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.shops import contents, opened, orders, studied

from regulars import settings as chosen
from regulars.app.choices import DIALECTS
from regulars.app.verifying import verified
from regulars.app.workspace import Workspace

COMMAND = [sys.executable, "-m", "regulars"]
PLAIN = {key: value for key, value in os.environ.items() if key not in {"FORCE_COLOR", "REGULARS_DEBUG"}}
# Found from any folder, installed or not.
PLAIN["PYTHONPATH"] = str(Path(chosen.__file__).parents[1])


def regulars(*arguments: object, cwd: Path | None = None, **how) -> subprocess.CompletedProcess[str]:
    """The command with nobody at the keyboard: a prompt would end it with an error, or never."""
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False,
        env=how.pop("env", PLAIN), **how,
    )  # fmt: skip


def printed(done: subprocess.CompletedProcess[str]) -> dict:
    """The one JSON document on stdout."""
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert isinstance(document, dict)
    return document


def refused(done: subprocess.CompletedProcess[str], code: int) -> str:
    """What stderr says; nothing may be on stdout, and no traceback anywhere."""
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert "fault of the program" not in done.stderr
    return done.stderr


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished workspace; the tests that use it only read."""
    root = opened(tmp_path_factory.mktemp("shop")).root
    assert regulars("run", "-w", root).returncode == 0
    return root


RUN_KEYS = {"run_id", "path", "dashboard", "already_there", "segmentations", "findings"}


def test_the_demo_ends_with_where_its_dashboard_is(tmp_path: Path) -> None:
    done = regulars("demo", "--to", tmp_path / "demo")
    assert done.returncode == 0, done.stderr
    *_, run_line, last = done.stdout.strip().splitlines()
    assert run_line.startswith("Run:")
    page = Path(last.removeprefix("Dashboard:").strip())
    assert page.read_text("utf-8").startswith("<!doctype html>")
    assert "541,909" in done.stdout
    assert "Reading the orders" in done.stderr
    assert "CC BY 4.0" in done.stderr


def test_from_an_order_file_to_segments_each_command_names_the_next(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(orders(), encoding="utf-8")
    begun = regulars("init", "orders.csv", cwd=tmp_path)
    assert begun.returncode == 0, begun.stderr
    assert "regulars check" in begun.stdout + begun.stderr
    assert (tmp_path / "regulars" / "regulars.yaml").is_file()
    assert printed(regulars("check", "--json", cwd=tmp_path))["ready"] is True
    assert not (tmp_path / "regulars" / "runs").exists(), "check writes nothing"
    first = printed(regulars("run", "--json", cwd=tmp_path))
    assert set(first) >= RUN_KEYS
    assert first["already_there"] is False
    assert set(first["segmentations"]) == {"rfm", "behaviour"}
    for segments in first["segmentations"].values():
        assert all(set(s) == {"segment_id", "segment_name", "customers", "customer_share"} for s in segments)
        assert all(s["customers"] is None or s["customers"] > 10 for s in segments)
        assert all(s["customer_share"] is None or 0 <= s["customer_share"] <= 1 for s in segments)
    assert all(set(f) == {"severity", "where", "what", "remedy"} for f in first["findings"])
    assert verified(Path(tmp_path / first["path"]))["run_id"] == first["run_id"]
    before = contents(tmp_path / "regulars" / "runs")
    second = regulars("run", cwd=tmp_path)
    assert "was there already" in second.stdout
    assert contents(tmp_path / "regulars" / "runs") == before


def test_reports_sql_and_doctor_read_what_the_run_left(shop: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    shown = printed(regulars("report", "-w", shop, "-o", page, "--json"))
    assert Path(shown["dashboard"]) == page
    assert page.read_bytes() == (shop / "reports" / f"{shown['run_id']}.html").read_bytes()
    for dialect in (DIALECTS[0], DIALECTS[-1]):
        script = regulars("sql", "rfm", "-w", shop, "--dialect", dialect)
        assert script.returncode == 0
        assert script.stderr == ""
        assert "segment_rfm_assignments" in script.stdout
    named = regulars("sql", "rfm", "-w", shop, "--prefix", "shop")
    assert "shop_assignments" in named.stdout
    assert "segment_rfm" not in named.stdout
    health = printed(regulars("doctor", "-w", shop, "--json"))
    assert health["runs"] == {shown["run_id"]: "whole"}
    assert health["damaged"] == []


def test_doctor_names_a_damaged_run(shop: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(shop, tmp_path / "shop"))
    (run,) = Workspace(root).run_ids()
    (root / "runs" / run / "ledger.json").write_text("{}")
    done = regulars("doctor", "-w", root, "--json")
    assert done.returncode == 1
    assert json.loads(done.stderr)["found"] == f"{run}: not as written"
    told = json.loads(done.stdout)
    assert told["damaged"] == [run]
    assert list(told["runs"]) == [run]
    assert "ledger.json was altered" in told["runs"][run]
    assert regulars("doctor", "-w", root).returncode == 1


def test_json_on_stdout_is_alone_there_and_stages_are_on_stderr(shop: Path) -> None:
    done = regulars("run", "-w", shop, "--json")
    assert printed(done)["already_there"] is True
    assert done.stderr.splitlines()[0] == "Reading the orders"


def test_no_colour_where_there_is_no_terminal_or_none_is_wished(shop: Path) -> None:
    plain = regulars("run", "-w", shop)
    assert "\x1b" not in plain.stdout + plain.stderr
    wished = {**PLAIN, "NO_COLOR": "1", "FORCE_COLOR": "1"}
    for done in (
        regulars("run", "-w", shop, env=wished),
        regulars("report", "nothing", "-w", shop, env=wished),
    ):
        assert "\x1b[3" not in done.stdout + done.stderr, "colours are codes 30 to 37"


# --- what cannot be done ----------------------------------------------------------------------------


def test_what_was_asked_for_wrongly_ends_with_2_and_the_way_on(shop: Path, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("a file")
    for arguments, said in [
        (("run", "--nope"), ["--nope"]),
        (("nope",), ["nope"]),
        (("run", "-w", tmp_path / "none"), ["no such file", "Next: regulars init ORDERS"]),
        (("run", "-w", taken), ["taken"]),
        (("demo", "--to", taken), ["a file is in its place", "Name another folder."]),
        (("report", "-w", tmp_path / "none"), ["0 runs in", "Next: regulars run"]),
        (("report", "../..", "-w", shop), ["run '../..'", "1 runs in"]),
        (("sql", "rfn", "-w", shop), ["segmentation 'rfn'", "Did you mean 'rfm'?"]),
        (("sql", "rfm", "-w", shop, "--dialect", "postgre"), ["Did you mean 'postgres'?"]),
        (("run", "-w", shop, "--as-of", "yesterday"), ["'yesterday'", "YYYY-MM-DD"]),
        (("run", "-w", shop, "--memory-limit", "lots"), ["'lots'", "1GB"]),
    ]:
        told = refused(regulars(*arguments), 2)
        assert [each for each in said if each not in told] == [], told


def test_settings_that_cannot_be_end_with_2_and_every_fault_at_once(tmp_path: Path) -> None:
    workspace = opened(tmp_path)
    text = workspace.settings.read_text("utf-8")
    workspace.settings.write_text("schema: [regulars/1", encoding="utf-8")
    assert "not YAML" in refused(regulars("run", "-w", tmp_path), 2)
    workspace.settings.write_text(f"curency: EUR\n{text}colour: red\n", encoding="utf-8")
    told = refused(regulars("run", "-w", tmp_path), 2)
    assert "curency: no such setting. Did you mean 'currency'?" in told
    assert "colour: no such setting" in told


def test_data_that_cannot_carry_a_segmentation_ends_with_3_and_makes_no_run(tmp_path: Path) -> None:
    workspace = opened(tmp_path, customers=20)
    done = regulars("check", "-w", tmp_path)
    assert done.returncode == 3
    assert "enough customers" in done.stdout
    assert "found 20" in done.stderr
    assert "20" in refused(regulars("run", "-w", tmp_path), 3)
    assert workspace.run_ids() == []
    assert not (tmp_path / "definitions").exists()


def test_an_order_file_that_is_not_there_ends_with_3_and_its_place(tmp_path: Path) -> None:
    workspace = opened(tmp_path)
    (tmp_path / "orders.csv").rename(tmp_path / "order.csv")
    told = refused(regulars("run", "-w", tmp_path), 3)
    assert "orders.csv" in told
    assert "Did you mean 'order.csv'?" in told
    assert "sources.orders.path" in told
    assert workspace.run_ids() == []


def test_a_damaged_run_ends_with_1_and_shows_no_number(shop: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(shop, tmp_path / "shop"))
    (run,) = Workspace(root).run_ids()
    facts = root / "runs" / run / "facts" / "rfm.json"
    facts.write_bytes(facts.read_bytes().replace(b"1", b"2", 1))
    told = refused(regulars("report", "-w", root), 1)
    assert "facts/rfm.json was altered" in told
    assert "Next: regulars run" in told
    assert "facts/rfm.json was altered" in refused(regulars("run", "-w", root), 1)


@pytest.mark.parametrize("kilobytes", [2, 8, 40])
def test_a_disk_that_takes_no_more_ends_with_1_and_leaves_nothing_half_made(
    tmp_path: Path, kilobytes: int
) -> None:
    """No file may grow beyond so much: documents, tables and the dashboard fail in turn."""
    workspace = opened(tmp_path)
    cap = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (kilobytes * 1024, kilobytes * 1024))  # noqa: E731
    told = refused(regulars("run", "-w", tmp_path, preexec_fn=cap), 1)
    assert "Make room there" in told
    for run_id in workspace.run_ids():
        verified(workspace.run(run_id))
    assert not [path for path in tmp_path.rglob(".*") if path.name != ".lock"]
    studied(workspace)
    assert len(workspace.run_ids()) == 1


@pytest.mark.parametrize("stage", ["Reading", "Fitting", "Saving"])
def test_ctrl_c_ends_with_130_and_leaves_nothing_half_made(tmp_path: Path, stage: str) -> None:
    workspace = opened(tmp_path)
    command = [*COMMAND, "run", "-w", str(tmp_path)]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=PLAIN)
    assert running.stderr
    assert any(line.startswith(stage) for line in running.stderr)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert (running.returncode, out) == (130, "")
    assert "Interrupted. Nothing half-made was kept." in err
    assert not [path for path in tmp_path.rglob(".*") if path.name != ".lock"]
    for run_id in workspace.run_ids():
        verified(workspace.run(run_id))


@pytest.mark.parametrize("module", ["regulars", "regulars.app.cli"])
def test_help_and_importing_the_package_load_nothing_heavy(module: str) -> None:
    heavy = (
        "duckdb",
        "sqlglot",
        "numpy",
        "scipy",
        "sklearn",
        "pydantic",
        "jinja2",
        "narwhals",
        "sqlalchemy",
        "alembic",
    )
    asked = f"import sys, {module}; print([each for each in {heavy} if each in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", asked], env=PLAIN, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
