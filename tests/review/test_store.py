"""The store on SQLite and on PostgreSQL: what is added, what is found again, and what is never changed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Table
from sqlalchemy import text as sql
from sqlalchemy.exc import DBAPIError
from tests.review.texts import RUN, SAYS, beside, claims, facts, text

from regulars.errors import UsageError
from regulars.review.record import Record
from regulars.review.store import Kept, Store, opened, version_at
from regulars.review.tables import events, records

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def store(place: str) -> Iterator[Store]:
    with opened(place) as store:
        yield store


def test_a_store_is_made_where_there_is_none_and_is_empty(place: str) -> None:
    assert version_at(place) is None
    with opened(place) as store:
        assert store.drafts() == []
        assert store.head() == (0, None)
        assert store.verified(store.head()) == ()
    assert version_at(place) == "1"


def test_looking_makes_no_store(tmp_path: Path) -> None:
    assert version_at(tmp_path / "store.db") is None
    assert list(tmp_path.iterdir()) == []


# --- adding ----------------------------------------------------------------------------------------


def test_a_text_is_kept_with_the_events_of_its_birth(store: Store) -> None:
    kept = store.add(text())
    record = store.record(kept.record_id)
    assert (kept.version, kept.is_new, kept.state) == (1, True, "draft")
    assert record.content.text == SAYS
    assert record.content.parent_sha256 is None
    assert [(each.seq, each.action) for each in record.events] == [(1, "generated"), (2, "checked")]
    assert record.review.state == "draft"
    assert record.review.author == "regulars narrate"
    assert Record.from_json(record.as_json()) == record
    assert store.head() == (2, record.events[-1].event_sha256)


def test_the_same_words_of_the_same_facts_add_nothing(store: Store) -> None:
    first = store.add(text())
    head = store.head()
    assert store.add(text()) == Kept(first.record_id, 1, is_new=False, state="draft")
    assert store.head() == head


def test_other_words_or_facts_or_checks_are_a_new_version_that_names_the_one_before(store: Store) -> None:
    added = [
        text(),
        text("Champions buy every week."),
        text("Champions buy every week.", of=facts("b")),
        text("Champions buy every week.", of=facts("b", "2024-07-31-0123456789ab")),
        text("Champions buy every week.", of=facts("b", "2024-07-31-0123456789ab"), checks=()),
    ]
    kept = [store.add(each) for each in added]
    assert [each.version for each in kept] == [1, 2, 3, 4, 5]
    assert all(each.is_new for each in kept)
    records = [store.record(each.record_id) for each in kept]
    parents = [each.content.parent_sha256 for each in records]
    assert parents == [None, *(each.content.sha256 for each in records[:-1])]
    assert store.verified() == ()


def test_going_back_to_earlier_words_is_a_new_version(store: Store) -> None:
    """The newest draft is what was written last."""
    for says in (SAYS, "Champions buy every week.", SAYS):
        kept = store.add(text(says))
    assert (kept.version, kept.is_new) == (3, True)


def test_an_older_run_written_again_adds_nothing(store: Store) -> None:
    old = store.add(text())
    store.add(text(of=facts("b", "2024-07-31-0123456789ab")))
    assert store.add(text()) == Kept(old.record_id, 1, is_new=False, state="draft")


def test_each_text_has_its_own_versions(store: Store) -> None:
    bound = [
        {}, {"segmentation": "behaviour"}, {"segment_id": "at_risk"}, {"kind": "persona"},
        {"audience": "customer"}, {"locale": "de"}, {"kind": "report", "segment_id": "overall"},
    ]  # fmt: skip
    assert [store.add(text(**each)).version for each in bound] == [1] * len(bound)
    assert len(store.drafts()) == len(bound)


def test_a_text_that_fails_a_check_is_kept_as_that(store: Store) -> None:
    kept = store.add(text(checks=(claims("fail", "contradicted"),)))
    assert kept.state == "checks_failed"
    assert store.record(kept.record_id).review.state == "checks_failed"
    assert [each.record_id for each in store.drafts()] == [kept.record_id]


def test_any_text_comes_back_to_the_character(store: Store) -> None:
    says = "Champions\0 – «ünïcödé» 🛒 '; drop table regulars_records; -- %s $1 :x \\u0000 \u2028\r\n"
    kept = store.add(text(says, draft={"claims": [says], "deep": {"n": 1.10, "m": 10**30}}))
    content = store.record(kept.record_id).content
    assert content.text == says
    assert content.draft == {"claims": [says], "deep": {"n": 1.10, "m": 10**30}}
    assert store.verified() == ()


# --- finding ---------------------------------------------------------------------------------------


def test_drafts_are_the_newest_of_each_text_and_of_a_run_the_newest_of_that_run(store: Store) -> None:
    later = facts("b", "2024-07-31-0123456789ab")
    store.add(text(segment_id="lost"))
    store.add(text())
    store.add(text("Champions buy every week."))
    store.add(text("Champions buy less.", of=later))
    store.add(text(kind="persona"))
    told = [(each.content.segment_id, each.content.kind, each.content.version) for each in store.drafts()]
    assert told == [("champions", "persona", 1), ("champions", "profile", 3), ("lost", "profile", 1)]
    of_run = store.drafts(run_id=RUN, segmentation="rfm", kind="profile")
    assert [(each.content.segment_id, each.content.version) for each in of_run] == [
        ("champions", 2), ("lost", 1),
    ]  # fmt: skip
    assert store.drafts(segmentation="behaviour") == []


def test_the_newest_for_some_readers_is_found_behind_one_for_others(store: Store) -> None:
    marketing, analyst = ({"audience": each, "length": "short"} for each in ("marketing", "analyst"))
    store.add(text(draft=marketing))
    store.add(text("Champions buy every week.", draft=marketing))
    store.add(text("Champions differ.", draft=analyst))
    store.add(text("Champions are told of."))
    assert [each.content.version for each in store.drafts(said=marketing)] == [2]
    assert [each.content.version for each in store.drafts(said=analyst)] == [3]
    assert store.drafts(said=marketing | {"length": "long"}) == []


def test_the_same_words_for_other_readers_are_a_new_version(store: Store) -> None:
    for audience, version in (("marketing", 1), ("marketing", 1), ("analyst", 2)):
        kept = store.add(text(draft={"audience": audience, "length": "short"}))
        assert kept.version == version
    assert store.verified() == ()


def test_the_newest_of_a_text_is_found_by_its_name(store: Store) -> None:
    store.add(text())
    kept = store.add(text("Champions buy every week.", of=facts("b", "2024-07-31-0123456789ab")))
    name = ("rfm", "champions", "profile", "internal")
    newest, earlier = store.newest(*name), store.newest(*name, run_id=RUN)
    assert newest is not None
    assert newest.record_id == kept.record_id
    assert earlier is not None
    assert earlier.content.text == SAYS
    assert store.newest("rfm", "champions", "profile", "customer") is None
    assert store.newest(*name, locale="de") is None


def test_a_record_that_is_not_there_is_told(store: Store) -> None:
    with pytest.raises(UsageError, match="record 'abc': there is none of that id"):
        store.record("abc")


# --- never changed ---------------------------------------------------------------------------------

DEEDS = {
    "sqlite": [
        "update {table} set record_id = 'x'",
        "delete from {table}",
        "insert or replace into {table} select * from {table}",
    ],
    "postgresql": ["update {table} set record_id = 'x'", "delete from {table}", "truncate {table} cascade"],
}


@pytest.mark.parametrize("table", ["regulars_records", "regulars_events"])
@pytest.mark.parametrize("deed", range(3))
def test_the_database_itself_refuses_to_change_what_is_kept(place: str, table: str, deed: int) -> None:
    with opened(place) as store:
        store.add(text())
        head = store.head()
    with beside(place) as engine:
        statement = DEEDS[engine.dialect.name][deed].format(table=table)
        with pytest.raises(DBAPIError, match=f"{table} is append-only"), engine.begin() as connection:
            connection.execute(sql(statement))
    with opened(place) as store:
        assert store.head() == head
        assert store.verified(head) == ()


@pytest.mark.parametrize(
    ("table", "other"),
    [
        (records, {"record_id": "x"}),
        (events, {"seq": 9, "event_sha256": "x"}),
        (events, {"seq": 9, "prev_event_sha256": "x"}),
    ],
)
def test_sqlite_replaces_nothing_that_is_in_the_way_of_another_row(
    tmp_path: Path, table: Table, other: dict[str, object]
) -> None:
    with opened(tmp_path / "store.db") as store:
        store.add(text())
    names = [column.name for column in table.columns]
    chosen = ", ".join(f"'{other[name]}'" if name in other else name for name in names)
    deed = f"insert or replace into {table.name} select {chosen} from {table.name}"
    with (
        beside(str(tmp_path / "store.db")) as engine,
        pytest.raises(DBAPIError, match="append-only"),
        engine.begin() as connection,
    ):
        connection.execute(sql(deed))


# --- several at once -------------------------------------------------------------------------------

# One process imports everything, and its children write.
WRITERS = """
import os, sys
sys.path.insert(0, {repository!r})
from tests.review.texts import text
from regulars.review.store import opened

place = sys.argv[1]

def write(writer):
    with opened(place, wait_seconds=100) as store:
        for each in range(50):
            store.add(text(f"Writer {{writer}}, text {{each}}.", segment_id=f"s{{each % 5}}"))

children = []
for writer in range(8):
    child = os.fork()
    if child == 0:
        write(writer)
        os._exit(0)
    children.append(child)
sys.exit(any([os.waitpid(child, 0)[1] for child in children]))
"""


def test_eight_writers_at_once_lose_nothing_and_never_fork_the_chain(place: str) -> None:
    """They begin before there is a store, so that its making is part of the race."""
    script = WRITERS.format(repository=str(REPOSITORY))
    done = subprocess.run(
        [sys.executable, "-c", script, place], capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    with opened(place) as store:
        assert store.head().seq == 800
        assert store.count() == 400
        assert store.verified(store.head()) == ()
        assert sorted(each.content.version for each in store.drafts()) == [80] * 5
