"""What ``compare`` found of a run, kept in the workspace for the run's dashboard: made again at will."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from regulars.app.workspace import Workspace, read_json, write_whole
from regulars.documents import digest_of, pretty, vouches
from regulars.errors import RunDamaged, SettingsError
from regulars.publish.rely import Validations
from regulars.settings import load
from regulars.types import Study
from regulars.validation_settings import ValidationChoices

SCHEMA = "validation/2"
NEEDED = {"from", "exceeded", "sections"}
"""What the dashboard reads of it, besides which run it is of."""


def keep(workspace: Workspace, found: Mapping[str, Any]) -> None:
    """Write what was found of a run's segmentation; only for who holds the lock."""
    document = {"schema": SCHEMA, **found}
    path = _path(workspace, found["to"]["run_id"], found["segmentation"])
    if path.is_dir():
        raise _damaged(path, found["segmentation"], "it is a folder")
    write_whole(path, pretty({**document, "digest": digest_of(document)}))


def settings_digest(choices: ValidationChoices) -> str:
    """Of all that the settings say of validation, files by their names."""
    return digest_of(choices.model_dump(mode="json"))


def validations(workspace: Workspace, study: Study) -> Validations:
    """What is kept of a study's segmentations. Where a file is not as it was written there is none of it,
    but what is wrong: the study itself stands."""
    try:
        read = {each.name: _read(workspace, study, each.name) for each in study.segmentations}
        kept = {name: found for name, found in read.items() if found}
        return Validations(kept, stale=_stale(workspace, kept))
    except RunDamaged as damage:
        return Validations(fault=f"What was found of this run cannot be relied on. {damage}")


def _stale(workspace: Workspace, kept: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    """Those answered under other settings of validation than there are now: all of them where the file
    cannot be read, none where there is no file."""
    if not kept or not workspace.settings.is_file():
        return ()
    try:
        now = settings_digest(load(workspace.settings).validation)
    except SettingsError:
        return tuple(kept)
    return tuple(name for name, found in kept.items() if found.get("settings_digest") != now)


def _read(workspace: Workspace, study: Study, name: str) -> dict[str, Any] | None:
    path = _path(workspace, study.run_id, name)
    if not path.exists() and not path.is_symlink():
        return None
    try:
        kept = read_json(path)
    except RunDamaged as unread:
        raise _damaged(path, name, unread.found) from unread
    if kept.get("schema") != SCHEMA:
        raise _damaged(
            path, name, f"it is of schema {kept.get('schema')!r}, and this Regulars reads {SCHEMA!r}"
        )
    of = {
        "segmentation": name,
        "definition": study.manifest["definitions"][name],
        "to": {"run_id": study.run_id, "as_of": study.manifest["as_of"]},
    }
    if (
        not vouches(kept.pop("digest", None), kept)
        or any(kept.get(key) != said for key, said in of.items())
        or NEEDED - kept.keys()
    ):
        raise _damaged(path, name, "it is not what was written")
    return kept


def _damaged(path: Path, name: str, found: str) -> RunDamaged:
    return RunDamaged(
        f"file {str(path)!r}", found,
        "Delete it and compare again: the same runs give the same answers.",
        next_command=f"regulars compare {name} --to {path.parent.name}",
    )  # fmt: skip


def _path(workspace: Workspace, run_id: str, name: str) -> Path:
    return workspace.validations / run_id / f"{name}.json"
