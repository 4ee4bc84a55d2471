"""Texts to keep, of a made-up study; and the database as others see it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Engine

from regulars.review.places import place_of
from regulars.review.record import Check, Facts, Generation, NewRecord, Period, Ruling, Words

NOON = datetime(2024, 7, 1, 12, tzinfo=UTC)
RUN = "2024-06-30-0123456789ab"
SAYS = "Champions are 12 % of customers."


def facts(digit: str = "a", run: str = RUN) -> Facts:
    """Facts of which only the digest matters."""
    return Facts(
        sha256=digit * 64, schema="segment-facts/1", as_of=date(2024, 6, 30),
        period=Period(start=date(2023, 7, 1), end=date(2024, 6, 30)),
        segmentation_run=run, min_cohort=11, suppressed_cells=2,
    )  # fmt: skip


def claims(result: str = "pass", verdict: str = "supported", **more: Any) -> Check:
    ruling = Ruling(span=(0, 9), verdict=verdict, evidence={"champions.share": 12.1}, computed=12.1)
    return Check(name="claims", version="1", result=result, ran_at=NOON, claims=(ruling,), **more)


def text(
    says: str = SAYS, *, of: Facts | None = None, checks: tuple[Check, ...] | None = None, **bound: Any
) -> NewRecord:
    """A profile of the champions; ``bound`` says what differs in what the text is bound to."""
    usual = {"kind": "profile", "segmentation": "rfm", "segment_id": "champions", "audience": "internal"}
    return NewRecord(
        words=Words(text=says, **(usual | bound)), facts=of or facts(),
        generation=Generation(engine="template"),
        checks=(claims(),) if checks is None else checks, actor="regulars narrate", at=NOON,
    )  # fmt: skip


@contextmanager
def beside(place: str) -> Iterator[Engine]:
    """The database as another program would open it."""
    engine = place_of(place).engine(1)
    try:
        yield engine
    finally:
        engine.dispose()
