"""Where a store can be, and what is said where it cannot be used."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from sqlalchemy import text as sql
from tests.review.texts import beside, text

from regulars.errors import ExtraMissing, SettingsError, StoreDamaged, StoreUnusable
from regulars.review.places import place_of
from regulars.review.store import opened, version_at

SECRET = "horse-battery"


def refusal(said: str | Path, error: type[Exception] = StoreUnusable) -> str:
    with pytest.raises(error) as refused, opened(said, wait_seconds=0.1):
        pass
    return str(refused.value)


def test_a_store_is_made_with_the_folders_above_it(tmp_path: Path) -> None:
    with opened(tmp_path / "a" / "b" / "store.db") as store:
        store.add(text())
    assert [path.name for path in (tmp_path / "a" / "b").iterdir()] == ["store.db"]


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with sqlite3.connect(path) as other:
        other.execute("create table songs (title text)")
    other.close()
    before = path.read_bytes()
    assert "another program's database, with songs. Move the file away" in refusal(path)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.write_text("Dear diary, " * 100)
    assert "it is no store: not a database of SQLite's" in refusal(path)
    assert path.read_text().startswith("Dear diary")


def test_a_folder_in_its_place_and_a_file_in_place_of_its_folder_are_told(tmp_path: Path) -> None:
    (tmp_path / "store.db").mkdir()
    assert "it cannot be opened" in refusal(tmp_path / "store.db")
    (tmp_path / "file").write_text("")
    assert "its folder cannot be made" in refusal(tmp_path / "file" / "store.db")


def test_a_store_of_a_newer_version_is_left_alone(place: str) -> None:
    with opened(place) as store:
        store.add(text())
    with beside(place) as engine, engine.begin() as connection:
        connection.execute(sql("update regulars_version set version_num = '99'"))
    told = refusal(place)
    assert "its tables are of version 99, and this Regulars knows 1. A newer Regulars wrote it" in told


def test_a_store_that_does_not_say_its_version_is_damaged(place: str) -> None:
    with opened(place):
        pass
    with beside(place) as engine, engine.begin() as connection:
        connection.execute(sql("delete from regulars_version"))
    assert "it does not say of which version its tables are" in refusal(place, StoreDamaged)


def test_a_store_that_lost_a_table_is_damaged(place: str) -> None:
    with opened(place):
        pass
    with beside(place) as engine, engine.begin() as connection:
        connection.execute(sql("drop table regulars_events"))
    with opened(place) as store:
        with pytest.raises(StoreDamaged, match="regulars_events"):
            store.head()
        assert [each.severity for each in store.verified()] == ["refusal"]


def test_a_writer_that_holds_it_is_waited_for_and_then_named(place: str) -> None:
    with opened(place) as store:
        store.add(text())
    with opened(place, wait_seconds=0.2) as store, beside(place) as engine:
        with place_of(place).writing(engine) as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(
                    sql("select pg_advisory_xact_lock('regulars_events'::regclass::oid::bigint)")
                )
            with pytest.raises(StoreUnusable, match="it is locked: another program is writing to it"):
                store.add(text("Champions buy every week."))
            assert len(store.drafts()) == 1  # whoever only reads need not wait
        assert store.add(text("Champions buy every week.")).version == 2


# Root may write to anything: once all is imported, the script becomes somebody else.
READS = """
import os, sys
sys.path.insert(0, sys.argv[2])
from regulars.errors import StoreUnusable
from regulars.review.store import opened
from tests.review.texts import text

def read():
    with opened(sys.argv[1]) as store:
        print(len(store.drafts()), store.verified())
        try:
            store.add(text("Champions buy more."))
        except StoreUnusable as told:
            print(told)

if os.getuid() == 0:
    os.setuid(65534)
read()
"""


def test_a_store_that_may_only_be_read_can_be_read() -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        path = Path(folder) / "store.db"
        with opened(path) as store:
            store.add(text())
        path.chmod(0o444)
        path.parent.chmod(0o555)
        done = subprocess.run(
            [sys.executable, "-c", READS, str(path), str(Path(__file__).parents[2])],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        path.parent.chmod(0o755)
    assert done.stderr == ""
    assert "1 ()" in done.stdout
    assert "it may not be written to (attempt to write a readonly database). Allow writing" in done.stdout


# --- PostgreSQL ------------------------------------------------------------------------------------


def test_a_password_in_the_url_is_refused_and_not_repeated() -> None:
    for url in (
        f"postgresql://shop:{SECRET}@db.example/regulars",
        f"postgresql://shop@db.example/regulars?password={SECRET}",
        f"postgresql://shop@db.example/regulars?sslpassword={SECRET}",
    ):
        told = refusal(url, SettingsError)
        assert "a password stands in it. Take it out: it is read from PGPASSWORD" in told
        assert SECRET not in told


@pytest.mark.parametrize(
    "url", [f"postgresql://shop:{SECRET}@db:port/x", f"mysql://shop:{SECRET}@db/x", "://x"]
)
def test_a_url_of_something_else_is_refused(url: str) -> None:
    told = refusal(url, SettingsError)
    assert "Write it as postgresql://USER@HOST/DATABASE" in told
    assert SECRET not in told


def test_without_its_driver_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    told = refusal("postgresql://shop@db.example/regulars", ExtraMissing)
    assert "pip install 'regulars[postgres]'. Leave out the setting store" in told


def test_a_server_that_is_not_there_and_a_database_that_is_not_are_told(postgres, tmp_path: Path) -> None:
    assert "its server does not answer" in refusal(f"postgresql://shop@/x?host={tmp_path}")
    there = postgres.database("store_there")
    assert '"store_gone" does not exist' in refusal(there.replace("store_there", "store_gone"))


def test_a_password_is_taken_from_the_environment_and_shown_nowhere(
    postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = postgres.database("store_with_password")
    postgres.psql(f"create role clerk login password '{SECRET}';")
    postgres.require_password("clerk")
    url = place.replace("shop@", "clerk@")
    monkeypatch.setenv("PGPASSWORD", "wrong")
    told = refusal(url)
    assert "does not let us in" in told
    assert "read from PGPASSWORD" in told
    assert "wrong" not in told
    postgres.psql("grant clerk to shop; alter database store_with_password owner to clerk;")
    monkeypatch.setenv("PGPASSWORD", SECRET)
    with opened(url) as store:
        store.add(text())
        assert SECRET not in repr(vars(store)) + store.place.name


def test_who_may_only_add_can_add_and_change_nothing(postgres) -> None:
    place = postgres.database("store_granted")
    with opened(place) as store:
        store.add(text())
    postgres.psql("drop role if exists adder; create role adder login;")
    url = place.replace("shop@", "adder@")
    with opened(place) as _, beside(place) as engine, engine.begin() as connection:
        connection.execute(sql("grant select, insert on regulars_records, regulars_events to adder"))
        connection.execute(sql("grant select on regulars_version to adder"))
    with opened(url) as store:
        assert store.add(text("Champions buy every week.")).version == 2
        assert store.verified(store.head()) == ()
    with (
        beside(url) as engine,
        pytest.raises(Exception, match="permission denied"),
        engine.begin() as connection,
    ):
        connection.execute(sql("delete from regulars_events"))


def test_looking_at_a_database_without_a_store_makes_none(postgres) -> None:
    place = postgres.schema("store_looked_at")
    assert version_at(place) is None
    with beside(place) as engine, engine.connect() as connection:
        assert (
            connection.execute(
                sql("select count(*) from pg_tables where schemaname = 'store_looked_at'")
            ).scalar()
            == 0
        )
