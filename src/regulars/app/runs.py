"""The runs of a workspace before anything is read from them: whole, its own, and by what is pinned."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from regulars.app.verifying import manifest_of, verified
from regulars.app.workspace import Workspace
from regulars.errors import RunDamaged
from regulars.types import Finding

FOREIGN = (
    "If it is of another workspace, move it away. If the file of its definition was taken away, put it back: "
    "the run holds a copy, definitions/NAME.json, for definitions/NAME/vN.json."
)
"""What to do about a run by a definition that is not pinned here."""


def every_run(workspace: Workspace, wanted: Iterable[str] | None = None) -> dict[str, dict[str, Any]]:
    """The manifest of each run, or of those wanted, verified.

    Raises RunDamaged for all that is wrong at once, also for what lies among the runs and is none.
    """
    manifests, wrong = {}, [f"{name} is no run" for name in workspace.strangers()]
    for run_id in workspace.run_ids() if wanted is None else wanted:
        try:
            manifests[run_id] = verified(workspace.run(run_id))
        except RunDamaged as damage:
            wrong.append(f"{run_id}: {damage.found}")
    if wrong:
        raise RunDamaged(
            f"runs in {str(workspace.runs)!r}", f"{len(wrong)} are not as they were written",
            "Delete them, or move them away; the same input gives the same runs again.",
            examples=wrong, count=len(wrong), next_command="regulars doctor",
        )  # fmt: skip
    return manifests


def lacking(workspace: Workspace, manifest: Mapping[str, Any]) -> list[str]:
    """The segmentations of a run by definitions that this workspace has not pinned.

    Raises RunDamaged where a pinned one was changed.
    """
    return [
        name
        for name, used in manifest.get("definitions", {}).items()
        if used["version"] not in workspace.versions(name)
        or workspace.digest(name, used["version"]) != used["digest"]
    ]


def foreign(workspace: Workspace, run_id: str, manifest: Mapping[str, Any]) -> Iterator[Finding]:
    """That a run is by definitions which this workspace has not pinned; nothing for one of its own."""
    if names := ", ".join(lacking(workspace, manifest)):
        what = f"Run {run_id} is by definitions that this workspace has not pinned: {names}."
        yield Finding("warning", "runs", what, FOREIGN)


def run_to_show(workspace: Workspace, asked: str | None) -> tuple[str, tuple[Finding, ...]]:
    """The run asked for, and whether it is by definitions of another workspace. By default that of
    the newest day, and which newer ones were passed over as they are. A damaged run is not passed over: it is
    for who reads it to refuse.

    Raises UsageError where there is no such run, RunDamaged where a pinned definition was changed.
    """
    newest = workspace.resolve_run(asked)
    passed: list[Finding] = []
    for run_id in workspace.newest_first() if asked is None else [newest]:
        manifest = manifest_of(workspace.run(run_id))
        strange = [] if manifest is None else list(foreign(workspace, run_id, manifest))
        passed += strange
        if not strange:
            return run_id, tuple(passed)
    return newest, tuple(passed[:1])


def require_newest(workspace: Workspace, names: Iterable[str], *, fits: bool = True) -> None:
    """Raise RunDamaged where a run is by a newer version of a definition, or of the value model, than any
    that is pinned: its file is gone, and an older one would pass for the newest.

    Where no version is pinned at all nothing passes for it: who ``fits`` makes one anew.
    """
    read = {run_id: manifest_of(workspace.run(run_id)) for run_id in workspace.run_ids()}
    said = {run_id: manifest for run_id, manifest in read.items() if manifest is not None}
    for name in names:
        used = {run_id: each.get("definitions", {}).get(name) for run_id, each in said.items()}
        pinned = workspace.versions(name) or ([] if fits else [0])
        _require(used, pinned, f"definitions/{name}", f"definitions/{name}.json")
    models = {run_id: each.get("value") for run_id, each in said.items()}
    _require(models, workspace.value_versions(), "value", "value.json")


def _require(used: Mapping[str, Any], pinned: list[int], folder: str, copy: str) -> None:
    for run_id, each in used.items():
        if pinned and each and each["version"] > max(pinned):
            lost = f"{folder}/v{each['version']}.json"
            raise RunDamaged(
                f"pinned file {lost!r}", f"it is gone, and run {run_id} is by it",
                f"Copy {copy} of that run to its place. If the run is of another workspace, move it away.",
                next_command="regulars doctor",
            )  # fmt: skip
