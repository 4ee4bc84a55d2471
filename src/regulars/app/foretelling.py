"""What a study foretells: its value model, fitted once, pinned and reused, and the features that it gives."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from regulars.app.workspace import Workspace
from regulars.engine import Engine
from regulars.errors import FitFailed, NotReady, sentence
from regulars.prepare.clean import Cleaned
from regulars.prepare.features.catalogue import Family
from regulars.prepare.features.offer import NO_ORDERS
from regulars.segment.definition import Definition
from regulars.segment.methods import constants
from regulars.settings import Settings
from regulars.types import Finding
from regulars.value import standing, suits
from regulars.value.calibration import UNIT_DAYS, calibrate, last_calibrated
from regulars.value.columns import worth_families
from regulars.value.definition import ValueDefinition
from regulars.value.features import without_model
from regulars.value.fitting import Prior
from regulars.value.holdout import HoldOut, held_out
from regulars.value.priors import priors
from regulars.value.worth import make_worth
from regulars.value_settings import ValueChoices

FITTED_BY = ("model", "priors")
"""Of the settings, what the fit depends on; the others say how far it looks."""


@dataclass(frozen=True)
class Foretold:
    """The value model of a study, or why there is none."""

    value: ValueDefinition | None
    asked: ValueChoices
    why_not: str = ""
    findings: tuple[Finding, ...] = ()

    @cached_property
    def families(self) -> tuple[Family, ...]:
        """The features that it gives, or lacks."""
        if self.value is None:
            return without_model(self.why_not, self.asked.horizon_days, self.asked.discount_rate)
        recipe = self.value.recipe
        made = worth_families(self.value.model, recipe["horizon_days"], recipe["discount_rate"])
        return tuple(replace(family, ground=ground_of(self.value)) for family in made)


def ground_of(value: ValueDefinition) -> str:
    """What a segment definition that uses its features holds of it."""
    return f"value model {value.digest}"


def not_asked(settings: Settings) -> str:
    """Why a study under these settings foretells nothing; empty where it does."""
    if not settings.sources.shops:
        return NO_ORDERS
    return "value.model is none" if settings.value.model == "none" else ""


def reused(settings: Settings, workspace: Workspace) -> Foretold | None:
    """The pinned model, where the same settings would make it again; None where one must be fitted."""
    if why := not_asked(settings):
        return Foretold(None, settings.value, why)
    pinned = workspace.pinned_value()
    if pinned is None or not _same_fit(pinned, settings) or pinned.recipe != _recipe(settings):
        return None
    return Foretold(pinned, settings.value)


def stands_on(definition: Definition, settings: Settings, workspace: Workspace) -> Foretold | None:
    """The version of the value model that a segment definition reads the features of, if it does."""
    held = set(definition.ground.values())
    found = (each for each in workspace.pinned_values() if ground_of(each) in held)
    return next((Foretold(each, settings.value) for each in found), None)


def fitted(
    engine: Engine, settings: Settings, workspace: Workspace, cleaned: Cleaned, as_of: date, *, refit: bool
) -> Foretold:
    """The model fitted on all orders up to ``as_of``, from clean ``orders``; not pinned yet.

    A fit that the settings still stand for is kept where they only look further ahead, unless ``refit``.
    Where these orders cannot carry a model, there is none, with a finding that says why.
    """
    if why := not_asked(settings):
        return Foretold(None, settings.value, why)
    old = workspace.pinned_value()
    if old is not None and not refit and _same_fit(old, settings):
        longer = replace(old, recipe=_recipe(settings), version=old.version + 1)
        return Foretold(longer, settings.value)
    try:
        new = _fit(engine, settings, cleaned, as_of)
    except (NotReady, FitFailed) as refused:
        where, what = "value", sentence(f"Nothing is foretold: {refused.found}")
        return Foretold(None, settings.value, refused.found, (Finding("note", where, what, refused.remedy),))
    if old is not None:
        new = replace(new, version=old.version)
        new = old if new.digest == old.digest else replace(new, version=old.version + 1)
    return Foretold(new, settings.value)


def _fit(engine: Engine, settings: Settings, cleaned: Cleaned, as_of: date) -> ValueDefinition:
    """The model, and how it did on the last days when fitted on the first. Raises NotReady and FitFailed."""
    name = settings.value.model
    held = priors(settings.value, name, UNIT_DAYS["week"])
    tried, doubts = _tried(engine, name, held, cleaned, as_of)
    # Last, so that the features of the day find these histories.
    calibration = calibrate(engine, as_of, UNIT_DAYS["week"])
    model, of_model = calibration.fit(name, held)
    unfit = (*suits.doubts(engine, model, as_of), *_knew_returns(settings))
    return ValueDefinition(
        model, _recipe(settings), _ground(settings),
        None if tried is None else tried.as_json(), (*calibration.doubts, *of_model, *doubts, *unfit),
    )  # fmt: skip


def _tried(
    engine: Engine, name: str, held: dict[str, Prior], cleaned: Cleaned, as_of: date
) -> tuple[HoldOut | None, list[Finding]]:
    """How the model foretells the last quarter of the days from the others, and what is doubtful of that."""
    until = last_calibrated(cleaned.start, as_of)
    try:
        model, _ = calibrate(engine, until, UNIT_DAYS["week"]).fit(name, held)
    except (NotReady, FitFailed) as refused:
        what = sentence(f"The value model was not tried on days held out: {refused.found}")
        return None, [Finding("warning", f"value.{name}", what, refused.remedy)]
    make_worth(engine, model, (as_of - until).days)
    told = held_out(engine, model, until, as_of, with_coverage=False)
    doubt = standing.doubt({"validation": told.as_json()})
    if not doubt:
        return told, []
    return told, [
        Finding(
            "warning", f"value.{name}",
            f"{doubt} From {until} to {as_of}: {' '.join(told.verdicts)}",
            "Take what is foretold of single customers for no more than the simple rule says; compare the "
            "other models (regulars value --compare), or bring more orders.",
        )
    ]  # fmt: skip


def _knew_returns(settings: Settings) -> tuple[Finding, ...]:
    """That the trial of a run is on customers whom cleaning chose with all days in view."""
    if settings.cleaning.net_spend_not_positive == "keep":
        return ()
    return (
        Finding(
            "note", "value.trial",
            "Who had returned all that they bought by the end is not in the trial of the value model: "
            "cleaning set them aside, which nobody could have done on the day of the cut.",
            "regulars value tries the model with them.",
        ),
    )  # fmt: skip


def _recipe(settings: Settings) -> dict[str, Any]:
    return settings.value.model_dump(mode="json")


def _ground(settings: Settings) -> dict[str, str]:
    kinds = ("value",) if settings.sources.maps("value") else ()
    return constants(settings.timezone, settings.currency, kinds)


def _same_fit(value: ValueDefinition, settings: Settings) -> bool:
    """Whether these settings would fit the same model to the same orders."""
    asked = _recipe(settings)
    is_asked = all(value.recipe[each] == asked[each] for each in FITTED_BY)
    return is_asked and value.ground == _ground(settings)
