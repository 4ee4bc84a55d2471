"""The tables of the store, as the newest of ``migrations/`` leaves them."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

VERSIONS = "regulars_version"
"""Where it is written which migration the tables are of."""
metadata = MetaData()

records = Table(
    "regulars_records",
    metadata,
    Column("record_id", Text, primary_key=True),
    Column("segmentation", Text, nullable=False),
    Column("segment_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("audience", Text, nullable=False),
    Column("locale", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("run_id", Text, nullable=False),
    Column("facts_sha256", Text, nullable=False),
    Column("content_sha256", Text, nullable=False),
    Column("record_sha256", Text, nullable=False),
    Column("document", Text, nullable=False),  # canonical JSON: content, facts, generation, checks
    UniqueConstraint("segmentation", "segment_id", "kind", "audience", "locale", "version"),
    Index("regulars_records_by_run", "run_id"),
)

# The names of the columns are the fields of an event, whose digest is taken of them.
events = Table(
    "regulars_events",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("actor_kind", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("reason", Text),
    Column("diff", Text),
    Column("record_id", Text, ForeignKey("regulars_records.record_id"), nullable=False, index=True),
    Column("state", Text, nullable=False),
    Column("content_sha256", Text, nullable=False),
    Column("record_sha256", Text, nullable=False),
    Column("prev_event_sha256", Text, unique=True),
    Column("event_sha256", Text, nullable=False, unique=True),
)
