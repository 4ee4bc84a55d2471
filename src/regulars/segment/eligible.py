"""Which features a method may use: what is asked for, held against what segments may be made from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import StringConstraints

from regulars.errors import NotReady, SettingsError, did_you_mean, every_fault, sentence
from regulars.segment.methods import Ground
from regulars.types import Feature, Finding, Role

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
"""A sentence that a person wrote; it is kept in the definition."""


def eligible(
    ground: Ground,
    asked: Sequence[str] | None,
    *,
    roles: Sequence[Role] = ("cause",),
    allow_outcomes: str | None = None,
    allow_protected: str | None = None,
) -> tuple[list[Feature], list[Finding]]:
    """The features to use, in the study's own order, and what is to be said about them.

    Without ``asked``: all of those ``roles`` that are not protected. With it: these, whatever their role,
    except outcomes and protected attributes, which need the reason for which they are allowed.
    Raises SettingsError with every feature that there is not or that may not be used, and NotReady for one
    that this data cannot give.
    """
    if asked is None:
        return [each for each in ground.features if each.role in roles and not each.protected], []
    used = [each for each in ground.features if each.name in asked]
    outcomes = used if "outcome" not in roles else []
    notes = every_fault(
        (
            lambda: _outcomes_allowed(ground, outcomes, allow_outcomes),
            lambda: protected_allowed(ground, used, allow_protected),
            lambda: _require_there(ground, asked),
        )
    )
    return used, [note for told in notes for note in told]


def named(ground: Ground, asked: Sequence[str], setting: str = "features") -> list[Feature]:
    """The features of those names, in the study's own order.

    Raises SettingsError for one there is not, NotReady for one that this data cannot give.
    """
    _require_there(ground, asked, setting)
    return [each for each in ground.features if each.name in asked]


def _require_there(ground: Ground, asked: Sequence[str], setting: str = "features") -> list[Finding]:
    offered = [each.name for each in ground.features]
    if unknown := [name for name in asked if name not in offered and name not in ground.left_out]:
        near = "".join(did_you_mean(name, [*offered, *ground.left_out]) for name in unknown)
        raise SettingsError(
            f"segmentations.{ground.name}.{setting}",
            f"this data has no feature {', '.join(map(repr, unknown))}.{near}".rstrip("."),
            f"It has {', '.join(offered)}.",
        )
    require_given(ground, asked, setting)
    return []


def require_given(ground: Ground, asked: Sequence[str], setting: str = "features") -> None:
    """Raises NotReady with the reason for each of these features that this data cannot give."""
    lacking = {name: ground.left_out[name] for name in asked if name in ground.left_out}
    if lacking:
        raise NotReady(
            f"segmentations.{ground.name}.{setting}",
            "; ".join(f"this data cannot give {name}: {why}" for name, why in lacking.items()),
            f"Map what {' and '.join(lacking)} {'needs' if len(lacking) == 1 else 'need'}, change the "
            "setting that is named here, or name other features.",
        )


def protected_allowed(
    ground: Ground, used: Sequence[Feature], reason: str | None, setting: str = "features"
) -> list[Finding]:
    """A note where protected attributes are used for a stated reason. Raises SettingsError without one."""
    met = [each for each in used if each.protected]
    if not met:
        return []
    where = f"segmentations.{ground.name}"
    told = "; ".join(f"{each.name}: {each.protected}" for each in met)
    if reason is None:
        raise SettingsError(
            f"{where}.{setting}",
            f"people must not be told apart by what protects them ({told})",
            f"Leave {', '.join(each.name for each in met)} out, or say why not in {where}.allow_protected.",
        )
    return [
        Finding(
            "warning", f"{ground.name}.{setting}",
            f"Protected attributes or proxies for them were used ({told}), for this reason: "
            f"{sentence(reason)}",
            "Have this reviewed before any customer is treated by these segments.",
        )
    ]  # fmt: skip


def _outcomes_allowed(ground: Ground, used: Sequence[Feature], reason: str | None) -> list[Finding]:
    outcomes = ", ".join(each.name for each in used if each.role == "outcome")
    if not outcomes:
        return []
    if reason is None:
        raise SettingsError(
            f"segmentations.{ground.name}.features",
            f"{outcomes} cannot be used: segments are made from what customers do, to explain what comes "
            "of it; made from outcomes, they would only repeat them",
            f"Leave {outcomes} out, or say why not in segmentations.{ground.name}.allow_outcomes.",
        )
    return [
        Finding(
            "note", f"{ground.name}.features",
            f"Outcomes were among the features ({outcomes}), for this reason: {sentence(reason)}",
            "Read differences between the segments in these as their making, not as a finding.",
        )
    ]  # fmt: skip
