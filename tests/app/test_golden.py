"""The scripts of every kind of rule in every dialect, word for word: a change of any is seen in a diff.

Where a change is meant: ``make golden``, and read what became of each dialect.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest
import sqlglot
from tests.golden_scripts import FOLDER, golden
from tests.shops import TODAY

from regulars import settings as chosen
from regulars.app.choices import DIALECTS
from regulars.app.reading import read_tables
from regulars.app.script import script
from regulars.app.work import Asked, Work
from regulars.app.workspace import Workspace
from regulars.engine import Engine
from regulars.segment import definition as definitions

Scripts = dict[tuple[str, str], str]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace(tmp_path_factory.mktemp("golden") / "shop")


@pytest.fixture(scope="module")
def scripts(workspace: Workspace) -> Scripts:
    return {(dialect, name): text for dialect, name, text in golden(workspace.root)}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_scripts_are_those_that_were_read_and_kept(scripts: Scripts, dialect: str) -> None:
    made = {name: text for (of, name), text in scripts.items() if of == dialect}
    kept = {path.stem: path.read_text(encoding="utf-8") for path in (FOLDER / dialect).glob("*.sql")}
    assert sorted(made) == sorted(kept)
    changed = [name for name, text in made.items() if text != kept[name]]
    assert changed == [], "run make golden, and read the diff of each dialect"


def test_every_kind_of_rule_has_its_scripts(workspace: Workspace, scripts: Scripts) -> None:
    named = {name for _, name in scripts} - {"rfm_without_data"}
    pinned = [workspace.pinned(name) for name in named]
    assert {each.rule.kind for each in pinned if each} == set(definitions._RULES)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_kept_script_reads_back_in_its_dialect_and_cuts_by_no_ranks(dialect: str, caplog) -> None:
    paths = sorted((FOLDER / dialect).glob("*.sql"))
    assert paths
    for path in paths:
        text = path.read_text(encoding="utf-8")
        with caplog.at_level(logging.WARNING, logger="sqlglot"):
            parsed = [each for each in sqlglot.parse(text, read=dialect) if each is not None]
        kinds = {each.key for each in parsed}
        assert kinds <= {"create", "drop", "insert", "select"}, path
        plain = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
        assert not re.search(r"ntile|percentile|quantile|qualify|\$", plain, re.IGNORECASE), path
    assert caplog.text == ""


@pytest.fixture(scope="module")
def warehouse(workspace: Workspace, scripts: Scripts) -> Iterator[Engine]:
    """The shop's clean tables, as its warehouse would have them."""
    settings, asked = chosen.load(workspace.settings), Asked(today=TODAY)
    with Engine() as engine:
        tables = read_tables(engine, settings, workspace, None, {})
        Work(engine, settings, workspace, asked, tables, _day(workspace)).prepare()
        yield engine


def _day(workspace: Workspace) -> date:
    (run_id,) = workspace.run_ids()
    return date.fromisoformat(run_id[:10])


@pytest.mark.parametrize("name", sorted(path.stem for path in (FOLDER / "duckdb").glob("*.sql")))
def test_the_script_gives_every_customer_the_segment_of_the_study(
    workspace: Workspace, warehouse: Engine, name: str
) -> None:
    definition = workspace.pinned(name)
    if definition is None:
        assert name == "rfm_without_data"
        return
    text = script(definition, chosen.load(workspace.settings), "duckdb", _day(workspace))
    plain = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    answers = [warehouse.execute(each) for each in plain.split(";\n") if each.strip()]
    found = warehouse.execute(f"select * from segment_{name}_assignments order by customer_id")
    (run_id,) = workspace.run_ids()
    path = workspace.run(run_id) / "assignments" / f"{name}.parquet"
    assert found == duckdb.sql(f"from '{path}' order by customer_id").fetchall()
    assert {verdict for *_, verdict in answers[-2]} == {"ok"}
    assert {row[0] for row in answers[-3]} <= {row[1] for row in answers[-1]}


def test_the_folder_holds_nothing_else() -> None:
    assert sorted(path.name for path in FOLDER.iterdir()) == sorted(DIALECTS)
    assert {path.suffix for path in Path(FOLDER).glob("*/*")} == {".sql"}
