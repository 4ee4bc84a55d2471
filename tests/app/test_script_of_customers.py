"""The SQL of a study of customers alone: run on the clean table, it puts everybody where the study did."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest
from tests.prepare.orders import TODAY
from tests.prepare.test_customer_level import ATTRIBUTES, book, laid, settings

from regulars.app.script import script
from regulars.app.study import cleaned_orders, run
from regulars.app.work import Asked


@pytest.fixture(scope="module")
def studied(tmp_path_factory: pytest.TempPathFactory):
    """The study, its workspace and settings, with the clean table of customers beside it."""
    chosen = settings(attributes=ATTRIBUTES)
    workspace = laid(tmp_path_factory.mktemp("alone"), book())
    ran = run(chosen, workspace, Asked(today=TODAY))
    with cleaned_orders(chosen, workspace, Asked(today=TODAY)) as clean:
        columns = ", ".join(clean.engine.table("customers").columns)
        clean.engine.write_parquet(
            f"select {columns} from customers order by customer_id", workspace.root / "clean.parquet"
        )
    return ran, workspace, chosen


@pytest.mark.parametrize("name", ["rfm", "behaviour"])
def test_the_script_puts_every_customer_where_the_study_did(studied, name: str) -> None:
    ran, workspace, chosen = studied
    definition = workspace.pinned(name)
    said = script(definition, chosen, "duckdb", date.fromisoformat(definition.fitted["as_of"]))
    assert "customers: one row a customer" in said
    assert "order_lines" not in said
    with duckdb.connect() as connection:
        connection.execute(f"create table customers as from '{workspace.root / 'clean.parquet'}'")
        connection.execute(said)
        theirs = connection.execute(
            f"select customer_id, segment_id from segment_{name}_assignments order by customer_id"
        ).fetchall()
        path: Path = ran.study.path / "assignments" / f"{name}.parquet"
        ours = connection.execute(f"select customer_id, segment_id from '{path}' order by 1").fetchall()
    assert theirs == ours
    assert len(ours) == 150
