"""Records and their events, neither of which is ever changed or taken out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None

KEPT = ("regulars_records", "regulars_events")


def upgrade() -> None:
    op.create_table(
        "regulars_records",
        sa.Column("record_id", sa.Text, primary_key=True),
        sa.Column("segmentation", sa.Text, nullable=False),
        sa.Column("segment_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("audience", sa.Text, nullable=False),
        sa.Column("locale", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("facts_sha256", sa.Text, nullable=False),
        sa.Column("content_sha256", sa.Text, nullable=False),
        sa.Column("record_sha256", sa.Text, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.UniqueConstraint("segmentation", "segment_id", "kind", "audience", "locale", "version"),
    )
    op.create_index("regulars_records_by_run", "regulars_records", ["run_id"])
    op.create_table(
        "regulars_events",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("actor_kind", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("diff", sa.Text),
        sa.Column("record_id", sa.Text, sa.ForeignKey("regulars_records.record_id"), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("content_sha256", sa.Text, nullable=False),
        sa.Column("record_sha256", sa.Text, nullable=False),
        sa.Column("prev_event_sha256", sa.Text, unique=True),
        sa.Column("event_sha256", sa.Text, nullable=False, unique=True),
    )
    op.create_index("ix_regulars_events_record_id", "regulars_events", ["record_id"])
    if op.get_bind().dialect.name == "sqlite":
        _keep_in_sqlite()
    else:
        _keep_in_postgresql()


def _keep_in_sqlite() -> None:
    for table in KEPT:
        for deed in ("update", "delete"):
            op.execute(
                f"create trigger {table}_no_{deed} before {deed} on {table} "
                f"begin select raise(abort, '{table} is append-only'); end"
            )
    # An insert or replace takes out the row that is in its way without the trigger of delete.
    op.execute(
        "create trigger regulars_records_no_replace before insert on regulars_records "
        "when exists (select 1 from regulars_records as old where old.record_id = new.record_id "
        "or (old.segmentation = new.segmentation and old.segment_id = new.segment_id and old.kind = new.kind "
        "and old.audience = new.audience and old.locale = new.locale and old.version = new.version)) "
        "begin select raise(abort, 'regulars_records is append-only'); end"
    )
    op.execute(
        "create trigger regulars_events_no_replace before insert on regulars_events "
        "when exists (select 1 from regulars_events as old where old.seq >= new.seq "
        "or old.prev_event_sha256 = new.prev_event_sha256 or old.event_sha256 = new.event_sha256) "
        "begin select raise(abort, 'regulars_events is append-only'); end"
    )


def _keep_in_postgresql() -> None:
    op.execute(
        "create function regulars_append_only() returns trigger language plpgsql as "
        "$$ begin raise exception '% is append-only', tg_table_name; end $$"
    )
    for table in KEPT:
        op.execute(
            f"create trigger {table}_append_only before update or delete or truncate on {table} "
            "for each statement execute function regulars_append_only()"
        )
