"""What a user may say about wording: by which rules it is judged, and which templates customers read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Verbatim = Annotated[str, Field(min_length=1, max_length=2000)]


class PolicyChoices(BaseModel):
    """By which rules texts are judged. They judge words and move no figure, so no run hangs on them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pack: str = "retail"
    """``retail``, ``bank_uk`` or ``bank_us``: most who segment sell goods, and its rules bind them least."""
    own: Path | None = None
    """A TOML file of your own rules (terms that may not be said, texts that must be), from the workspace."""
    templates: Path = Path("templates")
    """The folder of templates for texts that customers read, from the workspace."""
    disclosures: dict[str, Verbatim] = Field(default_factory=dict)
    """Texts that templates put in word for word, by the name that they use: ``opt_out: To stop these …``."""
