"""The runs before a study, as its dashboard tells of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from regulars.app.aside import engine_aside
from regulars.app.history import history_of, run_of
from regulars.app.workspace import Workspace, verified
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

    Where one of them is not as it was written there is no figure, but what is wrong: the study itself stands.
    """
    before = [each for each in workspace.run_ids() if each[:10] < study.manifest["as_of"]]
    days = sorted({each[:10] for each in before})[-(DAYS - 1) :]
    if not days:
        return Pasts()
    try:
        manifests = {each: verified(workspace.run(each)) for each in before if each[:10] in days}
        with engine_aside() as engine:
            return Pasts(tuple(_pasts(workspace, study, manifests, engine)))
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
