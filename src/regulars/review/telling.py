"""What a database says when it cannot, told as ours: what was found, and how to mend it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from regulars.errors import RegularsError, StoreDamaged, StoreUnusable

RESTORE = "Restore it from a backup; move it away to start a new one, without its history."
_LOCKED = ("it is locked: another program is writing to it", "Wait until that is done, and try again.")
_CLOSED = ("it may not be written to", "Allow writing to the file and to its folder, or name another place.")
_FOREIGN = ("it is no store: not a database of SQLite's", "Move the file away, or name another place.")
_FULL = ("there is no room left to write to it; nothing was kept", "Make room on the disk, and try again.")
_AWAY = ("it cannot be opened", "Look whether its folder is there and may be written to, and is no file.")
_KEPT = ("it does not let what is kept be changed", "Add a new version of the text in its place.")
_IN_SQLITE = {
    "SQLITE_BUSY": _LOCKED,
    "SQLITE_LOCKED": _LOCKED,
    "SQLITE_READONLY": _CLOSED,
    "SQLITE_PERM": _CLOSED,
    "SQLITE_NOTADB": _FOREIGN,
    "SQLITE_FULL": _FULL,
    "SQLITE_CANTOPEN": _AWAY,
    "SQLITE_CONSTRAINT": _KEPT,
}
_IN_POSTGRESQL = {
    "55P03": _LOCKED,
    "40001": ("another program wrote to it at that moment; nothing was kept", "Try again."),
    "42501": (
        "this user may not do that",
        "Grant SELECT and INSERT on its tables regulars_*; to make them, CREATE on the schema.",
    ),
    "25006": ("it may not be written to", "Name the server that takes writes."),
    "53100": _FULL,
    "23505": _KEPT,
    "P0001": _KEPT,
}  # fmt: skip


@contextmanager
def told(name: str) -> Iterator[None]:
    """Raises what the database says in the block as StoreUnusable or StoreDamaged."""
    try:
        yield
    except DBAPIError as failed:
        raise _ours(f"store {name!r}", failed) from failed
    except UnicodeDecodeError as failed:  # SQLite quotes what it cannot read, as it lies there
        raise StoreDamaged(f"store {name!r}", f"it cannot be read: {failed}", RESTORE) from failed


def _ours(asked: str, failed: DBAPIError) -> RegularsError:
    said = " ".join(str(failed.orig).split())
    if isinstance(failed.orig, sqlite3.Error):
        return _of_sqlite(asked, getattr(failed.orig, "sqlite_errorname", ""), said)
    return _of_postgresql(asked, getattr(failed.orig, "sqlstate", None), said)


def _of_sqlite(asked: str, code: str, said: str) -> RegularsError:
    # Longer codes go on after the plain one: SQLITE_READONLY_DIRECTORY.
    for plain, (found, remedy) in _IN_SQLITE.items():
        if code.startswith(plain):
            return StoreUnusable(asked, f"{found} ({said})", remedy)
    return StoreDamaged(asked, f"it cannot be read: {said}", RESTORE)


def _of_postgresql(asked: str, state: str | None, said: str) -> RegularsError:
    if state == "42P01":
        return StoreDamaged(asked, f"a part of it is missing: {said}", RESTORE)
    if state in _IN_POSTGRESQL:
        found, remedy = _IN_POSTGRESQL[state]
    elif state is None or state.startswith(("08", "57P")):
        # What is said while a connection is made comes without a code, in the server's language.
        found = "its server does not answer, does not let us in, or broke off; nothing was kept"
        remedy = (
            "Look whether it runs and the URL names it and a database of its; the password is read from "
            "PGPASSWORD or ~/.pgpass."
        )
    else:
        found, remedy = "the database refuses", "Mend what it names, and try again."
    return StoreUnusable(asked, f"{found} ({said})", remedy)
