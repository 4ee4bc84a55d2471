"""Customers into existing segments, from features or orders: every row and every unknown accounted for."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from tests.shops import SETTINGS, TODAY, opened, orders, studied

import regulars as rg
from regulars.app.workspace import Workspace
from regulars.errors import DataRefused, UsageError
from regulars.segment.definition import Definition

SEGMENTATIONS = """\
segmentations:
  rfm: {method: rfm}
  habits: {method: kmeans, k: 3, features: [gap_days, weekend_share, morning_share]}
  lives: {method: lifecycle}
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> Workspace:
    workspace = opened(tmp_path_factory.mktemp("shop") / "w", settings_text=SETTINGS + SEGMENTATIONS)
    studied(workspace)
    return workspace


def assign(shop: Workspace, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "regulars", "assign", *map(str, arguments), "-w", str(shop.root)],
        capture_output=True, text=True, check=False, env={**os.environ, "NO_COLOR": "1"},
    )  # fmt: skip


def run_of(shop: Workspace) -> Path:
    (run_id,) = shop.run_ids()
    return shop.run(run_id)


def rows(query: str) -> list[tuple]:
    with duckdb.connect() as connection:
        return connection.execute(query).fetchall()


def known_share(shop: Workspace, name: str) -> str:
    read = definition_of(shop, name).rule.features
    known = " + ".join(f"({feature} is not null)::int" for feature in read)
    return f"round(({known}) / {len(read)}, 2)"


def definition_of(shop: Workspace, name: str) -> Definition:
    definition = shop.pinned(name)
    assert definition
    return definition


def studied_rows(shop: Workspace, name: str, scores: str = "") -> list[tuple]:
    path = run_of(shop) / "assignments" / f"{name}.parquet"
    return rows(
        "select customer_id, segment_id, segment_name, probability, definition, 1, as_of, "
        f"{known_share(shop, name)}{scores} from '{path}' "
        f"join '{run_of(shop) / 'features.parquet'}' using (customer_id) order by 1"
    )


RFM_SCORES = ", r_score, f_score, m_score"


def test_the_features_of_a_run_give_its_segments_again_as_parquet(shop: Workspace, tmp_path: Path) -> None:
    out = tmp_path / "out.parquet"
    for name, scores in (("rfm", RFM_SCORES), ("habits", "")):
        done = assign(shop, name, run_of(shop) / "features.parquet", "-o", out)
        assert done.returncode == 0, done.stderr
        assert done.stdout == ""
        assert rows(f"from '{out}'") == studied_rows(shop, name, scores)


def test_the_features_as_csv_on_the_way_through_give_the_same_rows_on_stdout(
    shop: Workspace, tmp_path: Path
) -> None:
    written = tmp_path / "features.csv"
    rows(f"copy (from '{run_of(shop) / 'features.parquet'}') to '{written}' (header)")
    for name, scores in (("rfm", RFM_SCORES), ("habits", "")):
        done = assign(shop, name, written)
        assert done.returncode == 0, done.stderr
        header, *found = csv.reader(done.stdout.splitlines())
        assert header[:8] == [
            "customer_id",
            "segment_id",
            "segment_name",
            "probability",
            "definition",
            "version",
            "as_of",
            "known_share",
        ]
        wanted = [list(map(str, row)) for row in studied_rows(shop, name, scores)]
        assert found == wanted
        assert f"{name}, version 1" in done.stderr


def test_the_orders_give_the_segments_of_the_study_again(shop: Workspace) -> None:
    done = assign(shop, "rfm", shop.root / "orders.csv")
    assert done.returncode == 0, done.stderr
    _, *found = csv.reader(done.stdout.splitlines())
    assert found == [list(map(str, row)) for row in studied_rows(shop, "rfm", RFM_SCORES)]


def test_two_new_customers_need_no_hundred(shop: Workspace, tmp_path: Path) -> None:
    """Nothing is fitted, so nothing has to be ready for fitting."""
    header, *lines = orders().splitlines()
    few = [line for line in lines if line.startswith(("K0001,", "K0002,"))]
    (tmp_path / "new.csv").write_text("\n".join([header, *few, few[0].replace("K0001", "")]) + "\n")
    done = assign(shop, "rfm", tmp_path / "new.csv", "--as-of", "2024-12-31")
    assert done.returncode == 0, done.stderr
    _, *found = csv.reader(done.stdout.splitlines())
    assert [(row[0], row[6]) for row in found] == [("K0001", "2024-12-31"), ("K0002", "2024-12-31")]
    assert "rows are not assigned: missing_customer" in done.stderr


def test_unknown_features_count_as_the_definition_says_and_are_told(shop: Workspace, tmp_path: Path) -> None:
    data = tmp_path / "some.csv"
    data.write_text("customer_id,recency_days,orders\na,3,20\nb,,1\n,5,5\n")
    done = assign(shop, "rfm", data, "--json", "-o", tmp_path / "out.csv")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["rows_in"], told["rows_kept"], told["customers"]) == (3, 2, 2)
    assert told["set_aside"] == [{"reason": "missing_customer", "rows": 1}]
    assert {finding["where"] for finding in told["findings"]} == {
        "assign.rfm", "assign.rfm.recency_days", "assign.rfm.spend",
    }  # fmt: skip
    spend = next(f for f in told["findings"] if f["where"] == "assign.rfm.spend")
    assert "unknown for all 2 customers (M 1: spend <=" in spend["what"]
    assert all(each["customers"] in (0, None) for each in told["segments"]), "few are not told"
    with (tmp_path / "out.csv").open() as written:
        a, b = csv.DictReader(written)
    assert (a["m_score"], b["r_score"], b["m_score"]) == ("1", "1", "1")
    assert a["version"] == "1"


@pytest.mark.parametrize("name", ["rfm", "habits", "lives"])
def test_customers_of_whom_nothing_is_known_are_warned_of_and_marked_whatever_the_method(
    tmp_path: Path, shop: Workspace, name: str
) -> None:
    read = definition_of(shop, name).rule.features
    data = tmp_path / "some.csv"
    header, nobody = ",".join(("customer_id", *read)), "," * len(read)
    one = ",".join(("1", *("" for _ in read[1:])))
    data.write_text(f"{header}\na{nobody}\nb,{one}\nc{nobody}\n")
    done = assign(shop, name, data, "--json", "-o", tmp_path / "out.csv")
    assert done.returncode == 0, done.stderr
    findings = json.loads(done.stdout)["findings"]
    (loud,) = [each for each in findings if each["severity"] == "warning"]
    with (tmp_path / "out.csv").open() as written:
        a, b, c = csv.DictReader(written)
    assert loud["what"].startswith(
        f"2 of 3 customers have none of the {len(read)} features that {name} reads: their segment, "
        f"{a['segment_name']}, is that of somebody unknown"
    )
    assert [float(row["known_share"]) for row in (a, b, c)] == [0, round(1 / len(read), 2), 0]
    notes = [each["what"] for each in findings if each["severity"] == "note"]
    assert len(notes) == len(read) - 1
    assert all("is unknown for 1 of the other 1 customers" in note for note in notes)


def test_the_version_in_every_row_is_that_of_the_definition(tmp_path: Path) -> None:
    workspace = opened(tmp_path / "w", settings_text=SETTINGS + "segmentations: {rfm: {method: rfm}}\n")
    studied(workspace)
    (workspace.root / "orders.csv").write_text(orders(days=200))
    studied(workspace, refit=True)
    found = rg.assign("rfm", pd.DataFrame({"customer_id": ["x"], "orders": [3]}), workspace=workspace.root)
    definition = workspace.pinned("rfm")
    assert definition
    (row,) = found.assignments().fetchall()
    assert (row[4], row[5]) == (definition.digest, 2)


def test_a_frame_is_assigned_like_a_file(shop: Workspace) -> None:
    frame = pd.read_parquet(run_of(shop) / "features.parquet")
    found = rg.assign("habits", frame, workspace=shop.root, today=TODAY)
    assert found.assignments().fetchall() == studied_rows(shop, "habits")
    again = rg.assign("rfm", pd.read_csv(shop.root / "orders.csv"), workspace=shop.root, today=TODAY)
    assert again.assignments().fetchall() == studied_rows(shop, "rfm", RFM_SCORES)


def test_values_that_the_definition_does_not_name_are_told(tmp_path: Path) -> None:
    rules = "{method: rules, segments: [{name: Northern, when: \"region = 'North'\"}], rest: Elsewhere}"
    sources = "  customers: {path: customers.csv, columns: {customer: who}, attributes: {region: where}}\n"
    workspace = opened(
        tmp_path / "w", settings_text=f"{SETTINGS}{sources}segmentations: {{places: {rules}}}\n"
    )
    places = "\n".join(f"K{n:04d},{'North' if n % 2 else 'South'}" for n in range(200))
    (workspace.root / "customers.csv").write_text(f"who,where\n{places}\n")
    studied(workspace)
    data = tmp_path / "new.csv"
    data.write_text("id;region\n1;North\n2;Atlantis\n3;\n")
    done = assign(workspace, "places", data, "--customer", "id")
    assert done.returncode == 0, done.stderr
    assert [row[1] for row in csv.reader(done.stdout.splitlines())][1:] == [
        "northern",
        "elsewhere",
        "elsewhere",
    ]
    assert "1 of 3 customers have region in 1 values that the definition does not name" in done.stderr
    assert "'Atlantis'" in done.stderr
    assert "1 of 3 customers have no region, the one feature that places reads" in done.stderr


@pytest.mark.parametrize(
    ("text", "code", "why"),
    [
        ("customer_id,spend\na,1\na,2\n", 3, "1 rows repeat a customer"),
        ("customer_id,spend\na,lots\n", 3, "for example 'lots'"),
        ("customer_id,spend\nb,1\na,1,2\n", 3, "more or fewer fields"),
        ("who,spend\na,1\n", 2, "no such column"),
        ("customer_id,spent\na,1\n", 2, "Did you mean 'spend'?"),
    ],
    ids=["twice", "no number", "ragged", "no customer", "no feature"],
)
def test_what_cannot_be_read_is_refused_and_leaves_nothing(
    shop: Workspace, tmp_path: Path, text: str, code: int, why: str
) -> None:
    (tmp_path / "bad.csv").write_text(text)
    done = assign(shop, "rfm", tmp_path / "bad.csv", "-o", tmp_path / "out.csv")
    assert (done.returncode, done.stdout) == (code, "")
    assert why in done.stderr
    assert "orders file" not in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.csv"]


def test_what_is_asked_for_wrongly_is_told(shop: Workspace, tmp_path: Path) -> None:
    data = tmp_path / "some.csv"
    data.write_text("customer_id,spend\na,1\n")
    assert assign(shop, "rfn", data).returncode == 2
    assert assign(shop, "rfm", tmp_path / "none.csv").returncode == 2
    assert assign(shop, "rfm", data, "-o", tmp_path / "out.xlsx").returncode == 2
    assert assign(shop, "rfm", data, "--orders").returncode == 2
    with pytest.raises(DataRefused):
        rg.assign("rfm", pd.DataFrame({"customer_id": ["a", "a"], "spend": [1, 2]}), workspace=shop.root)
    with pytest.raises(UsageError):
        rg.assign("rfm", pd.DataFrame({"a": [1]}), workspace=shop.root)
