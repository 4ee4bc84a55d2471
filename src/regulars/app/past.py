"""The runs before a study, as its dashboard tells of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from regulars.app.aside import engine_aside
from regulars.app.history import history_of, run_of
from regulars.app.runs import every_run, foreign
from regulars.app.workspace import Workspace
from regulars.engine import Engine
from regulars.errors import RunDamaged, UsageError
from regulars.publish.moved import Past, Pasts
from regulars.types import Study
from regulars.validate.memberships import lay_out, sizes
from regulars.validate.migration import make_moves, migration

DAYS = 13
"""The most days that a dashboard tells of: a year of month ends, and the one before it."""


def pasts(workspace: Workspace, study: Study) -> Pasts:
    """What the runs of the days before a study tell of its segmentations, each verified first.

    Where one of them is not as it was written, or what lies among them is no run, there is no figure, but
    what is wrong: the study itself stands. Runs by definitions that are not pinned here are left out by name.
    """
    before = [each for each in workspace.run_ids() if each[:10] < study.manifest["as_of"]]
    days = sorted({each[:10] for each in before})[-(DAYS - 1) :]
    try:
        manifests = every_run(workspace, [each for each in before if each[:10] in days])
        if not days:
            return Pasts()
        strange = [
            each.what for run_id in manifests for each in foreign(workspace, run_id, manifests[run_id])
        ]
        with engine_aside() as engine:
            return Pasts(tuple(_pasts(workspace, study, manifests, engine)), left_out=tuple(strange))
    except RunDamaged as damage:
        return Pasts(fault=f"The runs before this one cannot be relied on. {damage}")


def _pasts(
    workspace: Workspace, study: Study, manifests: dict[str, dict[str, Any]], engine: Engine
) -> Iterator[Past]:
    for segmentation in study.segmentations:
        name = segmentation.name
        try:
            found = history_of(workspace, name, manifests)
        except UsageError:
            continue
        runs = [*found.runs, run_of(workspace, study.run_id, name, study.manifest)]
        lay_out(engine, runs)
        counted = sizes(engine, runs)
        make_moves(engine, runs[-2].assignments, runs[-1].assignments)
        moved = migration(engine, [s.id for s in runs[-2].segments], [s.id for s in runs[-1].segments])
        yield Past(name, tuple(counted), moved)
