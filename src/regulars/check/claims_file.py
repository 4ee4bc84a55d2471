"""Claims files: a JSON object a line, ``{"id", "text", "context_segment"}``, read whole or refused."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from regulars.check.checker import Text, is_segment
from regulars.check.table import Facts
from regulars.errors import SourceUnreadable, did_you_mean

EXAMPLE = '{"id": "1", "text": "Champions are 15% of customers.", "context_segment": null}'


def texts_of(lines: Iterable[str], facts: Facts, where: str) -> list[Text]:
    """The texts of a claims file. Empty lines are passed over.

    Raises SourceUnreadable with the faults and their lines: no JSON, no id or text, an id that came before,
    a segment that the facts do not have.
    """
    found: list[Text] = []
    faults: list[str] = []
    seen: set[str] = set()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        said = _parsed(line)
        fault = said if isinstance(said, str) else _fault(said, seen, facts)
        if fault is not None:
            faults.append(f"line {number}: {fault}")
        elif not isinstance(said, str):
            seen.add(str(said["id"]))
            found.append(Text(str(said["id"]), said["text"], said.get("context_segment")))
    if faults:
        raise SourceUnreadable(
            f"claims {where!r}", faults[0] if len(faults) == 1 else f"{len(faults)} lines cannot be read",
            f"Give one JSON object a line, such as {EXAMPLE}", examples=faults, count=len(faults),
        )  # fmt: skip
    return found


def _parsed(line: str) -> Mapping[str, Any] | str:
    """The line's object, or why there is none."""
    try:
        said = json.loads(line)
    except ValueError as fault:
        return f"it is no JSON ({fault})"
    return said if isinstance(said, dict) else "it is no JSON object"


def _fault(said: Mapping[str, Any], seen: set[str], facts: Facts) -> str | None:
    name = said.get("id")
    if not isinstance(name, (str, int)) or isinstance(name, bool):
        return "it has no id (a text or a whole number)"
    if not isinstance(said.get("text"), str):
        return f"claim {name!r} has no text"
    if str(name) in seen:
        return f"the id {name!r} came before"
    segment = said.get("context_segment")
    if segment is None or (isinstance(segment, str) and is_segment(segment, facts)):
        return None
    return f"the facts have no segment {segment!r}.{did_you_mean(str(segment), _named(facts))}"


def _named(facts: Facts) -> Sequence[str]:
    return [name for each in facts.segments.values() for name in (each.id, each.name, each.code) if name]
