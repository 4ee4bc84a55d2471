"""Examples of words that would do, and how a brand speaks: files of the user's.

Without a file there are none: a small model copies examples, whatever the group. ``prompts/examples.toml``
shows the form.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from regulars.errors import SettingsError, did_you_mean
from regulars.narrate.prompts import prompt

FORM = 'Give tables like [[draft]] with told = "…", key = "meaning" and words = "…"; [[persona]] likewise.'
PROMPTS = ("draft", "persona")
"""The prompts that take examples."""
FIELDS = ("told", "key", "words")
MOST_LETTERS = 4000
"""Of a voice, and of all examples of one prompt: they are read anew with every request."""


def examples(own: Path | None = None) -> Mapping[str, str]:
    """The examples of each prompt, a line each. Raises SettingsError where the file is none of its kind."""
    if own is None:
        return {}
    asked = f"narration.examples {str(own)!r}"
    try:
        said = tomllib.loads(own.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise SettingsError(asked, f"it cannot be read ({fault})", FORM) from fault
    for wrong in _slips(said):
        raise SettingsError(asked, wrong, FORM)
    lines = {
        name: "\n".join(f"- {each['told']} -> {each['key']}: {each['words']}" for each in given)
        for name, given in said.items()
    }
    if any(len(each) > MOST_LETTERS for each in lines.values()):
        raise SettingsError(
            asked, f"the examples of one prompt have more than {MOST_LETTERS} letters", "Keep the best."
        )
    return lines


def _slips(said: Mapping[str, Any]) -> Iterator[str]:
    """What is not as the form has it."""
    for name, given in said.items():
        if name not in PROMPTS:
            yield f"no prompt {name!r} takes examples.{did_you_mean(name, PROMPTS)}"
            continue
        if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
            yield f"{name!r} is no list of tables"
            continue
        roles = tuple(role for role, _ in prompt(name).keys)
        for each in given:
            strange = [key for key in each if key not in FIELDS]
            yield from (f"an example has {key!r}.{did_you_mean(key, FIELDS)}" for key in strange)
            yield from (f"an example lacks {key!r}" for key in FIELDS if key not in each)
            yield from (f"an example's {key!r} is no text" for key in each if not isinstance(each[key], str))
            if each.get("key") not in roles:
                yield f"{name!r} asks for no {each.get('key')!r}.{did_you_mean(str(each.get('key')), roles)}"


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
