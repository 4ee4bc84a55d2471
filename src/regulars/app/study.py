"""The studies that can be asked for: a whole run, a dry run, and a dashboard made again."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from regulars.app import saved
from regulars.app.aside import engine_aside
from regulars.app.clean_tables import require_empty, write_clean
from regulars.app.foretelling import fitted, reused
from regulars.app.grounds import preflight
from regulars.app.past import pasts
from regulars.app.reading import Tables, offered, read_tables
from regulars.app.runs import require_newest
from regulars.app.validation_files import require_files
from regulars.app.validations import validations
from regulars.app.verifying import run_id_of, verified
from regulars.app.work import Asked, Work
from regulars.app.workspace import Workspace, write_whole
from regulars.engine import Engine
from regulars.errors import SettingsError, UsageError, every_fault
from regulars.prepare.clean import Cleaned
from regulars.prepare.readiness import Gate
from regulars.publish.dashboard import dashboard
from regulars.publish.page import lighter
from regulars.segment.definition import Definition
from regulars.segment.methods import Method, chosen, in_order
from regulars.settings import Settings
from regulars.types import Finding, Input, Study
from regulars.value.definition import ValueDefinition
from regulars.value.histories import make_histories

ANSWER_VERSION = 1
"""Raised by every change that moves a customer or a number, so that old runs are not taken for new ones."""


@dataclass(frozen=True)
class Page:
    """Where a dashboard was written, and what it could not tell, as of damaged runs before it."""

    path: Path
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Ran:
    """A study, where its dashboard is, whether it was there already, and in debug mode each step's rows."""

    study: Study
    page: Page
    already_there: bool
    steps: Mapping[str, int]

    @property
    def dashboard(self) -> Path:
        return self.page.path


@dataclass(frozen=True)
class Checked:
    """What the readiness gate found, with the ledger behind it, and what the settings ask that cannot be."""

    gates: tuple[Gate, ...]
    cleaned: Cleaned
    findings: tuple[Finding, ...]
    fault: SettingsError | None = None
    clean_tables: tuple[Path, ...] = ()
    """The files of the clean tables, where they were asked for."""


def run(settings: Settings, workspace: Workspace, asked: Asked) -> Ran:
    """The whole study: a new run, or the one that is there where nothing it depends on has changed.

    Pinned definitions are reused; ``refit`` (or changed settings of a method) makes a new version.
    """
    methods = methods_of(settings)
    day = _day_asked(settings, asked)
    with workspace.lock(), engine_of(workspace, asked) as engine:
        require_newest(workspace, methods)
        asked.stage("Reading the orders" if settings.sources.shops else "Reading the customers")
        tables = read(engine, settings, workspace, asked)
        as_of = tables.day(engine, day, asked.today)
        study, there = made(Work(engine, settings, workspace, asked, tables, as_of), methods)
        page = write_report(workspace, study, workspace.report(study.run_id))
    return Ran(study, page, there, dict(engine.made))


def made(work: Work, methods: Mapping[str, Method]) -> tuple[Study, bool]:
    """The run that this work comes to, and whether it was there already; only for who holds the lock."""
    definitions = work.pinned(methods)
    if definitions is None:
        definitions = work.fit(methods)
    identity = _identity(work.settings, work.tables.inputs, work.as_of, definitions, work.value)
    run_id = run_id_of(identity)
    folder = work.workspace.run(run_id)
    there = os.path.lexists(folder)
    if there:
        verified(folder)
    if work.asked.debug or not there:
        work.make(definitions)
    if not there:
        work.save(run_id, identity)
    return saved.load(folder), there


def check(settings: Settings, workspace: Workspace, asked: Asked, clean_to: Path | None = None) -> Checked:
    """A dry run up to the first fit: what the data can carry, and the ledger.

    Writes nothing, but the clean tables where a folder for them is named. Raises UsageError for a folder
    that is not empty.
    """
    methods = methods_of(settings)
    if clean_to:
        require_empty(clean_to)
    with cleaned_orders(settings, workspace, asked) as orders:
        engine, as_of = orders.engine, orders.as_of
        findings, fault = list(orders.findings), None
        found = orders.tables.gates(engine, orders.cleaned)
        tables = write_clean(engine, settings, clean_to) if clean_to else ()
        try:
            foretold = reused(settings, workspace) or fitted(
                engine, settings, workspace, orders.cleaned, as_of, refit=False
            )
            findings += foretold.findings
            if foretold.value is not None:
                make_histories(engine, as_of)
            features = orders.tables.features(engine, as_of, foretold.families)
            findings += preflight(methods, settings, features, as_of, engine)
            require_files(settings, workspace.root, engine)
        except SettingsError as faults:
            fault = faults
        return Checked(found, orders.cleaned, tuple(findings), fault, tables)


@dataclass(frozen=True)
class CleanOrders:
    """Orders, or customers alone, that were read and cleaned, in the engine; nothing is written anywhere."""

    engine: Engine
    tables: Tables
    cleaned: Cleaned
    as_of: date
    findings: tuple[Finding, ...]


def for_outcomes(settings: Settings) -> Settings:
    """The settings under which what came after a day is looked at: who came to net nothing only afterwards
    was a customer on that day."""
    kept = settings.cleaning.model_copy(update={"net_spend_not_positive": "keep"})
    return settings.model_copy(update={"cleaning": kept})


@contextmanager
def cleaned_orders(settings: Settings, workspace: Workspace, asked: Asked) -> Iterator[CleanOrders]:
    """The study's orders, cleaned, for as long as the block lasts."""
    with engine_aside(asked.threads, asked.memory_limit) as engine:
        tables = read(engine, settings, workspace, asked)
        as_of = tables.day(engine, _day_asked(settings, asked), asked.today)
        cleaned = tables.cleaned(engine, as_of, asked.today)
        yield CleanOrders(engine, tables, cleaned, as_of, (*tables.findings, *cleaned.findings))


def methods_of(settings: Settings) -> dict[str, Method]:
    """The methods that are asked for. Raises SettingsError for what cannot be, before anything is read."""
    offered(settings)
    asked = settings.segmentations
    made = every_fault(partial(chosen, name, each) for name, each in asked.items())
    methods = dict(zip(asked, made, strict=True))
    in_order(methods)
    return methods


def _day_asked(settings: Settings, asked: Asked) -> date | None:
    """The day asked for, if any. Raises UsageError for one that has not come yet."""
    day = asked.as_of or settings.as_of
    if day and day > asked.today:
        raise UsageError(
            f"as_of {day}", f"it lies after today, {asked.today}",
            "Name a day up to today; without one the study looks from the day of the last order.",
        )  # fmt: skip
    return day


def render(workspace: Workspace, study: Study, to: Path | None = None) -> Page:
    """Write a study's dashboard: a view, made again at will. In the workspace, after any run being made."""
    if to:
        return write_report(workspace, study, to)
    with workspace.lock():
        return write_report(workspace, study, workspace.report(study.run_id))


def write_report(workspace: Workspace, study: Study, path: Path) -> Page:
    """A study's dashboard as a file, with what the workspace's earlier runs tell and what was found of it;
    in the workspace, only for who holds its lock: others sweep."""
    before, found = pasts(workspace, study), validations(workspace, study)
    write_whole(path, lighter(dashboard(study, before, found)))
    faults = [each for each in (before.fault, *before.left_out, found.fault) if each]
    return Page(
        path, tuple(Finding("warning", "dashboard", each, "The page says so too.") for each in faults)
    )


def engine_of(workspace: Workspace, asked: Asked) -> Engine:
    """The engine of a run; only for who holds the workspace's lock."""
    debug = workspace.debug if asked.debug else None
    if debug:
        for left in (debug, debug.with_name(f"{debug.name}.wal")):
            left.unlink(missing_ok=True)
    return Engine(
        threads=asked.threads,
        memory_limit=asked.memory_limit,
        temp_directory=workspace.spill,
        debug_path=debug,
    )


def read(engine: Engine, settings: Settings, workspace: Workspace, asked: Asked) -> Tables:
    """Every table of the study, as the engine has it."""
    return read_tables(engine, settings, workspace, asked.frame, asked.frames)


def _identity(
    settings: Settings,
    inputs: Sequence[Input],
    as_of: date,
    definitions: Mapping[str, Definition],
    value: ValueDefinition | None,
) -> dict[str, Any]:
    """Everything that a run's content is a function of."""
    return {
        "answer_version": ANSWER_VERSION,
        "as_of": as_of.isoformat(),
        "seed": settings.seed,
        "inputs": [asdict(each) for each in inputs],
        "settings": {**settings.answers(), "readiness_override": settings.readiness.override},
        "definitions": {name: {"version": d.version, "digest": d.digest} for name, d in definitions.items()},
        "value": None if value is None else {"version": value.version, "digest": value.digest},
    }
