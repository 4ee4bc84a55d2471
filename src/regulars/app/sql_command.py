"""The command ``sql``: the script of a pinned definition, or one that fits RFM inside a warehouse."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from regulars import plugins
from regulars import settings as chosen_settings
from regulars.app.choices import DIALECTS
from regulars.app.runs import every_run, require_newest
from regulars.app.saved import left_out, load
from regulars.app.workspace import Workspace
from regulars.errors import UsageError, did_you_mean
from regulars.segment.definition import Definition

FITTED_HERE = "rfm"
"""The one method that plain SQL can fit: it needs counts alone."""


def pinned(
    root: Path, name: str, dialect: str, *, as_of: date | None, prefix: str | None = None,
    version: int | None = None,
) -> None:  # fmt: skip
    """Print the script of a pinned definition in a dialect."""
    from regulars.app.foretelling import stands_on
    from regulars.app.script import script

    _require(dialect)
    workspace = Workspace(root)
    settings = chosen_settings.load(workspace.settings)
    definition = pinned_definition(workspace, settings, name, version)
    day = as_of or last_looked_from(workspace, definition)
    print(script(definition, settings, dialect, day, prefix, stands_on(definition, settings, workspace)))


def in_warehouse(
    method: str, dialect: str, *, table: str, customer: str | None, time: str | None, amount: str | None,
    order: str | None, metrics: str | None, segments: int, scheme: str | None, as_of: date | None,
    prefix: str | None = None,
) -> None:  # fmt: skip
    """Print a script that fits and assigns inside a warehouse; needs neither data nor a workspace."""
    from regulars.app.warehouse import warehouse_script
    from regulars.app.warehouse_asked import asked

    _require(dialect)
    if method != FITTED_HERE:
        raise _not_in_sql(method)
    question = asked(
        table=table, customer=customer, time=time, amount=amount, order=order, metrics=metrics,
        bands=segments, scheme=scheme, as_of=as_of, prefix=prefix,
    )  # fmt: skip
    print(warehouse_script(question, dialect))


def _not_in_sql(method: str) -> UsageError:
    methods = plugins.names("methods")
    if method not in methods:
        near = did_you_mean(method, methods)
        return UsageError(f"method {method!r}", f"no such method.{near}", "With --table there is rfm.")
    return UsageError(
        f"{method} with --table",
        "only rfm can be fitted inside a warehouse: its cut points are counts, and SQL can count; what other "
        "methods find or are told is in a definition",
        f"Fit {method} in a workspace, on your orders or a sample of them; then print its script without "
        "--table: it runs on all customers, with every constant in it.",
        next_command="regulars init ORDERS",
    )


def pinned_definition(
    workspace: Workspace, settings: chosen_settings.Settings, name: str, version: int | None = None
) -> Definition:
    """The newest definition of a segmentation, or the version asked for. Raises UsageError where there is
    none, with the reason if the newest run left it out, and RunDamaged where the newest is gone."""
    definition = workspace.pinned(name, version)
    if version is None or definition is None:
        require_newest(workspace, [name], fits=False)
    if definition is None:
        known = sorted(settings.segmentations)
        newest = workspace.newest_run()
        reasons = {} if newest is None else left_out(load(workspace.run(newest)))
        if name in reasons:
            raise UsageError(
                f"segmentation {name!r}", reasons[name],
                "Run the study again once the data can carry it.", next_command="regulars check",
            )  # fmt: skip
        raise UsageError(
            f"segmentation {name!r}",
            "it has no fitted definition yet" if name in known else f"the project has {', '.join(known)}",
            f"Run the study first.{did_you_mean(name, known)}", next_command="regulars run",
        )  # fmt: skip
    return definition


def last_looked_from(workspace: Workspace, definition: Definition) -> date:
    """The latest day that a run of this definition looked from; without one, the day it was fitted on."""
    days = [definition.fitted["as_of"]]
    for manifest in every_run(workspace).values():
        used = manifest["definitions"].get(definition.name, {})
        days += [manifest["as_of"]] if used.get("digest") == definition.digest else []
    return date.fromisoformat(max(days))


def _require(dialect: str) -> None:
    if dialect not in DIALECTS:
        raise UsageError(
            f"--dialect {dialect!r}", f"not one of {', '.join(DIALECTS)}",
            f"Choose one.{did_you_mean(dialect, DIALECTS)}",
        )  # fmt: skip
