"""Keys: found in the environment or a secrets file, shown to nobody."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path

from regulars.errors import SettingsError

_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)")
_LONGEST = 8192


class Key:
    """A key that does not show itself: not in print, not in a traceback, not when it is copied or saved."""

    __slots__ = ("__secret", "variable")

    def __init__(self, variable: str, secret: str) -> None:
        """Raises SettingsError where it could not stand in a header: it would never be accepted."""
        self.variable = variable
        self.__secret = secret.strip()
        if not 0 < len(self.__secret) <= _LONGEST or not all(
            33 <= ord(each) <= 126 for each in self.__secret
        ):
            raise SettingsError(
                f"the key {variable}", "it is empty, too long, or has spaces or letters that no key has",
                "Put the key there as the provider shows it, on one line.",
            )  # fmt: skip

    def reveal(self) -> str:
        """The key itself; only what writes the header of a request asks for it."""
        return self.__secret

    def __repr__(self) -> str:
        return f"Key({self.variable})"

    def __reduce__(self) -> str:
        raise TypeError("a key is not saved")


def found(variables: Sequence[str], environment: Mapping[str, str], secrets: Path | None) -> Key | None:
    """The first of the named keys that is set, in the environment and then in the secrets file."""
    kept = read_secrets(secrets) if secrets and variables else {}
    for place in (environment, kept):
        for name in variables:
            if place.get(name, "").strip():
                return Key(name, place[name])
    return None


def read_secrets(path: Path) -> dict[str, str]:
    """NAME to value of a secrets file. Raises SettingsError where others may read it, or it cannot be read.

    Lines are NAME=VALUE; a value may stand in quotes; empty lines and lines with # in front are passed over.
    """
    asked = f"narration.secrets {str(path)!r}"
    try:
        # Opened first and looked at then: what is checked is what is read.
        with open(path, encoding="utf-8", opener=_without_waiting) as file:
            _only_its_owner_reads(asked, os.fstat(file.fileno()), path)
            lines = file.read().splitlines()
    except FileNotFoundError as missing:
        raise SettingsError(
            asked, "no such file", "Make it, with a line NAME=VALUE for each key."
        ) from missing
    except UnicodeDecodeError:
        # Its message would quote bytes of the file.
        fault = "it is not UTF-8"
    except OSError as closed:
        raise SettingsError(asked, str(closed.strerror), "Name a file that can be read.") from closed
    else:
        return dict(
            _pair(asked, number, line) for number, line in enumerate(lines, 1) if _says_something(line)
        )
    raise SettingsError(asked, fault, "Save it as plain text in UTF-8.")


def _without_waiting(path: str, flags: int) -> int:
    """A pipe that nobody writes to is opened at once, and refused."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _only_its_owner_reads(asked: str, found: os.stat_result, path: Path) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise SettingsError(asked, "it is not a file", "Name a file with a line NAME=VALUE for each key.")
    if os.name == "posix" and found.st_mode & 0o077:
        remedy = f"Close it to all but its owner: chmod 600 {path}."
        raise SettingsError(asked, f"others may read it (mode {stat.S_IMODE(found.st_mode):o})", remedy)


def _says_something(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _pair(asked: str, number: int, line: str) -> tuple[str, str]:
    parts = _LINE.fullmatch(line.strip())
    if not parts:
        # The line is not repeated: it may be a key.
        raise SettingsError(
            asked, f"line {number} is not NAME=VALUE", "Write a line NAME=VALUE for each key."
        )
    name, value = parts.groups()
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
        value = value[1:-1]
    return name, value
