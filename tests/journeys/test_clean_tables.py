"""From a shop's files to its warehouse: the clean tables are written, and the scripts run on them alone."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest
from tests.journeys.test_commands import printed, regulars
from tests.prepare.orders import TODAY as TODAY_OF_BOOK
from tests.prepare.test_customer_level import ATTRIBUTES, book, laid
from tests.prepare.test_customer_level import settings as of_customers
from tests.shops import SETTINGS, TODAY, contents, opened, studied

from regulars import settings as chosen
from regulars.app.study import check
from regulars.app.study import run as whole_run
from regulars.app.work import Asked
from regulars.app.workspace import Workspace
from regulars.errors import UsageError

BESIDE = """\
  customers: {path: customers.csv, columns: {customer: who, opt_out: out}, attributes: {region: region}}
  events: {path: events.csv, date_format: "%Y-%m-%d", columns: {customer: who, time: day, kind: kind}}
features:
  engagement: {window_days: 60, weights: {login: 1, ticket: -3}}
segmentations:
  rfm: {method: rfm}
  behaviour: {method: kmeans, k: 3}
  places: {method: firmographic, by: [region]}
  engaged:
    method: rules
    segments: [{name: Engaged, when: engagement_score > 4}, {name: Troubled, when: engagement_score < 0}]
"""
OUT = {f"K{n:04d}" for n in range(0, 200, 20)}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A shop with customers, ten of whom opted out, and events beside its orders, studied."""
    workspace = opened(tmp_path_factory.mktemp("clean") / "shop", settings_text=SETTINGS + BESIDE)
    everyone = [f"K{n:04d}" for n in range(200)]
    people = [f"{who},{'north' if n % 3 else 'south'},{who in OUT}" for n, who in enumerate(everyone)]
    events = [
        f"{who},2024-{month:02d}-15,{'ticket' if n % 7 == 0 else 'login'}"
        for n, who in enumerate(everyone)
        for month in (8, 9, 10)
        for _ in range(n % 6)
    ]
    (workspace.root / "customers.csv").write_text("\n".join(["who,region,out", *people]) + "\n")
    (workspace.root / "events.csv").write_text("\n".join(["who,day,kind", *events]) + "\n")
    studied(workspace)
    return workspace


def loaded(folder: Path) -> duckdb.DuckDBPyConnection:
    """A warehouse with the written tables, and nothing else."""
    warehouse = duckdb.connect()
    for path in sorted(folder.iterdir()):
        warehouse.execute(f"create table {path.stem} as from '{path}'")
    return warehouse


def differing(warehouse: duckdb.DuckDBPyConnection, workspace: Workspace, name: str) -> int:
    """Rows that the study or the warehouse has and the other has not."""
    (run_id,) = workspace.run_ids()
    columns = "select customer_id, segment_id, segment_name, definition"
    ours = f"{columns} from '{workspace.run(run_id) / 'assignments' / name}.parquet'"
    theirs = f"{columns} from segment_{name}_assignments"
    both = f"(({ours}) except ({theirs})) union all (({theirs}) except ({ours}))"
    assert warehouse.execute(f"select count(*) from ({ours})").fetchone() > (100,)
    (rows,) = warehouse.execute(f"select count(*) from ({both})").fetchone()
    return rows


def test_the_scripts_on_the_written_tables_put_everybody_where_the_study_did(
    shop: Workspace, tmp_path: Path
) -> None:
    folder = tmp_path / "for" / "warehouse"
    shown = printed(regulars("check", "-w", shop.root, "--clean-to", folder, "--json"))
    assert shown["clean_tables"] == [
        str(folder / f"{table}.parquet") for table in ("orders", "order_lines", "customers", "events")
    ]
    assert sorted(map(str, folder.iterdir())) == sorted(shown["clean_tables"])
    with loaded(folder) as warehouse:
        for name in ("rfm", "behaviour", "places", "engaged"):
            warehouse.execute(regulars("sql", name, "-w", shop.root).stdout)
            assert differing(warehouse, shop, name) == 0


def test_who_opted_out_is_in_no_written_table_and_a_second_writing_is_the_same(
    shop: Workspace, tmp_path: Path
) -> None:
    settings = chosen.load(shop.settings)
    for folder in ("one", "two"):
        check(settings, shop, Asked(today=TODAY), tmp_path / folder)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    for path in (tmp_path / "one").iterdir():
        there = {who for (who,) in duckdb.sql(f"select distinct customer_id from '{path}'").fetchall()}
        assert len(there) > 100
        assert not there & OUT


def test_the_written_columns_are_those_that_the_docs_name(shop: Workspace, tmp_path: Path) -> None:
    docs = (Path(__file__).parents[2] / "docs" / "sql.md").read_text(encoding="utf-8")
    check(chosen.load(shop.settings), shop, Asked(today=TODAY), tmp_path / "clean")
    for table in ("orders", "order_lines", "events"):
        (said,) = re.findall(rf"^\| `{table}` \|[^|]*\|(.*)\|$", docs, re.MULTILINE)
        written = duckdb.sql(f"from '{tmp_path / 'clean' / table}.parquet'").columns
        assert re.findall(r"`(\w+)`", said) == written


def test_a_study_of_customers_alone_writes_them_alone(tmp_path: Path) -> None:
    settings, asked = of_customers(attributes=ATTRIBUTES), Asked(today=TODAY_OF_BOOK)
    workspace = laid(tmp_path, book())
    whole_run(settings, workspace, asked)
    check(settings, workspace, asked, tmp_path / "clean")
    assert [path.name for path in (tmp_path / "clean").iterdir()] == ["customers.parquet"]


def test_a_folder_that_has_something_in_it_is_left_alone(shop: Workspace, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="it is not empty: 'mine.txt' is there"):
        check(chosen.load(shop.settings), shop, Asked(today=TODAY), tmp_path)
    assert contents(tmp_path) == {"mine.txt": b"mine"}
