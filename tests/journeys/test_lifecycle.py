"""The states of the bundled orders, looked at three months before their end, against what came after."""

from __future__ import annotations

import shutil
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from regulars import settings
from regulars.app.study import run
from regulars.app.work import Asked
from regulars.app.workspace import Workspace
from regulars.engine import Engine

DEMO = Path(str(files("regulars.app"))) / "demo_orders"
THEN, NOW = date(2011, 9, 9), date(2011, 12, 9)


@pytest.fixture(scope="module")
def bought_again(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, float]]:
    """By state: its customers on 9 September, and the percentage who ordered in the three months after."""
    root = tmp_path_factory.mktemp("states")
    shutil.copy(DEMO / "online_retail.parquet", root)
    chosen = yaml.safe_load((DEMO / "regulars.yaml").read_text("utf-8"))
    chosen["segmentations"] = {"states": {"method": "lifecycle"}}
    (root / "regulars.yaml").write_text(yaml.safe_dump(chosen), encoding="utf-8")
    workspace = Workspace(root)
    read = settings.load(workspace.settings)
    before, after = (run(read, workspace, Asked(today=NOW, as_of=day)).study.path for day in (THEN, NOW))
    with Engine(threads=2) as engine:
        return {
            name: (customers, share)
            for name, customers, share in engine.rows(
                "select segment_name, count(*), "
                "round(100.0 * avg(case when a.orders > b.orders then 1 else 0 end)) "
                f"from '{before}/assignments/states.parquet' join '{before}/features.parquet' as b "
                f"using (customer_id) join '{after}/features.parquet' as a using (customer_id) "
                "group by segment_name"
            )
        }  # fmt: skip


def test_the_states_foretell_who_buys_again_as_the_docs_say(
    bought_again: dict[str, tuple[int, float]],
) -> None:
    assert {state: share for state, (_, share) in bought_again.items()} == {
        "Active": 71, "Reactivated": 62, "New": 50, "At risk": 48, "Lapsed": 37,
    }  # fmt: skip


def test_every_state_has_customers_enough_to_act_on(bought_again: dict[str, tuple[int, float]]) -> None:
    assert sum(customers for customers, _ in bought_again.values()) == 3368
    assert min(customers for customers, _ in bought_again.values()) >= 100
