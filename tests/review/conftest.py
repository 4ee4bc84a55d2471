"""Stores on both databases: what holds on one holds on the other."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest
from tests.postgres import Postgres

_NUMBERS = count()


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where there is no store yet: a path, and the URL of a database."""
    if request.param == "sqlite":
        return str(tmp_path / "store.db")
    server: Postgres = request.getfixturevalue("postgres")
    return server.database(f"store_{next(_NUMBERS)}")
