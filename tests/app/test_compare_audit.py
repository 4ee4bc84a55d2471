"""Protected attributes beside a study: they are tested with, and can reach nothing else."""

from __future__ import annotations

import json
from contextlib import suppress

import duckdb
import pandas as pd
import pytest
from tests.shops import RFM_ALONE, TODAY, contents, opened, studied

import regulars as rg
from regulars.app.compare_command import show
from regulars.app.workspace import Workspace
from regulars.errors import CheckFailed, DataRefused, SettingsError, UsageError

AUDIT = "validation: {audit: {path: people.csv, customer: client, attributes: [gender, age band]}}\n"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A run, and its customers' gender and age: Champions are women, and old."""
    tiers = "{method: tiers, feature: spend, shares: [0.2, 0.3, 0.5], names: [Top, Middle, Small]}"
    text = RFM_ALONE.replace("{rfm: {method: rfm}}", f"{{spenders: {tiers}}}")
    workspace = opened(tmp_path_factory.mktemp("shop"), settings_text=text, customers=500)
    studied(workspace)
    (run_id,) = workspace.run_ids()
    path = workspace.run(run_id) / "assignments" / "spenders.parquet"
    rows = duckdb.sql(f"select customer_id, segment_name from read_parquet('{path}') order by 1").fetchall()
    lines = ["client,gender,age band"]
    for at, (customer, segment) in enumerate(rows):
        gender = "f" if segment == "Top" or at % 2 else "m"
        lines.append(f"{customer},{gender},{'old' if at % 3 else ''}")
    (workspace.root / "people.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return workspace


def told(shop: Workspace, capsys, validation: str = AUDIT, *, json_asked=True):
    text = shop.settings.read_text(encoding="utf-8").split("validation:")[0]
    shop.settings.write_text(text + validation, encoding="utf-8")
    with suppress(CheckFailed):
        show(shop.root, None, None, None, json=json_asked, today=TODAY, threads=None, memory_limit=None)
    out = capsys.readouterr().out
    return json.loads(out)["spenders"]["sections"]["audit"] if json_asked else out


def test_the_mix_of_each_segment_is_told(shop, capsys):
    found = told(shop, capsys)
    gender, age = found["attributes"]
    top = gender["segments"][0]
    assert top["segment_name"] == "Top"
    women = next(each for each in top["values"] if each["value"] == "f")
    assert women["reading"] == "more"
    assert women["share"] == 100.0
    assert gender["unknown_share"] == 0
    assert 30 < age["unknown_share"] < 37
    assert any(said.startswith("The segments give gender away") for said in found["words"])


def test_a_protected_attribute_reaches_no_feature_no_definition_and_no_run(shop, capsys):
    (run_id,) = shop.run_ids()
    before = contents(shop.run(run_id))
    told(shop, capsys)
    again = studied(shop)
    assert again.already_there
    assert shop.run_ids() == [run_id]
    assert contents(shop.run(run_id)) == before
    for name, content in before.items():
        assert b"gender" not in content, name
        assert b"age band" not in content, name


def test_without_attributes_it_says_what_nobody_knows(shop, capsys):
    found = told(shop, capsys, "")
    assert found["is_measured"] is False
    assert "validation.audit" in found["words"][0]


def test_the_page_of_text_fits_eighty_columns(shop, capsys):
    lines = told(shop, capsys, json_asked=False).splitlines()
    assert [line for line in lines if len(line) > 80] == []
    assert any(line.startswith("Top ") and line.rstrip().endswith("more") for line in lines)


@pytest.mark.parametrize(
    ("audit", "error", "said"),
    [
        ("{path: poeple.csv, attributes: [gender]}", SettingsError, "Did you mean 'people'"),
        ("{attributes: [gender]}", SettingsError, "no file is named"),
        ("{path: people.csv, attributes: [gender]}", SettingsError, "no column 'customer_id'"),
        (
            "{path: people.csv, customer: client, attributes: [gendre]}",
            SettingsError,
            "Did you mean 'gender'",
        ),
        ("{path: people.csv, customer: gender, attributes: [client]}", DataRefused, "repeat a customer"),
        ("{path: people.csv, attributes: []}", SettingsError, "validation.audit.attributes"),
        ("{path: people.csv, attributs: [gender]}", SettingsError, "Did you mean 'attributes'"),
    ],
)
def test_what_cannot_be_read_is_told_with_what_to_mend(shop, capsys, audit, error, said):
    with pytest.raises(error, match=said):
        told(shop, capsys, f"validation: {{audit: {audit}}}\n")


def test_frames_take_the_place_of_files_in_python(shop, capsys):
    by_file = told(shop, capsys)
    frame = pd.read_csv(shop.root / "people.csv", dtype=str)
    shop.settings.write_text(
        shop.settings.read_text(encoding="utf-8").replace("path: people.csv, ", ""), encoding="utf-8"
    )
    found = rg.compare("spenders", workspace=shop.root, tables={"audit": frame}, today=TODAY)
    assert found.as_json()["sections"]["audit"] == by_file
    with pytest.raises(UsageError, match="Did you mean 'audit'"):
        rg.compare("spenders", workspace=shop.root, tables={"audits": frame}, today=TODAY)
