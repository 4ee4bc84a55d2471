"""The seam for segmentation methods: settings in, features in, a definition out. One file a method."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from regulars import plugins
from regulars.engine import Engine
from regulars.errors import SettingsError, did_you_mean
from regulars.segment.definition import Definition
from regulars.segment.rules import Rule
from regulars.types import Feature, Finding, Role, Segment, Table


@dataclass(frozen=True)
class Ground:
    """What a method fits on: the feature table (one row a customer, with ``customer_id``), what each
    column means, and the study's own constants. ``features`` lists only what this data can give;
    ``mapped`` names which of value, product, category and promotion the user has mapped to a column."""

    name: str
    table: Table
    features: Sequence[Feature]
    as_of: date
    seed: int
    timezone: str
    currency: str
    mapped: tuple[str, ...] = ()
    definitions: Mapping[str, Definition] = field(default_factory=dict)
    """The segmentations that the method learns from, by name: see :attr:`Method.learns_from`."""
    has_orders: bool = True
    """Whether customers are known by their orders; else by a table of them alone."""
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Features that this data cannot give, each with the reason."""

    @property
    def constants(self) -> dict[str, str]:
        """What the features stand on, for the definition: see :func:`constants`."""
        return constants(self.timezone, self.currency, self.mapped, learnt=self.definitions)

    def feature(self, name: str) -> Feature | None:
        return next((each for each in self.features if each.name == name), None)


def constants(
    timezone: str,
    currency: str,
    mapped: Iterable[str] = (),
    made: Mapping[str, str] | None = None,
    learnt: Mapping[str, Definition] | None = None,
) -> dict[str, str]:
    """What a definition's features stand on: business zone, currency, which columns were mapped, what the
    features ``made`` by the settings are, and the definitions whose segments were ``learnt``.

    A definition that stands on others must be fitted anew. What was mapped counts, not what happened to
    be in the rows: a month without returns is no reason to refit, amounts mapped since the last run are.
    Nothing mapped is not written, so that definitions made without the question keep their digest.
    """
    columns = ",".join(sorted(set(mapped)))
    return {
        "timezone": timezone,
        "currency": currency,
        **({"columns": columns} if columns else {}),
        **{f"features.{name}": said for name, said in (made or {}).items()},
        **{f"labels.{name}": each.digest for name, each in (learnt or {}).items()},
    }


class Method(BaseModel):
    """Base of every method: its fields are its settings, and unknown ones are refused.

    A plug-in subclasses this, names itself in ``method``, and implements ``fit``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    method: ClassVar[str]
    default_roles: ClassVar[tuple[Role, ...]] = ("cause",)
    """Roles of the features that it takes where the settings name none."""
    refit_customers: ClassVar[int] = 50_000
    """Customers that ``refit`` is tried on, twenty times: a fit on as many may take a tenth of a second."""

    def preflight(self, ground: Ground, engine: Engine) -> None:
        """Nothing, where the settings can be met: asked of every method of a study before the first is
        fitted, and by a dry run, so that all faults are told at once and early.

        Raises what ``fit`` would raise for features, their kinds and their roles: SettingsError, or NotReady
        for what this data lacks. No definitions that it learns from are there yet. By default nothing is
        looked at, and ``fit`` has the only word.
        """

    def fit(self, ground: Ground, engine: Engine) -> Definition:
        """The fitted definition. Same rows in any order, any thread count: the same document.

        Raises NotReady, and no other error, where these customers are too few or cannot be told apart:
        a study leaves this segmentation out, with a warning, where another one can be made. SettingsError
        is for what no other customers could mend.
        """
        raise TypeError(f"{type(self).__name__} does not say how to fit")

    def refit(self, ground: Ground, engine: Engine, segments: int) -> Definition:
        """A fit with as many segments as there are, made many times to see how far chance moves it: only its
        rule and the ids of its segments are read. By default ``fit``; a method that chooses how many
        segments, or measures what it has found, leaves that out.
        """
        return self.fit(ground, engine)

    @property
    def takes_all(self) -> bool:
        """Whether the settings leave it to the method which features it uses, so that each that is offered
        may change what it finds."""
        return "features" in type(self).model_fields and vars(self)["features"] is None

    @property
    def learns_from(self) -> tuple[str, ...]:
        """Names of other segmentations of the study that are fitted before this one, for it to learn their
        segments: their definitions come in ``ground.definitions``."""
        return ()

    def defined(
        self,
        ground: Ground,
        *,
        rule: Rule,
        segments: tuple[Segment, ...],
        fitted: Mapping[str, Any],
        notes: tuple[Finding, ...] = (),
        choice: Mapping[str, Any] | None = None,
    ) -> Definition:
        """The definition with what every method puts in it: its settings, the ground, and the day."""
        return Definition(
            name=ground.name,
            method=self.method,
            recipe=self.recipe,
            ground=ground.constants,
            rule=rule,
            segments=segments,
            fitted={**fitted, "as_of": ground.as_of.isoformat()},
            notes=notes,
            choice=dict(choice or {}),
        )

    @property
    def recipe(self) -> dict[str, Any]:
        """The settings as plain values, as the definition keeps them."""
        return self.model_dump(mode="json")


def chosen(name: str, settings: dict[str, Any]) -> Method:
    """The method of one entry of ``segmentations``, checked.

    Raises SettingsError for a method that nobody offers or a setting it does not have.
    """
    asked = dict(settings)
    method = asked.pop("method", None)
    offered = plugins.names("methods")
    where = f"segmentations.{name}"
    if method not in offered:
        raise SettingsError(
            where, f"no method {method!r}.{did_you_mean(str(method), offered)}",
            f"Set {where}.method to one of {', '.join(offered)}.",
        )  # fmt: skip
    make: type[Method] = plugins.load("methods", str(method))
    try:
        return make(**asked)
    except ValidationError as bad:
        known = list(make.model_fields)
        errors = bad.errors()
        # What holds a part at fault is not at fault itself for lacking that part.
        own = [
            each
            for each in errors
            if not (each["type"] == "too_short" and _has_part_among(each["loc"], errors))
        ]
        faults = "; ".join(_fault(make, each["loc"], _plain(each)) for each in own)
        raise SettingsError(where, faults, f"{method} takes: {', '.join(known) or 'nothing'}.") from bad


def in_order(methods: Mapping[str, Method]) -> dict[str, Method]:
    """The methods of a study, each after those that it learns from; else in the order given.

    Raises SettingsError for one that learns from a segmentation that is not there, or round about from
    itself.
    """
    ordered: dict[str, Method] = {}

    def visit(name: str, way: tuple[str, ...]) -> None:
        where = f"segmentations.{way[-1]}.of" if way else ""
        if name not in methods:
            others = [each for each in methods if each != way[-1]]
            raise SettingsError(
                where, f"there is no segmentation {name!r} to learn from.{did_you_mean(name, others)}",
                f"Name one of {', '.join(others)}." if others else "Add one that it can learn from.",
            )  # fmt: skip
        if name in way:
            circle = " learns from ".join((*way[way.index(name) :], name))
            raise SettingsError(
                where, f"it would learn from itself: {circle}", "Let it learn from another segmentation."
            )
        if name not in ordered:
            for needed in methods[name].learns_from:
                visit(needed, (*way, name))
            ordered[name] = methods[name]

    for name in methods:
        visit(name, ())
    return ordered


_PLAIN = {
    "extra_forbidden": "no such setting.",
    "missing": "it must be set",
    "int_parsing": "it must be a whole number",
    "int_type": "it must be a whole number",
    "int_from_float": "it must be a whole number",
    "tuple_type": "it must be a list",
}
"""Faults that the checker of settings tells in its own terms, in words for people."""


def _plain(error: Mapping[str, Any]) -> str:
    if error["type"] == "too_short" and error["ctx"]["min_length"] == 1:
        return "it must name at least one"
    return _PLAIN.get(error["type"], str(error["msg"]))


def _has_part_among(place: tuple[int | str, ...], errors: Iterable[Mapping[str, Any]]) -> bool:
    return any(len(each["loc"]) > len(place) and each["loc"][: len(place)] == place for each in errors)


def _fault(model: type[BaseModel], place: tuple[int | str, ...], said: str) -> str:
    """One fault with its place, and for a setting that there is none of, the near name at that place."""
    told = f"{'.'.join(map(str, place))}: " if place else ""
    near = did_you_mean(str(place[-1]), _settings_at(model, place[:-1])) if place else ""
    return f"{told}{said.removeprefix('Value error, ')}{near}"


def _settings_at(model: type[BaseModel], place: tuple[int | str, ...]) -> list[str]:
    """Names of the settings of what stands at that place: the method's own, or those of a part of it."""
    for part in place:
        if isinstance(part, int):
            continue
        field = model.model_fields.get(part)
        kinds = (field.annotation, *get_args(field.annotation)) if field else ()
        parts = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]
        if not parts:
            return []
        model = parts[0]
    return list(model.model_fields)
