"""What lies in the store, held to its digests before anybody sees it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from regulars.errors import StoreDamaged
from regulars.review.chain import RESTORE, is_altered
from regulars.review.record import ID_LENGTH, Body, Record, Review
from regulars.types import Finding

Row = Mapping[str, Any]
"""A row of ``records`` or of ``events``, by the names of its columns."""


def record_of(row: Row, events: Sequence[Row], where: str) -> Record:
    """The record of a row and its events, oldest first. Raises StoreDamaged where a digest does not hold."""
    wrong = [
        *_wrong_with(row, events),
        *(f"its event {each['seq']} was altered" for each in events if is_altered(each)),
    ]
    if wrong:
        raise StoreDamaged(f"record {row['record_id']!r} in {where}", "; ".join(wrong), RESTORE)
    told = json.loads(row["document"])
    review = Review(state=events[-1]["state"], author=events[0]["actor"])
    return Record.from_json(
        {
            "record_id": row["record_id"],
            **told,
            "review": review.as_json(),
            "events": [dict(each) for each in events],
        }
    )


def unvouched(rows: Iterable[Row], events: Iterable[Row]) -> Iterator[Finding]:
    """What does not match its digests: records, their events, and the versions of each text."""
    by_record: defaultdict[str, list[Row]] = defaultdict(list)
    for event in events:
        by_record[event["record_id"]].append(event)
    texts: defaultdict[tuple[str, ...], list[Row]] = defaultdict(list)
    told = set()
    for row in rows:
        texts[_name(row)].append(row)
        for what in _wrong_with(row, by_record.pop(row["record_id"], [])):
            told.add(row["record_id"])
            yield Finding("refusal", f"store, record {row['record_id']}", what, RESTORE)
    for record_id in by_record:
        yield Finding(
            "refusal", f"store, record {record_id}", "events tell of it, and it is missing", RESTORE
        )
    for name, versions in texts.items():
        yield from _misnumbered(name, sorted(versions, key=lambda row: row["version"]), told)


def _wrong_with(row: Row, events: Sequence[Row]) -> Iterator[str]:
    if not events:
        yield "no event tells of it"
    elif events[0]["action"] != "generated":
        yield f"its first event is {events[0]['action']!r}, not its writing"
    if any(each["record_sha256"] != row["record_sha256"] for each in events):
        yield "its events are of another record"
    elif any(each["content_sha256"] != row["content_sha256"] for each in events):
        yield "its events are of other words"
    if not _is_spelt_as(row["document"], row["record_sha256"], row["record_id"]):
        yield "it was altered: its digest is of another record"
    elif _columns(row["document"]) != {name: row[name] for name in _COLUMNS}:
        yield "it is filed under another name, version, run or facts than it has"


def _is_spelt_as(document: str, digest: str, record_id: str) -> bool:
    return sha256(document.encode()).hexdigest() == digest and digest[:ID_LENGTH] == record_id


_COLUMNS = (
    "segmentation", "segment_id", "kind", "audience", "locale", "version", "run_id", "facts_sha256",
    "content_sha256",
)  # fmt: skip


def filed(body: Body) -> dict[str, Any]:
    """By what a record is found: its columns beside the document."""
    content = body.content
    return {
        **{name: getattr(content, name) for name in _COLUMNS[:6]},
        "run_id": body.facts.segmentation_run,
        "facts_sha256": body.facts.sha256,
        "content_sha256": content.sha256,
    }


def _columns(document: str) -> dict[str, Any] | None:
    try:
        return filed(Body.from_json(json.loads(document)))
    except ValueError:  # pydantic's is one: a document that was never a record
        return None


def _name(row: Row) -> tuple[str, ...]:
    return tuple(row[name] for name in _COLUMNS[:5])


def _misnumbered(name: tuple[str, ...], versions: Sequence[Row], told: Collection[str]) -> Iterator[Finding]:
    """Versions that are not there, or do not follow one another; what was told of already is passed over."""
    where = f"store, {' '.join(name)}"
    if [each["version"] for each in versions] != list(range(1, len(versions) + 1)):
        yield Finding("refusal", where, "a version of this text is missing", RESTORE)
        return
    for before, after in zip([None, *versions], versions, strict=False):
        if after["record_id"] in told:
            continue
        parent = json.loads(after["document"])["content"].get("parent_sha256")
        if parent != (before and before["content_sha256"]):
            yield Finding(
                "refusal", where, f"version {after['version']} does not follow the one before", RESTORE
            )
