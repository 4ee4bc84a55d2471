"""What `doctor` reports: versions, the engine, extras, and the state of the workspace and its store."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Callable
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from regulars.app import drafts_kept, narrator
from regulars.app.runs import foreign
from regulars.app.verifying import verified
from regulars.app.workspace import Workspace
from regulars.engine import Engine
from regulars.errors import RegularsError
from regulars.narration_settings import NarrationChoices
from regulars.settings import load

CORE = ("regulars", "duckdb", "sqlglot", "pydantic", "numpy", "scipy", "narwhals", "typer", "rich", "jinja2")


def examine(workspace: Workspace, *, ask_model: bool = False) -> dict[str, Any]:
    """Everything worth knowing before asking for help, as plain values.

    ``damaged`` names the runs that are not as they were written, and the store where it is not. With
    ``ask_model`` the language model's server is asked for its list of models; else nothing is sent.
    """
    store, is_damaged = drafts_kept.standing(workspace)
    runs, damaged = _runs(workspace)
    return {
        "python": platform.python_version(),
        **{name: _version(name) for name in CORE},
        "engine": _engine(),
        "browser": shutil.which("chromium") or "none found; only the project's own tests need one",
        "settings": _settings(workspace),
        "narration": _narration(workspace, ask=ask_model),
        "store": store,
        "pinned": _pinned(workspace),
        "runs": runs,
        "damaged": [*(["store"] if is_damaged else []), *damaged],
    }


def _settings(workspace: Workspace) -> str:
    return str(workspace.settings) if workspace.settings.exists() else "none: regulars init ORDERS makes them"


def _narration(workspace: Workspace, *, ask: bool) -> dict[str, str]:
    try:
        narration = load(workspace.settings).narration if workspace.settings.exists() else NarrationChoices()
    except RegularsError as faulty:
        return {"chosen": str(faulty)}
    return narrator.standing(narration, workspace, os.environ, ask=ask)


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


def _runs(workspace: Workspace) -> tuple[dict[str, str], list[str]]:
    """Each run's state, and the damaged ones: these are told with what is wrong, and so is what is none."""
    states, damaged = {}, []
    for run_id in workspace.run_ids():
        try:
            manifest = verified(workspace.run(run_id))
            strange = [each.what for each in foreign(workspace, run_id, manifest)]
            states[run_id] = strange[0] if strange else "whole"
        except RegularsError as fault:
            states[run_id] = str(fault)
            damaged.append(run_id)
    return states | dict.fromkeys(workspace.strangers(), "is no run: move it away"), damaged


def _pinned(workspace: Workspace) -> dict[str, str]:
    """Each pinned definition and value model; one that was changed is named with the way to mend it."""
    kept = workspace.root / "definitions"
    names = sorted(each.name for each in kept.iterdir() if each.is_dir()) if kept.is_dir() else []
    states = {
        f"{name} v{version}": _state(partial(workspace.pinned, name, version))
        for name in names
        for version in workspace.versions(name)
    }
    if workspace.value_versions():
        states["value"] = _state(workspace.pinned_values)
    return states


def _state(read: Callable[[], object]) -> str:
    try:
        read()
    except RegularsError as damaged:
        return str(damaged)
    return "whole"
