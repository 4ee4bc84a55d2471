"""Past months as the command fills them, on real orders: as if each had been run when it ended."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from tests.shops import RFM_ALONE, contents, opened

from regulars import settings as chosen
from regulars.app.demo import lay_out

COMMAND = [sys.executable, "-m", "regulars"]
PLAIN = {**os.environ, "PYTHONPATH": str(Path(chosen.__file__).parents[1])}
CONTENT = ("assignments/", "facts/", "features.parquet")


def regulars(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600, check=False, env=PLAIN,
    )  # fmt: skip


def printed(done: subprocess.CompletedProcess[str]) -> dict:
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert isinstance(document, dict)
    return document


def made_with_the_data_up_to(day: str, shop: Path, root: Path) -> Path:
    """The run of a workspace whose file ends on that day, by all that the shop has pinned."""
    lay_out(root)
    for pinned in ("definitions", "value"):
        shutil.copytree(shop / pinned, root / pinned)
    cut = f"copy (from '{shop}/online_retail.parquet' where cast(InvoiceDate as date) <= date '{day}') "
    with duckdb.connect() as connection:
        connection.execute(f"{cut} to '{root}/online_retail.parquet' (format parquet)")
    return Path(printed(regulars("run", "-w", root, "--as-of", day, "--json"))["path"])


def said_of_customers(run: Path) -> dict[str, bytes]:
    return {name: each for name, each in contents(run).items() if name.startswith(CONTENT)}


def test_a_backfilled_quarter_is_what_a_run_would_have_said_when_it_ended(tmp_path: Path) -> None:
    shop = lay_out(tmp_path / "shop").root
    asked = ("--from", "2011-06-01", "--to", "2011-09-30", "--every", "quarter", "-w", shop)
    first = printed(regulars("backfill", *asked, "--json"))
    assert first["days"] == ["2011-06-30", "2011-09-30"]
    assert first["fitted_on"] == "2011-09-30"
    alone = made_with_the_data_up_to("2011-06-30", shop, tmp_path / "cut")
    filled = Path(first["runs"][0]["path"])
    assert filled.name != alone.name, "a run's id digests its sources, whole"
    assert len(said_of_customers(alone)) == 5
    assert said_of_customers(filled) == said_of_customers(alone)
    again = regulars("backfill", *asked)
    assert again.returncode == 0
    assert again.stderr.count("was there already") == 2
    assert "Nothing has changed since" in again.stdout


@pytest.mark.soak
def test_every_backfilled_month_of_a_year_is_what_its_own_run_would_have_said(tmp_path: Path) -> None:
    shop = lay_out(tmp_path / "shop").root
    asked = ("--from", "2011-03-01", "--to", "2011-12-31", "--every", "month", "-w", shop)
    runs = printed(regulars("backfill", *asked, "--json"))["runs"]
    assert [run["as_of"][:7] for run in runs] == [f"2011-{month:02}" for month in range(3, 13)]
    assert sorted(each.name for each in (shop / "runs").iterdir()) == [run["run_id"] for run in runs]
    for run in runs:
        alone = made_with_the_data_up_to(run["as_of"], shop, tmp_path / run["as_of"])
        assert said_of_customers(Path(run["path"])) == said_of_customers(alone), run["as_of"]
    kept = contents(shop)
    assert all(run["already_there"] for run in printed(regulars("backfill", *asked, "--json"))["runs"])
    assert contents(shop) == kept
    changed = (
        (shop / "regulars.yaml").read_text("utf-8").replace("{method: rfm}", "{method: rfm, scheme: five}")
    )
    (shop / "regulars.yaml").write_text(changed, "utf-8")
    anew = printed(regulars("backfill", *asked, "--json"))["runs"]
    assert {run["definitions"]["rfm"]["version"] for run in anew} == {2}
    assert {run["definitions"]["behaviour"]["version"] for run in anew} == {1}
    after = contents(shop)
    assert {name: after[name] for name in kept if name != "regulars.yaml"} == {
        name: each for name, each in kept.items() if name != "regulars.yaml"
    }
    old = printed(regulars("history", "rfm", "--version", "1", "-w", shop, "--json"))["runs"]
    new = printed(regulars("history", "rfm", "-w", shop, "--json"))["runs"]
    assert [each["run_id"] for each in old] == [run["run_id"] for run in runs]
    assert [each["run_id"] for each in new] == [run["run_id"] for run in anew]


def test_ctrl_c_keeps_the_months_that_are_done_and_says_how_many(tmp_path: Path) -> None:
    shop = opened(tmp_path, settings_text=RFM_ALONE).root
    asked = ("--from", "2024-03-01", "--to", "2025-05-31", "--every", "week", "-w", str(shop))
    going = subprocess.Popen([*COMMAND, "backfill", *asked], stderr=subprocess.PIPE, text=True, env=PLAIN)
    assert going.stderr is not None
    lines = [next(going.stderr) for _ in range(4)]
    going.send_signal(signal.SIGINT)
    rest = going.communicate(timeout=60)[1]
    assert going.returncode == 130, lines
    kept = len([each for each in (shop / "runs").iterdir() if not each.name.startswith(".")])
    assert 0 < kept < 60
    assert f"{kept} of 65 days are there" in rest
    done = printed(regulars("backfill", *asked, "--json"))
    assert sum(run["already_there"] for run in done["runs"]) == kept
