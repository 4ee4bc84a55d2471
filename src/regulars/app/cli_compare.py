"""The command that asks whether a segmentation still holds."""

from __future__ import annotations

from typing import Annotated

import typer

from regulars.app.choices import WORKSPACE
from regulars.app.options import JsonOption, MemoryOption, ThreadsOption, WorkspaceOption, today


def compare(
    name: Annotated[
        str | None, typer.Argument(help="A segmentation of the project, such as rfm. Default: every one.")
    ] = None,
    earlier: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="RUN",
            help="An id, its beginning or end, or a day. Default: the day of the definition's fit, "
            "else the run before.",
        ),
    ] = None,
    later: Annotated[
        str | None, typer.Option("--to", metavar="RUN", help="As --from. Default: the newest day.")
    ] = None,
    workspace: WorkspaceOption = WORKSPACE,
    json: JsonOption = False,
    threads: ThreadsOption = None,
    memory_limit: MemoryOption = None,
) -> None:
    """Can a segmentation be relied on? Drift since an earlier run, and what this run proves; exit 4 where a
    limit is exceeded."""
    from regulars.app import compare_command

    compare_command.show(
        workspace,
        name,
        earlier,
        later,
        json=json,
        today=today(),
        threads=threads,
        memory_limit=memory_limit,
    )


def add_to(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command()(compare)
