"""What ``regulars migrate`` shows: where the customers of each segment are now, and who came and left."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table

from regulars.app import saved, terminal
from regulars.app.abbreviated import abbreviated, legend
from regulars.app.aside import engine_aside
from regulars.app.history_shown import HIDDEN, short_count
from regulars.app.migrating import MOVED, Migrated, migrated, write_lists
from regulars.app.output import require_table_name, write_table
from regulars.app.workspace import Workspace, write_whole
from regulars.engine import Engine
from regulars.publish.dashboard import title_of
from regulars.publish.moved import Past, moved_page
from regulars.publish.page import lighter
from regulars.validate.memberships import RunOfHistory, lay_out, sizes
from regulars.validate.migration import ALL, ELSEWHERE, Migration

ORDERED = f"select * from {MOVED} order by customer_id"
NAME_WIDTH = 18
"""Of a row's head: with eleven columns of percents and the sums, 80 characters are full."""


def show(
    root: Path, asked: tuple[str, str], name: str | None, output: Path | None, lists: Path | None,
    page: Path | None, *, json: bool, threads: int | None, memory_limit: str | None,
) -> None:  # fmt: skip
    """Show the matrix of two runs, and write who moved where files are named."""
    if output:
        require_table_name(output)
    with engine_aside(threads, memory_limit) as engine:
        found = migrated(Workspace(root), asked, name, engine)
        if output:
            write_table(engine, ORDERED, output)
        listed = write_lists(engine, found, lists) if lists else {}
        if page:
            _write_page(Workspace(root), found, engine, page)
    if json:
        terminal.print_json({**_json(found), "output": str(output) if output else None,
                             "page": str(page) if page else None,
                             "lists": {each: str(path) for each, path in listed.items()}})  # fmt: skip
        return
    _show(found)
    if output:
        terminal.out.print(f"Who moved, came or left: {output}", markup=False)
    if lists:
        terminal.out.print(f"Entries and exits of each segment: {lists}", markup=False)
    if page:
        terminal.out.print(f"As a page: {page}", markup=False)


def _write_page(workspace: Workspace, found: Migrated, engine: Engine, to: Path) -> None:
    study = saved.load(workspace.run(found.after.run_id))
    runs = [found.before, found.after]
    lay_out(engine, runs)
    past = Past(found.name, tuple(sizes(engine, runs)), found.matrix)
    write_whole(to, lighter(moved_page(study, past, title_of(found.name))))


def _json(found: Migrated) -> dict[str, Any]:
    matrix, anew = found.matrix, found.by_one_definition
    return {
        "segmentation": found.name,
        "from": _run_json(found.before, matrix, "from"),
        "to": _run_json(found.after, matrix, "to"),
        "stayed": matrix.stayed,
        "moved": matrix.moved,
        "moved_share": matrix.moved_share,
        "came": matrix.shown((ELSEWHERE, ALL)),
        "left": matrix.shown((ALL, ELSEWHERE)),
        "flows": [
            {
                "from_segment_id": was,
                "to_segment_id": now,
                "customers": matrix.shown((was, now)),
                "share_of_from": matrix.share((was, now)),
            }
            for was, now in matrix.counts
            if ALL not in (was, now)
        ],
        "same_definition": anew is None,
        "moved_share_by_later_definition": anew.moved_share if anew else None,
        "findings": [each.as_json() for each in found.findings],
    }


def _run_json(run: RunOfHistory, matrix: Migration, side: str) -> dict[str, Any]:
    def of(segment: str) -> int | None:
        return matrix.shown((segment, ALL) if side == "from" else (ALL, segment))

    return {
        "run_id": run.run_id,
        "as_of": run.as_of.isoformat(),
        "version": run.version,
        "definition": run.digest,
        "segments": [
            {"segment_id": each.id, "segment_name": each.name, "customers": of(each.id)}
            for each in run.segments
        ],
    }


def _show(found: Migrated) -> None:
    for finding in found.findings:
        terminal.print_finding(finding)
    before, after, matrix = found.before, found.after, found.matrix
    short = abbreviated([each.name for each in after.segments])
    terminal.out.print(
        f"{found.name}: of those in each row on {before.as_of}, percent in each column on {after.as_of}",
        markup=False,
    )
    terminal.out.print(_table(found, short))
    for line in legend(short):
        terminal.out.print(line, markup=False)
    if matrix.hidden:
        terminal.out.print(f"{HIDDEN} ten customers or fewer, or what would tell them.", markup=False)
    for sentence in _sentences(found):
        terminal.out.print(sentence, markup=False)


def _table(found: Migrated, short: dict[str, str]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("from", no_wrap=True, max_width=NAME_WIDTH)
    for each in found.after.segments:
        table.add_column(escape(short[each.name]), justify="right", no_wrap=True)
    table.add_column("left", justify="right", no_wrap=True)
    table.add_column("all", justify="right", no_wrap=True)
    rows: list[tuple[str | None, str]] = [(each.id, each.name) for each in found.before.segments]
    for was, name in (*rows, (ELSEWHERE, "came since")):
        cells = [_percent(found.matrix, was, now.id) for now in found.after.segments]
        left = "" if was is ELSEWHERE else _percent(found.matrix, was, ELSEWHERE)
        table.add_row(escape(name), *cells, left, _count(found.matrix.shown((was, ALL))))
    sums = [_count(found.matrix.shown((ALL, each.id))) for each in found.after.segments]
    table.add_row("all", *sums, _count(found.matrix.shown((ALL, ELSEWHERE))), "")
    return table


def _percent(matrix: Migration, was: str | None, now: str | None) -> str:
    if matrix.shown((was, now)) == 0:
        return "·"
    share = matrix.share((was, now))
    if share is None:
        return HIDDEN
    return "<1" if share < 0.005 else f"{100 * share:.0f}"


def _count(customers: int | None) -> str:
    return HIDDEN if customers is None else short_count(customers).replace(",", "")


def _sentences(found: Migrated) -> Iterator[str]:
    matrix, anew = found.matrix, found.by_one_definition
    if matrix.moved is not None and matrix.moved_share is not None:
        told = f"{matrix.moved:,} of the {matrix.moved + (matrix.stayed or 0):,} customers of both runs"
        yield f"In another segment: {told} ({matrix.moved_share:.1%})."
    if anew is not None and anew.moved_share is not None:
        yield (
            f"Had version {found.after.version} been used for both: {anew.moved_share:.1%}. "
            "That much is the customers' doing."
        )
    came, left = matrix.shown((ELSEWHERE, ALL)), matrix.shown((ALL, ELSEWHERE))
    yield f"Came since: {_told(came)}. No longer among the customers: {_told(left)}."


def _told(customers: int | None) -> str:
    return "ten or fewer" if customers is None else f"{customers:,}"
