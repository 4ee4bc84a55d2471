"""The commands that hold words to rules: ``policy``, ``policy check`` and ``policy templates``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from regulars.app.choices import WORKSPACE
from regulars.app.options import JsonOption, WorkspaceOption, today

RULES = "rules"


class _RulesUnlessAsked(TyperGroup):
    """``regulars policy [PACK]`` lists rules, as ``regulars policy rules [PACK]`` does."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        asks = not args or (args[0] not in self.commands and args[0] != "--help")
        return super().parse_args(ctx, [RULES, *args] if asks else args)


policy_app = typer.Typer(
    cls=_RulesUnlessAsked, help="Which wording breaks which rule, and approved templates."
)


@policy_app.command(RULES)
def rules(
    pack: Annotated[
        str | None, typer.Argument(help="retail, bank_uk or bank_us. Default: the workspace's.")
    ] = None,
    workspace: WorkspaceOption = WORKSPACE,
    json: JsonOption = False,
) -> None:
    """The rules of a pack, each with its source and date. They are no legal advice."""
    from regulars.app import policy_command

    policy_command.show(workspace, pack, as_json=json)


@policy_app.command()
def check(
    texts: Annotated[
        Path, typer.Argument(metavar="TEXTS.jsonl", help='One {"id", "text"} a line; - for stdin.')
    ],
    pack: Annotated[
        str | None, typer.Option(help="retail, bank_uk or bank_us. Default: the workspace's.")
    ] = None,
    audience: Annotated[str | None, typer.Option(help="customer (default) or internal.")] = None,
    template: Annotated[
        str | None, typer.Option(help="The approved template that each text has to be.")
    ] = None,
    workspace: WorkspaceOption = WORKSPACE,
) -> None:
    """Does any text break a rule? A line of JSON a text; exit 4 where one fails."""
    from regulars.app import policy_command

    policy_command.check(workspace, texts, pack=pack, audience=audience, template=template, today=today())


@policy_app.command()
def templates(
    copy: Annotated[
        str | None, typer.Option(metavar="NAME", help="Copy this example to the workspace.")
    ] = None,
    workspace: WorkspaceOption = WORKSPACE,
    json: JsonOption = False,
) -> None:
    """The templates for what customers read: their digests, and whether they are approved."""
    from regulars.app import policy_templates

    policy_templates.show(workspace, copy=copy, today=today(), as_json=json)


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.add_typer(policy_app, name="policy")
