"""The history of a segmentation: which of a workspace's runs make it, each verified before it is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Any

from regulars.app.runs import FOREIGN, every_run
from regulars.app.workspace import Workspace, read_json
from regulars.errors import UsageError, did_you_mean
from regulars.types import Finding, Segment
from regulars.validate.memberships import RunOfHistory


@dataclass(frozen=True)
class History:
    """The runs of one segmentation, one a day, oldest first, and what is to be known of them."""

    name: str
    runs: tuple[RunOfHistory, ...]
    findings: tuple[Finding, ...]


def history(workspace: Workspace, name: str, version: int | None = None) -> History:
    """The runs that used a pinned definition of the segmentation: one a day, that of the newest version and
    of these the one that was finished last. With ``version`` those of that one alone.

    Every run of the workspace is verified first. Raises RunDamaged for one that is not as it was written,
    and for what lies among the runs and is none; UsageError where no run has the segmentation.
    """
    return history_of(workspace, name, every_run(workspace), version)


def history_of(
    workspace: Workspace, name: str, manifests: Mapping[str, dict[str, Any]], version: int | None = None
) -> History:
    """The same of some runs alone, by their verified manifests."""
    named = {run_id: each for run_id, each in manifests.items() if name in each["definitions"]}
    if not named:
        raise _unknown(workspace, name, manifests)
    pinned = {each: workspace.digest(name, each) for each in workspace.versions(name)}
    ours: list[str] = []
    strange: list[str] = []
    for run_id, manifest in named.items():
        used = manifest["definitions"][name]
        (ours if pinned.get(used["version"]) == used["digest"] else strange).append(run_id)
    runs = [run_of(workspace, run_id, name, named[run_id]) for run_id in ours]
    if version is not None:
        workspace.pinned(name, version)
        runs = [each for each in runs if each.version == version]
    if not runs:
        raise UsageError(
            f"the history of {name}", "no run is by a definition that this workspace has pinned"
            + ("" if version is None else f" as version {version}"),
            FOREIGN if strange and version is None else "Make runs of past days first.",
            examples=strange, count=len(strange), next_command="regulars backfill --help",
        )  # fmt: skip
    chosen = tuple(_one_a_day(workspace, runs))
    found = (*_strange(name, strange), *_passed_over(workspace, name, chosen), *_changed(name, chosen))
    return History(name, chosen, found)


def run_asked(workspace: Workspace, asked: str, name: str | None = None) -> str:
    """The run of an id, its beginning or end, or a day; of several of one day that of the history.

    Raises UsageError where there is none, or more than one.
    """
    of_day = [each for each in workspace.run_ids() if each.startswith(asked)]
    if len(of_day) > 1 and name is not None and _is_day(asked):
        for run in history(workspace, name).runs:
            if run.as_of.isoformat() == asked:
                return run.run_id
    return workspace.resolve_run(asked)


def _is_day(asked: str) -> bool:
    try:
        return date.fromisoformat(asked).isoformat() == asked
    except ValueError:
        return False


def _unknown(workspace: Workspace, name: str, manifests: Mapping[str, Any]) -> UsageError:
    known = sorted({each for manifest in manifests.values() for each in manifest["definitions"]})
    if not known:
        return UsageError(
            f"the history of {name}", f"there is no run in {workspace.runs}",
            "Make runs of past days first.", next_command="regulars backfill --help",
        )  # fmt: skip
    return UsageError(
        f"the history of {name!r}", f"the runs have {', '.join(known)}",
        f"Name one of them.{did_you_mean(name, known)}",
    )  # fmt: skip


def run_of(workspace: Workspace, run_id: str, name: str, manifest: Mapping[str, Any]) -> RunOfHistory:
    """A run as one of a history, of its verified manifest."""
    folder, used = workspace.run(run_id), manifest["definitions"][name]
    segments = read_json(folder / "definitions" / f"{name}.json")["segments"]
    return RunOfHistory(
        run_id, date.fromisoformat(manifest["as_of"]), used["version"], used["digest"],
        tuple(Segment(**each) for each in segments), folder / "assignments" / f"{name}.parquet",
    )  # fmt: skip


def _one_a_day(workspace: Workspace, runs: Sequence[RunOfHistory]) -> Iterator[RunOfHistory]:
    for day in sorted({each.as_of for each in runs}):
        of_day = [each for each in runs if each.as_of == day]
        best = max(of_day, key=lambda each: (each.version, workspace.finished(each.run_id), each.run_id))
        yield replace(best, others=tuple(each.run_id for each in of_day if each is not best))


def _strange(name: str, runs: Sequence[str]) -> Iterator[Finding]:
    if runs:
        yield Finding(
            "warning", f"history.{name}",
            f"Left out, as their definition is none that this workspace has pinned: {', '.join(runs)}.",
            FOREIGN,
        )  # fmt: skip


def _passed_over(workspace: Workspace, name: str, runs: Sequence[RunOfHistory]) -> Iterator[Finding]:
    """Days of which several runs tell: one finding for those that agree, one for those that do not."""
    agree: list[str] = []
    differ: list[str] = []
    for run in runs:
        for other in run.others:
            same = _rows(workspace, name, other) == _rows(workspace, name, run.run_id)
            (agree if same else differ).append(other)
    if agree:
        yield Finding(
            "note", f"history.{name}",
            f"Of the same day as another run, and the same customer by customer: {', '.join(agree)}.",
            "Nothing to do.",
        )  # fmt: skip
    if differ:
        yield Finding(
            "warning", f"history.{name}",
            f"Passed over, as another run of the same day is newer and differs: {', '.join(differ)}.",
            "What was known of that past has changed, or the definition has; --version shows an older one.",
        )  # fmt: skip


def _rows(workspace: Workspace, name: str, run_id: str) -> object:
    return read_json(workspace.run(run_id) / "manifest.json")["files"][f"assignments/{name}.parquet"]


def _changed(name: str, runs: Sequence[RunOfHistory]) -> Iterator[Finding]:
    for before, after in pairwise(runs):
        if before.digest != after.digest:
            yield Finding(
                "warning", f"history.{name}",
                f"Version {before.version} up to {before.as_of}, version {after.version} from {after.as_of} "
                "on: customers who are elsewhere since may have moved because the definition did.",
                f"See what changed: regulars history {name} --definitions. To see one version throughout, "
                "backfill the past by it.",
            )  # fmt: skip
