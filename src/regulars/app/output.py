"""Tables of customers as files that a user names."""

from __future__ import annotations

import os
from pathlib import Path

from regulars.engine import Engine
from regulars.errors import UsageError


def require_table_name(output: Path) -> None:
    """Raises UsageError unless the file is named for what it is to be."""
    if output.suffix not in (".csv", ".parquet"):
        raise UsageError(
            f"--output {str(output)!r}", "neither .csv nor .parquet", "Name it for what it is to be."
        )


def write_table(engine: Engine, select: str, output: Path) -> None:
    """An ordered SELECT as CSV or parquet, by the file's name: whole or not at all."""
    beside = output.with_name(f".{output.name}.{os.getpid()}")
    write = engine.write_parquet if output.suffix == ".parquet" else engine.write_csv
    try:
        write(select, beside)
        beside.replace(output)
    finally:
        beside.unlink(missing_ok=True)
