"""An invented past for any study: three runs before it, and customers who move a little from run to run."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

from regulars.engine import Engine
from regulars.publish.moved import Past, Pasts
from regulars.types import Segment, Segmentation, Study
from regulars.validate.memberships import RunOfHistory, Sizes, hidden_sizes
from regulars.validate.migration import migration

FLOWS = {"from_segment_id": "varchar", "to_segment_id": "varchar", "customers": "bigint"}


def pasts(study: Study, **changed: object) -> Pasts:
    return Pasts(tuple(past(each, **changed) for each in study.segmentations if each.profile.segments))


def past(segmentation: Segmentation, *, versions: tuple[int, ...] = (1, 1, 2, 2)) -> Past:
    """Four runs; the first segment grows by thirty customers a run, and the last has three at first."""
    named = tuple(Segment(each.id, each.name, "") for each in segmentation.profile.segments)
    sizes = []
    for at, version in enumerate(versions):
        counts = {each.id: 100 + (20 + 30 * at) * (place == 0) for place, each in enumerate(named)}
        counts[named[-1].id] = (3, 40, 60, 80)[at]
        hidden = hidden_sizes(counts)
        day = date(2011, 8, 31) + timedelta(days=31 * at)
        run = RunOfHistory(f"run-{at}", day, version, f"digest-{version}", named, Path())
        shown = {each: None if each in hidden else n for each, n in counts.items()}
        sizes.append(Sizes(run, sum(counts.values()), shown))
    ids = [each.id for each in named]
    flows = [(was, was, 70) for was in ids]
    flows += [(was, now, 5 if at % 3 else 30) for at, (was, now) in enumerate(pairwise(ids))]
    flows += [(None, ids[0], 25), (ids[-1], None, 12)]
    with Engine(threads=1) as engine:
        engine.values("flows", FLOWS, flows)
        return Past(segmentation.name, tuple(sizes), migration(engine, ids, ids))
