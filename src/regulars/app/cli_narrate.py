"""The command that writes about segments."""

from __future__ import annotations

from typing import Annotated

import typer

from regulars.app.choices import WORKSPACE
from regulars.app.options import JsonOption, WorkspaceOption


def narrate(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[SEGMENTATION]", help="Such as rfm. Default: every one of the run."),
    ] = None,
    provider: Annotated[
        str | None,
        typer.Option(
            metavar="WHO",
            help="openai:MODEL, anthropic:MODEL, the address of a server, or template. "
            "Default: the settings'.",
        ),
    ] = None,
    segment: Annotated[
        list[str] | None, typer.Option("--segment", help="Only of this segment, by its id; may be repeated.")
    ] = None,
    write: Annotated[
        list[str] | None,
        typer.Option("--write", help="profile or persona; may be repeated. Default: the settings'."),
    ] = None,
    audience: Annotated[str | None, typer.Option(help="executive, marketing or analyst.")] = None,
    length: Annotated[str | None, typer.Option(help="short, medium or long.")] = None,
    run: Annotated[
        str | None, typer.Option(help="An id, its beginning or end. Default: the newest day's run.")
    ] = None,
    refresh: Annotated[
        bool,
        typer.Option("--refresh", help="Put today's figures into the drafts there are; no model is asked."),
    ] = False,
    workspace: WorkspaceOption = WORKSPACE,
    json: JsonOption = False,
) -> None:
    """Write about the segments: profiles and personas in which every figure is a fact, kept as drafts."""
    from regulars.app import narrate_command

    narrate_command.show(
        workspace, name, provider=provider, segments=tuple(segment or ()), write=tuple(write or ()),
        audience=audience, length=length, run=run, refresh=refresh, json=json,
    )  # fmt: skip


def add_to(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command()(narrate)
