"""Who was in which segment when: the memberships of several runs as one history."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from regulars.engine import Engine, literal, room
from regulars.measure.small_cells import SMALLEST_SHOWN, covered
from regulars.types import Segment, Table

DIMENSION = "dim_customer_segment"


@dataclass(frozen=True)
class RunOfHistory:
    """One run of a history: its day, the definition that it used, and where its assignments lie."""

    run_id: str
    as_of: date
    version: int
    digest: str
    segments: tuple[Segment, ...]
    assignments: Path
    others: tuple[str, ...] = ()
    """Other runs of that day that were passed over."""


def lay_out(engine: Engine, runs: Sequence[RunOfHistory]) -> None:
    """The tables that the steps of this room read: ``run_memberships`` (a row a customer and run),
    ``history_runs`` (a row a run, numbered from 1 by day) and ``segment_names`` (a row a definition and
    segment). Needs runs of one segmentation, oldest first, of different days."""
    digests = list(dict.fromkeys(run.digest for run in runs))
    numbers = {digest: at for at, digest in enumerate(digests, 1)}
    members = [
        f"select customer_id, segment_id, {at} as run_number, {numbers[run.digest]} as definition_number "
        f"from read_parquet({literal(str(run.assignments)).sql('duckdb')})"
        for at, run in enumerate(runs, 1)
    ]
    engine.view("run_memberships", " union all ".join(members))
    engine.values(
        "history_runs",
        {"run_number": "bigint", "as_of": "date", "version": "bigint", "definition": "varchar"},
        [(at, run.as_of, run.version, run.digest) for at, run in enumerate(runs, 1)],
    )
    named = {run.digest: run.segments for run in runs}
    engine.values(
        "segment_names",
        {"definition_number": "bigint", "segment_id": "varchar", "segment_name": "varchar"},
        [(numbers[digest], each.id, each.name) for digest in digests for each in named[digest]],
    )


def make_dimension(engine: Engine) -> Table:
    """``dim_customer_segment`` of the runs that are laid out: a slowly changing dimension of type 2."""
    return engine.make(DIMENSION, room("regulars.validate"))


@dataclass(frozen=True)
class Sizes:
    """The customers of each segment in one run. Where ten or fewer stand behind a size it is None, and so
    are others that would give it away."""

    run: RunOfHistory
    customers: int
    by_segment: Mapping[str, int | None]

    def share(self, segment_id: str) -> float | None:
        """The segment's share of all customers, 0 to 1."""
        size = self.by_segment[segment_id]
        return None if size is None or not self.customers else round(size / self.customers, 6)


def sizes(engine: Engine, runs: Sequence[RunOfHistory]) -> list[Sizes]:
    """The sizes over time, a row a run, of the runs that are laid out."""
    engine.make("run_sizes", room("regulars.validate"))
    counted = {(int(at), str(segment)): int(n) for at, segment, n in engine.rows("select * from run_sizes")}
    return [
        _shown(run, {each.id: counted.get((at, each.id), 0) for each in run.segments})
        for at, run in enumerate(runs, 1)
    ]


def _shown(run: RunOfHistory, counts: Mapping[str, int]) -> Sizes:
    hidden = hidden_sizes(counts)
    return Sizes(run, sum(counts.values()), {k: None if k in hidden else n for k, n in counts.items()})


def hidden_sizes(counts: Mapping[str, int]) -> Collection[str]:
    """The segments whose size is not shown, as in the facts of a run."""
    small = {each for each, n in counts.items() if n < SMALLEST_SHOWN}
    return small | covered(counts, small)
