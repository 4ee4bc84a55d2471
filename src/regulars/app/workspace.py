"""A workspace on disk: settings, runs, pinned definitions and reports, and how a run gets there whole.

A run is written beside its place and renamed into it, with every file and folder flushed first: it is
there whole or not at all, whatever kills the program.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from regulars.errors import RunDamaged, UsageError, did_you_mean
from regulars.segment.definition import Definition, pretty

PARTIAL = ".partial-"
RUN_ID = re.compile(r"\d{4}-\d{2}-\d{2}-[0-9a-f]{12}")
_PINNED = re.compile(r"v(\d+)\.json")


@dataclass(frozen=True)
class Workspace:
    """A folder that holds one project."""

    root: Path

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

    def newest_run(self) -> str | None:
        """The run that was finished last (by manifest time, then name)."""
        by_time = [((self.run(each) / "manifest.json").stat().st_mtime_ns, each) for each in self.run_ids()]
        return max(by_time)[1] if by_time else None

    def resolve_run(self, asked: str | None) -> str:
        """The run of that id or unambiguous beginning or end of one; the newest where none is asked for."""
        ids = self.run_ids()
        if asked is None:
            newest = self.newest_run()
            if newest:
                return newest
        elif len(found := [each for each in ids if each == asked or each.startswith(asked) or each.endswith(asked)]) == 1:
            return found[0]
        raise UsageError(
            "a run" if asked is None else f"run {asked!r}",
            f"{len(ids)} runs in {self.runs}{': ' + ', '.join(ids[-3:]) if ids else ''}",
            f"Name one of them.{did_you_mean(asked or '', ids)}" if ids else "Make one first.",
            next_command="regulars run",
        )

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the workspace for one writer; others wait. What a killed writer left half-made is swept."""
        self.runs.mkdir(parents=True, exist_ok=True)
        with (self.root / ".lock").open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            for leftover in self.runs.glob(f"{PARTIAL}*"):
                shutil.rmtree(leftover)
            yield

    @contextmanager
    def new_run(self, run_id: str) -> Iterator[Path]:
        """A folder to write a run into; it becomes ``runs/<run_id>`` when the block ends without an error."""
        partial = self.runs / f"{PARTIAL}{run_id}"
        partial.mkdir()
        try:
            yield partial
            _flush(partial)
            partial.rename(self.run(run_id))
            _flush_one(self.runs)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise

    def pinned(self, name: str) -> Definition | None:
        """The newest pinned definition of a segmentation."""
        versions = self._versions(name)
        if not versions:
            return None
        path = versions[max(versions)]
        return Definition.from_json(read_json(path))

    def used_ids(self, name: str) -> set[str]:
        """Every segment id that any version of a segmentation ever used."""
        return {s["id"] for path in self._versions(name).values() for s in read_json(path)["segments"]}

    def pin(self, definition: Definition) -> None:
        """Keep a definition as the newest of its name. The file appears whole or not at all."""
        folder = self.root / "definitions" / definition.name
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / f"v{definition.version}.json", pretty(definition.as_json()))

    def _versions(self, name: str) -> dict[int, Path]:
        folder = self.root / "definitions" / name
        if not folder.is_dir():
            return {}
        found = {_PINNED.fullmatch(path.name): path for path in folder.iterdir()}
        return {int(match.group(1)): path for match, path in found.items() if match}


def write_whole(path: Path, text: str) -> None:
    """Write a file beside its place and rename it there, so that readers see the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_text(text, encoding="utf-8")
    _flush_one(beside)
    beside.replace(path)
    _flush_one(path.parent)


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object from a file. Raises RunDamaged where it is not one."""
    try:
        saved = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as bad:
        raise RunDamaged(f"file {str(path)!r}", f"cannot be read: {bad}", "Restore it from a backup, or make the run again.") from bad
    if not isinstance(saved, dict):
        raise RunDamaged(f"file {str(path)!r}", "not a JSON object", "Restore it from a backup.")
    return saved


def file_digests(folder: Path) -> dict[str, str]:
    """sha256 of every file below a folder but the manifest, by its path within."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "manifest.json")
    return {path.relative_to(folder).as_posix(): digest(path) for path in paths}


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def verified(folder: Path) -> dict[str, Any]:
    """The manifest of a run whose files all match it.

    Raises RunDamaged that names every file missing, added or altered, before any number is shown.
    """
    manifest = read_json(folder / "manifest.json")
    said: Mapping[str, str] = manifest.get("files", {})
    found = file_digests(folder)
    wrong = [f"{path} is missing" for path in said if path not in found]
    wrong += [f"{path} does not belong" for path in found if path not in said]
    wrong += [f"{path} was altered" for path in said if path in found and found[path] != said[path]]
    if manifest.get("run_id") != folder.name:
        wrong.append(f"manifest.json names run {manifest.get('run_id')!r}")
    if wrong:
        raise RunDamaged(
            f"run {folder.name!r}", "; ".join(wrong[:3]) + (f" and {len(wrong) - 3} more" if len(wrong) > 3 else ""),
            f"Delete {folder} and make it again: the same input gives the same run.",
            next_command="regulars run",
        )  # fmt: skip
    return manifest


def _flush(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        _flush_one(path)
    _flush_one(folder)


def _flush_one(path: Path) -> None:
    """fsync a file or a folder."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
