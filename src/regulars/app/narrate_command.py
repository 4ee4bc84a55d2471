"""The command ``narrate``: drafts on stdout and in the store; at the end what was kept of a model's words."""

from __future__ import annotations

import getpass
import os
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.markup import escape

from regulars import settings as chosen_settings
from regulars.app import terminal
from regulars.app.narrating import Asked, Narrated, narrate, overlaid
from regulars.app.workspace import Workspace
from regulars.errors import UsageError
from regulars.narrate.drafts import LABELS, Claim, Draft

WIDTH = 78
MODEL = "[model]"
"""What follows words of a language model."""


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
    by = ", with words of a language model" if draft.is_by_model else ""
    head = f"[bold]{escape(draft.segment_name)}[/] [dim]{draft.segmentation}, {draft.kind}{by}[/]"
    terminal.out.print(f"\n{head}")
    for claim in draft.claims:
        if claim.text:
            _tell(claim)


def _tell(claim: Claim) -> None:
    label = LABELS.get(claim.role, "")
    mark = f"  (by rule: {claim.why})" if claim.attempt and claim.source == "template" else ""
    text = f"{label}: {claim.text}" if label else claim.text
    mark = f" {MODEL}" if claim.source == "model" else mark
    lines = textwrap.wrap(text + mark, WIDTH, initial_indent="  ", subsequent_indent="    ")
    told = "\n".join(lines)
    if claim.source == "model":
        terminal.out.print(f"{escape(told.removesuffix(MODEL))}[dim]{escape(MODEL)}[/]")
    else:
        terminal.out.print(told, markup=False)


def _summarise(found: Narrated) -> None:
    """What became of a model's words, what that took, and where the drafts are: messages, so on stderr."""
    counts = found.tally
    if counts.asked:
        _message(
            f"{_claims(counts.asked)} asked of {found.provider}: {counts.kept} keep its words, "
            f"{counts.retried} those of a second attempt, {counts.replaced} have words by rule."
        )
    if found.account:
        _message(_cost(found.account))
    new = sum(each.is_new for each in found.kept)
    drafts = "draft is" if len(found.kept) == 1 else "drafts are"
    _message(f"{len(found.kept)} {drafts} in the store, {new} of them new or changed.")
    for finding in found.findings:
        terminal.print_finding(finding)


def _claims(count: int) -> str:
    return f"{count} {'claim was' if count == 1 else 'claims were'}"


def _cost(account: Mapping[str, Any]) -> str:
    asked, read = account["answered"], account["from_cache"]
    told = f"{asked:,} {'answer' if asked == 1 else 'answers'}, {read:,} more from the cache: "
    told += f"{account['input_tokens']:,} tokens read, {account['output_tokens']:,} written"
    if account["cost"] is None:
        return f"{told}."
    return f"{told}, {account['cost']} {account['currency']} by prices of {account['price_as_of']}."


def _message(words: str) -> None:
    terminal.err.print(words, markup=False, soft_wrap=False)
