"""Two runs of one segmentation, verified, and the customers who moved between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from regulars.app.history import run_asked, run_of
from regulars.app.runs import every_run, foreign
from regulars.app.workspace import Workspace, make_folder, read_json
from regulars.engine import Engine, literal
from regulars.errors import UsageError, did_you_mean
from regulars.segment.assign import assign
from regulars.segment.definition import Definition
from regulars.types import Finding
from regulars.validate.memberships import RunOfHistory
from regulars.validate.migration import Migration, make_moves, migration

MOVED = "moved_customers"


@dataclass(frozen=True)
class Migrated:
    """Two runs of a segmentation, what moved between them, and how much of that is the customers' doing."""

    name: str
    before: RunOfHistory
    after: RunOfHistory
    matrix: Migration
    by_one_definition: Migration | None
    """The same with the earlier customers placed anew by the later definition, where that is another."""
    findings: tuple[Finding, ...]


def migrated(workspace: Workspace, asked: tuple[str, str], name: str | None, engine: Engine) -> Migrated:
    """The migration between two runs; the table ``moved_customers`` has who moved, came or left.

    Raises RunDamaged where a run of the workspace is not as it was written, UsageError where a run or the
    segmentation is not there, or the first run looks from a later day than the second.
    """
    manifests = every_run(workspace)
    ids = [run_asked(workspace, each, name) for each in asked]
    found = _name(name, *([*manifests[each]["definitions"]] for each in ids))
    before, after = (run_of(workspace, each, found, manifests[each]) for each in ids)
    if before.run_id == after.run_id or before.as_of > after.as_of:
        is_same = before.run_id == after.run_id
        raise UsageError(
            f"migrate {asked[0]} {asked[1]}",
            f"both are run {before.run_id}" if is_same else f"{before.as_of} is after {after.as_of}",
            "Name the earlier run first, then a later one.", next_command=f"regulars history {found}",
        )  # fmt: skip
    restated = None
    if before.digest != after.digest:
        restated = _restated(workspace, before, after, found, engine)
    make_moves(engine, before.assignments, after.assignments)
    matrix = migration(engine, _ids(before), _ids(after))
    _make_moved(engine, before, after)
    strange = [each for run_id, said in manifests.items() for each in foreign(workspace, run_id, said)]
    return Migrated(found, before, after, matrix, restated, (*strange, *_doubts(found, before, after)))


def _name(asked: str | None, of_first: list[str], of_second: list[str]) -> str:
    common = [each for each in of_second if each in of_first]
    if asked is None and common:
        return common[0]
    if asked in common:
        return str(asked)
    raise UsageError(
        "a segmentation of both runs" if asked is None else f"segmentation {asked!r}",
        f"both have {', '.join(common)}" if common else "the two runs have none in common",
        f"Name one that both have.{did_you_mean(asked or '', common)}",
    )  # fmt: skip


def _ids(run: RunOfHistory) -> list[str]:
    return [each.id for each in run.segments]


def _restated(
    workspace: Workspace, before: RunOfHistory, after: RunOfHistory, name: str, engine: Engine
) -> Migration:
    """What moved if the later definition had been the earlier run's as well: the features of that run are
    there, and a definition places whatever has features."""
    features = workspace.run(before.run_id) / "features.parquet"
    engine.view("features", f"from read_parquet({literal(str(features)).sql('duckdb')})")
    saved = read_json(workspace.run(after.run_id) / "definitions" / f"{name}.json")
    assign(engine, Definition.from_json(saved), before.as_of, "placed_anew")
    engine.create("placed_before", "select customer_id, segment_id from placed_anew")
    make_moves(engine, "placed_before", after.assignments)
    return migration(engine, _ids(after), _ids(after))


def _make_moved(engine: Engine, before: RunOfHistory, after: RunOfHistory) -> None:
    """Who is in another segment, or in one run only, with the names of both."""
    for name, run in (("names_before", before), ("names_after", after)):
        columns = {"segment_id": "varchar", "segment_name": "varchar"}
        engine.values(name, columns, [(each.id, each.name) for each in run.segments])
    engine.create(
        MOVED,
        "select moves.customer_id, case when from_segment_id is null then 'came' "
        "when to_segment_id is null then 'left' else 'moved' end as what, "
        "from_segment_id, names_before.segment_name as from_segment_name, "
        "to_segment_id, names_after.segment_name as to_segment_name from moves "
        "left join names_before on names_before.segment_id = from_segment_id "
        "left join names_after on names_after.segment_id = to_segment_id "
        "where from_segment_id is distinct from to_segment_id",
    )


def _doubts(name: str, before: RunOfHistory, after: RunOfHistory) -> Iterator[Finding]:
    if before.digest != after.digest:
        yield Finding(
            "warning", f"migrate.{name}",
            f"The first run is by version {before.version}, the second by version {after.version}: customers "
            "may be elsewhere because the definition is another, not because they changed.",
            f"See what changed: regulars history {name} --definitions.",
        )  # fmt: skip


def write_lists(engine: Engine, found: Migrated, folder: Path) -> Mapping[str, Path]:
    """For each segment the customers who entered and those who left it, as CSV files that say from where or
    where to. Raises UsageError for a folder that is not empty."""
    make_folder(folder)
    if any(folder.iterdir()):
        raise UsageError(
            f"--lists {str(folder)!r}",
            "the folder is not empty",
            "Name a new one: old lists would pass for new.",
        )
    written = {}
    kinds = (("entries", "to", found.after), ("exits", "from", found.before))
    for kind, mine, run in kinds:
        other = "from" if mine == "to" else "to"
        for segment in run.segments:
            path = folder / f"{kind}_{segment.id}.csv"
            engine.write_csv(
                f"select customer_id, what, {other}_segment_id, {other}_segment_name from {MOVED} "
                f"where {mine}_segment_id = {literal(segment.id).sql('duckdb')} order by customer_id",
                path,
            )
            written[f"{kind} {segment.id}"] = path
    return written
