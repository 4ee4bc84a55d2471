"""Examples of words that would do, and how a brand speaks: files of the user's.

Without a file there are none: a small model copies examples, whatever the group. ``prompts/examples.toml``
shows the form.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from regulars.errors import SettingsError

FORM = 'Give tables like [[draft]] with told = "…", key = "meaning" and words = "…"; [[persona]] likewise.'
MOST_LETTERS = 4000
"""Of a voice, and of all examples of one prompt: they are read anew with every request."""


def examples(own: Path | None = None) -> Mapping[str, str]:
    """The examples of each prompt, a line each. Raises SettingsError where the file is none of its kind."""
    if own is None:
        return {}
    asked = f"narration.examples {str(own)!r}"
    try:
        said = tomllib.loads(own.read_text(encoding="utf-8"))
        lines = {
            name: "\n".join(f"- {each['told']} -> {each['key']}: {each['words']}" for each in given)
            for name, given in said.items()
        }
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise SettingsError(asked, f"it cannot be read ({fault})", FORM) from fault
    except (KeyError, TypeError) as fault:
        raise SettingsError(asked, f"an example lacks {fault}", FORM) from fault
    if any(len(each) > MOST_LETTERS for each in lines.values()):
        raise SettingsError(
            asked, f"the examples of one prompt have more than {MOST_LETTERS} letters", "Keep the best."
        )
    return lines


def voice(own: Path | None) -> str:
    """How the brand speaks, as its file tells it; nothing without one. Raises SettingsError."""
    if own is None:
        return ""
    asked = f"narration.voice {str(own)!r}"
    try:
        text = own.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as fault:
        raise SettingsError(asked, f"it cannot be read ({fault})", "Name a file of UTF-8 text.") from fault
    if len(text) > MOST_LETTERS:
        raise SettingsError(asked, f"it has more than {MOST_LETTERS} letters", "Keep to a few lines.")
    return text
