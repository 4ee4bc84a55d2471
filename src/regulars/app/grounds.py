"""What the methods of a study fit on, and whether they can: asked of all before the first is fitted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial

from regulars.engine import Engine
from regulars.errors import NotReady, every_fault, sentence
from regulars.prepare.features.table import Features
from regulars.segment.definition import Definition
from regulars.segment.methods import Ground, Method, in_order
from regulars.settings import Settings
from regulars.types import Finding


def ground(
    name: str,
    settings: Settings,
    features: Features,
    as_of: date,
    definitions: Mapping[str, Definition] | None = None,
) -> Ground:
    """What a segmentation is fitted on, with the definitions that it learns from."""
    return Ground(
        name, features.table, features.features, as_of, settings.seed, settings.timezone, settings.currency,
        mapped(settings), definitions or {}, has_orders=bool(settings.sources.orders),
        left_out=features.left_out,
    )  # fmt: skip


def preflight(
    methods: Mapping[str, Method], settings: Settings, features: Features, as_of: date, engine: Engine
) -> list[Finding]:
    """A warning for each segmentation that this data is seen to lack something for.

    Raises SettingsError with the faults of all segmentations.
    """

    def lacking(name: str, method: Method) -> list[Finding]:
        try:
            method.preflight(ground(name, settings, features, as_of), engine)
        except NotReady as reason:
            return [left_out(name, reason)]
        return []

    found = every_fault(partial(lacking, name, method) for name, method in in_order(methods).items())
    return [finding for each in found for finding in each]


def left_out(name: str, reason: NotReady) -> Finding:
    """That a segmentation is left out, and why."""
    what = sentence(f"This segmentation is left out: {reason.found}")
    return Finding("warning", f"segmentations.{name}", what, reason.remedy)


def mapped(settings: Settings) -> tuple[str, ...]:
    """Which kinds of column the settings name: a definition stands on those that it was fitted with."""
    sources = settings.sources
    asked = ("value", "product", "category", "brand", "promotion", "discount")
    kinds = [kind for kind in asked if sources.maps(kind)]
    if sources.products is not None:
        kinds += [kind for kind in ("category", "brand") if kind in sources.products.columns.named]
    if not sources.shops and sources.customers is not None:
        kinds += sources.customers.columns.totals
    return tuple(kinds)
