"""Whoever changes a store behind its back is found out: on both databases, and in the very file."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import Connection, inspect, select
from sqlalchemy import text as sql
from tests.review.texts import beside, claims, facts, text

from regulars.documents import canonical, digest_of
from regulars.errors import RegularsError, StoreDamaged
from regulars.review.chain import Head, hashed
from regulars.review.record import Content
from regulars.review.store import opened
from regulars.review.tables import events, records
from regulars.types import Finding

TEXTS = (
    text(),
    text("Champions buy every week.", of=facts("b")),
    text(
        "At-risk customers have gone quiet.", segment_id="at_risk", checks=(claims("warn", "needs_review"),)
    ),
)


@pytest.fixture
def kept(place: str) -> Head:
    """The head of a store of three texts, as somebody noted it."""
    with opened(place) as store:
        for each in TEXTS:
            store.add(each)
        return store.head()


def without_guards(connection: Connection) -> None:
    """What the owner of a database can do: take the triggers off."""
    if connection.dialect.name == "sqlite":
        connection.execute(sql("pragma foreign_keys = off"))
        for (name,) in connection.execute(sql("select name from sqlite_master where type = 'trigger'")).all():
            connection.execute(sql(f"drop trigger {name}"))
    else:
        for table in (records, events):
            connection.execute(sql(f"alter table {table.name} disable trigger all"))


def tampered(place: str, how: Callable[[Connection], object] | str) -> None:
    with beside(place) as engine:
        if engine.dialect.name == "sqlite":
            with engine.connect() as connection:  # foreign keys are switched outside a transaction only
                raw = connection.connection
                raw.execute("commit") if connection.in_transaction() else None
                raw.execute("pragma foreign_keys = off")
                _tamper(connection, how)
        else:
            with engine.begin() as connection:
                _tamper(connection, how)


def _tamper(connection: Connection, how: Callable[[Connection], object] | str) -> None:
    without_guards(connection)
    if isinstance(how, str):
        for each in how.split(";"):
            connection.execute(sql(each))
    else:
        how(connection)
    connection.commit()


def verified(place: str, head: Head | None = None) -> list[str]:
    with opened(place) as store:
        found = (each for each in store.verified(head) if not each.where.startswith("store, trigger "))
        return [f"{each.where}: {each.what}" for each in found]


def test_triggers_that_were_taken_off_are_named(place: str, kept: Head) -> None:
    with opened(place) as store:
        assert store.verified(kept) == ()
    tampered(place, "select 1")
    with opened(place) as store:
        found = store.verified(kept)
    tables = {each.where.removeprefix("store, trigger ").rpartition("_")[0] for each in found}
    assert {each.removesuffix("_no").removesuffix("_append") for each in tables} == {
        records.name,
        events.name,
    }
    assert all("taken off" in each.what for each in found)


# --- what a chain finds by itself ------------------------------------------------------------------

SWAPPED = (
    "update regulars_events set seq = 99 where seq = 3; update regulars_events set seq = 3 where seq = 4;"
    "update regulars_events set seq = 4 where seq = 99"
)


@pytest.mark.parametrize(
    ("deed", "found"),
    [
        ("update regulars_events set actor = 'Eve' where seq = 3", "event 3: it was altered"),
        ("update regulars_events set at = '2024-07-01T12:00:01Z' where seq = 6", "event 6: it was altered"),
        ("update regulars_events set reason = '' where seq = 2", "event 2: it was altered"),
        ("update regulars_events set state = 'approved' where seq = 4", "event 4: it was altered"),
        ("delete from regulars_events where seq = 1", "event 1: it is missing: event 2 comes next"),
        ("delete from regulars_events where seq = 4", "event 4: it is missing: event 5 comes next"),
        (SWAPPED, "event 3: it does not follow the event before it"),
        (SWAPPED, "event 4: it was altered"),
        ("delete from regulars_records where version = 2", "events tell of it, and it is missing"),
        ("delete from regulars_events where seq > 4", "no event tells of it"),
        ("update regulars_records set document = document || ' '", "it was altered"),
        (
            "update regulars_records set document = replace(document, 'every week', 'every year')",
            "it was altered",
        ),
        ("update regulars_records set run_id = 'other' where version = 2", "it is filed under another"),
        ("update regulars_records set segment_id = 'lost' where version = 2", "it is filed under another"),
        ("update regulars_records set version = 3 where version = 2", "a version of this text is missing"),
        (
            "update regulars_records set content_sha256 = 'x' where version = 2",
            "its events are of other words",
        ),
        (
            "update regulars_records set record_sha256 = 'x' where version = 2",
            "its events are of another record",
        ),
    ],
)
def test_what_was_changed_is_named(place: str, kept: Head, deed: str, found: str) -> None:
    assert verified(place, kept) == []
    tampered(place, deed)
    said = verified(place)
    assert any(found in each for each in said), said


def test_an_event_with_a_digest_that_fits_no_longer_fits_the_next(place: str, kept: Head) -> None:
    def forge(connection: Connection) -> None:
        event = dict(connection.execute(select(events).where(events.c.seq == 3)).mappings().one())
        event["actor"] = "Eve"
        event["event_sha256"] = digest_of(hashed(event))
        connection.execute(events.update().where(events.c.seq == 3).values(**event))

    tampered(place, forge)
    assert verified(place) == ["store, event 4: it does not follow the event before it"]


# --- what only a head that was kept outside finds --------------------------------------------------


def chained_anew(connection: Connection) -> None:
    before = None
    for row in connection.execute(select(events).order_by(events.c.seq)).mappings().all():
        event = {**row, "prev_event_sha256": before}
        event["event_sha256"] = before = digest_of(hashed(event))
        connection.execute(events.update().where(events.c.seq == row["seq"]).values(**event))


def test_a_missing_end_is_found_by_the_head_that_was_kept(place: str, kept: Head) -> None:
    gone = "regulars_events where seq > 4; delete from regulars_records where segment_id = 'at_risk'"
    tampered(place, f"delete from {gone}")
    assert verified(place) == []
    assert verified(place, kept) == [
        "store, its end: 6 events were there when the head was kept, and 4 are left"
    ]


def test_a_history_written_anew_is_found_by_the_head_that_was_kept(place: str, kept: Head) -> None:
    def rewrite(connection: Connection) -> None:
        connection.execute(sql("update regulars_events set actor = 'Eve'"))
        chained_anew(connection)

    tampered(place, rewrite)
    assert verified(place) == []
    assert verified(place, kept) == [
        "store, event 6: it is not the one that the head was kept of: written anew"
    ]


def test_words_written_anew_with_all_their_digests_are_found_by_the_head(place: str, kept: Head) -> None:
    def rewrite(connection: Connection) -> None:
        row = connection.execute(select(records).where(records.c.version == 2)).mappings().one()
        document = json.loads(row["document"])
        content = document["content"]
        content["text"] = "Champions buy every year."
        words = Content.model_construct(**{**content, "disclosures": ()})
        content["sha256"] = words.digest
        spelt = canonical(document)
        digest = sha256(spelt.encode()).hexdigest()
        new = {"record_id": digest[:16], "record_sha256": digest, "content_sha256": content["sha256"]}
        old = row["record_id"]
        connection.execute(events.update().where(events.c.record_id == old).values(**new))
        connection.execute(records.update().where(records.c.record_id == old).values(**new, document=spelt))
        chained_anew(connection)

    tampered(place, rewrite)
    assert verified(place) == []
    assert len(verified(place, kept)) == 1


def test_an_older_head_still_holds_when_more_was_added(place: str, kept: Head) -> None:
    with opened(place) as store:
        store.add(text("Champions buy twice a week."))
    assert verified(place, kept) == []


# --- before anything is shown ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "deed",
    [
        "update regulars_records set document = replace(document, 'every week', 'every year')",
        "update regulars_events set state = 'approved' where seq = 4",
        "update regulars_events set record_sha256 = 'x' where seq = 3",
        "delete from regulars_events where seq in (3, 4)",
    ],
)
def test_what_was_changed_is_not_shown(place: str, kept: Head, deed: str) -> None:
    with opened(place) as store:
        record_id = store.drafts()[-1].record_id
        assert store.record(record_id).content.version == 2
    tampered(place, deed)
    with opened(place) as store:
        for read in (
            store.drafts,
            lambda: store.record(record_id),
            lambda: store.newest("rfm", "champions", "profile", "internal"),
            lambda: store.add(TEXTS[1]),
        ):
            with pytest.raises(StoreDamaged, match=f"record '{record_id}'"):
                read()


def shown(path: Path) -> list[dict]:
    with opened(path) as store:
        return [each.as_json() for each in store.drafts()]


def damages(content: bytes) -> Iterable[bytes]:
    """The file with one bit flipped, at 100 places; with a block of zeros; cut off; and with a page gone."""
    chance = random.Random("damage")
    for _ in range(100):
        at = chance.randrange(len(content))
        yield content[:at] + bytes([content[at] ^ 1 << chance.randrange(8)]) + content[at + 1 :]
    for at in range(0, len(content), 4096):
        yield content[:at] + bytes(512) + content[at + 512 :]
        yield content[:at]
        yield content[:at] + content[at + 4096 :]


def test_a_damaged_file_shows_what_was_written_or_nothing(folder: Path) -> None:
    path = folder / "store.db"
    with opened(path) as store:
        for each in (*TEXTS, text("Champions buy every week. " * 2000, segment_id="long")):
            store.add(each)
    whole, content = shown(path), path.read_bytes()
    found = {"not shown": 0, "named": 0, "harmless": 0}
    for damaged in damages(content):
        if not damaged:
            continue  # an empty file is a store that nothing was put into yet
        path.write_bytes(damaged)
        try:
            assert shown(path) == whole
        except RegularsError:
            found["not shown"] += 1
            continue
        with opened(path) as store:
            found["named" if store.verified() else "harmless"] += 1
    assert found["not shown"] > 100, found
    assert found["named"], found


def test_pages_that_no_longer_fit_are_named_by_the_database_itself(folder: Path) -> None:
    path = folder / "store.db"
    with opened(path) as store:
        store.add(TEXTS[0])
    with beside(str(path)) as engine, engine.connect() as connection:
        index = inspect(connection).get_indexes("regulars_events")[0]["name"]
        root = connection.execute(
            sql(f"select rootpage from sqlite_master where name = '{index}'")
        ).scalar_one()
    content = bytearray(path.read_bytes())
    content[(root - 1) * 4096 + 4000 : root * 4096] = b"\1" * 96
    path.write_bytes(content)
    with opened(path) as store:
        found: tuple[Finding, ...] = store.verified()
    assert any("the file is damaged" in each.what or "cannot be read" in each.what for each in found)
