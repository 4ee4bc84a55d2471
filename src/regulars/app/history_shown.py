"""What ``regulars history`` shows: sizes over time, or how the definition changed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table

from regulars.app import terminal
from regulars.app.abbreviated import abbreviated, legend
from regulars.app.aside import engine_aside
from regulars.app.history import History, history
from regulars.app.output import require_table_name, write_table
from regulars.app.workspace import Workspace
from regulars.errors import UsageError, did_you_mean
from regulars.segment.changes import changes
from regulars.segment.definition import Definition
from regulars.validate.memberships import DIMENSION, Sizes, lay_out, make_dimension, sizes

HIDDEN = "–"
ORDERED = f"select * from {DIMENSION} order by customer_id, valid_from"
THOUSANDS = 100_000
"""From so many customers on a cell of the table is told in thousands."""


def show(
    root: Path, name: str, version: int | None, output: Path | None, *, json: bool, threads: int | None,
    memory_limit: str | None,
) -> None:  # fmt: skip
    """Show the sizes of the segments run by run, and write the dimension where a file is named."""
    if output:
        require_table_name(output)
    found = history(Workspace(root), name, version)
    with engine_aside(threads, memory_limit) as engine:
        lay_out(engine, found.runs)
        counted = sizes(engine, found.runs)
        if output:
            make_dimension(engine)
            write_table(engine, ORDERED, output)
    if json:
        terminal.print_json(_json(found, counted, output))
        return
    _show(found, counted)
    if output:
        terminal.out.print(f"{DIMENSION}: {output}", markup=False)


def _json(found: History, counted: Sequence[Sizes], output: Path | None) -> dict[str, Any]:
    before = (None, *(each.run.digest for each in counted))
    return {
        "segmentation": found.name,
        "runs": [
            {
                "run_id": each.run.run_id,
                "as_of": each.run.as_of.isoformat(),
                "version": each.run.version,
                "definition": each.run.digest,
                "is_new_definition": last is not None and last != each.run.digest,
                "customers": each.customers,
                "segments": [
                    {
                        "segment_id": segment.id,
                        "segment_name": segment.name,
                        "customers": each.by_segment[segment.id],
                        "customer_share": each.share(segment.id),
                    }
                    for segment in each.run.segments
                ],
                "other_runs": list(each.run.others),
            }
            for each, last in zip(counted, before, strict=False)
        ],
        "findings": [each.as_json() for each in found.findings],
        "output": str(output) if output else None,
    }


def _show(found: History, counted: Sequence[Sizes]) -> None:
    for finding in found.findings:
        terminal.print_finding(finding)
    named = {segment.id: segment.name for run in found.runs for segment in run.segments}
    short = abbreviated(list(dict.fromkeys(named.values())))
    heads = {each: short[name] for each, name in named.items()}
    terminal.out.print(f"{found.name}: customers of each segment, and percent of all", markup=False)
    terminal.out.print(_table(counted, heads, _customers))
    terminal.out.print(_table(counted, heads, _percent))
    for line in legend(short):
        terminal.out.print(line, markup=False)
    if any(None in each.by_segment.values() for each in counted):
        terminal.out.print(f"{HIDDEN} ten customers or fewer, or what would tell them.", markup=False)


def _table(counted: Sequence[Sizes], heads: dict[str, str], told: Any) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("as of", no_wrap=True)
    table.add_column("v", justify="right", no_wrap=True)
    for head in (*heads.values(), "all"):
        table.add_column(escape(head), justify="right", no_wrap=True)
    for each in counted:
        cells = [told(each, segment) if segment in each.by_segment else "" for segment in heads]
        whole = short_count(each.customers) if told is _customers else "100"
        table.add_row(each.run.as_of.isoformat(), str(each.run.version), *cells, whole)
    return table


def _customers(counted: Sizes, segment: str) -> str:
    size = counted.by_segment[segment]
    return HIDDEN if size is None else short_count(size)


def _percent(counted: Sizes, segment: str) -> str:
    share = counted.share(segment)
    return HIDDEN if share is None else f"{100 * share:.1f}"


def short_count(customers: int) -> str:
    """A count for a tight cell: ``4,334``, and ``123k`` from a hundred thousand on."""
    return f"{customers:,}" if customers < THOUSANDS else f"{customers / 1000:,.0f}k"


# --- definitions ------------------------------------------------------------------------------------


def show_definitions(root: Path, name: str, *, json: bool) -> None:
    """Show each version of a definition, and in words what changed from the one before."""
    workspace = Workspace(root)
    versions = [_pinned(workspace, name, each) for each in workspace.versions(name)]
    if not versions:
        folder = workspace.root / "definitions"
        known = sorted(each.name for each in folder.iterdir()) if folder.is_dir() else []
        raise UsageError(
            f"the definitions of {name!r}", f"there are those of {', '.join(known)}" if known else "none",
            f"Run the study first.{did_you_mean(name, known)}", next_command="regulars run",
        )  # fmt: skip
    told = [(), *(changes(old, new) for old, new in pairwise(versions))]
    if json:
        pairs = zip(versions, told, strict=True)
        terminal.print_json({"segmentation": name, "versions": [_version_json(*each) for each in pairs]})
        return
    for version, changed in zip(versions, told, strict=True):
        terminal.out.print(
            f"{name}, version {version.version} ({version.digest[:12]}): fitted as of "
            f"{version.fitted['as_of']} on {version.fitted['customers']:,} customers, "
            f"{len(version.segments)} segments",
            markup=False,
        )
        for sentence in changed:
            terminal.out.print(f"  {sentence}", markup=False)


def _pinned(workspace: Workspace, name: str, version: int) -> Definition:
    definition = workspace.pinned(name, version)
    assert definition is not None, "its file is there"
    return definition


def _version_json(definition: Definition, changed: Sequence[str]) -> dict[str, Any]:
    return {
        "version": definition.version,
        "definition": definition.digest,
        "method": definition.method,
        "fitted": definition.fitted,
        "segments": [{"segment_id": each.id, "segment_name": each.name} for each in definition.segments],
        "changes": list(changed),
    }
