"""The command ``compare``: the sections one after the other, and exit code 4 where a limit is exceeded."""

from __future__ import annotations

import textwrap
from datetime import date
from pathlib import Path

from rich.markup import escape

from regulars import settings as chosen_settings
from regulars.app import terminal
from regulars.app.compared import Section
from regulars.app.comparing import Comparison, compare, names
from regulars.app.study import write_report
from regulars.app.validations import keep
from regulars.app.work import Asked
from regulars.app.workspace import Workspace
from regulars.errors import CheckFailed
from regulars.figures import day
from regulars.types import Study

LISTED = 20
"""Limits that are told one by one where they are exceeded."""
WIDTH = 78
"""Of what is printed, in letters: a terminal of 80 columns shows it whole."""


def show(
    root: Path, name: str | None, earlier: str | None, later: str | None, *, json: bool, today: date,
    threads: int | None, memory_limit: str | None,
) -> None:  # fmt: skip
    """Show the comparison of a segmentation, or of every one of the run, and keep it for the dashboard.

    Raises CheckFailed where a limit of the settings is exceeded.
    """
    workspace = Workspace(root)
    settings = chosen_settings.load(workspace.settings)
    with terminal.progress() as stage:
        asked = Asked(today=today, threads=threads, memory_limit=memory_limit, stage=stage)
        wanted = [name] if name else names(workspace, later)
        found = [compare(settings, workspace, each, earlier, later, asked) for each in wanted]
    keep_all(workspace, found)
    if json:
        terminal.print_json(found[0].as_json() if name else {each.name: each.as_json() for each in found})
    else:
        for comparison in found:
            _show(comparison)
    _require(found, json=json)


def keep_all(workspace: Workspace, found: list[Comparison]) -> None:
    """Keep what was found, and make the dashboards of the runs with it."""
    with workspace.lock():
        for each in found:
            keep(workspace, each.as_json())
        for study in {each.now.run_id: each.now for each in found}.values():
            write_report(workspace, study, workspace.report(study.run_id))


def _require(found: list[Comparison], *, json: bool) -> None:
    """Every limit that is exceeded with what to do about it, which JSON has already, and the failure."""
    exceeded = [finding for each in found for finding in each.exceeded]
    for finding in () if json else exceeded[:LISTED]:
        terminal.print_finding(finding)
    if exceeded:
        more = "" if json or len(exceeded) <= LISTED else f" {len(exceeded) - LISTED:,} more: see --json."
        where = "under 'exceeded'" if json else "above"
        raise CheckFailed(
            f"comparing {', '.join(each.name for each in found if each.exceeded)}",
            limits_told(len(exceeded)),
            f"What to do stands with each, {where}.{more}",
        )


def limits_told(count: int) -> str:
    """How many limits do not hold.

    >>> limits_told(2)
    '2 limits of the settings are exceeded'
    """
    limits, are = ("limit", "is") if count == 1 else ("limits", "are")
    return f"{count:,} {limits} of the settings {are} exceeded"


def _show(found: Comparison) -> None:
    definition = found.definition
    terminal.out.print(f"{found.name}, version {definition.version}", markup=False)
    for said, study in (("then", found.then), ("now", found.now)):
        if study is not None:
            terminal.out.print(f"  {said:<5} {_told(study)}", markup=False)
    for finding in found.findings:
        terminal.print_finding(finding)
    for section in found.sections:
        _tell(section)
    terminal.out.print(f"\n[bold]{found.name}, in short.[/]")
    for section in found.sections:
        _item(f"{section.name.capitalize()}: {section.document['headline']}")
    terminal.out.print()


def _tell(section: Section) -> None:
    title = f"{section.name.capitalize()}."
    first, *more = textwrap.wrap(f"{title} {section.document['headline']}", WIDTH)
    terminal.out.print(f"\n[bold]{title}[/]{escape(first.removeprefix(title))}")
    for line in more:
        terminal.out.print(line, markup=False)
    for sentence in section.document["words"]:
        _item(sentence)
    section.show()


def _item(sentence: str) -> None:
    filled = textwrap.fill(sentence, WIDTH, initial_indent="- ", subsequent_indent="  ")
    terminal.out.print(filled, markup=False)


def _told(study: Study) -> str:
    profile = study.segmentations[0].profile
    customers = study.ledger.totals["customers"]
    return f"{day(profile.as_of)}, {customers:,} customers, {study.run_id}"
