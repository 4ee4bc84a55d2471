"""Features that the settings work out from others: ``basket_value: {formula: "spend / orders"}``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from regulars.engine import Engine, quoted
from regulars.errors import SettingsError
from regulars.feature_settings import DerivedFeature
from regulars.prepare.features.formula import Formula, NotAFormula, parse
from regulars.prepare.features.names import why_not
from regulars.types import Feature, Role

STRICTNESS: tuple[Role, ...] = ("cause", "attribute", "outcome")
"""From what segments are made of by default to what they must only explain."""
LARGEST = 10**9
"""Beyond this a double cannot keep six decimals; profiles sum whole millionths."""
MAY_BE_NEGATIVE = ("points", "currency")


@dataclass(frozen=True)
class Derived:
    """A feature with the formula that makes it."""

    feature: Feature
    formula: Formula


def derived(choices: Mapping[str, DerivedFeature], known: Sequence[Feature]) -> tuple[Derived, ...]:
    """The derived features that the settings ask for, over the features that are known.

    Each has the strictest role of its inputs, and all of their protection and kin: what is made from an
    outcome is an outcome, unless the settings say otherwise and why. Raises SettingsError with every fault
    at once.
    """
    by_name = {each.name: each for each in known}
    made, faults = [], []
    for name, choice in choices.items():
        try:
            made.append(_one(name, choice, by_name))
        except ValueError as fault:
            faults.append(f"{name}: {fault}")
    if faults:
        raise SettingsError(
            "features.derived", "; ".join(faults),
            "A formula is made of features and numbers with + - * /, parentheses, min(a, b), max(a, b), "
            "abs(a) and ln1p(a).",
        )  # fmt: skip
    return tuple(made)


def _one(name: str, choice: DerivedFeature, known: Mapping[str, Feature]) -> Derived:
    if why := why_not(name) or ("is a feature that is measured already" if name in known else ""):
        raise ValueError(f"that name {why}; choose another")
    try:
        formula = parse(choice.formula, known)
    except NotAFormula as bad:
        raise ValueError(f"{choice.formula!r}: {bad}") from bad
    inputs = [known[each] for each in formula.features]
    if text := [each.name for each in inputs if each.is_text]:
        raise ValueError(f"{choice.formula!r}: {' and '.join(text)} is text, which cannot be calculated with")
    role = _role(choice, inputs)
    reason = f" Taken as {_a(role)}: {choice.reason.strip()}" if choice.reason.strip() else ""
    return Derived(
        Feature(
            name,
            choice.label.strip() or name.replace("_", " ").capitalize(),
            choice.unit,
            role,
            f"{formula.text}, by features.derived.{reason}",
            choice.high.strip(),
            choice.low.strip(),
            _protection(inputs),
            tuple(dict.fromkeys(kin for each in inputs for kin in each.kin)),
        ),
        formula,
    )


def _role(choice: DerivedFeature, inputs: Sequence[Feature]) -> Role:
    strictest = max((each.role for each in inputs), key=STRICTNESS.index)
    role = choice.role or strictest
    if STRICTNESS.index(role) < STRICTNESS.index(strictest) and not choice.reason.strip():
        of = " and ".join(each.name for each in inputs if each.role == strictest)
        raise ValueError(
            f"it cannot be {_a(role)} without a reason, for it is made of {of}, {_a(strictest)}; "
            "leave role out, or add a reason"
        )
    return role


def _a(role: Role) -> str:
    return f"{'a' if role == 'cause' else 'an'} {role}"


def _protection(inputs: Sequence[Feature]) -> str:
    return "; ".join(f"made of {each.name}: {each.protected}" for each in inputs if each.protected)


def require_fitting(engine: Engine, made: Sequence[Derived]) -> None:
    """Raises SettingsError where a derived column of ``features`` holds what its unit cannot mean."""
    if not made:
        return
    ends = ", ".join(f"min({name}), max({name})" for name in (quoted(each.feature.name) for each in made))
    ((*found,),) = engine.rows(f"select {ends} from features", "derived_ends")
    faults = [
        f"{each.feature.name} ({each.formula.text}): {fault}"
        for each, low, high in zip(made, found[::2], found[1::2], strict=True)
        if low is not None and (fault := _unfit(each.feature.unit, low, high))
    ]
    if faults:
        raise SettingsError(
            "features.derived", "; ".join(faults),
            "Mend the formula, choose another unit, or take ln1p of what is large.",
        )  # fmt: skip


def _unfit(unit: str, low: float, high: float) -> str:
    if max(-low, high) > LARGEST:
        end = low if -low > high else high
        return f"it comes to {end:,.0f} for a customer, and beyond {LARGEST:,} six decimals cannot be kept"
    if unit == "share" and not 0 <= low <= high <= 1:
        return f"it comes to {low if low < 0 else high:,.6g} for a customer, and a share is 0 to 1"
    if low < 0 and unit not in MAY_BE_NEGATIVE:
        return f"it comes to {low:,.6g} for a customer; of what lies below zero the unit is points"
    return ""
