"""An engine beside every workspace: what only reads needs no lock, and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from regulars.engine import Engine


@contextmanager
def engine_aside(threads: int | None = None, memory_limit: str | None = None) -> Iterator[Engine]:
    """An engine that spills into a folder of its own, for as long as the block lasts."""
    with (
        TemporaryDirectory(prefix="regulars-") as spill,
        Engine(threads=threads, memory_limit=memory_limit, temp_directory=Path(spill) / "spill") as engine,
    ):
        yield engine
