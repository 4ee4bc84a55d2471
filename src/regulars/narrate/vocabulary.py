"""What stands apart, in words without figures: data in ``vocabulary.toml``, by metric and direction."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class Said:
    """What may be said of a segment that stands apart on one metric in one direction, without a figure.

    ``told`` is true wherever the statement is. ``so`` is what it means for us, ``maybe`` a
    supposition, ``test`` the way to find out, ``do`` a piece of advice.
    """

    told: str
    so: str
    maybe: str
    test: str
    do: str
    call: tuple[str, ...] = ()
    """Words that a name may be made of."""


@cache
def vocabulary() -> dict[str, Said]:
    """By ``<metric>.<direction>``."""
    text = (files("regulars.narrate") / "vocabulary.toml").read_text(encoding="utf-8")
    return {
        f"{metric}.{direction}": _said(said)
        for metric, directions in tomllib.loads(text).items()
        for direction, said in directions.items()
    }


def _said(fields: dict[str, Any]) -> Said:
    return Said(**{**fields, "call": tuple(fields.get("call", ()))})
