"""Whatever kills a writer, the store has each text with all its events, or nothing of it.

Two ways to die: from inside before each statement that an addition consists of, and from outside at a random
moment. A writer that keeps its events apart from its records is put under the same harness, and is found out.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import literal, select
from sqlalchemy import text as sql
from tests.postgres import Postgres
from tests.review.texts import beside, text

from regulars.errors import StoreUnusable
from regulars.review.places import place_of
from regulars.review.store import opened
from regulars.review.tables import records

REPOSITORY = Path(__file__).parents[2]
BEGINNING = f"import sys; sys.path.insert(0, {str(REPOSITORY)!r})"
# One process imports everything; each child adds one text, and dies before its nth statement.
DIES = (
    BEGINNING
    + """
import os, signal
import alembic.operations, alembic.runtime.migration, alembic.script
from sqlalchemy import Engine, event
from tests.review.texts import text
from regulars.review.store import opened

folder, made, in_parts = sys.argv[1], sys.argv[2] == "made", sys.argv[3] == "in parts"

def die_before(point):
    seen = 0
    def count(connection, cursor=None, statement="", *rest):
        nonlocal seen
        seen += 1
        if seen == point:
            os.kill(os.getpid(), signal.SIGKILL)
        if in_parts and "INSERT INTO regulars_events" in statement:
            connection.exec_driver_sql("commit")
            connection.exec_driver_sql("begin")
    event.listen(Engine, "before_cursor_execute", count)
    event.listen(Engine, "commit", count)

point, status = 0, 1
while status:
    point += 1
    place = f"{folder}/{point}/store.db"
    if made:
        with opened(place) as store:
            store.add(text("Champions came first."))
    child = os.fork()
    if child == 0:
        die_before(point)
        with opened(place) as store:
            store.add(text())
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert status in (0, signal.SIGKILL), status
print(point)
"""
)
ADDS = (
    BEGINNING
    + """
from tests.review.texts import text
from regulars.review.store import opened

number = 0
with opened(sys.argv[1]) as store:
    while True:
        store.add(text(f"Text {number} from {sys.argv[2]}."))
        number += 1
        print(number, flush=True)
"""
)


def killed_at_each_statement(folder: Path, made: str, how: str = "whole") -> int:
    """How many statements there are to die before; the store of each death is in a folder of its number."""
    done = subprocess.run(
        [sys.executable, "-c", DIES, str(folder), made, how], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout) - 1


@pytest.mark.parametrize("made", ["made", "not yet made"])
def test_a_writer_that_dies_before_any_statement_leaves_the_store_whole(folder: Path, made: str) -> None:
    before = 2 if made == "made" else 0
    points = killed_at_each_statement(folder, made)
    assert points > (5 if made == "made" else 15)
    for point in range(1, points + 1):
        with opened(folder / str(point) / "store.db") as store:
            assert store.head().seq == before, point
            assert store.verified() == ()
            assert store.add(text()).is_new
            assert store.verified() == ()
    with opened(folder / str(points + 1) / "store.db") as store:
        assert store.head().seq == before + 2


def test_a_writer_that_keeps_events_apart_is_found_out(folder: Path) -> None:
    points = killed_at_each_statement(folder, "made", "in parts")
    found = []
    for point in range(1, points + 1):
        with opened(folder / str(point) / "store.db") as store:
            found += [each.what for each in store.verified()]
    assert "no event tells of it" in found


def test_a_writer_killed_at_a_random_moment_leaves_the_store_whole(folder: Path) -> None:
    chance = random.Random("moments")
    place = folder / "store.db"
    told = 0
    for life in range(6):
        with subprocess.Popen(
            [sys.executable, "-c", ADDS, str(place), str(life)], stdout=subprocess.PIPE, text=True
        ) as writer:
            assert writer.stdout
            assert writer.stdout.readline() == "1\n"
            time.sleep(chance.random() * 0.2)
            writer.send_signal(signal.SIGKILL)
            told += 1 + len(writer.stdout.read().splitlines())
        with opened(place) as store:
            # The last one may have been kept before it could be told.
            assert told <= store.count() <= told + life + 1
            assert store.head().seq == 2 * store.count()
            assert store.verified(store.head()) == ()


def ended_in_the_middle(place: str, postgres: Postgres) -> None:
    other = {"record_id": literal("x"), "version": literal(7)}
    copied = select(*(other.get(each.name, each) for each in records.c))
    with beside(place) as engine, place_of(place).writing(engine) as connection:
        connection.execute(records.insert().from_select(records.c, copied))
        ours = connection.execute(sql("select pg_backend_pid()")).scalar_one()
        postgres.psql(f"select pg_terminate_backend({ours});")
        connection.execute(sql("select 1"))


def test_a_server_that_ends_the_connection_in_the_middle_keeps_nothing(postgres) -> None:
    place = postgres.schema("store_ended")
    with opened(place) as store:
        store.add(text())
        head = store.head()
    with pytest.raises(StoreUnusable, match="broke off; nothing was kept"):
        ended_in_the_middle(place, postgres)
    with opened(place) as store:
        assert store.head() == head
        assert store.verified(head) == ()
        assert store.add(text("Champions buy every week.")).version == 2
