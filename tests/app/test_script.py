"""The SQL that a shop takes home: run for real, it puts every customer where the study did."""

from __future__ import annotations

from collections import Counter
from datetime import date

import duckdb
import pytest
import sqlglot
import yaml
from tests.postgres import Postgres, load

from regulars import settings as chosen
from regulars.app import demo
from regulars.app.choices import DIALECTS
from regulars.app.foretelling import stands_on
from regulars.app.script import script
from regulars.app.study import run
from regulars.app.work import Asked
from regulars.app.workspace import Workspace
from regulars.engine import Engine
from regulars.errors import UsageError
from regulars.prepare.clean import clean, day_of_study, repeats_are_set_aside
from regulars.prepare.reading.read import read

TODAY = date(2025, 6, 1)
NAMES = ["rfm", "behaviour", "worth"]
WORTH = {
    "method": "rules",
    "segments": [
        {"name": "Worth much", "when": "top 20 % by predicted_value"},
        {"name": "Fading", "when": "recency_days > 200 and expected_purchases < 2"},
    ],
}
"""A segmentation that stands on the value model."""
TABLES = ("orders", "order_lines")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The bundled orders, studied; beside the run lie the clean tables that a warehouse would have."""
    workspace = demo.lay_out(tmp_path_factory.mktemp("demo"))
    document = yaml.safe_load(workspace.settings.read_text(encoding="utf-8"))
    document["segmentations"] = {"rfm": {"method": "rfm"}, "behaviour": {"method": "kmeans"}, "worth": WORTH}
    workspace.settings.write_text(yaml.safe_dump(document), encoding="utf-8")
    settings = chosen.load(workspace.settings)
    run(settings, workspace, Asked(today=TODAY))
    with Engine() as engine:
        source = read(
            settings.sources.orders,
            workspace.root,
            engine,
            mark_repeats=repeats_are_set_aside(settings),
            blank_opt_out=settings.cleaning.blank_opt_out,
            timezone=settings.timezone,
        )
        clean(engine, source, settings, day_of_study(engine, None, TODAY), TODAY)
        for table in TABLES:
            engine.write_parquet(f"select * from {table}", workspace.root / f"{table}.parquet")
    return workspace


def written(workspace: Workspace, name: str, dialect: str, prefix: str | None = None) -> str:
    definition = workspace.pinned(name)
    assert definition
    day = date.fromisoformat(definition.fitted["as_of"])
    settings = chosen.load(workspace.settings)
    foretold = stands_on(definition, settings, workspace)
    return script(definition, settings, dialect, day, prefix, foretold)


def assigned(workspace: Workspace, name: str) -> list[tuple[str, str, str]]:
    """What the study said of every customer."""
    (run_id,) = workspace.run_ids()
    path = workspace.run(run_id) / "assignments" / f"{name}.parquet"
    with duckdb.connect() as connection:
        return connection.execute(
            f"select customer_id, segment_id, segment_name from '{path}' order by customer_id"
        ).fetchall()


@pytest.mark.parametrize("name", NAMES)
def test_the_script_on_duckdb_gives_every_customer_the_segment_of_the_study(
    workspace: Workspace, name: str
) -> None:
    with duckdb.connect() as connection:
        for table in TABLES:
            connection.execute(f"create table {table} as from '{workspace.root / table}.parquet'")
        answers = [
            connection.execute(each).fetchall() for each in statements(written(workspace, name, "duckdb"))
        ]
        found = connection.execute(
            f"select customer_id, segment_id, segment_name from segment_{name}_assignments order by 1"
        ).fetchall()
    wanted = assigned(workspace, name)
    assert found == wanted
    profile, counts, sizes = answers[-3:]
    assert [row[2:] for row in counts] == [(len(wanted), len(wanted), "ok")] * 5
    assert {row[0]: row[2] for row in profile} == dict(Counter(segment for _, segment, _ in wanted))
    assert {row[1]: row[3] for row in sizes} == {row[0]: row[2] for row in profile}
    assert sum(row[3] for row in profile) == pytest.approx(1)


def test_the_scripts_own_checks_tell_when_something_is_wrong(workspace: Workspace) -> None:
    *_, counts, _ = statements(written(workspace, "rfm", "duckdb"))
    with duckdb.connect() as connection:
        connection.execute(f"create table orders as from '{workspace.root / 'orders.parquet'}'")
        for each in statements(written(workspace, "rfm", "duckdb"))[:4]:
            connection.execute(each)
        connection.execute("insert into segment_rfm_assignments from segment_rfm_assignments limit 1")
        connection.execute("update segment_rfm_assignments set segment_id = null where customer_id = '12347'")
        connection.execute("delete from segment_rfm_features where customer_id in ('12348', '12349')")
        verdicts = [verdict for *_, verdict in connection.execute(counts).fetchall()]
    assert verdicts == ["DIFFERS", "ok", "DIFFERS", "DIFFERS", "DIFFERS"]


def test_the_script_can_be_run_again(workspace: Workspace) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"create table orders as from '{workspace.root / 'orders.parquet'}'")
        for each in statements(written(workspace, "rfm", "duckdb")) * 2:
            connection.execute(each)


def test_who_had_only_returned_by_the_day_is_no_customer_yet(workspace: Workspace) -> None:
    """As the study has it: a return before the first order, or of an order before the data begins."""
    definition, settings = workspace.pinned("rfm"), chosen.load(workspace.settings)
    assert definition
    text = script(definition, settings, "duckdb", date(2011, 6, 1))
    row = "'early', 'R1', true, timestamp '2011-05-01 10:00:00', date '2011-05-01', 1, -1, -5.00, 0"
    later = "'early', 'S1', false, timestamp '2011-07-01 10:00:00', date '2011-07-01', 1, 1, 5.00, 0"
    with duckdb.connect() as connection:
        connection.execute(f"create table orders as from '{workspace.root / 'orders.parquet'}'")
        connection.execute(f"insert into orders values ({row}), ({later})")
        answers = [connection.execute(each).fetchall() for each in statements(text)]
        found = connection.execute(
            "select * from segment_rfm_assignments where customer_id = 'early'"
        ).fetchall()
    assert found == []
    assert {verdict for *_, verdict in answers[-2]} == {"ok"}


@pytest.mark.parametrize("name", NAMES)
def test_orders_after_the_day_move_nobody(workspace: Workspace, name: str) -> None:
    """A warehouse goes on filling; a script for a day must give that day's answer."""
    later = "ordered_at + interval 40 day as ordered_at, cast(ordered_on + 40 as date) as ordered_on"
    with duckdb.connect() as connection:
        for table in TABLES:
            path = workspace.root / f"{table}.parquet"
            connection.execute(
                f"create table {table} as from '{path}' union all by name "
                f"select * replace ({later}) from '{path}' where ordered_on > date '2011-11-15'"
            )
        for each in statements(written(workspace, name, "duckdb"))[:4]:
            connection.execute(each)
        found = connection.execute(
            f"select customer_id, segment_id, segment_name from segment_{name}_assignments order by 1"
        ).fetchall()
    assert found == assigned(workspace, name)


def test_scripts_of_two_segmentations_leave_each_other_alone(workspace: Workspace) -> None:
    with duckdb.connect() as connection:
        for table in TABLES:
            connection.execute(f"create table {table} as from '{workspace.root / table}.parquet'")
        for name in NAMES:
            connection.execute(written(workspace, name, "duckdb"))
        for name in NAMES:
            found = connection.execute(
                f"select customer_id, segment_id, segment_name from segment_{name}_assignments order by 1"
            ).fetchall()
            assert found == assigned(workspace, name)


# A step of the script is called rfm_features too.
@pytest.mark.parametrize("prefix", ["rfm", "Shop_2", "p" * 50])
def test_the_tables_are_called_as_asked(workspace: Workspace, prefix: str) -> None:
    text = written(workspace, "rfm", "duckdb", prefix)
    with duckdb.connect() as connection:
        connection.execute(f"create table orders as from '{workspace.root / 'orders.parquet'}'")
        answers = [connection.execute(each).fetchall() for each in statements(text) * 2]
        made = [name for (name,) in connection.execute("show tables").fetchall()]
        found = connection.execute(
            f"select customer_id, segment_id, segment_name from {prefix}_assignments order by 1"
        ).fetchall()
    assert sorted(made) == sorted(["orders", f"{prefix}_features", f"{prefix}_assignments"])
    assert found == assigned(workspace, "rfm")
    assert {verdict for *_, verdict in answers[-2]} == {"ok"}


@pytest.mark.parametrize("prefix", ["", "1st", "a b", 'a"b', "a; drop table orders", "sales.rfm", "p" * 51])
def test_a_prefix_that_is_no_name_is_refused(workspace: Workspace, prefix: str) -> None:
    with pytest.raises(UsageError, match="not the beginning of a table's name"):
        written(workspace, "rfm", "duckdb", prefix)


def statements(text: str) -> list[str]:
    """The statements of a script; its comments may hold semicolons."""
    plain = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    return [each for each in plain.split(";") if each.strip()]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_script_reads_back_in_its_dialect(workspace: Workspace, name: str, dialect: str) -> None:
    text = written(workspace, name, dialect)
    parsed = [each for each in sqlglot.parse(text, read=dialect) if each is not None]
    made = ["drop", "create"]
    assert [each.key for each in parsed] == [*made, *made, "select", "select", "select"]
    assert "$" not in text
    assert "quantile" not in text.lower()
    assert "ntile" not in text.lower()


@pytest.mark.parametrize("name", NAMES)
def test_the_script_says_what_it_is_in_words(workspace: Workspace, name: str) -> None:
    text = written(workspace, name, "postgres")
    definition = workspace.pinned(name)
    assert definition
    assert max(len(line) for line in text.splitlines() if line.startswith("--")) <= 113
    said = " ".join(line.removeprefix("--").strip() for line in text.splitlines() if line.startswith("--"))
    for segment in definition.segments:
        assert f"{segment.name}: {segment.rule}" in said
    assert definition.digest in said


def test_the_script_names_the_columns_that_it_reads_and_no_others(workspace: Workspace) -> None:
    text = written(workspace, "rfm", "duckdb")
    needs = text.partition("-- Needs these tables")[2].partition("\n\n")[0]
    named = [line.split()[1].rstrip(":") for line in needs.splitlines()[1:]]
    assert named == ["orders", "customer_id", "is_return", "ordered_on", "amount"]
    with duckdb.connect() as connection:
        columns = ", ".join(named[1:])
        path = workspace.root / "orders.parquet"
        connection.execute(f"create table orders as select {columns} from '{path}'")
        for each in statements(text):
            connection.execute(each)


# --- PostgreSQL -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def warehouse(workspace: Workspace, postgres: Postgres) -> Postgres:
    for table in TABLES:
        load(postgres, workspace.root / f"{table}.parquet", table)
    return postgres


@pytest.mark.parametrize("name", NAMES)
def test_the_script_on_postgresql_gives_every_customer_the_segment_of_the_study(
    workspace: Workspace, warehouse: Postgres, name: str
) -> None:
    warehouse.psql(written(workspace, name, "postgres"))
    found = warehouse.rows(
        f"select customer_id, segment_id, segment_name from segment_{name}_assignments order by 1"
    )
    assert found == assigned(workspace, name)
