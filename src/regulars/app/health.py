"""What `doctor` reports: versions, the engine, extras, and the state of the workspace."""

from __future__ import annotations

import platform
import shutil
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from regulars.app.workspace import Workspace, verified
from regulars.engine import Engine
from regulars.errors import RegularsError

CORE = ("regulars", "duckdb", "sqlglot", "pydantic", "numpy", "scipy", "narwhals", "typer", "rich", "jinja2")


def examine(workspace: Workspace) -> dict[str, Any]:
    """Everything worth knowing before asking for help, as plain values."""
    return {
        "python": platform.python_version(),
        **{name: _version(name) for name in CORE},
        "engine": _engine(),
        "browser": shutil.which("chromium") or "none found; only the project's own tests need one",
        "settings": _settings(workspace),
        "runs": _runs(workspace),
    }


def _settings(workspace: Workspace) -> str:
    return str(workspace.settings) if workspace.settings.exists() else "none: regulars init ORDERS makes them"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed as a package"


def _engine() -> str:
    with Engine() as engine:
        ((zone,),) = engine.rows("select current_setting('TimeZone')")
        ((threads,),) = engine.rows("select current_setting('threads')")
        ((memory,),) = engine.rows("select current_setting('memory_limit')")
    return f"DuckDB works: {threads} threads, up to {memory}, session in {zone}"


def _runs(workspace: Workspace) -> dict[str, str]:
    """Each run's state; a damaged one is named with what is wrong."""
    states = {}
    for run_id in workspace.run_ids():
        try:
            verified(workspace.run(run_id))
            states[run_id] = "whole"
        except RegularsError as damaged:
            states[run_id] = damaged.found
    return states
