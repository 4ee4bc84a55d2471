"""The command line. Each command reads its arguments, calls one stage, and shows what came of it.

The rooms are imported by the command that needs them, so that help and usage errors come at once.
"""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path
from typing import Annotated

import typer

from regulars.app import cli_check, cli_compare, cli_history, cli_narrate, cli_policy, cli_value, terminal
from regulars.app.choices import DIALECTS, WORKSPACE
from regulars.app.options import (
    DateOption,
    JsonOption,
    MemoryOption,
    ThreadsOption,
    VersionOption,
    WorkspaceOption,
    date_of,
    today,
)
from regulars.errors import RegularsError, UsageError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="Know your regulars: from raw orders to customer segments that you can defend.",
    epilog=(
        "First steps: [bold]regulars demo[/], or [bold]regulars init orders.csv[/], then check, then run. "
        "Exit codes: 0 done, 1 failed, 2 asked for wrongly, 3 data refused, 4 a check did not hold, "
        "130 interrupted."
    ),
)

INTERRUPTED = 130
"""What shells expect of a program that Ctrl-C ended."""


def main() -> None:
    """Run the command line and leave with its exit code."""
    try:
        app()
    except RegularsError as told:
        terminal.print_error(told, json_asked="--json" in sys.argv)
        sys.exit(told.exit_code)
    except SystemExit as left:
        # Ctrl-C comes through typer as this.
        if left.code == INTERRUPTED:
            terminal.err.print("Interrupted. Nothing half-made was kept.")
        raise
    except OSError as refused:
        place = f"file {str(refused.filename)!r}" if refused.filename else "the workspace"
        remedy = "Make room there, or see that this user may write to it, and run again."
        terminal.print_error(RegularsError(place, refused.strerror or str(refused), remedy))
        sys.exit(RegularsError.exit_code)
    except Exception as unforeseen:  # noqa: BLE001  the last line: say it well instead of a bare traceback
        if os.environ.get("REGULARS_DEBUG"):
            traceback.print_exc()
        terminal.err.print(f"Failed: {type(unforeseen).__name__}: {unforeseen}", markup=False)
        terminal.err.print("This is a fault of the program. Run with REGULARS_DEBUG=1 for the traceback.")
        sys.exit(1)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        print(f"regulars {version('regulars')}")
        raise typer.Exit


@app.callback()
def _regulars(
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version and leave.")
    ] = False,
) -> None:
    pass


@app.command()
def demo(
    to: Annotated[
        Path | None, typer.Option("--to", help="Where to lay out the workspace. Default: regulars-demo.")
    ] = None,
    data: Annotated[
        str, typer.Option(help="orders, or a generated company whose truth is known: bank or saas.")
    ] = "orders",
    json: JsonOption = False,
    threads: ThreadsOption = None,
    memory_limit: MemoryOption = None,
) -> None:
    """Bundled real orders (Online Retail, CC BY 4.0), or a generated company, to a dashboard."""
    from regulars.app import demo as bundled
    from regulars.app import shown

    folder = to or Path("regulars-demo" if data == "orders" else f"regulars-demo-{data}")
    workspace = bundled.lay_out(folder, data)
    shown.run(workspace, json=json, threads=threads, memory_limit=memory_limit, today=today())
    if not json:
        of = bundled.ATTRIBUTION if data == "orders" else bundled.GENERATED
        terminal.err.print(f"Data: {of}", markup=False)


@app.command()
def init(
    orders: Annotated[Path, typer.Argument(help="The order file: CSV (.gz), parquet or a DuckDB database.")],
    workspace: WorkspaceOption = WORKSPACE,
    date_format: Annotated[
        str | None, typer.Option(help="How text dates are written, such as %d/%m/%Y.")
    ] = None,
    customer: Annotated[str | None, typer.Option(help="The column of the customer.")] = None,
    time: Annotated[str | None, typer.Option(help="The column of the date or time.")] = None,
    column: Annotated[
        list[str] | None,
        typer.Option("--column", metavar="MEANING=NAME", help="Any other column, such as amount=Total."),
    ] = None,
    table: Annotated[str | None, typer.Option(help="The table, in a DuckDB database.")] = None,
    delimiter: Annotated[str | None, typer.Option(help="Of a CSV file: , ; | or tab.")] = None,
    encoding: Annotated[str | None, typer.Option(help="Of a CSV file, such as cp1252.")] = None,
    name: Annotated[str | None, typer.Option(help="What to call the study.")] = None,
    customer_level: Annotated[
        bool, typer.Option("--customer-level", help="The table has one row a customer, and no orders.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace settings that are there.")] = False,
    json: JsonOption = False,
) -> None:
    """Look at the data, propose columns, date format and zone, and write regulars.yaml."""
    said = {"customer": customer, "time": time}
    columns = {meaning: named for meaning, named in said.items() if named} | _pairs(column or [])
    from regulars.app import shown

    shown.init(
        orders, workspace, date_format=date_format, columns=columns, table=table, delimiter=delimiter,
        encoding=encoding, name=name, force=force, json=json, today=today(), customer_level=customer_level,
    )  # fmt: skip


@app.command()
def check(
    workspace: WorkspaceOption = WORKSPACE,
    as_of: DateOption = None,
    clean_to: Annotated[
        Path | None,
        typer.Option(
            "--clean-to", metavar="DIR", help="Write the clean tables there as parquet, for a warehouse."
        ),
    ] = None,
    json: JsonOption = False,
    threads: ThreadsOption = None,
    memory_limit: MemoryOption = None,
) -> None:
    """Dry run: can this data carry a segmentation (else exit 3), and can what is asked be (else exit 2)?"""
    from regulars.app import shown

    shown.check(
        workspace, as_of=date_of(as_of), json=json, threads=threads, memory_limit=memory_limit, today=today(),
        clean_to=clean_to,
    )  # fmt: skip


@app.command()
def run(
    workspace: WorkspaceOption = WORKSPACE,
    as_of: DateOption = None,
    refit: Annotated[bool, typer.Option("--refit", help="Fit anew and pin a new version.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Keep each step as a table: debug.duckdb.")] = False,
    json: JsonOption = False,
    threads: ThreadsOption = None,
    memory_limit: MemoryOption = None,
) -> None:
    """The whole study: orders to segments, facts, words and a dashboard."""
    from regulars.app import shown
    from regulars.app.workspace import Workspace

    shown.run(
        Workspace(workspace), as_of=date_of(as_of), refit=refit, debug=debug, json=json, threads=threads,
        memory_limit=memory_limit, today=today(),
    )  # fmt: skip


cli_history.add_to(app)
cli_compare.add_to(app)
cli_narrate.add_to(app)
cli_check.add_to(app)
cli_policy.add_to(app)


@app.command()
def report(
    run: Annotated[
        str | None, typer.Argument(help="A run's id, or its beginning or end. Default: of the newest day.")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Where to write the page.")] = None,
    workspace: WorkspaceOption = WORKSPACE,
    json: JsonOption = False,
) -> None:
    """The dashboard of a run, made again from what was saved."""
    from regulars.app import shown

    shown.report(workspace, run, output, json=json)


@app.command()
def sql(
    name: Annotated[str, typer.Argument(help="A segmentation of the project; with --table: rfm.")],
    dialect: Annotated[str, typer.Option("--dialect", help=", ".join(DIALECTS))] = "duckdb",
    workspace: WorkspaceOption = WORKSPACE,
    version: VersionOption = None,
    as_of: DateOption = None,
    table: Annotated[
        str | None, typer.Option(help="Without data: the warehouse's table of orders, such as sales.orders.")
    ] = None,
    customer: Annotated[str | None, typer.Option(help="With --table: the customer's column.")] = None,
    time: Annotated[str | None, typer.Option(help="With --table: the column of the order's date.")] = None,
    amount: Annotated[str | None, typer.Option(help="With --table: the column of the amount.")] = None,
    order: Annotated[str | None, typer.Option(help="With --table of lines: the column of the order.")] = None,
    metrics: Annotated[
        str | None,
        typer.Option(help="With --table, in order: last_order_date, order_frequency, total_spent, …"),
    ] = None,
    segments: Annotated[
        int | None, typer.Option(help="With --table: bands of each metric, 2 to 10. Default 5.")
    ] = None,
    scheme: Annotated[
        str | None, typer.Option(help="With --table: eleven, five or sum, the names of the segments.")
    ] = None,
    prefix: Annotated[
        str | None,
        typer.Option(
            help="How the tables that it makes begin. Default: segment_NAME; with --table: segment."
        ),
    ] = None,
) -> None:
    """The SQL of a segmentation: features, scores, segments, profile and validation queries.

    With --table it needs no data and no workspace: the script fits RFM inside the warehouse.
    """
    from regulars.app import sql_command

    columns = {"customer": customer, "time": time, "amount": amount, "order": order}
    asked = {**columns, "metrics": metrics, "scheme": scheme}
    if table is None:
        if said := [each for each, value in {**asked, "segments": segments}.items() if value is not None]:
            remedy = "Name the table of orders, or leave them out."
            raise UsageError(f"--{said[0]}", "it goes with --table", remedy)
        sql_command.pinned(workspace, name, dialect, as_of=date_of(as_of), prefix=prefix, version=version)
        return
    if version is not None:
        raise UsageError("--version", "with --table nothing is pinned", "Leave out one of the two.")
    bands = 5 if segments is None else segments
    sql_command.in_warehouse(
        name, dialect, table=table, segments=bands, as_of=date_of(as_of), prefix=prefix, **asked
    )


@app.command()
def assign(
    name: Annotated[str, typer.Argument(help="A segmentation of the project, such as rfm.")],
    data: Annotated[
        Path,
        typer.Argument(help="CSV or parquet: customers with their features, or orders as the project's."),
    ],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="A .csv or .parquet file. Default: CSV on stdout.")
    ] = None,
    orders: Annotated[
        bool | None,
        typer.Option("--orders/--customers", help="What the data is. Default: told by its columns."),
    ] = None,
    customer: Annotated[
        str | None, typer.Option(help="The customer's column, among features. Default: customer_id.")
    ] = None,
    workspace: WorkspaceOption = WORKSPACE,
    version: VersionOption = None,
    as_of: DateOption = None,
    json: JsonOption = False,
    threads: ThreadsOption = None,
    memory_limit: MemoryOption = None,
) -> None:
    """Put any customers into existing segments, by the pinned definition; nothing is fitted."""
    from regulars.app import assign_command

    assign_command.assign(
        workspace, name, data, output, orders=orders, customer=customer, as_of=date_of(as_of), json=json,
        today=today(), threads=threads, memory_limit=memory_limit, version=version,
    )  # fmt: skip


cli_value.add_to(app)


@app.command()
def doctor(
    workspace: WorkspaceOption = WORKSPACE,
    ask_model: Annotated[
        bool,
        typer.Option(
            "--ask-model", help="Also ask the language model's server, if one is set, what models it has."
        ),
    ] = False,
    json: JsonOption = False,
) -> None:
    """Versions, engine, language models and workspace: what works, and what to do about what does not."""
    from regulars.app import shown

    shown.doctor(workspace, ask_model=ask_model, json=json)


def _pairs(said: list[str]) -> dict[str, str]:
    pairs = {}
    for each in said:
        meaning, equals, column = each.partition("=")
        if not equals or not column:
            raise UsageError(
                f"--column {each!r}", "no column name", "Write MEANING=NAME, such as amount=Total."
            )
        pairs[meaning] = column
    return pairs
