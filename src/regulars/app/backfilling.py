"""A run for each of several past days, after one reading of the sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

from regulars.app.reading import Tables
from regulars.app.runs import every_run, require_newest
from regulars.app.study import engine_of, made, methods_of, read
from regulars.app.verifying import verified
from regulars.app.work import Asked, Work
from regulars.app.workspace import Workspace
from regulars.engine import Engine
from regulars.errors import NotReady, UsageError
from regulars.segment.methods import Method
from regulars.settings import Settings
from regulars.types import Finding, Study

UNDATED = ("products", "identities")
"""Tables beside the orders whose rows bear no day; so do those of customers without ``known_on``."""
_CONTENT = ("features.parquet", "assignments/", "facts/")


@dataclass(frozen=True)
class Filled:
    """What became of one day: its run, made now or there already, or why the data cannot carry one."""

    as_of: date
    study: Study | None
    already_there: bool = False
    refused: NotReady | None = None
    earlier: str | None = None
    """A run of the same day and definitions, of sources or settings that were others."""
    is_as_before: bool = False
    """Whether what that run says of every customer and segment is the same to the byte."""


@dataclass(frozen=True)
class Begun:
    """The days in the order in which they are looked from, and what is worth knowing of them all."""

    days: tuple[date, ...]
    fits_first: bool
    """Nothing is pinned that fits the settings: the last day comes first, and is fitted on."""
    findings: tuple[Finding, ...]


def backfill(
    settings: Settings, workspace: Workspace, asked: Asked, days: Sequence[date]
) -> Iterator[Begun | Filled]:
    """How it begins, then each day as it is done: exactly the run that ``run`` makes of that day.

    Pinned definitions are reused, the same for every day. Where one is missing, or ``refit`` is asked for,
    the last day is run first: it knows most customers, and is what ``run`` would fit on. A day that the data
    cannot carry is told and passed over. What is done stays, however the rest ends.

    Raises UsageError for a day after today, and for customers without orders: their table knows one day;
    RunDamaged where a run that is there is not as it was written, before the first day.
    """
    methods = methods_of(settings)
    _require_past(settings, asked, days)
    with workspace.lock(), engine_of(workspace, asked) as engine:
        every_run(workspace)
        require_newest(workspace, methods)
        asked.stage("Reading the orders")
        tables = read(engine, settings, workspace, asked)
        as_read = engine.tables()
        first = Work(engine, settings, workspace, asked, tables, days[-1])
        fits = first.pinned(methods) is None
        ordered = (days[-1], *days[:-1]) if fits else tuple(days)
        yield Begun(ordered, fits, tuple(_doubts(engine, tables, asked, days)))
        for at, day in enumerate(ordered):
            engine.keep_only(as_read)
            how = replace(asked, refit=asked.refit and at == 0, stage=partial(_told, asked, day))
            yield _filled(Work(engine, settings, workspace, how, tables, day), methods)


def _told(asked: Asked, day: date, stage: str) -> None:
    asked.stage(f"{day}: {stage}")


def _require_past(settings: Settings, asked: Asked, days: Sequence[date]) -> None:
    if not settings.sources.shops and not _is_dated(settings):
        raise UsageError(
            "backfill", "the study has customers alone: a table with one row each knows one day, its own",
            "Give it orders, or rows of several days with sources.customers.columns.known_on.",
        )  # fmt: skip
    if late := [day for day in days if day > asked.today]:
        raise UsageError(
            f"as_of {late[0]}", f"it lies after today, {asked.today}", "Name days up to today with --to."
        )


def _is_dated(settings: Settings) -> bool:
    customers = settings.sources.customers
    return customers is not None and customers.columns.known_on is not None


def _filled(work: Work, methods: Mapping[str, Method]) -> Filled:
    try:
        study, there = made(work, methods)
    except NotReady as reason:
        return Filled(work.as_of, None, refused=reason)
    if there:
        return Filled(work.as_of, study, already_there=True)
    earlier, same = _earlier(work.workspace, study)
    return Filled(work.as_of, study, earlier=earlier, is_as_before=same)


def _earlier(workspace: Workspace, study: Study) -> tuple[str | None, bool]:
    """Another run of that day by the same definitions, one that says the same if there is one."""
    found = None
    for run_id in workspace.run_ids():
        if run_id == study.run_id or not run_id.startswith(study.manifest["as_of"]):
            continue
        manifest = verified(workspace.run(run_id))
        if all(manifest.get(each) == study.manifest[each] for each in ("definitions", "value")):
            if _content(manifest) == _content(study.manifest):
                return run_id, True
            found = run_id
    return found, False


def _content(manifest: Mapping[str, Any]) -> dict[str, str]:
    """The digests of what a run says of customers and segments, not of how its sources were judged."""
    return {path: sha for path, sha in manifest["files"].items() if path.startswith(_CONTENT)}


def _doubts(engine: Engine, tables: Tables, asked: Asked, days: Sequence[date]) -> Iterator[Finding]:
    undated = [name for name in UNDATED if name in tables.beside]
    if "customers" in tables.beside and not _is_dated(tables.settings):
        undated.insert(0, "customers")
    if undated:
        yield Finding(
            "note", "backfill",
            f"What {' and '.join(undated)} say bears no date: it is taken as it is today for every day.",
            "Read past segments that rest on it with that in mind.",
        )  # fmt: skip
    last = tables.day(engine, None, asked.today)
    if days[-1] > last:
        yield Finding(
            "warning", "backfill",
            f"The data ends on {last}: from {days[-1]} every customer looks "
            f"{(days[-1] - last).days} days more absent than the data can tell.",
            f"End with --to {last} unless nothing was sold since.",
        )  # fmt: skip
