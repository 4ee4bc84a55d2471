"""The Python interface to runs beside one another: their history, who moved, and whether they hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from regulars import settings as chosen_settings
from regulars.app import comparing, migrating
from regulars.app import history as histories
from regulars.app.compare_command import keep_all, limits_told
from regulars.app.work import Asked
from regulars.app.workspace import Workspace
from regulars.engine import Engine
from regulars.errors import UsageError, did_you_mean
from regulars.publish.fragments import found_fragment, moved_fragment, sizes_fragment
from regulars.publish.moved import Past
from regulars.types import Finding
from regulars.validate.memberships import DIMENSION, RunOfHistory, Sizes, lay_out, make_dimension, sizes
from regulars.validate.migration import ALL, ELSEWHERE
from regulars.validation_settings import ValidationChoices

__all__ = [
    "ComparedRuns", "MovedCustomers", "SegmentHistory", "compare", "history", "migrate",
]  # fmt: skip
SIZES = {
    "run_id": "varchar", "as_of": "date", "version": "bigint", "definition": "varchar",
    "segment_id": "varchar", "segment_name": "varchar", "customers": "bigint", "customer_share": "double",
}  # fmt: skip
FLOWS = {
    "from_segment_id": "varchar", "from_segment_name": "varchar", "to_segment_id": "varchar",
    "to_segment_name": "varchar", "customers": "bigint", "share_of_from": "double",
}  # fmt: skip


@dataclass(frozen=True, repr=False)
class SegmentHistory:
    """The runs of one segmentation, one a day, oldest first. Shows itself in a notebook."""

    summary: histories.History
    counted: tuple[Sizes, ...]
    _engine: Engine

    def __repr__(self) -> str:
        days = f"{self.runs[0].as_of} to {self.runs[-1].as_of}"
        return f"<SegmentHistory {self.summary.name}: {len(self.runs)} runs, {days}>"

    @property
    def runs(self) -> tuple[RunOfHistory, ...]:
        """The runs: id, day, and the version and digest of the definition."""
        return self.summary.runs

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Runs that were left out or passed over, and where the definition changed."""
        return self.summary.findings

    def sizes(self) -> Any:
        """One row a run and segment: run_id, as_of, version, definition, segment_id, segment_name, customers
        and customer_share (0 to 1), both null where not shown. A lazy relation: ``.df()``, ``.pl()`` or
        ``.arrow()`` make a frame of it, and it has ``__arrow_c_stream__`` for every other kind."""
        rows = [
            (
                each.run.run_id, each.run.as_of, each.run.version, each.run.digest, segment.id, segment.name,
                each.by_segment[segment.id], _exact(each.share(segment.id)),
            )
            for each in self.counted
            for segment in each.run.segments
        ]  # fmt: skip
        self._engine.values("sizes", SIZES, rows)
        return self._engine.relation("sizes")

    def customers(self) -> Any:
        """Who was where, from when to when: one row a customer and stretch of runs in one segment, the table
        ``dim_customer_segment`` of docs/history.md; a lazy relation like :meth:`sizes`."""
        if DIMENSION not in self._engine.tables():
            make_dimension(self._engine)
        return self._engine.relation(DIMENSION)

    def _repr_html_(self) -> str:
        return sizes_fragment(self.summary.name, self.counted, self.findings)


def history(name: str, *, workspace: str | Path = "regulars", version: int | None = None) -> SegmentHistory:
    """The sizes of a segmentation over time, a run a day; with ``version`` by that of its definition alone.

    Every run of the workspace is verified first. Raises RunDamaged where one is not as it was written, and
    UsageError where no run has the segmentation.
    """
    found = histories.history(Workspace(Path(workspace)), name, version)
    engine = Engine()
    lay_out(engine, found.runs)
    return SegmentHistory(found, tuple(sizes(engine, found.runs)), engine)


def _exact(share: float | None) -> Decimal | None:
    """A share as the engine takes it: written out."""
    return None if share is None else Decimal(str(share))


@dataclass(frozen=True, repr=False)
class MovedCustomers:
    """Who is elsewhere in the later of two runs, who came and who left. Shows itself in a notebook."""

    summary: migrating.Migrated
    past: Past
    _engine: Engine

    def __repr__(self) -> str:
        of = self.summary
        share = "" if self.moved_share is None else f", {self.moved_share:.1%} in another segment"
        return f"<MovedCustomers {of.name}: {of.before.as_of} to {of.after.as_of}{share}>"

    @property
    def moved_share(self) -> float | None:
        """Those in another segment, of the customers of both runs (0 to 1); None where it tells too much."""
        return self.summary.matrix.moved_share

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Runs of other workspaces, and whether the two runs are by different definitions."""
        return self.summary.findings

    def flows(self) -> Any:
        """One row a pair of segments: from_segment_id, from_segment_name, to_segment_id, to_segment_name,
        customers and share_of_from (0 to 1), both null where not shown. Who came has no segment before, who
        left none after. A lazy relation: ``.df()``, ``.pl()`` or ``.arrow()`` make a frame of it."""
        found, matrix = self.summary, self.summary.matrix
        was = {each.id: each.name for each in found.before.segments}
        now = {each.id: each.name for each in found.after.segments}
        rows = [
            (a, was.get(a or ""), b, now.get(b or ""), matrix.shown((a, b)), _exact(matrix.share((a, b))))
            for a, b in matrix.counts
            if ALL not in (a, b) and (a, b) != (ELSEWHERE, ELSEWHERE)
        ]
        self._engine.values("flows_shown", FLOWS, rows)
        return self._engine.relation("flows_shown")

    def customers(self) -> Any:
        """One row a customer who moved, came or left: customer_id, what, from_segment_id, from_segment_name,
        to_segment_id, to_segment_name; a lazy relation like :meth:`flows`."""
        return self._engine.relation(migrating.MOVED)

    def _repr_html_(self) -> str:
        return moved_fragment(self.past, self.findings)


def migrate(
    before: str, after: str, name: str | None = None, *, workspace: str | Path = "regulars"
) -> MovedCustomers:
    """Who moved between two runs, each by its id, an end of one, or its day; by default of the first
    segmentation that both have.

    Raises RunDamaged where a run of the workspace is not as it was written, UsageError where a run or the
    segmentation is not there, or the first run looks from a later day than the second.
    """
    engine = Engine()
    found = migrating.migrated(Workspace(Path(workspace)), (before, after), name, engine)
    runs = (found.before, found.after)
    lay_out(engine, runs)
    return MovedCustomers(found, Past(found.name, tuple(sizes(engine, runs)), found.matrix), engine)


@dataclass(frozen=True, repr=False)
class ComparedRuns:
    """Whether a segmentation is real, still true and worth having. Shows itself in a notebook."""

    summary: comparing.Comparison

    def __repr__(self) -> str:
        held = "holds" if self.holds else limits_told(len(self.exceeded))
        return f"<ComparedRuns {self.summary.name}: {self.summary.now.run_id}, {held}>"

    @property
    def holds(self) -> bool:
        """Whether no limit of the settings is exceeded."""
        return not self.exceeded

    @property
    def exceeded(self) -> tuple[Finding, ...]:
        """The limits of the settings that are exceeded, with what to do."""
        return self.summary.exceeded

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is to be known of the runs themselves."""
        return self.summary.findings

    def answer(self, section: str) -> Any:
        """The typed answer of a section, such as ``drift``; None where it was not measured.

        Raises UsageError for a section that there is not.
        """
        for each in self.summary.sections:
            if each.name == section:
                return each.answer
        known = [each.name for each in self.summary.sections]
        raise UsageError(
            f"section {section!r}", f"there are {', '.join(known)}",
            f"Name one of them.{did_you_mean(section, known)}",
        )  # fmt: skip

    def as_json(self) -> dict[str, Any]:
        """All of it as plain values, as ``regulars compare --json`` prints it."""
        return self.summary.as_json()

    def _repr_html_(self) -> str:
        return found_fragment(self.summary.name, self.as_json(), self.findings)


def compare(
    name: str,
    *,
    workspace: str | Path = "regulars",
    earlier: str | None = None,
    later: str | None = None,
    tables: Mapping[str, object] | None = None,
    today: date | None = None,
) -> ComparedRuns:
    """Whether a segmentation holds, as of its newest run or ``later``, and against ``earlier``: the run of
    the day of its fit, else the one before. What was found is kept, and stands on the run's dashboard.

    ``tables`` are frames that take the place of the files under ``validation``: ``actions``, ``audit``, and
    experiments by the names that the settings have.

    An exceeded limit is no error here: see ``holds``. Raises RunDamaged where a run of the workspace is not
    as it was written, UsageError where there are no such runs.
    """
    place, frames = Workspace(Path(workspace)), tables or {}
    settings = chosen_settings.load(place.settings)
    _require_known(frames, settings.validation)
    asked = Asked(today=today or datetime.now(UTC).date())
    found = comparing.compare(settings, place, name, earlier, later, asked, frames)
    keep_all(place, [found])
    return ComparedRuns(found)


def _require_known(frames: Mapping[str, object], choices: ValidationChoices) -> None:
    known = ["actions", *(["audit"] if choices.audit else []), *choices.experiments]
    for name in frames:
        if name not in known:
            raise UsageError(
                f"a frame for {name!r}", f"validation in the settings knows {', '.join(known)}",
                f"Say there what its columns mean.{did_you_mean(name, known)}",
            )  # fmt: skip
