"""The command on what customers will buy and bring."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from regulars.app.choices import WORKSPACE
from regulars.app.options import (
    DateOption,
    JsonOption,
    MemoryOption,
    ThreadsOption,
    WorkspaceOption,
    date_of,
    today,
)


def value(
    model: Annotated[
        str | None,
        typer.Option(
            help="bgnbd, mbgnbd, pareto_nbd, gamma_gamma, bgbb or boosted. Default: that of the settings."
        ),
    ] = None,
    compare: Annotated[
        bool, typer.Option("--compare", help="The first three, the best first, and boosted beside them.")
    ] = False,
    by: Annotated[
        str | None,
        typer.Option(
            metavar="quarter|year|ATTRIBUTE",
            help="Fit it group by group too: by first purchase or a customers' attribute. Does that pay?",
        ),
    ] = None,
    calibrate_until: Annotated[
        str | None,
        typer.Option(metavar="YYYY-MM-DD", help="Fit up to this day. Default: three quarters of the span."),
    ] = None,
    unit: Annotated[
        str | None,
        typer.Option(help="Of parameters, and of bgbb's periods: day, week (the default), month or year."),
    ] = None,
    propensity: Annotated[
        str | None,
        typer.Option(
            metavar="SEGMENTATION", help="Who leaves or buys, by its segments: one model against one each."
        ),
    ] = None,
    outcome: Annotated[
        str | None,
        typer.Option(help="With --propensity: churn (the default), purchase or new_product."),
    ] = None,
    trees: Annotated[
        bool, typer.Option("--trees", help="With --propensity: boosted trees, not logistic regression.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="Write every customer to this .csv or .parquet: no trial, all orders."
        ),
    ] = None,
    horizon_days: Annotated[
        int | None, typer.Option(min=1, max=3650, help="Of --output. Default: that of the settings.")
    ] = None,
    discount_rate: Annotated[
        float | None, typer.Option(min=0, max=1, help="A year's, of --output. Default: that of the settings.")
    ] = None,
    workspace: WorkspaceOption = WORKSPACE,
    as_of: DateOption = None,
    json: JsonOption = False,
    threads: ThreadsOption = None,
    memory_limit: MemoryOption = None,
) -> None:
    """What customers will buy and bring: a model fitted on past orders, tried on the orders after."""
    from regulars.app.value_options import require_together

    require_together({
        "--model": model, "--compare": compare, "--by": by, "--calibrate-until": calibrate_until,
        "--unit": unit, "--propensity": propensity, "--outcome": outcome, "--trees": trees,
        "--output": output, "--horizon-days": horizon_days, "--discount-rate": discount_rate,
    })  # fmt: skip
    from regulars.app import value_by, value_file, value_shown

    how: dict[str, Any] = {
        "json": json, "today": today(), "as_of": date_of(as_of), "threads": threads,
        "memory_limit": memory_limit,
    }  # fmt: skip
    until = date_of(calibrate_until, "--calibrate-until")
    if propensity is not None:
        from regulars.app import propensity_shown

        kind = "trees" if trees else "logistic"
        propensity_shown.show(workspace, propensity, outcome or "churn", kind, until, **how)
    elif output is not None:
        value_file.show(workspace, model, output, horizon_days, discount_rate, **how)
    elif by is not None:
        value_by.show(workspace, model, unit or "week", until, by=by, **how)
    else:
        value_shown.show(workspace, model, unit or "week", until, compare=compare, **how)


def add_to(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command()(value)
