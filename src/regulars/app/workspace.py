"""A workspace on disk: settings, runs, pinned definitions and reports, and how a run gets there whole.

A run is written beside its place and renamed into it, with every file and folder flushed first: it is
there whole or not at all, whatever kills the program.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shlex
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from regulars.app.choices import WORKSPACE
from regulars.documents import pretty, vouches
from regulars.errors import RunDamaged, UsageError, did_you_mean
from regulars.segment.definition import Definition
from regulars.value.definition import ValueDefinition

PARTIAL = ".partial-"
RUN_ID = re.compile(r"\d{4}-\d{2}-\d{2}-[0-9a-f]{12}")
_PINNED = re.compile(r"v(\d+)\.json")


@dataclass(frozen=True)
class Workspace:
    """A folder that holds one project."""

    root: Path

    @property
    def option(self) -> str:
        """What a command needs to be about this workspace; nothing where it is the usual one."""
        return "" if self.root == WORKSPACE else f" -w {shlex.quote(str(self.root))}"

    @property
    def settings(self) -> Path:
        return self.root / "regulars.yaml"

    @property
    def runs(self) -> Path:
        return self.root / "runs"

    def run(self, run_id: str) -> Path:
        return self.runs / run_id

    def report(self, run_id: str) -> Path:
        return self.root / "reports" / f"{run_id}.html"

    def run_ids(self) -> list[str]:
        """The runs that are there, oldest ``as_of`` first; half-written ones do not count."""
        if not self.runs.is_dir():
            return []
        return sorted(each.name for each in self.runs.iterdir() if RUN_ID.fullmatch(each.name))

    def strangers(self) -> list[str]:
        """What lies among the runs and is none, nor a half-written one that the next writer sweeps."""
        if not self.runs.is_dir():
            return []
        there = sorted(each.name for each in self.runs.iterdir() if not each.name.startswith("."))
        return [name for name in there if not RUN_ID.fullmatch(name)]

    def finished(self, run_id: str) -> int:
        """When a run was finished, in nanoseconds; a damaged one without a manifest comes first."""
        return _finished(self.run(run_id))

    def newest_run(self) -> str | None:
        """The run of the newest day; of several the one that was finished last (then by name)."""
        return next(iter(self.newest_first()), None)

    def newest_first(self) -> list[str]:
        """The runs by the day that they look from, then by when they were finished, the last one first."""
        return sorted(self.run_ids(), key=lambda each: (each[:10], self.finished(each), each), reverse=True)

    def resolve_run(self, asked: str | None) -> str:
        """The run of that id or unambiguous beginning or end of one; the newest where none is asked for."""
        ids = self.run_ids()
        if asked is None:
            newest = self.newest_run()
            if newest:
                return newest
        else:
            found = [each for each in ids if each.startswith(asked) or each.endswith(asked)]
            if len(found) == 1:
                return found[0]
        raise UsageError(
            "a run" if asked is None else f"run {asked!r}",
            f"{len(ids)} runs in {self.runs}{': ' + ', '.join(ids[-10:]) if ids else ''}",
            f"Name one of them.{did_you_mean(asked or '', ids)}" if ids else "Make one first.",
            next_command=f"regulars {'report' if ids else 'run'}{self.option}",
        )

    @property
    def values(self) -> Path:
        """Pinned value models, a file a version."""
        return self.root / "value"

    @property
    def validations(self) -> Path:
        """What was found of whether a run can be relied on, a folder a run."""
        return self.root / "validation"

    @property
    def store(self) -> Path:
        """Words, decisions and events, where the settings name no database for them."""
        return self.root / "store.db"

    @property
    def spill(self) -> Path:
        """Where the engine puts what does not fit in memory."""
        return self.root / ".spill"

    @property
    def debug(self) -> Path:
        """Where ``--debug`` keeps every step as a table."""
        return self.root / "debug.duckdb"

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the workspace for one writer; others wait. What a killed writer left half-made is swept.

        Raises UsageError where the workspace is no folder.
        """
        make_folder(self.runs)
        with (self.root / ".lock").open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            for leftover in (*self.runs.glob(f"{PARTIAL}*"), self.spill):
                shutil.rmtree(leftover, ignore_errors=True)
            for leftover in (
                *self.root.glob("definitions/*/.v*"),
                *self.root.glob("reports/.*.html.*"),
                *self.values.glob(".v*"),
                *self.validations.glob("*/.*.json.*"),
            ):
                leftover.unlink(missing_ok=True)
            yield

    @contextmanager
    def new_run(self, run_id: str) -> Iterator[Path]:
        """A folder to write a run into; it becomes ``runs/<run_id>`` when the block ends without an error."""
        partial = self.runs / f"{PARTIAL}{run_id}"
        try:
            partial.mkdir()
            yield partial
            _flush(partial)
            partial.rename(self.run(run_id))
            _flush_one(self.runs)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise

    def pinned(self, name: str, version: int | None = None) -> Definition | None:
        """The pinned definition of a segmentation, the newest where no version is asked for.

        Raises RunDamaged where it was changed since, UsageError for a version that there is not.
        """
        versions = self._versions(name)
        if not versions:
            return None
        version = max(versions) if version is None else version
        if version not in versions:
            known = ", ".join(map(str, sorted(versions)))
            raise UsageError(f"version {version} of {name}", f"it has {known}", "Ask for one of them.")
        return self._definition(name, versions[version])

    def digest(self, name: str, version: int) -> str:
        """The digest of a pinned definition. Raises RunDamaged where the file was changed since."""
        return str(self._kept(name, self._versions(name)[version])["digest"])

    def versions(self, name: str) -> list[int]:
        """The versions that a segmentation has pinned definitions of, oldest first."""
        return sorted(self._versions(name))

    def used_ids(self, name: str) -> set[str]:
        """Every segment id that any version of a segmentation ever used. Raises what ``pinned`` does."""
        paths = self._versions(name).values()
        return {each.id for path in paths for each in self._definition(name, path).segments}

    def pin(self, definition: Definition) -> None:
        """Keep a definition as the newest of its name. The file appears whole or not at all."""
        folder = self.root / "definitions" / definition.name
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / f"v{definition.version}.json", pretty(definition.signed()))

    def pinned_value(self) -> ValueDefinition | None:
        """The newest pinned value model. Raises RunDamaged where it was changed since."""
        versions = self._versions_in(self.values)
        return self._value(versions[max(versions)]) if versions else None

    def pinned_values(self) -> list[ValueDefinition]:
        """Every version of the value model, the newest first. Raises RunDamaged where one was changed."""
        versions = self._versions_in(self.values)
        return [self._value(versions[version]) for version in sorted(versions, reverse=True)]

    def value_versions(self) -> list[int]:
        """The versions of the value model, oldest first."""
        return sorted(self._versions_in(self.values))

    def pin_value(self, value: ValueDefinition) -> None:
        """Keep a value model as the newest. The file appears whole or not at all."""
        write_whole(self.values / f"v{value.version}.json", pretty(value.signed()))

    def _definition(self, name: str, path: Path) -> Definition:
        return Definition.from_json(self._kept(name, path))

    def _kept(self, name: str, path: Path) -> dict[str, Any]:
        remedy = (
            f"Copy definitions/{name}.json of a run by that version over it, or move it away to fit anew."
        )
        saved = _as_pinned(path, "pinned definition", remedy)
        if saved.get("name") != name:
            raise _not_as_pinned(path, "pinned definition", f"it is of {saved.get('name')!r}", remedy)
        return saved

    def _value(self, path: Path) -> ValueDefinition:
        remedy = "Copy value.json of a run that used it over it, or move it away to fit anew."
        return ValueDefinition.from_json(_as_pinned(path, "pinned value model", remedy))

    def _versions(self, name: str) -> dict[int, Path]:
        return self._versions_in(self.root / "definitions" / name)

    def _versions_in(self, folder: Path) -> dict[int, Path]:
        if not folder.is_dir():
            return {}
        found = {_PINNED.fullmatch(path.name): path for path in folder.iterdir()}
        return {int(match.group(1)): path for match, path in found.items() if match}


def make_folder(folder: Path) -> None:
    """Make a folder and those above it. Raises UsageError where a file is in the way."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as taken:
        raise UsageError(
            f"folder {str(folder)!r}", "a file is in its place", "Name another folder."
        ) from taken


def write_whole(path: Path, text: str) -> None:
    """Write a file beside its place and rename it there, so that readers see the old one or the new one."""
    make_folder(path.parent)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_text(text, encoding="utf-8")
        _flush_one(beside)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    _flush_one(path.parent)


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object from a file. Raises RunDamaged where it is not one."""
    try:
        saved = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as bad:
        raise RunDamaged(
            f"file {str(path)!r}",
            f"cannot be read: {bad}",
            "Restore it from a backup, or make the run again.",
        ) from bad
    if not isinstance(saved, dict):
        raise RunDamaged(f"file {str(path)!r}", "not a JSON object", "Restore it from a backup.")
    return saved


def _as_pinned(path: Path, what: str, remedy: str) -> dict[str, Any]:
    """The document of a pinned file, which its digest vouches for. Raises RunDamaged where it does not."""
    try:
        saved = read_json(path)
    except RunDamaged as unread:
        raise _not_as_pinned(path, what, unread.found, remedy) from unread
    signed = {key: value for key, value in saved.items() if key not in ("version", "digest")}
    if path.name != f"v{saved.get('version')}.json":
        raise _not_as_pinned(path, what, f"it is of version {saved.get('version')!r}", remedy)
    if not vouches(saved.get("digest"), signed):
        raise _not_as_pinned(path, what, "the digest does not match", remedy)
    return saved


def _not_as_pinned(path: Path, what: str, why: str, remedy: str) -> RunDamaged:
    found = f"it is not what was pinned: {why}"
    return RunDamaged(f"{what} {str(path)!r}", found, remedy, next_command="regulars run")


def _finished(run: Path) -> int:
    """When a run was finished; a damaged one without a manifest comes first."""
    manifest = run / "manifest.json"
    return manifest.stat().st_mtime_ns if manifest.exists() else 0


def _flush(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        _flush_one(path)
    _flush_one(folder)


def _flush_one(path: Path) -> None:
    """Have a file or a folder written to the disk (fsync)."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
