"""What is written about a workspace's segments: kept in its store as drafts, and never in its runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from regulars.app.workspace import Workspace
from regulars.documents import digest_of
from regulars.errors import RegularsError, StoreDamaged
from regulars.measure.small_cells import SMALLEST_SHOWN
from regulars.profile.facts_file import SCHEMA
from regulars.profile.suppression import HIDDEN
from regulars.settings import Settings, load
from regulars.types import Segmentation, Study

if TYPE_CHECKING:
    from regulars.review.record import Facts, Record
    from regulars.review.store import Store


def place(workspace: Workspace, settings: Settings | None) -> str | Path:
    """Where the store of a workspace is: the database that its settings name, or a file of its own."""
    return settings.store if settings and settings.store else workspace.store


@contextmanager
def opened(workspace: Workspace, settings: Settings | None) -> Iterator[Store]:
    """The workspace's store, made where there is none. Raises as :func:`regulars.review.store.opened`."""
    from regulars.review import store

    with store.opened(place(workspace, settings)) as open_store:
        yield open_store


def drafts(workspace: Workspace, settings: Settings | None, run_id: str | None = None) -> list[Record]:
    """The newest draft of each text, of one run or of all; none, and no store is made, where there is none.

    Raises StoreDamaged where one was altered, and as ``opened``.
    """
    from regulars.review.store import version_at

    if version_at(place(workspace, settings)) is None:
        return []
    with opened(workspace, settings) as store:
        return store.drafts(run_id=run_id)


def facts_of(study: Study, segmentation: Segmentation, sha256: str) -> Facts:
    """Of which facts words are: those of a run's segmentation, whose digest is given."""
    from regulars.review.record import Facts, Period

    profile = segmentation.profile
    plain = {metric.id for metric in profile.metrics}
    cells = [
        fact
        for group in (profile.overall, *profile.segments)
        for name, fact in group.facts.items()
        if name in plain
    ]
    return Facts(
        sha256=sha256,
        schema=SCHEMA,
        as_of=profile.as_of,
        period=Period(start=profile.start, end=profile.end),
        segmentation_run=study.run_id,
        data_snapshot=digest_of(study.manifest["inputs"]),
        min_cohort=SMALLEST_SHOWN,
        suppressed_cells=sum(fact.note == HIDDEN for fact in cells),
    )


def standing(workspace: Workspace) -> tuple[str, bool]:
    """What the store holds and whether it is whole, in a line, or what keeps it from being read; and whether
    it is damaged."""
    from regulars.review.store import version_at

    try:
        settings = load(workspace.settings) if workspace.settings.exists() else None
        if version_at(place(workspace, settings)) is None:
            return "none yet: it is made with the first words that are kept", False
        with opened(workspace, settings) as store:
            return _told(store)
    except RegularsError as failed:
        return str(failed), isinstance(failed, StoreDamaged)


def _told(store: Store) -> tuple[str, bool]:
    head = store.head()
    wrong = store.verified(head)
    if wrong:
        more = f" (and {len(wrong) - 1:,} more)" if len(wrong) > 1 else ""
        return f"{wrong[0].where} in {store.place.name}: {wrong[0].what}{more}. {wrong[0].remedy}", True
    told = f"{store.place.name}: whole; records: {store.count():,}, events: {head.seq:,}, head: {head}"
    return told, False
