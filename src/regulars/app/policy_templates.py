"""The command ``policy templates``: which wording may go to customers, and whose approval it has."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from regulars.app import terminal
from regulars.app.policies import choices, chosen, lying
from regulars.app.workspace import Workspace, write_whole
from regulars.check.policy import Policy
from regulars.check.policy.shelf import Shelved, examples
from regulars.errors import UsageError


def show(root: Path, *, copy: str | None, today: date, as_json: bool) -> None:
    """List the templates and whether each may go to customers today; or copy an example to the workspace."""
    workspace = Workspace(root)
    held = chosen(workspace)
    if copy is not None:
        _copy(workspace, held, copy)
        return
    found = lying(workspace, held)
    if as_json:
        terminal.print_json([_described(each, today) for each in found.values()])
        return
    for name, each in found.items():
        refused = each.template.unapproved(today)
        said = (
            f"approved by {each.template.approval.by}" if each.template.approval and not refused else refused
        )
        where = str(each.path) if each.path else f"an example; copy it with --copy {name}"
        terminal.out.print(f"{name} ({each.template.channel}): {said}", markup=False)
        terminal.out.print(f"  {where}\n  digest {each.template.digest}", markup=False)


def _copy(workspace: Workspace, held: Policy, name: str) -> None:
    texts = examples(held.name)
    if name not in texts:
        raise UsageError(
            f"--copy {name!r}", f"the examples of {held.name} are {', '.join(texts)}", "Name one of them."
        )
    path = workspace.root / choices(workspace).templates.expanduser() / f"{name}.toml"
    if path.exists():
        raise UsageError(f"--copy {name!r}", f"{path} is there already", "Move it away first.")
    write_whole(path, texts[name])
    terminal.err.print(f"Copied to {path}. Nobody has approved it yet.", markup=False)


def _described(each: Shelved, today: date) -> dict[str, Any]:
    template = each.template
    return {
        "name": template.name, "channel": template.channel, "path": str(each.path) if each.path else None,
        "digest": template.digest, "approved": template.unapproved(today) is None,
        "why_not": template.unapproved(today),
        "slots": {slot.name: slot.kind for slot in template.slots},
        "disclosures": list(template.disclosures),
    }  # fmt: skip
