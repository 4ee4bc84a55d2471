"""The store: every text that was written about segments, and everything that happened to each, for good.

Nothing in it is changed or taken out, and one writer writes at a time: an addition is there whole, with its
events, or not at all. What is read is held to its digests first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Select, func, insert, select

from regulars.documents import canonical
from regulars.errors import StoreDamaged, UsageError
from regulars.review.chain import Head, broken_links, first_events, outside
from regulars.review.places import Place, alone, place_of
from regulars.review.reading import filed, record_of, unvouched
from regulars.review.record import ID_LENGTH, NewRecord, Record, Words, found_by
from regulars.review.rows import events_of, head_of, newest_first, rows_of, unguarded, unsound
from regulars.review.shape import Audience, Kind, State
from regulars.review.tables import events, records
from regulars.review.upgrading import NEWEST, require_ours, upgrade, version_of
from regulars.types import Finding

_DRAFTS: tuple[State, ...] = ("draft", "checks_failed")
_WRITING = "'regulars_events'::regclass::oid::bigint"  # one number for each schema's own store


@dataclass(frozen=True)
class Kept:
    """Where a text is now. Not new: these very words of those facts were there, and checked the same."""

    record_id: str
    version: int
    is_new: bool
    state: State


class Store:
    """An open store; :func:`opened` gives one."""

    def __init__(self, place: Place, engine: Engine) -> None:
        self.place = place
        self._engine = engine

    def add(self, new: NewRecord) -> Kept:
        """Keep a text as the newest version of its name, with the events that it was written and checked.

        Nothing is added where the newest words of that run and those facts are these very words, for the same
        readers, and the checks found the same. Who wrote them the second time is then not kept.
        Raises StoreUnusable; StoreDamaged where what is there is not as it was written.
        """
        with self.place.writing(self._engine) as connection:
            alone(connection, _WRITING)
            same = self._same(connection, new)
            if same:
                return Kept(same.record_id, same.content.version, is_new=False, state=same.review.state)
            parent = connection.execute(newest_first(_name_of(new.words)).limit(1)).first()
            body = new.numbered(*((parent.version + 1, parent.content_sha256) if parent else (1, None)))
            record_id, digest = body.digest[:ID_LENGTH], body.digest
            connection.execute(
                insert(records).values(
                    record_id=record_id,
                    record_sha256=digest,
                    document=canonical(body.as_json()),
                    **filed(body),
                )
            )
            born = first_events(new, body, head_of(connection))
            connection.execute(insert(events), [each.as_json() for each in born])
        return Kept(record_id, body.content.version, is_new=True, state=born[-1].state)

    def record(self, record_id: str) -> Record:
        """The record of that id. Raises UsageError where there is none, StoreDamaged where it was altered."""
        with self.place.reading(self._engine) as connection:
            found = self._read(connection, select(records).where(records.c.record_id == record_id))
        if not found:
            raise UsageError(
                f"record {record_id!r}",
                f"there is none of that id in {self.place.name}",
                "Name one that is there.",
            )
        return found[0]

    def drafts(
        self, run_id: str | None = None, segmentation: str | None = None, kind: Kind | None = None,
        *, said: Mapping[str, str] | None = None,
    ) -> list[Record]:  # fmt: skip
        """Of each text its newest version, where that is a draft, checked or not, or failed its checks.

        With ``run_id`` the newest of that run; with ``said`` the newest whose draft has these values, such as
        the audience and length that it was written for. Ordered by segmentation, segment, kind, audience and
        locale.
        Raises StoreDamaged before anything that was altered is shown.
        """
        asked = {"run_id": run_id, "segmentation": segmentation, "kind": kind}
        chosen = select(records).filter_by(
            **{name: value for name, value in asked.items() if value is not None}
        )
        with self.place.reading(self._engine) as connection:
            found = [
                each
                for each in self._read(connection, chosen)
                if said is None or said.items() <= (each.content.draft or {}).items()
            ]
        newest = {each.content.name: each for each in sorted(found, key=lambda each: each.content.version)}
        return [newest[name] for name in sorted(newest) if newest[name].review.state in _DRAFTS]

    def newest(
        self, segmentation: str, segment_id: str, kind: Kind, audience: Audience, *,
        locale: str = "en", run_id: str | None = None,
    ) -> Record | None:  # fmt: skip
        """The newest version of one text, whatever its state; with ``run_id`` the newest of that run."""
        asked = {"segmentation": segmentation, "segment_id": segment_id, "kind": kind, "audience": audience}
        chosen = newest_first({**asked, "locale": locale} | ({"run_id": run_id} if run_id else {})).limit(1)
        with self.place.reading(self._engine) as connection:
            return next(iter(self._read(connection, chosen)), None)

    def head(self) -> Head:
        """How many events there are, and the digest of the last. Kept elsewhere, it tells what is missing."""
        with self.place.reading(self._engine) as connection:
            return head_of(connection)

    def verified(self, head: Head | None = None) -> tuple[Finding, ...]:
        """Everything that is not as it was written; nothing, where all of it is.

        Only with a head that was kept outside is it found that the newest events are gone, or that all of
        them were written anew.
        """
        try:
            with self.place.reading(self._engine) as connection:
                pages = (*unsound(connection), *unguarded(connection))
                rows = rows_of(connection, select(records))
                told = rows_of(connection, select(events).order_by(events.c.seq))
        except StoreDamaged as unread:
            return (Finding("refusal", "store", unread.found, unread.remedy),)
        return (*pages, *broken_links(told), *(outside(head, told) if head else ()), *unvouched(rows, told))

    def count(self) -> int:
        """How many records there are, all versions."""
        with self.place.reading(self._engine) as connection:
            return connection.execute(select(func.count()).select_from(records)).scalar_one()

    def _same(self, connection: Connection, new: NewRecord) -> Record | None:
        there = {"run_id": new.facts.segmentation_run, "facts_sha256": new.facts.sha256}
        (newest,) = self._read(connection, newest_first(_name_of(new.words) | there).limit(1)) or (None,)
        if newest is None or newest.content.sha256 != new.words.digest:
            return None
        if _readers(newest.content) != _readers(new.words):
            return None
        return newest if found_by(newest.checks) == found_by(new.checks) else None

    def _read(self, connection: Connection, chosen: Select[Any]) -> list[Record]:
        rows = rows_of(connection, chosen)
        return [record_of(row, events_of(connection, row), self.place.name) for row in rows]


@contextmanager
def opened(said: str | Path, *, wait_seconds: float = 30.0) -> Iterator[Store]:
    """The store at a path (SQLite) or ``postgresql://`` URL, made where there is none, brought up to date.

    A writer that holds it is waited for ``wait_seconds``. Raises SettingsError and ExtraMissing for the URL,
    StoreUnusable where it is locked, closed to us, not ours or newer, StoreDamaged.
    """
    place = place_of(said)
    engine = place.engine(wait_seconds)
    try:
        if _version(place, engine) != NEWEST:
            place.make_room()
            with place.writing(engine) as connection:
                upgrade(connection)
        yield Store(place, engine)
    finally:
        engine.dispose()


def version_at(said: str | Path, *, wait_seconds: float = 30.0) -> str | None:
    """Of which version the store there is; None where there is none yet. Makes nothing; raises as opened."""
    place = place_of(said)
    engine = place.engine(wait_seconds)
    try:
        return _version(place, engine)
    finally:
        engine.dispose()


def _version(place: Place, engine: Engine) -> str | None:
    if place.file and not place.file.exists():
        return None
    with place.reading(engine) as connection:
        version = version_of(connection)
        require_ours(connection, place.name, version)
    return version


def _readers(words: Words) -> list[object]:
    """For whom, and at what length, a draft says that it was written."""
    return [(words.draft or {}).get(name) for name in ("audience", "length")]


def _name_of(words: Words) -> dict[str, str]:
    return dict(zip(("segmentation", "segment_id", "kind", "audience", "locale"), words.name, strict=True))
