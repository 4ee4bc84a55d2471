"""The command ``assign``: customers into an existing definition, with an account of every row on stderr."""

from __future__ import annotations

import shutil
import sys
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from regulars import settings as chosen_settings
from regulars.app import terminal
from regulars.app.assigning import MADE, Assigned, Question, assigned
from regulars.app.output import require_table_name, write_table
from regulars.app.sql_command import last_looked_from, pinned_definition
from regulars.app.workspace import Workspace
from regulars.engine import Engine
from regulars.errors import UsageError

ORDERED = f"select * from {MADE} order by customer_id"


def assign(
    root: Path, name: str, data: Path, output: Path | None, *, orders: bool | None, customer: str | None,
    as_of: date | None, json: bool, today: date, threads: int | None, memory_limit: str | None,
    version: int | None = None,
) -> None:  # fmt: skip
    """Assign, write, and say what became of every row."""
    _require(data, output)
    workspace = Workspace(root)
    settings = chosen_settings.load(workspace.settings)
    definition = pinned_definition(workspace, settings, name, version)
    question = Question(data, orders, customer, as_of)
    with TemporaryDirectory(prefix="regulars-") as spill:
        folder = Path(spill)
        with Engine(threads=threads, memory_limit=memory_limit, temp_directory=folder / "spill") as engine:
            made = assigned(
                engine, definition, settings, workspace, question,
                today=today, looked_from=last_looked_from(workspace, definition),
            )  # fmt: skip
            if output:
                write_table(engine, ORDERED, output)
            elif not json:
                engine.write_csv(ORDERED, folder / "assigned.csv")
                with (folder / "assigned.csv").open("rb") as rows:
                    shutil.copyfileobj(rows, sys.stdout.buffer)
    if json:
        terminal.print_json({**made.as_json(), "output": str(output) if output else None})
    else:
        _show(made, output)


def _require(data: Path, output: Path | None) -> None:
    if not data.is_file():
        found = "it is a folder" if data.is_dir() else "no such file"
        raise UsageError(f"data {str(data)!r}", found, "Name a CSV or parquet file of customers or orders.")
    if output:
        require_table_name(output)


def _show(made: Assigned, output: Path | None) -> None:
    definition = made.definition
    aside = sum(made.set_aside.values())
    said = (
        f"{definition.name}, version {definition.version} ({definition.digest[:12]}), as of {made.as_of}: "
        f"{made.rows_in:,} rows in, {made.rows_in - aside:,} used, {made.customers:,} customers assigned."
    )
    terminal.err.print(said, markup=False)
    for _, name, customers in made.sizes:
        terminal.err.print(f"  {customers:>9,}  {name}", markup=False)
    for finding in made.findings:
        terminal.print_finding(finding)
    if output:
        terminal.err.print(f"Assignments: {output}", markup=False)
