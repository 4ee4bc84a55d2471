"""The command ``narrate``: drafts on stdout and in the store; at the end what was kept of a model's words."""

from __future__ import annotations

import getpass
import os
import textwrap
from pathlib import Path

from rich.markup import escape

from regulars import settings as chosen_settings
from regulars.app import terminal
from regulars.app.narrating import Asked, Narrated, narrate, overlaid
from regulars.app.workspace import Workspace
from regulars.errors import UsageError
from regulars.narrate.drafts import LABELS, Claim, Draft

WIDTH = 78


def show(
    root: Path, name: str | None, *, provider: str | None, segments: tuple[str, ...], write: tuple[str, ...],
    audience: str | None, length: str | None, run: str | None, refresh: bool, json: bool,
) -> None:  # fmt: skip
    """Write about the segments of a run, keep the drafts, and show them."""
    workspace = Workspace(root)
    settings = chosen_settings.load(workspace.settings)
    if provider is not None and refresh:
        raise UsageError("--provider", "with --refresh no model is asked", "Leave out one of the two.")
    choices = overlaid(settings.narration, provider, write=write or None, audience=audience, length=length)
    with terminal.progress() as stage:
        asked = Asked(name, segments, run, refresh, os.environ, stage, actor=_user())
        found = narrate(settings.model_copy(update={"narration": choices}), workspace, asked)
    if json:
        terminal.print_json(found.as_json())
        return
    for draft in found.drafts:
        _show(draft)
    _summarise(found)


def _user() -> str:
    """By what name this machine knows who asks."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


def _show(draft: Draft) -> None:
    terminal.out.print(f"\n[bold]{escape(draft.segment_name)}[/] [dim]{draft.segmentation}, {draft.kind}[/]")
    for claim in draft.claims:
        if claim.text:
            _tell(claim)


def _tell(claim: Claim) -> None:
    label = LABELS.get(claim.role, "")
    mark = f"  (by rule: {claim.why})" if claim.attempt and claim.source == "template" else ""
    text = f"{label}: {claim.text}" if label else claim.text
    lines = textwrap.wrap(text + mark, WIDTH, initial_indent="  ", subsequent_indent="    ")
    for line in lines:
        terminal.out.print(line, markup=False)


def _summarise(found: Narrated) -> None:
    counts = found.tally
    if counts.asked:
        words = (
            f"{counts.asked} claims were asked of {found.provider}: {counts.kept} keep its words, "
            f"{counts.retried} those of a second attempt, {counts.replaced} have words by rule."
        )
        terminal.say(f"\n{words}")
    new = sum(each.is_new for each in found.kept)
    terminal.say(f"{len(found.kept)} drafts are in the store, {new} of them new or changed.")
    for finding in found.findings:
        terminal.print_finding(finding)
