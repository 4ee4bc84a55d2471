"""What kind of value each feature holds, read off its column: what a condition on it may say."""

from __future__ import annotations

import re
from collections.abc import Sequence

from regulars.engine import Engine
from regulars.segment.methods import Ground
from regulars.segment.rules.condition_parser import Kind

_DOUBLES = {"DOUBLE", "FLOAT", "REAL"}
_EXACT = re.compile(r"DECIMAL.*|U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?")
_WHOLE = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?")


def kinds(ground: Ground, engine: Engine) -> dict[str, Kind]:
    """The features that a condition may name, each with its kind; a flag and a date have none."""
    columns = engine.kinds(ground.table.name)
    named = ((each.name, _kind(columns.get(each.name, ""))) for each in ground.features)
    return {name: kind for name, kind in named if kind}


def whole_numbers(ground: Ground, engine: Engine) -> Sequence[str]:
    """The features that hold whole numbers alone."""
    columns = engine.kinds(ground.table.name)
    return [each.name for each in ground.features if _WHOLE.fullmatch(columns.get(each.name, ""))]


def _kind(column: str) -> Kind | None:
    if column == "VARCHAR":
        return "text"
    if column in _DOUBLES:
        return "double"
    return "exact" if _EXACT.fullmatch(column) else None
