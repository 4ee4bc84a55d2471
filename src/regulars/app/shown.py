"""What each command does and shows: as text for people, or as JSON for programs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from rich.markup import escape
from rich.table import Table

from regulars import settings as chosen_settings
from regulars.app import terminal
from regulars.app.runs import run_to_show
from regulars.app.saved import left_out
from regulars.app.study import Checked, Ran, render
from regulars.app.study import check as dry_run
from regulars.app.study import run as whole_run
from regulars.app.work import Asked
from regulars.app.workspace import Workspace, write_whole
from regulars.errors import NotReady, RunDamaged, StoreDamaged, UsageError
from regulars.figures import written
from regulars.publish.learnt import told
from regulars.publish.taken import counted, taken
from regulars.types import Ledger, Segmentation, Study


def run(workspace: Workspace, *, json: bool, today: date, **asked: Any) -> None:
    """Run the study and show its segments and where the dashboard is."""
    settings = chosen_settings.load(workspace.settings)
    with terminal.progress() as stage:
        ran = whole_run(settings, workspace, Asked(today=today, stage=stage, **asked))
    for finding in () if json else ran.page.findings:
        terminal.print_finding(finding)
    if json:
        terminal.print_json(_run_json(ran))
        return
    _show_steps(ran.steps, workspace)
    _show_study(ran.study)
    if ran.already_there:
        terminal.out.print("Nothing has changed since: this run was there already.")
    terminal.out.print(f"Run:       {ran.study.path}", markup=False)
    terminal.out.print(f"Dashboard: {ran.dashboard}", markup=False)
    if not (workspace.validations / ran.study.run_id).is_dir():
        terminal.err.print(f"Can you rely on it? Next: regulars compare{workspace.option}", markup=False)


def _show_steps(steps: Mapping[str, int], workspace: Workspace) -> None:
    for step, rows in steps.items():
        terminal.err.print(f"  {step}: {rows:,} rows", markup=False)
    if steps:
        warning = "every row that was read, opted-out customers too: delete it when you are done"
        terminal.err.print(f"{workspace.debug} holds {warning}.", markup=False)


def _run_json(ran: Ran) -> dict[str, Any]:
    return {
        "run_id": ran.study.run_id,
        "path": str(ran.study.path),
        "dashboard": str(ran.dashboard),
        "already_there": ran.already_there,
        "segmentations": {each.name: _sizes(each) for each in ran.study.segmentations},
        "findings": [finding.as_json() for finding in (*ran.study.findings, *ran.page.findings)],
        "ledger": ran.study.ledger.as_json(),
    }


def _sizes(segmentation: Segmentation) -> list[dict[str, Any]]:
    rows = []
    for segment in segmentation.profile.segments:
        share = segment.facts["customer_share"].value
        rows.append(
            {
                "segment_id": segment.id,
                "segment_name": segment.name,
                "customers": segment.facts["customers"].value,
                "customer_share": round(share / 100, 6) if isinstance(share, (int, float)) else None,
            }
        )
    return rows


_COLUMNS = {
    "customers": "customers",
    "customer_share": "of all",
    "revenue_share": "of revenue",
    "orders_per_customer": "orders each",
    "recency_days": "last order",
}
"""Column heads for a terminal of 80 characters; the dashboard has the full labels."""


def _show_study(study: Study) -> None:
    _show_ledger(study.ledger)
    for segmentation in study.segmentations:
        terminal.out.print(f"\n{segmentation.name}, version {segmentation.version}", markup=False)
        terminal.out.print(_sizes_table(segmentation))
        if how_right := told(segmentation.definition):
            terminal.out.print(how_right, markup=False)
        if segmentation.method in ("rules", "tiers"):
            _show_rules(segmentation)
        if reason := segmentation.definition.get("choice", {}).get("reason"):
            terminal.out.print(str(reason), markup=False)
    for name, why in left_out(study).items():
        terminal.out.print(f"\n{name}: {why}", markup=False)
    for finding in study.findings:
        terminal.print_finding(finding)


def _sizes_table(segmentation: Segmentation) -> Table:
    columns = [name for name in _COLUMNS if name in segmentation.profile.overall.facts]
    table = Table(box=None, pad_edge=False)
    table.add_column("segment", no_wrap=True)
    for name in columns:
        table.add_column(_COLUMNS[name], justify="right", no_wrap=True, min_width=len(_COLUMNS[name]))
    for segment in (*segmentation.profile.segments, segmentation.profile.overall):
        facts = [segment.facts[name] for name in columns]
        table.add_row(escape(segment.name), *(written(fact.value, fact.unit) for fact in facts))
    return table


def _show_rules(segmentation: Segmentation) -> None:
    """What each rule takes, before and after those above it, and what falls through."""
    table = Table(box=None, pad_edge=False)
    table.add_column("rule, in order", no_wrap=True)
    for head in ("meet it", "taken", "left after it"):
        table.add_column(head, justify="right", no_wrap=True, min_width=len(head))
    for row in taken(segmentation):
        table.add_row(escape(row.name), *row.texts)
    terminal.out.print(f"\nWhat each rule takes, of {counted(segmentation)}:", markup=False)
    terminal.out.print(table)


def _show_ledger(ledger: Ledger) -> None:
    for source in ledger.sources:
        said = f"{source.name}: {source.rows_in:,} rows in, {source.rows_kept:,} kept"
        terminal.out.print(f"{said}, set aside:" if source.set_aside else f"{said}.", markup=False)
        for aside in source.set_aside:
            terminal.out.print(f"  {aside.rows:>9,}  {aside.reason}: {aside.meaning}", markup=False)
        if source.flagged:
            terminal.out.print("  Kept, but flagged:", markup=False)
        for flag in source.flagged:
            terminal.out.print(f"  {flag.rows:>9,}  {flag.reason}: {flag.meaning}", markup=False)


def check(root: Path, *, json: bool, today: date, clean_to: Path | None = None, **asked: Any) -> None:
    """Show the readiness gates and the ledger. Raises NotReady where a gate does not hold, SettingsError
    where a segmentation asks for what cannot be."""
    workspace = Workspace(root)
    settings = chosen_settings.load(workspace.settings)
    with terminal.progress() as stage:
        stage("Reading and cleaning")
        found = dry_run(settings, workspace, Asked(today=today, **asked), clean_to)
    if json:
        terminal.print_json(_check_json(found))
    else:
        _show_check(found)
    if found.fault:
        raise found.fault
    broken = [gate for gate in found.gates if not gate.holds]
    if broken and not settings.readiness.override:
        raise NotReady(
            "readiness", "; ".join(f"{g.name}: found {g.found}, needed {g.needed}" for g in broken),
            " ".join(g.remedy for g in broken) + " Or set readiness.override: true.",
        )  # fmt: skip


def _check_json(found: Checked) -> dict[str, Any]:
    return {
        "ready": all(gate.holds for gate in found.gates) and not found.fault,
        "as_of": found.cleaned.as_of.isoformat(),
        "gates": [gate.as_json() for gate in found.gates],
        "fault": found.fault.as_json() if found.fault else None,
        "ledger": found.cleaned.ledger.as_json(),
        "findings": [finding.as_json() for finding in found.findings],
        "clean_tables": list(map(str, found.clean_tables)),
    }


def _show_check(found: Checked) -> None:
    _show_ledger(found.cleaned.ledger)
    totals = found.cleaned.ledger.totals
    said = [f"{name.replace('_', ' ')} {value}" for name, value in totals.items() if value is not None]
    terminal.out.print(f"Left: {', '.join(said)}.", markup=False)
    for gate in found.gates:
        mark = "ok " if gate.holds else "NO "
        terminal.out.print(f"{mark} {gate.name}: {gate.found} (needed: {gate.needed})", markup=False)
    for finding in found.findings:
        terminal.print_finding(finding)
    for path in found.clean_tables:
        terminal.out.print(f"Clean table: {path}", markup=False)


def init(
    orders: Path, root: Path, *, date_format: str | None, columns: Mapping[str, str], table: str | None,
    delimiter: str | None, encoding: str | None, name: str | None, force: bool, json: bool, today: date,
    customer_level: bool = False,
) -> None:  # fmt: skip
    """Propose settings for an order file or a table of customers, write them, and say why."""
    from regulars.prepare.proposing.propose import as_yaml, propose

    workspace = Workspace(root)
    if workspace.settings.exists() and not force:
        raise UsageError(
            f"init {str(orders)!r}", f"{workspace.settings} is there already",
            "Edit it, name another --workspace, or replace it with --force.", next_command="regulars check",
        )  # fmt: skip
    options: dict[str, Any] = {
        "overrides": columns, "date_format": date_format, "table": table, "delimiter": delimiter,
        "encoding": encoding,
    }  # fmt: skip
    if customer_level:
        _init_customers(orders, workspace, name, json=json, today=today, said=options)
        return
    proposal = propose(orders, today, **options)
    placed = replace(proposal, path=_path_from(root, orders))
    write_whole(workspace.settings, as_yaml(placed, name or orders.name.partition(".")[0]))
    if json:
        terminal.print_json(_proposal_json(proposal, workspace.settings))
        return
    for guess in proposal.columns:
        terminal.out.print(f"  {guess.meaning}: {guess.column!r}  ({guess.why})", markup=False)
    if proposal.date:
        read = proposal.date
        said = f"  dates: {read.format!r}, from {read.start} to {read.end} ({read.example})"
        terminal.out.print(said, markup=False)
    for note in (*proposal.notes, *proposal.questions):
        terminal.out.print(f"  {note}", markup=False)
    _show_next(workspace)


def _show_next(workspace: Workspace) -> None:
    terminal.out.print(f"Settings: {workspace.settings}", markup=False)
    terminal.out.print(f"Next: regulars check{workspace.option}", markup=False)


def _init_customers(
    path: Path, workspace: Workspace, name: str | None, *, json: bool, today: date, said: Mapping[str, Any]
) -> None:
    """Propose settings for a table with one row a customer."""
    from regulars.prepare.proposing.propose_customers import as_yaml, propose_customers

    proposal = propose_customers(path, today, **said)
    placed = replace(proposal, path=_path_from(workspace.root, path))
    write_whole(workspace.settings, as_yaml(placed, name or path.name.partition(".")[0]))
    guesses = [*proposal.columns, *(guess for _, guess, _ in proposal.attributes)]
    if json:
        told = {guess.meaning: {"column": guess.column, "why": guess.why} for guess in guesses}
        terminal.print_json(
            {"settings": str(workspace.settings), "columns": told, "notes": [*proposal.notes]}
        )
        return
    for guess in guesses:
        terminal.out.print(f"  {guess.meaning}: {guess.column!r}  ({guess.why})", markup=False)
    for note in proposal.notes:
        terminal.out.print(f"  {note}", markup=False)
    _show_next(workspace)


def _proposal_json(proposal: Any, settings: Path) -> dict[str, Any]:
    date_read = proposal.date
    return {
        "settings": str(settings),
        "columns": {guess.meaning: {"column": guess.column, "why": guess.why} for guess in proposal.columns},
        "date": None
        if date_read is None
        else {
            "format": date_read.format,
            "start": date_read.start.isoformat(),
            "end": date_read.end.isoformat(),
            "example": date_read.example,
        },
        "amount_is": proposal.amount_is.amount_is if proposal.amount_is else "line",
        "timezone": proposal.timezone,
        "currency": proposal.currency,
        "notes": list(proposal.notes),
        "questions": list(proposal.questions),
    }


def _path_from(root: Path, orders: Path) -> Path:
    """The order file as the settings name it: from the workspace, so that both can move together."""
    return Path(os.path.relpath(orders.resolve(), root.resolve()))


def report(root: Path, asked: str | None, output: Path | None, *, json: bool) -> None:
    """Render a saved run's dashboard, its digests checked first."""
    from regulars.app import saved

    workspace = Workspace(root)
    run_id, passed = run_to_show(workspace, asked)
    study = saved.load(workspace.run(run_id))
    page = render(workspace, study, output)
    findings = (*passed, *page.findings)
    if json:
        told = [each.as_json() for each in findings]
        terminal.print_json({"run_id": study.run_id, "dashboard": str(page.path), "findings": told})
        return
    for finding in findings:
        terminal.print_finding(finding)
    terminal.out.print(str(page.path), markup=False)


def doctor(root: Path, *, ask_model: bool, json: bool) -> None:
    """Show what is installed and what the workspace holds. Raises RunDamaged or StoreDamaged, after that,
    where any of it is not as it was written."""
    from regulars.app.health import examine

    found = examine(Workspace(root), ask_model=ask_model)
    damaged = found["damaged"]
    if json:
        terminal.print_json(found)
    for part, said in {} if json else {**found, "damaged": ", ".join(damaged)}.items():
        parts = {f"{part} {name}": each for name, each in said.items()} if isinstance(said, dict) else {}
        for name, each in (parts or {part: said or "none"}).items():
            terminal.out.print(f"{name}: {each}", markup=False, soft_wrap=True)
    if damaged:
        fault = StoreDamaged if damaged[0] == "store" else RunDamaged
        what = f"{', '.join(damaged)}: not as written"
        raise fault("doctor", what, "What is wrong, and what to do about it, stands above with each.")
