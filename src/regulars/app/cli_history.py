"""The commands of a segmentation's history: fill it, show it, and tell who moved."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from regulars.app.choices import WORKSPACE, day
from regulars.app.options import JsonOption, MemoryOption, ThreadsOption, WorkspaceOption, today
from regulars.errors import UsageError


def backfill(
    first: Annotated[str, typer.Option("--from", metavar="YYYY-MM-DD", help="Ends from here on,")],
    last: Annotated[str, typer.Option("--to", metavar="YYYY-MM-DD", help="up to here.")],
    every: Annotated[str, typer.Option(help="month, quarter or week; each run looks from its last day.")],
    refit: Annotated[
        bool, typer.Option("--refit", help="Fit anew on the last day, and use that version for all.")
    ] = False,
    workspace: WorkspaceOption = WORKSPACE,
    json: JsonOption = False,
    threads: ThreadsOption = None,
    memory_limit: MemoryOption = None,
) -> None:
    """A run for each past month, quarter or week, all by the same definitions; the sources are read once."""
    from regulars.app import backfill_command

    backfill_command.show(
        workspace, day(first, "--from"), day(last, "--to"), every, json=json, today=today(), refit=refit,
        threads=threads, memory_limit=memory_limit,
    )  # fmt: skip


def history(
    name: Annotated[str, typer.Argument(help="A segmentation of the project, such as rfm.")],
    definitions: Annotated[
        bool,
        typer.Option("--definitions", help="Its definitions instead: what changed from each to the next."),
    ] = False,
    version: Annotated[int | None, typer.Option(help="Runs by this version of its definition only.")] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="Who was where from when to when (.parquet, .csv): dim_customer_segment.",
        ),
    ] = None,
    workspace: WorkspaceOption = WORKSPACE,
    json: JsonOption = False,
    threads: ThreadsOption = None,
    memory_limit: MemoryOption = None,
) -> None:
    """Sizes over time, one row a run; the runs are verified first."""
    from regulars.app import history_shown

    if definitions:
        if version is not None or output is not None:
            option = "--version" if output is None else "--output"
            raise UsageError(
                f"--definitions with {option}", "it tells of all definitions, and of no customer",
                "Leave out one of the two.",
            )  # fmt: skip
        history_shown.show_definitions(workspace, name, json=json)
        return
    history_shown.show(
        workspace, name, version, output, json=json, threads=threads, memory_limit=memory_limit
    )


def migrate(
    before: Annotated[
        str, typer.Argument(metavar="A", help="The earlier run: an id, an end of one, or a day.")
    ],
    after: Annotated[str, typer.Argument(metavar="B", help="The later run.")],
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="A segmentation. Default: the first of both runs.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Everyone who moved, came or left (.parquet, .csv)."),
    ] = None,
    lists: Annotated[
        Path | None,
        typer.Option("--lists", metavar="DIR", help="For each segment a list of entries and one of exits."),
    ] = None,
    page: Annotated[
        Path | None,
        typer.Option("--page", metavar="FILE", help="The flows as a page (.html), with their tables."),
    ] = None,
    workspace: WorkspaceOption = WORKSPACE,
    json: JsonOption = False,
    threads: ThreadsOption = None,
    memory_limit: MemoryOption = None,
) -> None:
    """Who moved between two runs: from which segment to which, who came and who left."""
    from regulars.app import migrate_shown

    migrate_shown.show(
        workspace, (before, after), name, output, lists, page, json=json, threads=threads,
        memory_limit=memory_limit,
    )  # fmt: skip


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    for command in (backfill, history, migrate):
        app.command()(command)
