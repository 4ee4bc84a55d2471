"""The policy of a workspace, as its settings choose it, and the templates that lie there."""

from __future__ import annotations

from regulars.app.workspace import Workspace
from regulars.check.policy import Policy, policy
from regulars.check.policy.shelf import Shelved, shelf
from regulars.policy_settings import PolicyChoices
from regulars.settings import load


def choices(workspace: Workspace) -> PolicyChoices:
    """What the workspace's settings say of policy; the defaults where there is none yet."""
    return load(workspace.settings).policy if workspace.settings.exists() else PolicyChoices()


def chosen(workspace: Workspace, pack: str | None = None) -> Policy:
    """The policy of a workspace, or another pack with its own rules. Raises SettingsError."""
    said = choices(workspace)
    own = said.own and workspace.root / said.own.expanduser()
    return policy(pack or said.pack, own, said.disclosures)


def lying(workspace: Workspace, held: Policy) -> dict[str, Shelved]:
    """The templates of a workspace, and the examples of its pack, by name."""
    folder = workspace.root / choices(workspace).templates.expanduser()
    return shelf(held.name, folder, held.disclosures)
