"""Options that several commands share, and what they are read with."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from regulars.app.choices import day

WorkspaceOption = Annotated[Path, typer.Option("--workspace", "-w", help="The project's folder.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON on stdout.")]
DateOption = Annotated[str | None, typer.Option("--as-of", metavar="YYYY-MM-DD", help="Look from this day.")]
VersionOption = Annotated[
    int | None, typer.Option(help="An older version of its definition. Default: the newest.")
]
ThreadsOption = Annotated[int | None, typer.Option("--threads", min=1, help="Threads of the engine.")]
MemoryOption = Annotated[str | None, typer.Option("--memory-limit", help="Of the engine, such as 1GB.")]


def today() -> date:
    """The clock's day."""
    return datetime.now(UTC).date()


def date_of(text: str | None, option: str = "--as-of") -> date | None:
    """The day of its ISO form, if any. Raises UsageError where it is none, which names the option."""
    return None if text is None else day(text, option)
