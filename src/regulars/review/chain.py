"""The chain of events: each holds the digest of the one before it.

So an event that was altered, taken out, put in or moved does not fit its neighbours. What a chain cannot
tell by itself is that its end is missing, or that all of it was written anew: for that its head is kept
elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from regulars.documents import digest_of, vouches
from regulars.review.record import ID_LENGTH, Body, Event, NewRecord
from regulars.review.shape import Action, State
from regulars.types import Finding

RESTORE = "Restore the store from a backup; what is told of this record cannot be relied on."
UNHASHED = "event_sha256"


class Head(NamedTuple):
    """How many events there are, which is the last one's number, and the last one's digest."""

    seq: int
    digest: str | None

    def __str__(self) -> str:
        return f"{self.seq}:{self.digest}" if self.digest else "0"


def first_events(new: NewRecord, body: Body, head: Head) -> list[Event]:
    """The events that a record is born with: it was written, and if there were checks, they ran."""
    told: list[tuple[Action, State]] = [("generated", "draft")]
    if new.checks:
        told.append(("checked", new.state_when_checked))
    events: list[Event] = []
    for action, state in told:
        event = _next(new, body, action, state, head)
        head = Head(event.seq, event.event_sha256)
        events.append(event)
    return events


def _next(new: NewRecord, body: Body, action: Action, state: State, head: Head) -> Event:
    told = Event(
        seq=head.seq + 1,
        at=new.at,
        actor=new.actor,
        actor_kind="human" if new.generation.engine == "human" else "system",
        action=action,
        record_id=body.digest[:ID_LENGTH],
        state=state,
        content_sha256=body.content.sha256,
        record_sha256=body.digest,
        prev_event_sha256=head.digest,
        event_sha256="0" * 64,
    )
    return told.model_copy(update={"event_sha256": digest_of(hashed(told.as_json()))})


def hashed(event: Mapping[str, Any]) -> dict[str, Any]:
    """What the digest of an event is taken of: all of it but the digest itself."""
    return {name: event[name] for name in Event.model_fields if name != UNHASHED}


def is_altered(event: Mapping[str, Any]) -> bool:
    return not vouches(event[UNHASHED], hashed(event))


def broken_links(events: Iterable[Mapping[str, Any]]) -> Iterator[Finding]:
    """Where the chain does not hold; the events by their number. A missing stretch is told once."""
    count, digest = 0, None
    for event in events:
        seq = event["seq"]
        if seq != count + 1:
            yield _refused(f"event {count + 1}", f"it is missing: event {seq} comes next")
        elif event["prev_event_sha256"] != digest:
            yield _refused(f"event {seq}", "it does not follow the event before it")
        if is_altered(event):
            yield _refused(f"event {seq}", "it was altered: its digest is of another event")
        count, digest = seq, event[UNHASHED]


def outside(head: Head, events: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    """Whether the events go on from a head that was kept outside the store."""
    if head.seq > len(events):
        yield _refused(
            "its end",
            f"{head.seq:,} events were there when the head was kept, and {len(events):,} are left",
        )
    elif head.seq and events[head.seq - 1][UNHASHED] != head.digest:
        yield _refused(f"event {head.seq}", "it is not the one that the head was kept of: written anew")


def _refused(where: str, what: str) -> Finding:
    return Finding("refusal", f"store, {where}", what, RESTORE)
