"""TOML files that people write by hand: read whole, or refused with every fault and the near name."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from regulars.errors import SettingsError
from regulars.settings import fault_of


class Written(BaseModel):
    """Base of what is read from such a file: unknown keys are refused, nothing changes after."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Model = TypeVar("Model", bound=BaseModel)


def read_toml(path: Path, model: type[Model], what: str) -> Model:
    """The content of a file, checked. Raises SettingsError with all its faults at once."""
    where = f"{what} {str(path)!r}"
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as closed:
        raise SettingsError(where, str(closed.strerror), "Name a file that can be read.") from closed
    except UnicodeDecodeError as bad:
        raise SettingsError(where, f"not UTF-8: {bad}", "Save it as UTF-8.") from bad
    return checked(parsed(text, where), model, where)


def parsed(text: str, where: str) -> dict[str, Any]:
    """A text in TOML as plain values. Raises SettingsError where it is none."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as bad:
        raise SettingsError(where, f"it cannot be read as TOML: {bad}", "Mend the line named.") from bad


def checked(said: dict[str, Any], model: type[Model], where: str) -> Model:
    """What was read, checked. Raises SettingsError with all its faults at once."""
    try:
        return model.model_validate(said)
    except ValidationError as bad:
        faults = "; ".join(fault_of(model, each) for each in bad.errors())
        raise SettingsError(where, faults, "Mend these; docs/policy.md shows whole examples.") from bad
