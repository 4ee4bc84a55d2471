"""What ``compare`` found of a run, kept in the workspace for the run's dashboard: made again at will."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from regulars.app.workspace import Workspace, read_json, write_whole
from regulars.documents import digest_of, pretty, vouches
from regulars.errors import RunDamaged
from regulars.publish.rely import Validations
from regulars.types import Study

SCHEMA = "validation/2"


def keep(workspace: Workspace, found: Mapping[str, Any]) -> None:
    """Write what was found of a run's segmentation; only for who holds the lock."""
    document = {"schema": SCHEMA, **found}
    path = _path(workspace, found["to"]["run_id"], found["segmentation"])
    write_whole(path, pretty({**document, "digest": digest_of(document)}))


def validations(workspace: Workspace, study: Study) -> Validations:
    """What is kept of a study's segmentations. Where a file is not as it was written there is none of it,
    but what is wrong: the study itself stands."""
    try:
        return Validations(
            {
                each.name: found
                for each in study.segmentations
                if (found := _read(workspace, study, each.name))
            }
        )
    except RunDamaged as damage:
        return Validations(fault=f"What was found of this run cannot be relied on. {damage}")


def _read(workspace: Workspace, study: Study, name: str) -> dict[str, Any] | None:
    path = _path(workspace, study.run_id, name)
    if not path.is_file():
        return None
    kept = read_json(path)
    is_written = vouches(kept.pop("digest", None), kept) and kept.get("schema") == SCHEMA
    of = (study.run_id, name, study.manifest["definitions"][name])
    if not is_written or of != (kept["to"]["run_id"], kept["segmentation"], kept["definition"]):
        raise RunDamaged(
            f"file {str(path)!r}", "it is not what was written",
            "Delete it and compare again: the same runs give the same answers.",
            next_command=f"regulars compare {name}",
        )  # fmt: skip
    return kept


def _path(workspace: Workspace, run_id: str, name: str) -> Path:
    return workspace.validations / run_id / f"{name}.json"
