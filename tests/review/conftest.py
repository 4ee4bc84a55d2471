"""Stores on both databases: what holds on one holds on the other."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from tests.postgres import Postgres

_NUMBERS = count()
_MEMORY = Path("/dev/shm")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory, where there is one: hundreds of commits need not wait for a disk each."""
    if not _MEMORY.is_dir():
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(prefix="regulars-", dir=_MEMORY) as name:
        yield Path(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest) -> str:
    """Where there is no store yet: a path, and the URL of a database."""
    if request.param == "sqlite":
        return str(request.getfixturevalue("folder") / "store.db")
    server: Postgres = request.getfixturevalue("postgres")
    return server.schema(f"store_{next(_NUMBERS)}")
