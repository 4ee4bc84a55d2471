"""Prompts: files with a name and a version, here or in a folder of the user's own.

A file begins with ``version: N`` between lines of ``---``; then come ``## system``, ``## user`` and
``## keys``, a line for each key of the answer: what it is asked for. The program fills ``{{slot}}``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from regulars.errors import SettingsError, did_you_mean
from regulars.narrate.providers.request import Message

NAMES = ("describe", "draft", "persona", "refine", "again")
_FILE = re.compile(
    r"---\nversion: (?P<version>\d{1,6})\n---\n+## system\n(?P<system>.*?)\n## user\n(?P<user>.*?)"
    r"(?:\n## keys\n(?P<keys>.*))?",
    re.DOTALL,
)
_SLOT = re.compile(r"\{\{(\w+)\}\}")


@dataclass(frozen=True)
class Prompt:
    """A prompt as its file has it."""

    name: str
    version: int
    system: str
    user: str
    keys: tuple[tuple[str, str], ...] = ()
    """What each key of an answer is asked for, by its role."""

    @property
    def title(self) -> str:
        """Name and version, as the record of an answer has it."""
        return f"{self.name}/{self.version}"

    def texts(self) -> tuple[str, ...]:
        """All that it says."""
        return self.system, self.user, *(asked for _, asked in self.keys)

    def messages(self, said: Mapping[str, str]) -> tuple[Message, ...]:
        """The prompt with its slots filled. Raises SettingsError where it has one that is not known."""
        system, user = (self._filled(text, said).strip() for text in (self.system, self.user))
        return Message("system", system), Message("user", user)

    def asks(self, key: str, role: str, said: Mapping[str, str]) -> str:
        """The line that asks for a key. Raises SettingsError where the prompt has none for its role."""
        asked = dict(self.keys)
        if role not in asked:
            raise SettingsError(
                f"prompt {self.name!r}", f"its keys lack {role!r}", f"Add a line '{role}: …' under ## keys."
            )
        return f"- {key}: {self._filled(asked[role], said)}"

    def _filled(self, text: str, said: Mapping[str, str]) -> str:
        for name in _SLOT.findall(text):
            if name not in said:
                raise SettingsError(
                    f"prompt {self.name!r}",
                    f"it has a slot {name!r}, which nothing fills.{did_you_mean(name, sorted(said))}",
                    f"Slots of it are {', '.join(sorted(said))}.",
                )
        return _SLOT.sub(lambda found: said[found[1]], text)


def prompts(own: Path | None = None) -> dict[str, Prompt]:
    """Every prompt by its name. Raises SettingsError, also for files in the folder that are no prompt's."""
    if own is not None:
        _require_names(own)
    return {name: prompt(name, own) for name in NAMES}


def _require_names(own: Path) -> None:
    asked, known = f"narration.prompts {str(own)!r}", [f"{name}.md" for name in NAMES]
    if not own.is_dir():
        raise SettingsError(asked, "there is no such folder", "Make it, or mend its name.")
    for each in sorted(own.iterdir()):
        if each.name not in known and each.suffix.lower() in {".md", ".txt"}:
            raise SettingsError(
                asked, f"{each.name!r} in it is no prompt.{did_you_mean(each.name, known)}",
                f"Prompts are {', '.join(known)}.",
            )  # fmt: skip


def prompt(name: str, own: Path | None = None) -> Prompt:
    """The prompt of that name: the user's own, where the folder has one, else that of Regulars.

    Raises SettingsError where the file cannot be read or has not its form.
    """
    file = own / f"{name}.md" if own is not None else None
    try:
        if file is not None and file.exists():
            text = file.read_text(encoding="utf-8")
        else:
            text = (files("regulars.narrate.prompts") / f"{name}.md").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise SettingsError(
            f"prompt {str(file)!r}", f"it cannot be read ({fault})", "Mend the file."
        ) from fault
    found = _FILE.fullmatch(text.replace("\r\n", "\n"))
    if found is None:
        raise SettingsError(
            f"prompt {str(file)!r}", "it has not the form of a prompt",
            "Begin with ---, a line 'version: 1' and ---; then '## system', '## user' and '## keys'.",
        )  # fmt: skip
    lines = (each.partition(":") for each in (found["keys"] or "").splitlines() if each.strip())
    keys = tuple((role.strip(), asked.strip()) for role, _, asked in lines)
    return Prompt(name, int(found["version"]), found["system"].strip(), found["user"].strip(), keys)
