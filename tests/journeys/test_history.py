"""A segmentation's history as the commands show it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
import pytest
from tests.shops import RFM_ALONE, opened, orders, studied

from regulars import settings as chosen
from regulars.app.workspace import Workspace

COMMAND = [sys.executable, "-m", "regulars"]
PLAIN = {**os.environ, "PYTHONPATH": str(Path(chosen.__file__).parents[1]), "COLUMNS": "80"}


def regulars(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False, env=PLAIN,
    )  # fmt: skip


def printed(done: subprocess.CompletedProcess[str]) -> dict:
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert isinstance(document, dict)
    return document


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Three months by one version of the definition, and one by the next; the tests only read."""
    workspace = opened(tmp_path_factory.mktemp("shop"), settings_text=RFM_ALONE)
    for month in ("06-30", "07-31", "08-31"):
        studied(workspace, as_of=chosen_day(month))
    (workspace.root / "orders.csv").write_text(orders(customers=260), encoding="utf-8")
    studied(workspace, as_of=chosen_day("09-30"), refit=True)
    return workspace


def chosen_day(month: str) -> date:
    return date.fromisoformat(f"2024-{month}")


def test_sizes_over_time_add_up_and_the_version_stands_beside_them(shop: Workspace) -> None:
    found = printed(regulars("history", "rfm", "-w", shop.root, "--json"))
    assert [run["as_of"] for run in found["runs"]] == ["2024-06-30", "2024-07-31", "2024-08-31", "2024-09-30"]
    assert [run["version"] for run in found["runs"]] == [1, 1, 1, 2]
    assert [run["is_new_definition"] for run in found["runs"]] == [False, False, False, True]
    for run in found["runs"]:
        shown = [each["customers"] for each in run["segments"] if each["customers"] is not None]
        assert all(size > 10 for size in shown)
        assert sum(shown) <= run["customers"]
    assert any("Version 1 up to 2024-08-31" in each["what"] for each in found["findings"])


def test_the_table_is_readable_at_80_columns_with_a_legend(shop: Workspace) -> None:
    done = regulars("history", "rfm", "-w", shop.root)
    assert done.returncode == 0
    assert all(len(line) <= 80 for line in done.stdout.splitlines())
    assert "Cha Champions" in done.stdout
    assert done.stdout.count("2024-07-31") == 2, "customers, then percent"
    assert "warning history.rfm" in done.stderr


def test_the_dimension_is_written_as_a_table_that_anybody_can_join(shop: Workspace, tmp_path: Path) -> None:
    for name in ("dim.parquet", "dim.csv"):
        assert regulars("history", "rfm", "-w", shop.root, "-o", tmp_path / name).returncode == 0
    with duckdb.connect() as connection:
        rows = connection.execute(f"select count(*) from '{tmp_path}/dim.parquet'").fetchone()
        assert rows == connection.execute(f"select count(*) from '{tmp_path}/dim.csv'").fetchone()
        described = connection.execute(f"describe from '{tmp_path}/dim.parquet'").fetchall()
        columns = [name for name, *_ in described]
        latest = shop.run(shop.run_ids()[-1]) / "assignments" / "rfm.parquet"
        current = f"(from '{tmp_path}/dim.parquet' where is_current)"
        differ = connection.execute(
            f"select count(*) from {current} as d full join '{latest}' as a "
            "using (customer_id, segment_id, segment_name, definition) "
            "where d.version is null or a.as_of is null"
        ).fetchone()
    assert columns == [
        "customer_id", "segment_id", "segment_name", "previous_segment_id", "previous_segment_name",
        "valid_from", "valid_to", "is_current", "changed_on", "is_new_definition", "version", "definition",
    ]  # fmt: skip
    assert differ == (0,)
    wrong = regulars("history", "rfm", "-w", shop.root, "-o", tmp_path / "dim.xlsx")
    assert wrong.returncode == 2


def test_definitions_are_compared_in_words(shop: Workspace) -> None:
    done = regulars("history", "rfm", "-w", shop.root, "--definitions")
    assert done.returncode == 0
    assert "rfm, version 1" in done.stdout
    assert "cuts recency_days at" in done.stdout
    told = printed(regulars("history", "rfm", "-w", shop.root, "--definitions", "--json"))
    assert [each["version"] for each in told["versions"]] == [1, 2]
    assert told["versions"][0]["changes"] == []
    assert any(each.startswith("R cuts recency_days at") for each in told["versions"][1]["changes"])
    assert regulars("history", "rfn", "-w", shop.root, "--definitions").returncode == 2


def test_a_damaged_run_is_named_and_nothing_is_shown(tmp_path: Path) -> None:
    workspace = opened(tmp_path, settings_text=RFM_ALONE)
    run = studied(workspace, as_of=chosen_day("06-30")).study.path
    (run / "facts" / "rfm.json").unlink()
    done = regulars("history", "rfm", "-w", tmp_path)
    assert done.returncode == 1
    assert done.stdout == ""
    assert f"{run.name}: facts/rfm.json is missing" in done.stderr


def test_a_migration_tells_where_everybody_went_and_lists_them(shop: Workspace, tmp_path: Path) -> None:
    files = ("-o", tmp_path / "moved.csv", "--lists", tmp_path / "l", "--page", tmp_path / "moved.html")
    found = printed(regulars("migrate", "2024-06-30", "2024-08-31", "-w", shop.root, *files, "--json"))
    assert (found["from"]["as_of"], found["to"]["as_of"]) == ("2024-06-30", "2024-08-31")
    assert found["same_definition"] is True
    assert "30 Jun 2024 to 31 Aug 2024" in (tmp_path / "moved.html").read_text(encoding="utf-8")
    first, second = (shop.run(found[side]["run_id"]) / "assignments/rfm.parquet" for side in ("from", "to"))
    with duckdb.connect() as connection:
        (counted,) = connection.execute(
            f"select count(*) filter (where a.segment_id = b.segment_id), count(*) filter (where "
            f"a.segment_id <> b.segment_id), count(*) filter (where a.segment_id is null) "
            f"from '{first}' as a full join '{second}' as b using (customer_id)"
        ).fetchall()
        (listed,) = connection.execute(
            "select count(*) filter (where what = 'moved'), count(*) filter (where what = 'came') "
            f"from '{tmp_path}/moved.csv'"
        ).fetchall()
        entries = connection.execute(f"select count(*) from '{tmp_path}/l/entries_*.csv'").fetchone()
        exits = connection.execute(f"select count(*) from '{tmp_path}/l/exits_*.csv'").fetchone()
    assert (found["stayed"], found["moved"]) == counted[:2]
    assert listed == counted[1:]
    assert entries == (counted[1] + counted[2],)
    assert exits == (counted[1],)
    shown = [each for each in found["flows"] if each["customers"] is not None]
    assert all(each["customers"] == 0 or each["customers"] > 10 for each in shown)
    assert len(shown) < len(found["flows"])


def test_movement_across_versions_is_marked_and_measured_by_one_of_them_too(shop: Workspace) -> None:
    done = regulars("migrate", "2024-08-31", "2024-09-30", "rfm", "-w", shop.root)
    assert done.returncode == 0
    assert all(len(line) <= 80 for line in done.stdout.splitlines())
    assert "because the definition is another" in done.stderr
    found = printed(regulars("migrate", "2024-08-31", "2024-09-30", "rfm", "-w", shop.root, "--json"))
    assert found["same_definition"] is False
    assert found["moved_share_by_later_definition"] != found["moved_share"]
    assert f"Had version 2 been used for both: {found['moved_share_by_later_definition']:.1%}" in done.stdout


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (("2024-08-31", "2024-06-30"), "Name the earlier run first"),
        (("2024-08-31", "2024-08-31"), "both are run"),
        (("2024-06-30", "2024-08-31", "rfn"), "Did you mean 'rfm'"),
        (("2023-01-31", "2024-08-31"), "run '2023-01-31'"),
    ],
)
def test_what_cannot_be_compared_is_refused_with_what_there_is(
    shop: Workspace, asked: tuple[str, ...], told: str
) -> None:
    done = regulars("migrate", *asked, "-w", shop.root)
    assert done.returncode == 2
    assert told in done.stderr


def test_an_old_version_still_writes_its_sql_and_places_customers(shop: Workspace, tmp_path: Path) -> None:
    digests = {}
    for version in (1, 2):
        definition = shop.pinned("rfm", version)
        assert definition is not None
        digests[version] = definition.digest
        script = regulars("sql", "rfm", "-w", shop.root, "--version", version)
        assert definition.digest in script.stdout
    assert digests[1] != digests[2]
    features = shop.run(shop.run_ids()[0]) / "features.parquet"
    old = ("--version", 1, "-o", tmp_path / "old.parquet")
    placed = regulars("assign", "rfm", features, "-w", shop.root, *old)
    assert placed.returncode == 0, placed.stderr
    with duckdb.connect() as connection:
        differ = connection.execute(
            f"select count(*) from '{tmp_path}/old.parquet' as a full join "
            f"'{features.parent}/assignments/rfm.parquet' as b using (customer_id, segment_id, definition) "
            "where a.as_of is null or b.as_of is null"
        ).fetchone()
    assert differ == (0,)
    assert "it has 1, 2" in regulars("sql", "rfm", "-w", shop.root, "--version", 3).stderr


def test_the_dashboard_of_a_later_run_tells_who_moved_and_names_damage_in_place_of_figures(
    tmp_path: Path,
) -> None:
    workspace = opened(tmp_path, settings_text=RFM_ALONE)
    first = studied(workspace, as_of=chosen_day("06-30"))
    assert "Who moved" not in first.dashboard.read_text("utf-8")
    page = studied(workspace, as_of=chosen_day("07-31")).dashboard.read_text("utf-8")
    assert "pale bands stayed" in page
    assert "of the customers of both runs" in page
    (first.study.path / "ledger.json").write_text("{}", encoding="utf-8")
    report = regulars("report", "2024-07-31", "-w", tmp_path, "-o", tmp_path / "page.html")
    assert report.returncode == 0
    spoilt = (tmp_path / "page.html").read_text("utf-8")
    assert "pale bands stayed" not in spoilt
    assert "ledger.json was altered" in spoilt
