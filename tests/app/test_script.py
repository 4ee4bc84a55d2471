"""The SQL that a shop takes home: run for real, it puts every customer where the study did."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest
import sqlglot

from regulars import settings as chosen
from regulars.app import demo
from regulars.app.choices import DIALECTS
from regulars.app.script import script
from regulars.app.study import run
from regulars.app.work import Asked
from regulars.app.workspace import Workspace
from regulars.engine import Engine
from regulars.prepare.clean import clean, day_of_study, repeats_are_set_aside
from regulars.prepare.read import read

TODAY = date(2025, 6, 1)
NAMES = ["rfm", "behaviour"]
TABLES = ("orders", "order_lines")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The bundled orders, studied; beside the run lie the clean tables that a warehouse would have."""
    workspace = demo.lay_out(tmp_path_factory.mktemp("demo"))
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


def written(workspace: Workspace, name: str, dialect: str) -> str:
    definition = workspace.pinned(name)
    assert definition
    return script(
        definition, chosen.load(workspace.settings), dialect, date.fromisoformat(definition.fitted["as_of"])
    )


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
            "select customer_id, segment_id, segment_name from segment_assignments order by customer_id"
        ).fetchall()
    wanted = assigned(workspace, name)
    assert found == wanted
    assert answers[-2] == [(len(wanted), len(wanted), 0)], "the script's own validation of counts"
    assert answers[-1] == [(0,)], "the script's own validation of customers without a segment"
    sizes = {row[0]: row[2] for row in answers[2]}
    assert sum(sizes.values()) == len(wanted), "the script's profile"


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
        for each in statements(written(workspace, name, "duckdb"))[:2]:
            connection.execute(each)
        found = connection.execute(
            "select customer_id, segment_id, segment_name from segment_assignments order by customer_id"
        ).fetchall()
    assert found == assigned(workspace, name)


def statements(text: str) -> list[str]:
    """The statements of a script; its comments may hold semicolons."""
    plain = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    return [each for each in plain.split(";") if each.strip()]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_script_reads_back_in_its_dialect(workspace: Workspace, name: str, dialect: str) -> None:
    text = written(workspace, name, dialect)
    parsed = [each for each in sqlglot.parse(text, read=dialect) if each is not None]
    assert len(parsed) == 5
    assert [each.key for each in parsed] == ["create", "create", "select", "select", "select"]
    assert "$" not in text
    assert "quantile" not in text.lower()
    assert "ntile" not in text.lower()


@pytest.mark.parametrize("name", NAMES)
def test_the_script_says_what_it_is_in_words(workspace: Workspace, name: str) -> None:
    text = written(workspace, name, "postgres")
    definition = workspace.pinned(name)
    assert definition
    for segment in definition.segments:
        assert f"--   {segment.name}: {segment.rule}" in text
    assert definition.digest in text
    assert "Needs orders (customer_id, order_id, is_return" in text


# --- PostgreSQL -----------------------------------------------------------------------------------


class Postgres:
    """A server of its own in a folder, spoken to through psql; nobody else can reach it."""

    def __init__(self, programs: Path, folder: Path, user: str | None) -> None:
        self._programs, self._folder, self._user = programs, folder, user

    def call(self, program: str, *arguments: str, text: str | None = None) -> str:
        done = subprocess.run(
            [self._programs / program, *arguments],
            input=text, capture_output=True, text=True, user=self._user, cwd=self._folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def psql(self, text: str) -> str:
        where = ("-h", str(self._folder), "-d", "postgres", "-U", "shop")
        return self.call("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-At", *where, text=text)

    def start(self) -> None:
        self.call("initdb", "-D", "data", "-U", "shop", "-E", "UTF8", "--locale=C", "--auth=trust", "-N")
        options = f"-k {self._folder} -c listen_addresses='' -c fsync=off"
        self.call("pg_ctl", "-D", "data", "-w", "-l", "log", "-o", options, "start")

    def stop(self) -> None:
        self.call("pg_ctl", "-D", "data", "-m", "immediate", "stop")


def _programs() -> Path | None:
    on_path = shutil.which("initdb")
    folders = [
        *([Path(on_path).parent] if on_path else []),
        *sorted(Path("/usr/lib/postgresql").glob("*/bin")),
    ]
    return next((folder for folder in reversed(folders) if (folder / "initdb").exists()), None)


def _somebody() -> str | None:
    """Whom the server runs as: the present user, or for root, whom PostgreSQL refuses, somebody else."""
    if os.getuid() != 0:
        return None
    known = {each.pw_name for each in pwd.getpwall()}
    user = next((name for name in ("postgres", "nobody") if name in known), None)
    if user is None:
        pytest.skip("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")
    return user


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed: no initdb on PATH or in /usr/lib/postgresql/*/bin")
    user = _somebody()
    # Short, as the name of a socket must be, and where another user may go.
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        if user:
            shutil.chown(folder, user)
        server = Postgres(programs, Path(folder), user)
        server.start()
        try:
            yield server
        finally:
            server.stop()


TYPES = {"VARCHAR": "text", "DOUBLE": "double precision", "HUGEINT": "numeric(38)"}


def load(postgres: Postgres, path: Path, table: str) -> None:
    with duckdb.connect() as connection:
        described = connection.execute(f"describe from '{path}'").fetchall()
        columns = ", ".join(f"{name} {TYPES.get(kind, kind)}" for name, kind, *_ in described)
        rows = connection.execute(f"from '{path}'").fetchall()
    lines = "\n".join("\t".join(r"\N" if each is None else str(each) for each in row) for row in rows)
    postgres.psql(f"create table {table} ({columns});\ncopy {table} from stdin;\n{lines}\n\\.\n")
    postgres.psql(f"analyze {table};")


@pytest.fixture(scope="module")
def warehouse(workspace: Workspace, postgres: Postgres) -> Postgres:
    for table in TABLES:
        load(postgres, workspace.root / f"{table}.parquet", table)
    return postgres


@pytest.mark.parametrize("name", NAMES)
def test_the_script_on_postgresql_gives_every_customer_the_segment_of_the_study(
    workspace: Workspace, warehouse: Postgres, name: str
) -> None:
    text = written(workspace, name, "postgres")
    select = "select customer_id, segment_id, segment_name from segment_assignments order by customer_id"
    out = warehouse.psql(
        f"drop table if exists segment_features, segment_assignments;\n{text}\n\\echo ==\n{select};"
    )
    found = [tuple(line.split("|")) for line in out.partition("==\n")[2].splitlines()]
    assert found == assigned(workspace, name)
