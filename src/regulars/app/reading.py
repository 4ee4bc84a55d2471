"""The tables of a study: orders and what stands beside them, or customers alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from regulars.app.workspace import Workspace
from regulars.engine import Engine
from regulars.errors import SourceUnreadable, UsageError, did_you_mean
from regulars.prepare.clean import Cleaned, clean, day_of_study
from regulars.prepare.features.attributes import CUSTOMERS, attribute_families, doubts
from regulars.prepare.features.catalogue import Family
from regulars.prepare.features.customer_level import clean_customers, day_of_customers, totals_family
from regulars.prepare.features.offer import Offer, offer
from regulars.prepare.features.table import Features, make_features
from regulars.prepare.readiness import Gate, gates, gates_of_customers
from regulars.prepare.reading.read import Read
from regulars.prepare.reading.side_tables import SideRead, read_beside
from regulars.prepare.reading.unite import known_as, read_orders, settle_identities
from regulars.settings import Settings
from regulars.types import Finding, Input


@dataclass(frozen=True)
class Tables:
    """The tables of a study as they were read. Without orders, the customers stand alone."""

    settings: Settings
    orders: Read | None
    beside: Mapping[str, SideRead]

    @property
    def inputs(self) -> tuple[Input, ...]:
        """The digest of each table, in the order in which the settings have them."""
        orders = () if self.orders is None else self.orders.parts or (self.orders,)
        return (*(each.input for each in orders), *(side.input for side in self.beside.values()))

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is worth knowing of how they were read."""
        of_orders = self.orders.findings if self.orders else ()
        return (*of_orders, *(doubt for side in self.beside.values() for doubt in side.findings))

    def day(self, engine: Engine, asked: date | None, today: date) -> date:
        """The day that the study looks from."""
        return (day_of_study if self.orders else day_of_customers)(engine, asked, today)

    def cleaned(self, engine: Engine, as_of: date, today: date) -> Cleaned:
        """Every row judged, the clean tables made, and the ledger."""
        if self.orders is None:
            return clean_customers(engine, self.settings, as_of, self.beside)
        return clean(engine, self.orders, self.settings, as_of, today, self.beside)

    def gates(self, engine: Engine, cleaned: Cleaned) -> tuple[Gate, ...]:
        """What must hold for a segmentation that can be relied on."""
        of = gates if self.orders else gates_of_customers
        return of(engine, cleaned, self.settings.readiness)

    def features(self, engine: Engine, as_of: date, foretold: Sequence[Family] = ()) -> Features:
        """The table of features, from the clean tables, with those that are ``foretold``."""
        sources = self.settings.sources
        kinds = engine.kinds(CUSTOMERS) if sources.customers else {}
        return make_features(
            engine, sources.shops[0].columns if sources.shops else None, as_of, self.settings.features,
            (*attribute_families(sources.customers, kinds), *foretold), _totals(self.settings),
        )  # fmt: skip

    def doubts(self, engine: Engine) -> Iterator[Finding]:
        """What is worth knowing of these features."""
        customers = self.settings.sources.customers
        if customers is not None:
            yield from doubts(customers, engine)


def offered(settings: Settings, foretold: Sequence[Family] = ()) -> Offer:
    """What these settings offer to measure, whatever the data has of it, and what is ``foretold``.

    Raises SettingsError for what cannot be.
    """
    attributes = attribute_families(settings.sources.customers)
    return offer(settings.features, (*attributes, *foretold), _totals(settings))


def _totals(settings: Settings) -> Family | None:
    sources = settings.sources
    return totals_family(sources.customers) if sources.customers and not sources.shops else None


def read_tables(
    engine: Engine,
    settings: Settings,
    workspace: Workspace,
    frame: object | None,
    others: Mapping[str, object],
) -> Tables:
    """Read every table; all under one id a customer where there is a map of identities.

    A ``frame`` is read in place of the file of orders (or of customers, where they stand alone), ``others``
    in place of the tables that they are named for.
    """
    frames = _frames(settings, frame, others)
    beside = {}
    for name, layout in settings.sources.beside.items():
        beside[name] = read_beside(
            name, layout, workspace.root, engine, timezone=settings.timezone,
            blank_opt_out=settings.cleaning.blank_opt_out, frame=frames.get(name),
        )  # fmt: skip
        if name == "identities":
            settle_identities(engine, _names(settings))
        elif "identities" in beside and "customer_id" in beside[name].rows:
            known_as(engine, beside[name].rows.name, name)
    orders = None
    if settings.sources.shops:
        orders = read_orders(settings, workspace.root, engine, frames, beside.get("identities"))
    return Tables(settings, orders, beside)


def _names(settings: Settings) -> list[str]:
    return [each.name for each in settings.sources.shops] + list(settings.sources.beside)


def _frames(settings: Settings, frame: object | None, others: Mapping[str, object]) -> dict[str, object]:
    """The frames that are read in place of files, by the names of their tables.

    Raises UsageError for one that the settings do not know, SourceUnreadable where there is neither.
    """
    shops = settings.sources.shops
    frames = dict(others)
    if frame is not None:
        frames[shops[0].name if shops else CUSTOMERS] = frame
    known = _names(settings)
    for name in frames:
        if name not in known:
            raise UsageError(
                f"a frame for {name!r}", f"the settings have no sources.{name}",
                f"Say there what its columns mean.{did_you_mean(name, known)}",
            )  # fmt: skip
    for at, each in enumerate(shops):
        if not each.path and each.name not in frames:
            place = "sources.orders.path" if len(shops) == 1 else f"sources.orders.{at}.path"
            raise SourceUnreadable(place, "no file is named and no frame was given", "Name the order file.")
    return frames
