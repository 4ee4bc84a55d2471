"""The schedules of docs/history.md do what the page says: cron's lines run, Airflow's and dbt's filled in."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, Self

import duckdb
import jinja2
import pytest
import yaml
from tests.conftest import REPOSITORY
from tests.shops import RFM_ALONE, opened

from regulars import settings as chosen

PAGE = (REPOSITORY / "docs" / "history.md").read_text("utf-8")
SERVER = "/srv/shop"
NIGHT = "2024-09-01"
"""The night on which the jobs start; ``date`` answers as it would then."""


def block(language: str, holds: str) -> str:
    """The one block of the page in that language that holds a text."""
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    (found,) = [text for of, text in blocks if of == language and holds in text]
    return str(found)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the page calls /srv/shop."""
    root = tmp_path_factory.mktemp("srv")
    opened(root / "regulars", settings_text=RFM_ALONE, customers=150)
    (root / "warehouse").mkdir()
    return root


@pytest.fixture(scope="module")
def shell(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], None]:
    """A line as /bin/sh runs it there, which must succeed."""
    gnu = subprocess.run(["/bin/date", "-d", NIGHT, "+%F"], capture_output=True, text=True, check=False)
    if gnu.stdout.strip() != NIGHT:
        pytest.skip("the page's lines are for GNU date, and /bin/date is another")
    programs = tmp_path_factory.mktemp("bin")
    said = {
        "date": f'exec /bin/date -d "{NIGHT} $2" "$3"',
        "regulars": f'exec "{sys.executable}" -m regulars "$@"',
    }
    for name, body in said.items():
        program = programs / name
        program.write_text(f"#!/bin/sh\n{body}\n")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    source = str(Path(chosen.__file__).parents[1])
    path = {"PATH": f"{programs}:{os.environ['PATH']}", "PYTHONPATH": source}

    def run(line: str) -> None:
        done = subprocess.run(
            ["/bin/sh", "-c", line.replace(SERVER, str(shop))],
            env={**os.environ, **path}, capture_output=True, text=True, check=False, timeout=300,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr

    return run


@pytest.fixture(scope="module")
def scheduled(shop: Path, shell: Callable[[str], None]) -> Path:
    """The shop after a night of cron."""
    lines = [line for line in block("", "cd /srv/shop").splitlines() if "cd " in line]
    assert len(lines) == 3
    for line in lines:
        # Five fields of time, and the command, in which cron wants each % behind a backslash.
        *when, command = line.split(maxsplit=5)
        assert all(re.fullmatch(r"[\d*,]+", field) for field in when)
        assert not re.search(r"(?<!\\)%", command)
        shell(command.replace(r"\%", "%"))
    return shop


def test_cron_runs_the_month_that_is_over_refits_the_year_and_writes_the_dimension(scheduled: Path) -> None:
    assert json.loads((scheduled / "last_run.json").read_text("utf-8"))["run_id"].startswith("2024-08-31")
    days = {each.name[:10] for each in (scheduled / "regulars" / "runs").iterdir()}
    assert {"2024-06-30", "2024-07-31", "2024-08-31"} <= days
    with duckdb.connect() as connection:
        found = f"from '{scheduled}/warehouse/dim_customer_segment.parquet'"
        (last,) = connection.execute(f"select max(valid_from) {found}").fetchone() or ()
        (current,) = connection.execute(f"select count(*) filter (where is_current) {found}").fetchone() or ()
    assert last <= date(2024, 8, 31)
    assert current > 100


def test_the_airflow_tasks_run_in_their_order_and_the_run_is_a_no_op_after_cron(
    scheduled: Path, shell: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Airflow is no dependency: what the file asks of it is written down, and its commands are run."""
    tasks: list[Any] = []

    class Written:
        def __init__(self, **said: Any) -> None:
            self.said = said
            tasks.append(self)

        def __rshift__(self, after: Written) -> None:
            assert tasks.index(self) < tasks.index(after)

    class Dag:
        def __init__(self, name: str, **said: Any) -> None:
            assert said["schedule"] == "@quarterly"
            assert said["catchup"] is False

        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None: ...

    stand_ins = {"airflow.providers.standard.operators.bash": Written, "airflow.sdk": Dag}
    for name, written in stand_ins.items():
        module = ModuleType(name)
        module.__dict__["BashOperator" if written is Written else "DAG"] = written
        monkeypatch.setitem(sys.modules, name, module)
    text = block("python", "BashOperator")
    exec(compile(text, "docs/history.md", "exec"), {})
    environment = jinja2.Environment()
    environment.filters["ds"] = lambda day: day.isoformat()
    macros = SimpleNamespace(ds_add=lambda ds, days: (date.fromisoformat(ds) + timedelta(days)).isoformat())
    before = sorted((scheduled / "regulars" / "runs").iterdir())
    for task in tasks:
        asked = environment.from_string(task.said["bash_command"])
        shell(asked.render(macros=macros, data_interval_end=date.fromisoformat(NIGHT)))
    assert sorted((scheduled / "regulars" / "runs").iterdir()) == before
    assert (scheduled / "dim_customer_segment.parquet").is_file()


def test_dbts_model_gives_each_order_the_segment_of_its_day(scheduled: Path) -> None:
    """dbt is no dependency: its two functions are filled in as dbt-duckdb fills them."""
    source = yaml.safe_load(block("yaml", "external_location"))["sources"][0]
    (table,) = source["tables"]
    where = source["meta"]["external_location"].format(name=table["name"])
    model = jinja2.Environment().from_string(block("sql", "left join"))
    query = model.render(
        ref=lambda name: name,
        source=lambda name, of: f"'{where}'" if (name, of) == (source["name"], table["name"]) else "",
    )
    dimension = scheduled / "warehouse" / "dim_customer_segment.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            f'create table orders as select client as customer_id, cast("when" as date) as ordered_on '
            f"from '{scheduled}/regulars/orders.csv'"
        )
        asked = query.replace(f"{SERVER}/dim_customer_segment.parquet", str(dimension))
        rows = connection.execute(asked).fetchall()
        orders = connection.execute("select count(*) from orders").fetchone()
        (july,) = [
            each.name for each in (scheduled / "regulars" / "runs").iterdir() if "2024-07-31" in each.name
        ] or [""]
        said = connection.execute(
            "select customer_id, segment_name from "
            f"'{scheduled}/regulars/runs/{july}/assignments/rfm.parquet'"
        ).fetchall()
    assert (len(rows),) == orders, "no order is lost, and none is doubled"
    assert all(name is None for _, day, name in rows if day < date(2024, 1, 31))
    by_july = dict(said)
    held = [(who, name) for who, day, name in rows if date(2024, 7, 31) <= day < date(2024, 8, 31) and name]
    assert held
    assert all(by_july.get(who, name) == name for who, name in held)
