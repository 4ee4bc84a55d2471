"""What changed between two versions of a definition, in plain sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from regulars.segment.definition import Definition
from regulars.segment.rules.grid import Grid
from regulars.segment.rules.nearest import Nearest
from regulars.segment.rules.prepared import UNITS
from regulars.segment.rules.tree import Tree
from regulars.segment.rules.waterfall import Waterfall

NOTHING = "Nothing that decides where a customer is: it was fitted again, and came out the same."
_READABLE = (Grid, Waterfall, Tree)
"""Rules whose words a person can hold side by side; those of the others are columns of constants."""


def changes(old: Definition, new: Definition) -> tuple[str, ...]:
    """A sentence for each thing that is other in ``new``: method, settings, ground, features, cuts, segments
    and their rules. One sentence says so where nothing is."""
    found = (
        *_method(old, new),
        *_values("The setting", old.recipe, new.recipe),
        *_values("What it stands on,", old.ground, new.ground),
        *_features(old, new),
        *_cuts(old, new),
        *_segments(old, new),
        *_rules(old, new),
    )
    return found or (NOTHING,)


def _method(old: Definition, new: Definition) -> Iterator[str]:
    if old.method != new.method:
        yield f"The method was {old.method} and is {new.method}."


def _values(what: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    before, after = _flat(old), _flat(new)
    for name in dict.fromkeys((*before, *after)):
        was, now = before.get(name), after.get(name)
        if was != now:
            yield f"{what} {name} was {_said(was)} and is {_said(now)}."


def _flat(nested: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """The values of nested mappings under dotted names."""
    flat: dict[str, Any] = {}
    for name, value in nested.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{above}{name}.")
        else:
            flat[f"{above}{name}"] = value
    return flat


def _said(value: object) -> str:
    if value is None or value == []:
        return "not set"
    if isinstance(value, list):
        return _listed(list(map(str, value)))
    return str(value)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)


def _features(old: Definition, new: Definition) -> Iterator[str]:
    before, after = old.rule.features, new.rule.features
    if gone := [each for each in before if each not in after]:
        yield f"It no longer looks at {_listed(gone)}."
    if come := [each for each in after if each not in before]:
        yield f"It now looks at {_listed(come)} too."


def _cuts(old: Definition, new: Definition) -> Iterator[str]:
    if not isinstance(old.rule, Grid) or not isinstance(new.rule, Grid):
        return
    before = {band.feature: band for band in old.rule.bands}
    for band in new.rule.bands:
        was = before.get(band.feature)
        if was and was.cuts != band.cuts:
            told = [_listed([f"{cut:f}" for cut in each.cuts]) for each in (was, band)]
            yield f"{band.letter} cuts {band.feature} at {told[1]}; it cut at {told[0]}."


def _segments(old: Definition, new: Definition) -> Iterator[str]:
    before, after = ({each.id: each.name for each in which.segments} for which in (old, new))
    if gone := [name for each, name in before.items() if each not in after]:
        yield f"Gone: {_listed(gone)}."
    if come := [name for each, name in after.items() if each not in before]:
        yield f"New: {_listed(come)}."
    for each, name in after.items():
        if each in before and before[each] != name:
            yield f"{before[each]} ({each}) is now called {name}."


def _rules(old: Definition, new: Definition) -> Iterator[str]:
    before = {each.id: each.rule for each in old.segments}
    other = [each for each in new.segments if before.get(each.id, each.rule) != each.rule]
    if isinstance(old.rule, _READABLE) and isinstance(new.rule, _READABLE):
        for each in other:
            yield f"{each.name}: was “{before[each.id]}”, is “{each.rule}”."
    elif isinstance(old.rule, Nearest) and isinstance(new.rule, Nearest) and _is_alike(old.rule, new.rule):
        yield from _centres(old.rule, new.rule, {each.id: each.name for each in other})
    elif other:
        yield f"Fitted anew, with other constants: {_listed([each.name for each in other])}."


def _is_alike(old: Nearest, new: Nearest) -> bool:
    return [each.feature for each in old.prepared] == [each.feature for each in new.prepared]


def _centres(old: Nearest, new: Nearest, names: Mapping[str, str]) -> Iterator[str]:
    """Where each centre went farthest, in the feature's standard deviations of the time."""
    for each, name in names.items():
        pairs = zip(new.prepared, old.centres[each], new.centres[each], strict=True)
        feature, was, now = max(pairs, key=lambda pair: abs(pair[2] - pair[1]))
        far = f"{was / UNITS:+.2f} to {now / UNITS:+.2f}"
        yield f"The centre of {name} moved most in {feature.feature}, from {far} standard deviations."
