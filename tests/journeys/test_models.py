"""A model on real orders, from the command line: what is printed is what one counts by hand."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest
import yaml
from tests.journeys.test_rules import command
from tests.postgres import Postgres, load

from regulars.engine import Engine, written
from regulars.engine.steps import compose
from regulars.segment.definition import Definition

DEMO = Path(str(files("regulars.app"))) / "demo_orders"
MODELS = {
    "rfm": {"method": "rfm"},
    "newcomers": {"method": "model", "of": "rfm"},
    "weighed": {"method": "model", "of": "rfm", "kind": "logistic", "hold_out": 0.5},
}
HELD_OUT = {"newcomers": "4000", "weighed": "8000"}
"""A quarter and a half of what four digits of a hash can be."""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder of a finished run, and what was printed."""
    root = tmp_path_factory.mktemp("models")
    shutil.copy(DEMO / "online_retail.parquet", root)
    settings = yaml.safe_load((DEMO / "regulars.yaml").read_text("utf-8"))
    settings["segmentations"] = MODELS
    (root / "regulars.yaml").write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
    done = command(root, "run")
    assert done.returncode == 0, done.stderr
    (folder,) = (root / "runs").iterdir()
    return folder, done.stdout


@pytest.mark.parametrize("name", HELD_OUT)
def test_the_accuracy_printed_is_that_of_the_customers_held_out(run: tuple[Path, str], name: str) -> None:
    folder, printed = run
    with Engine(threads=2) as engine:
        ((customers, right, champions),) = engine.rows(
            "select count(*), count(case when l.segment_id = m.segment_id then 1 end), "
            "count(case when l.segment_id = 'champions' then 1 end) "
            f"from '{folder}/assignments/rfm.parquet' as l join '{folder}/assignments/{name}.parquet' as m "
            f"using (customer_id) where right(md5(cast(customer_id as varchar)), 4) < '{HELD_OUT[name]}'"
        )
    told = re.search(
        rf"^{name}, version 1$.*?^Right for ([\d.]+)% \(([\d.]+)% to [\d.]+%\) of ([\d,]+) customers "
        r"held out; always saying Champions: ([\d.]+)%\.$",
        printed,
        re.MULTILINE | re.DOTALL,
    )
    assert told
    accuracy, low, counted, guess = (float(each.replace(",", "")) for each in told.groups())
    assert counted == customers
    assert accuracy == pytest.approx(100 * right / customers, abs=0.06)
    assert guess == pytest.approx(100 * champions / customers, abs=0.06)
    # Baskets and returns tell more of recency, frequency and spend than nothing does.
    assert low > guess


@pytest.mark.parametrize("name", HELD_OUT)
def test_on_postgresql_every_customer_is_in_the_same_segment(
    run: tuple[Path, str], postgres: Postgres, name: str
) -> None:
    folder, _ = run
    definition = Definition.from_json(
        json.loads((folder / "definitions" / f"{name}.json").read_text("utf-8"))
    )
    load(postgres, folder / "features.parquet", "features")
    select = written(compose(definition.steps("features", date(2011, 12, 9))), "postgres")
    there = dict(postgres.rows(f"select customer_id, segment_id from ({select}) as made"))
    with Engine(threads=2) as engine:
        here = dict(engine.rows(f"select customer_id, segment_id from '{folder}/assignments/{name}.parquet'"))
    assert there == {str(who): segment for who, segment in here.items()}
    assert len(there) == 4334
