"""The command ``compare``: the sections one after the other, and exit code 4 where a limit is passed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from regulars import settings as chosen_settings
from regulars.app import terminal
from regulars.app.comparing import Comparison, compare
from regulars.app.workspace import Workspace
from regulars.errors import CheckFailed
from regulars.figures import day
from regulars.types import Study


def show(
    root: Path, name: str, earlier: str | None, later: str | None, *, json: bool, threads: int | None,
    memory_limit: str | None,
) -> None:  # fmt: skip
    """Show the comparison. Raises CheckFailed where a limit of the settings is passed."""
    workspace = Workspace(root)
    settings = chosen_settings.load(workspace.settings)
    with terminal.progress() as stage:
        found = compare(
            settings, workspace, name, earlier, later, threads=threads, memory_limit=memory_limit, stage=stage
        )
    if json:
        terminal.print_json(_json(found))
    else:
        _show(found)
    if found.passed:
        raise CheckFailed(
            f"comparing {name}", f"limits of validation in the settings are passed ({len(found.passed)})",
            " ".join(dict.fromkeys(each.remedy for each in found.passed)),
            examples=[f"{each.where}: {each.what}" for each in found.passed], count=len(found.passed),
        )  # fmt: skip


def _show(found: Comparison) -> None:
    definition = found.definition
    terminal.out.print(f"{found.name}, version {definition.version}", markup=False)
    for said, study in (("then", found.then), ("now", found.now)):
        terminal.out.print(f"  {said:<5} {_told(study)}", markup=False)
    for finding in found.findings:
        terminal.print_finding(finding)
    for section in found.sections:
        section.show()


def _told(study: Study) -> str:
    profile = study.segmentations[0].profile
    customers = study.ledger.totals["customers"]
    return f"{day(profile.as_of)}, {customers:,} customers, {study.run_id}"


def _json(found: Comparison) -> dict[str, Any]:
    return {
        "segmentation": found.name,
        "definition": {"version": found.definition.version, "digest": found.definition.digest},
        "from": {"run_id": found.then.run_id, "as_of": found.then.manifest["as_of"]},
        "to": {"run_id": found.now.run_id, "as_of": found.now.manifest["as_of"]},
        "holds": not found.passed,
        "passed": [each.as_json() for each in found.passed],
        "sections": {each.name: each.document for each in found.sections},
        "findings": [each.as_json() for each in found.findings],
    }
