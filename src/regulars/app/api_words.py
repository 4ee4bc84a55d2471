"""The Python interface to words about segments."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from regulars import settings as chosen_settings
from regulars.app import narrating
from regulars.app.narrating import Asked, Narrated, overlaid
from regulars.app.workspace import Workspace
from regulars.errors import UsageError
from regulars.narrate.drafts import Draft, Tally
from regulars.publish.fragments import drafts_fragment
from regulars.types import Finding

__all__ = ["NarratedSegments", "drafts"]


@dataclass(frozen=True, repr=False)
class NarratedSegments:
    """Drafts about the segments of a run. Shows itself in a notebook."""

    narrated: Narrated

    def __repr__(self) -> str:
        return f"<NarratedSegments {self.narrated.run_id}: {len(self.drafts)} drafts>"

    @property
    def drafts(self) -> tuple[Draft, ...]:
        """One a segment and kind; ``text`` as it is read, ``claims`` with figures, source and verdict."""
        return self.narrated.drafts

    @property
    def tally(self) -> Tally:
        """How many claims keep a model's words, at the first attempt or the second, and how many do not."""
        return self.narrated.tally

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What went wrong on the way, with what to do about it."""
        return self.narrated.findings

    def as_json(self) -> dict[str, Any]:
        """All of it, as ``regulars narrate --json`` prints it."""
        return self.narrated.as_json()

    def _repr_html_(self) -> str:
        return drafts_fragment(self.drafts, self.findings)


def drafts(
    name: str | None = None,
    *,
    workspace: str | Path = "regulars",
    provider: str | None = None,
    segments: Sequence[str] = (),
    write: Sequence[str] | None = None,
    audience: str | None = None,
    length: str | None = None,
    run: str | None = None,
    refresh: bool = False,
) -> NarratedSegments:
    """Profiles and personas of the segments of one segmentation or all, kept in the store as drafts.

    ``provider`` is ``template``, ``openai:MODEL``, ``anthropic:MODEL`` or a server's address; it, ``write``,
    ``audience`` and ``length`` are by default the settings'. With ``refresh`` the drafts that there
    are get today's figures, and no model is asked. See docs/narration.md.
    Raises UsageError for a segmentation, segment or option that is not known, SettingsError, RunDamaged.
    """
    if refresh and provider is not None:
        raise UsageError("provider", "with refresh no model is asked", "Leave out one of the two.")
    place = Workspace(Path(workspace))
    settings = chosen_settings.load(place.settings)
    choices = overlaid(settings.narration, provider, write=write, audience=audience, length=length)
    asked = Asked(name, tuple(segments), run, refresh, os.environ)
    return NarratedSegments(
        narrating.narrate(settings.model_copy(update={"narration": choices}), place, asked)
    )
