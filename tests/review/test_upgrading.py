"""The tables of the store: made from nothing, brought up to date from each version there was, and only so."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect
from sqlalchemy import text as sql
from tests.review.texts import beside, text

from regulars.review.chain import Head
from regulars.review.places import place_of
from regulars.review.store import opened, version_at
from regulars.review.tables import VERSIONS, metadata
from regulars.review.upgrading import MIGRATIONS, NEWEST, upgrade

STORES = Path(__file__).parent / "stores"
KEPT = {
    "v1": Head(6, "8778d2a265f545d20a8754372d189293d1fb5dbfb8ada2b1a7a1dbd0495e5ed1"),
}
NEXT = """
import sqlalchemy as sa
from alembic import op

revision = "next"
down_revision = "1"


def upgrade():
    op.add_column("regulars_records", sa.Column("folder", sa.Text))
    {then}
"""


def test_the_newest_step_is_the_version_that_the_program_writes() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == NEWEST


def test_the_steps_make_the_tables_that_the_program_reads(place: str) -> None:
    with opened(place), beside(place) as engine, engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSIONS})
        assert compare_metadata(context, metadata) == []


def test_every_version_that_there_was_is_kept_as_it_was_written() -> None:
    steps = ScriptDirectory(str(MIGRATIONS)).walk_revisions()
    assert (
        {path.stem for path in STORES.glob("*.sql")} == {f"v{step.revision}" for step in steps} == set(KEPT)
    )


@pytest.mark.parametrize("version", sorted(KEPT))
def test_a_store_of_an_earlier_version_is_brought_up_to_date_and_is_whole(
    version: str, tmp_path: Path
) -> None:
    """The file is a store as that version of the program wrote it."""
    path = tmp_path / "store.db"
    with sqlite3.connect(path) as database:
        database.executescript((STORES / f"{version}.sql").read_text("utf-8"))
    database.close()
    with opened(path) as store:
        assert store.head() == KEPT[version]
        assert store.verified(KEPT[version]) == ()
        assert [each.content.version for each in store.drafts()] == [1, 2]
        assert store.add(text("Something new.")).is_new
        assert store.verified(KEPT[version]) == ()
    assert version_at(path) == NEWEST


def with_a_step_more(folder: Path, then: str = "") -> Path:
    migrations = Path(shutil.copytree(MIGRATIONS, folder / "migrations"))
    (migrations / "versions" / "next.py").write_text(NEXT.format(then=then))
    return migrations


def columns(place: str) -> list[str]:
    with beside(place) as engine, engine.connect() as connection:
        return [each["name"] for each in inspect(connection).get_columns("regulars_records")]


def test_a_step_more_leaves_what_is_kept_as_it_was(place: str, tmp_path: Path) -> None:
    with opened(place) as store:
        store.add(text())
        head = store.head()
    migrations = with_a_step_more(tmp_path)
    for _ in range(2):  # the second time there is nothing to do
        with beside(place) as engine, place_of(place).writing(engine) as connection:
            upgrade(connection, migrations)
    assert "folder" in columns(place)
    with beside(place) as engine, engine.begin() as connection:
        assert connection.execute(sql(f"select version_num from {VERSIONS}")).scalars().all() == ["next"]
        connection.execute(sql(f"update {VERSIONS} set version_num = '{NEWEST}'"))
    with opened(place) as store:
        assert store.verified(head) == ()


def test_a_step_that_fails_leaves_the_tables_as_they_were(place: str, tmp_path: Path) -> None:
    with opened(place) as store:
        store.add(text())
    migrations = with_a_step_more(tmp_path, "raise RuntimeError('half way')")
    before = columns(place)
    with (
        pytest.raises(RuntimeError, match="half way"),
        beside(place) as engine,
        place_of(place).writing(engine) as connection,
    ):
        upgrade(connection, migrations)
    assert columns(place) == before
    assert version_at(place) == NEWEST
