"""The tables of a store, brought to the version that this program reads; never back, and never past it."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from regulars.errors import StoreDamaged, StoreUnusable
from regulars.review.places import alone
from regulars.review.tables import VERSIONS
from regulars.review.telling import RESTORE

NEWEST = "1"
"""The version of the tables that this program reads and writes."""
MIGRATIONS = Path(__file__).parent / "migrations"
_MAKING = str(0x52454755)  # "REGU": while there are no tables, a number that is ours


def version_of(connection: Connection) -> str | None:
    """The version that the tables are of; None where there are none yet. Raises StoreDamaged."""
    if not inspect(connection).has_table(VERSIONS):
        return None
    said = connection.execute(text(f"select version_num from {VERSIONS}")).scalars().all()
    if len(said) != 1 or not isinstance(said[0], str):
        where = f"store {connection.engine.url.database!r}"
        raise StoreDamaged(where, "it does not say of which version its tables are", RESTORE)
    return said[0]


def require_ours(connection: Connection, name: str, version: str | None) -> None:
    """Raises StoreUnusable for a database of another program's, and for tables newer than this program."""
    if (
        version is None
        and connection.dialect.name == "sqlite"
        and (strangers := inspect(connection).get_table_names())
    ):
        raise StoreUnusable(
            f"store {name!r}", f"another program's database, with {', '.join(sorted(strangers)[:3])}",
            "Move the file away, or name another place.",
        )  # fmt: skip
    if version not in (None, NEWEST) and version not in known(MIGRATIONS):
        raise StoreUnusable(
            f"store {name!r}", f"its tables are of version {version}, and this Regulars knows {NEWEST}",
            "A newer Regulars wrote it: install that one. Nothing was changed.",
        )  # fmt: skip


def known(migrations: Path) -> set[str]:
    """The versions that there are steps to."""
    from alembic.script import ScriptDirectory

    return {step.revision for step in ScriptDirectory(str(migrations)).walk_revisions()}


def upgrade(connection: Connection, migrations: Path = MIGRATIONS) -> None:
    """Bring the tables to the newest version, step by step, in the transaction that the connection is in."""
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    alone(connection, _MAKING)
    script = ScriptDirectory(str(migrations))
    context = MigrationContext.configure(connection, opts={"version_table": VERSIONS})
    steps = list(script.iterate_revisions("head", version_of(connection) or "base"))
    with Operations.context(context):
        for step in reversed(steps):
            step.module.upgrade()
            context.stamp(script, step.revision)
