"""The tables that the settings name under ``validation``: there, and with their columns, before anything is
measured."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path

from regulars.engine import Engine
from regulars.errors import SettingsError, SourceUnreadable, did_you_mean, every_fault
from regulars.prepare.reading.plain_table import opened_table
from regulars.prepare.reading.retold import About
from regulars.settings import Settings

ACTION_COLUMNS = ("segmentation", "segment_id", "action")


def require_files(settings: Settings, home: Path, engine: Engine, handed: Collection[str] = ()) -> None:
    """Raises SettingsError that names every table which is not there, cannot be read or lacks a column.

    ``home`` is the folder that paths are relative to, ``handed`` the tables given as frames in their place.
    The columns of experiments depend on what they hold, and are asked for when they are read.
    """
    every_fault(
        partial(_require, setting, path, home, engine, columns)
        for name, setting, path, columns in _named(settings)
        if name not in handed
    )


def _named(settings: Settings) -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    """What it is called as a frame, its setting, its path, and the columns that it has to have."""
    chosen = settings.validation
    if chosen.actions:
        yield "actions", "validation.actions", chosen.actions, ACTION_COLUMNS
    for name, each in chosen.experiments.items():
        yield name, f"validation.experiments.{name}.path", each.path, ()
    if chosen.audit:
        columns = (chosen.audit.customer, *chosen.audit.attributes)
        yield "audit", "validation.audit.path", chosen.audit.path, columns


def _require(setting: str, path: str, home: Path, engine: Engine, columns: Collection[str]) -> None:
    if not path:
        raise SettingsError(setting, "no file is named", "Name one, or leave the setting out.")
    place = (home / path).resolve()
    if not place.is_file():
        beside = [each.stem for each in place.parent.iterdir()] if place.parent.is_dir() else []
        raise SettingsError(
            f"{setting} {path!r}", f"there is no such file in {str(place.parent)!r}",
            "Name a CSV or parquet file, relative to the settings, or leave the setting out."
            f"{did_you_mean(place.stem, beside)}",
        )  # fmt: skip
    try:
        there = opened_table(path, home, engine, About(setting, setting)).columns
    except SourceUnreadable as fault:
        raise SettingsError(f"{setting} {path!r}", fault.found, fault.remedy) from fault
    for column in columns:
        if column not in there:
            raise SettingsError(
                f"{setting} {path!r}", f"it has no column {column!r}: it has {', '.join(there)}",
                f"Name the column as the file does, or mend the file.{did_you_mean(column, there)}",
            )  # fmt: skip
