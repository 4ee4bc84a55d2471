"""The command that holds words to the facts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def check_claims(
    facts: Annotated[
        Path, typer.Argument(metavar="FACTS.json", help="A facts file: a run's facts/NAME.json.")
    ],
    claims: Annotated[
        Path,
        typer.Argument(
            metavar="CLAIMS.jsonl", help='One {"id", "text", "context_segment"} a line; - for stdin.'
        ),
    ],
    against_data: Annotated[
        bool,
        typer.Option(
            "--against-data",
            help="Hold claims about behaviour to the orders themselves, by category and period.",
        ),
    ] = False,
) -> None:
    """Is every claim of a text true of the facts? A line of JSON a text; exit 4 where one is not."""
    from regulars.app import check_command
    from regulars.app.options import today

    check_command.show(facts, claims, today() if against_data else None)


def add_to(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command()(check_claims)
