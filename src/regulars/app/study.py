"""The studies that can be asked for: a whole run, a dry run, and a dashboard made again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from regulars.app import saved
from regulars.app.work import Asked, Work
from regulars.app.workspace import Workspace, run_id_of, verified, write_whole
from regulars.engine import Engine
from regulars.errors import SourceUnreadable, UsageError, did_you_mean
from regulars.prepare.attributes import attribute_families
from regulars.prepare.clean import Cleaned, clean, day_of_study
from regulars.prepare.offer import offer
from regulars.prepare.read import Read
from regulars.prepare.readiness import Gate, gates
from regulars.prepare.side_tables import SideRead, read_beside
from regulars.prepare.unite import known_as, read_orders, settle_identities
from regulars.publish.dashboard import dashboard
from regulars.segment.definition import Definition
from regulars.segment.methods import Method, chosen, in_order
from regulars.settings import Settings
from regulars.types import Finding, Input, Study

ANSWER_VERSION = 1
"""Raised by every change that moves a customer or a number, so that old runs are not taken for new ones."""


@dataclass(frozen=True)
class Ran:
    """A study, where its dashboard is, whether it was there already, and in debug mode each step's rows."""

    study: Study
    dashboard: Path
    already_there: bool
    steps: Mapping[str, int]


@dataclass(frozen=True)
class Checked:
    """What the readiness gate found, with the ledger behind it."""

    gates: tuple[Gate, ...]
    cleaned: Cleaned
    input: Input
    findings: tuple[Finding, ...]


def run(settings: Settings, workspace: Workspace, asked: Asked) -> Ran:
    """The whole study: a new run, or the one that is there where nothing it depends on has changed.

    Pinned definitions are reused; ``refit`` (or changed settings of a method) makes a new version.
    """
    methods = _methods(settings)
    day = _day_asked(settings, asked)
    with workspace.lock(), _engine(workspace, asked) as engine:
        asked.stage("Reading the orders")
        source, beside = read_sources(engine, settings, workspace, asked)
        as_of = day_of_study(engine, day, asked.today)
        work = Work(engine, settings, workspace, asked, source, beside, as_of)
        definitions = work.pinned(methods)
        if definitions is None:
            definitions = work.fit(methods)
        orders = [part.input for part in source.parts] or [source.input]
        inputs = (*orders, *(side.input for side in beside.values()))
        identity = _identity(settings, inputs, as_of, definitions)
        run_id = run_id_of(identity)
        there = workspace.run(run_id).is_dir()
        if there:
            verified(workspace.run(run_id))
        if asked.debug or not there:
            work.make(definitions)
        if not there:
            work.save(run_id, identity)
        study = saved.load(workspace.run(run_id))
        report = write_report(study, workspace.report(run_id))
    return Ran(study, report, there, dict(engine.made))


def check(settings: Settings, workspace: Workspace, asked: Asked) -> Checked:
    """A dry run up to the readiness gate: what the data can carry, and the ledger. Writes nothing."""
    _methods(settings)
    with cleaned_orders(settings, workspace, asked) as orders:
        return Checked(
            gates(orders.engine, orders.cleaned, settings.readiness),
            orders.cleaned,
            orders.source.input,
            orders.findings,
        )


@dataclass(frozen=True)
class CleanOrders:
    """Orders that were read and cleaned, in the engine, and nothing written anywhere."""

    engine: Engine
    source: Read
    cleaned: Cleaned
    as_of: date
    findings: tuple[Finding, ...]


@contextmanager
def cleaned_orders(settings: Settings, workspace: Workspace, asked: Asked) -> Iterator[CleanOrders]:
    """The study's orders, cleaned, for as long as the block lasts."""
    with (
        TemporaryDirectory(prefix="regulars-") as spill,
        Engine(
            threads=asked.threads, memory_limit=asked.memory_limit, temp_directory=Path(spill) / "spill"
        ) as engine,
    ):
        source, beside = read_sources(engine, settings, workspace, asked)
        as_of = day_of_study(engine, _day_asked(settings, asked), asked.today)
        cleaned = clean(engine, source, settings, as_of, asked.today, beside)
        doubts = [doubt for side in beside.values() for doubt in side.findings]
        yield CleanOrders(engine, source, cleaned, as_of, (*source.findings, *doubts, *cleaned.findings))


def _methods(settings: Settings) -> dict[str, Method]:
    """The methods that are asked for. Raises SettingsError for what cannot be, before anything is read."""
    offer(settings.features, attribute_families(settings.sources.customers))
    methods = {name: chosen(name, each) for name, each in settings.segmentations.items()}
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


def render(workspace: Workspace, study: Study, to: Path | None = None) -> Path:
    """Write a study's dashboard: a view, made again at will. In the workspace, after any run being made."""
    if to:
        return write_report(study, to)
    with workspace.lock():
        return write_report(study, workspace.report(study.run_id))


def write_report(study: Study, path: Path) -> Path:
    """A study's dashboard as a file; in the workspace, only for who holds its lock: others sweep."""
    write_whole(path, dashboard(study))
    return path


def _engine(workspace: Workspace, asked: Asked) -> Engine:
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


def read_sources(
    engine: Engine, settings: Settings, workspace: Workspace, asked: Asked
) -> tuple[Read, dict[str, SideRead]]:
    """The orders, and the tables beside them by name; all under one id a customer where there is a map."""
    frames = _frames(settings, asked)
    beside = {}
    for name, layout in settings.sources.beside.items():
        beside[name] = read_beside(
            name, layout, workspace.root, engine, timezone=settings.timezone,
            blank_opt_out=settings.cleaning.blank_opt_out, frame=frames.get(name),
        )  # fmt: skip
        if name == "identities":
            settle_identities(engine, _table_names(settings))
        elif "identities" in beside and "customer_id" in beside[name].rows:
            known_as(engine, beside[name].rows.name, name)
    return read_orders(settings, workspace.root, engine, frames, beside.get("identities")), beside


def _table_names(settings: Settings) -> list[str]:
    return [each.name for each in settings.sources.shops] + list(settings.sources.beside)


def _frames(settings: Settings, asked: Asked) -> dict[str, object]:
    """The frames that are read in place of files, by the names of their tables.

    Raises UsageError for one that the settings do not know, SourceUnreadable where there is neither.
    """
    shops = settings.sources.shops
    frames = dict(asked.frames)
    if asked.frame is not None:
        frames[shops[0].name] = asked.frame
    known = _table_names(settings)
    for name in frames:
        if name not in known:
            raise UsageError(
                f"a frame for {name!r}", f"the settings have no sources.{name}",
                f"Say there what its columns mean.{did_you_mean(name, known)}",
            )  # fmt: skip
    for at, each in enumerate(shops):
        if not each.path and each.name not in frames:
            place = "sources.orders.path" if len(shops) == 1 else f"sources.orders.{at}.path"
            raise SourceUnreadable(place, "no file is named and no frame was given", "Name the order file.")
    return frames


def _identity(
    settings: Settings, inputs: Sequence[Input], as_of: date, definitions: Mapping[str, Definition]
) -> dict[str, Any]:
    """Everything that a run's content is a function of."""
    return {
        "answer_version": ANSWER_VERSION,
        "as_of": as_of.isoformat(),
        "seed": settings.seed,
        "inputs": [asdict(each) for each in inputs],
        "settings": {**settings.answers(), "readiness_override": settings.readiness.override},
        "definitions": {name: {"version": d.version, "digest": d.digest} for name, d in definitions.items()},
    }
