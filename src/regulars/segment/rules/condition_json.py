"""Conditions as plain JSON values and back, each kind under its own name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from decimal import Decimal, InvalidOperation
from typing import Any, get_args

from regulars.segment.rules.conditions import (
    AllOf,
    AnyOf,
    Between,
    Compare,
    CompareFeatures,
    CompareText,
    Condition,
    End,
    Equality,
    IsUnknown,
    Not,
    OneOf,
    OneOfTexts,
    Ranked,
    Sign,
)  # fmt: skip

_KINDS: dict[str, type[Condition]] = {
    "compare": Compare, "between": Between, "one_of": OneOf, "unknown": IsUnknown, "ranked": Ranked,
    "compare_features": CompareFeatures, "compare_text": CompareText, "one_of_texts": OneOfTexts,
    "not": Not, "all_of": AllOf, "any_of": AnyOf,
}  # fmt: skip
_NAMES = {kind: name for name, kind in _KINDS.items()}


def as_json(condition: Condition) -> dict[str, Any]:
    """The condition as plain values; numbers are text, so that no reader rounds them."""
    written = {each.name: _written(getattr(condition, each.name)) for each in fields(condition)}
    return {"is": _NAMES[type(condition)], **written}


def _written(value: object) -> object:
    match value:
        case Decimal():
            return f"{value:f}"
        case tuple():
            return [_written(each) for each in value]
        case str() | bool() | None:
            return value
        case _:
            return as_json(value)  # type: ignore[arg-type]  # what is left are conditions


def from_json(saved: Mapping[str, Any]) -> Condition:
    """The condition of a saved one. Raises ValueError, KeyError or TypeError where it is none."""
    kind = _KINDS[saved["is"]]
    readers = {**_READ, "sign": _among(get_args(Equality))} if kind is CompareText else _READ
    read = {name: readers[name](value) for name, value in saved.items() if name != "is"}
    return kind(**read)


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation as bad:
        raise ValueError(f"{text!r} is no number") from bad
    if not number.is_finite():
        raise ValueError(f"{text!r} is no finite number")
    return number


def _text(saved: object) -> str:
    if not isinstance(saved, str):
        raise TypeError(f"{saved!r} is no text")
    return saved


def _among(offered: tuple[str, ...]) -> Callable[[str], str]:
    return {word: word for word in offered}.__getitem__


def _parts(saved: list[dict[str, Any]]) -> tuple[Condition, ...]:
    if not saved:
        raise ValueError("a list of conditions is empty")
    return tuple(map(from_json, saved))


_READ: dict[str, Callable[[Any], Any]] = {
    "feature": _text, "other": _text, "text": _text, "factor": _number,
    "texts": lambda saved: tuple(map(_text, saved)),
    "exact": {True: True, False: False}.__getitem__,
    "sign": _among(get_args(Sign)), "end": _among(get_args(End)),
    "value": _number, "low": _number, "high": _number, "percent": _number, "cut": _number,
    "values": lambda saved: tuple(map(_number, saved)), "part": from_json, "parts": _parts,
}  # fmt: skip
