"""A study cut in time: features as they were known on two days, and what came after each of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta

from regulars.app.reading import Tables, offered
from regulars.app.study import CleanOrders, cleaned_orders, for_outcomes
from regulars.app.work import Asked
from regulars.app.workspace import Workspace
from regulars.engine import Engine
from regulars.errors import NotReady, UsageError
from regulars.prepare.features.attributes import attribute_families
from regulars.prepare.features.catalogue import Family
from regulars.prepare.features.table import Features
from regulars.settings import Settings
from regulars.types import Feature, Finding
from regulars.value.calibration import CALIBRATED_SHARE
from regulars.value.features import without_model
from regulars.value.frames import Frame, keep_outcome_lines, make_frame


@dataclass(frozen=True)
class Frames:
    """Two cuts of one study, in the engine: ``train`` ends on the day on which ``test`` begins."""

    engine: Engine
    train: Frame
    test: Frame
    findings: tuple[Finding, ...]
    with_value: bool
    """Whether the orders carry amounts; without them all spend is 0."""


@contextmanager
def frames(
    settings: Settings,
    workspace: Workspace,
    asked: Asked,
    until: date | None,
    horizon_days: int | None = None,
) -> Iterator[Frames]:
    """The study's customers as of ``until`` less the horizon, and as of ``until``; the horizon is the days
    from ``until`` to the day of the study. Where no day is named it is ``horizon_days``, if the orders span
    three times as many.

    Every source is read once. For each cut all of it is then cleaned and measured as of that day, so nothing
    that is dated later can move a feature. What has no date of its own is taken as known all along: the
    table of products, the map of identities, and who opted out (who is left out of everything). Attributes
    of customers without ``known_on`` are left out, with a finding.

    Raises UsageError for a day that leaves no orders on one of the sides, and for a study without orders.
    """
    with _opened(settings, workspace, asked) as orders:
        since, until, end = _cuts(orders, until, horizon_days)
        (test, doubts), (train, _) = (
            _frame(orders, settings, asked, name, cut, upto)
            for name, cut, upto in (("test_frame", until, end), ("train_frame", since, until))
        )
        with_value = settings.sources.maps("value")
        yield Frames(orders.engine, train, test, (*orders.findings, *doubts), with_value=with_value)


@contextmanager
def frames_ahead(
    settings: Settings, workspace: Workspace, asked: Asked, horizon_days: int
) -> Iterator[Frames]:
    """The study's customers as of its own day less the horizon, to learn from, and as of its own day, to
    foretell: of these nothing has come yet.

    Raises what ``frames`` raises.
    """
    with _opened(settings, workspace, asked) as orders:
        start, end = orders.cleaned.start, orders.as_of
        since, upto = end - timedelta(days=horizon_days), end + timedelta(days=horizon_days)
        if not start < since:
            raise UsageError(
                f"a horizon of {horizon_days} days", f"the orders run from {start} to {end}",
                "Look fewer days ahead: what is foretold is learnt from as many days, and something has to "
                "be known before them.",
            )  # fmt: skip
        (now, doubts), (train, _) = (
            _frame(orders, settings, asked, name, cut, ahead)
            for name, cut, ahead in (("now_frame", end, upto), ("train_frame", since, end))
        )
        with_value = settings.sources.maps("value")
        yield Frames(orders.engine, train, now, (*orders.findings, *doubts), with_value=with_value)


@contextmanager
def _opened(settings: Settings, workspace: Workspace, asked: Asked) -> Iterator[CleanOrders]:
    """The study, read and cleaned for outcomes, with ``outcome_lines`` laid aside."""
    if not settings.sources.shops:
        raise UsageError(
            "value", "this study has no orders, only a table of customers",
            "Name sources.orders (payments of a subscription are orders): what customers did after a day is "
            "learnt from, and a table of customers alone does not say it.",
        )  # fmt: skip
    with cleaned_orders(for_outcomes(settings), workspace, asked) as orders:
        keep_outcome_lines(orders.engine)
        yield orders


def _cuts(
    orders: CleanOrders, asked: date | None, horizon_days: int | None = None
) -> tuple[date, date, date]:
    """The day to learn as of, the day to try as of, and the day of the study. Raises UsageError."""
    start, end = orders.cleaned.start, orders.as_of
    span = (end - start).days
    ahead = horizon_days if horizon_days and 3 * horizon_days <= span else span - int(span * CALIBRATED_SHARE)
    until = asked or end - timedelta(days=ahead)
    since = until - (end - until)
    if not start < since < until < end:
        raise UsageError(
            f"--calibrate-until {until}", f"the orders run from {start} to {end}",
            "Name a day in the later half of these: as many days before it are learnt from as are tried "
            "after it, and something has to be known before them all.",
        )  # fmt: skip
    return since, until, end


def _frame(
    orders: CleanOrders, settings: Settings, asked: Asked, name: str, cut: date, upto: date
) -> tuple[Frame, tuple[Finding, ...]]:
    asked.stage(f"Measuring customers as of {cut}")
    engine, tables = orders.engine, Tables(settings, orders.tables.orders, orders.tables.beside)
    try:
        tables.cleaned(engine, cut, asked.today)
    except NotReady as nobody:
        raise NotReady(
            f"customers as of {cut}", nobody.found, "Take a later day with --calibrate-until, or more orders."
        ) from nobody
    features = tables.features(engine, cut, without_foretold(tables.settings))
    usable, doubts = _dated(features, tables.settings)
    return make_frame(engine, name, usable, cut, upto), doubts


def without_foretold(settings: Settings) -> tuple[Family, ...]:
    """What a value model foretells is no feature here: the model may know of days that are yet to come."""
    why = "it is foretold by a model that may know of later days"
    return without_model(why, settings.value.horizon_days, settings.value.discount_rate)


def undated(settings: Settings) -> frozenset[str]:
    """Attributes of customers that have no day on which they were known, and what is derived from them."""
    customers = settings.sources.customers
    if customers is None or customers.columns.known_on is not None:
        return frozenset()
    told = {each.name for family in attribute_families(customers) for each in family.features}
    made = offered(settings, without_foretold(settings)).derived
    return frozenset(told | {each.feature.name for each in made if told.intersection(each.formula.features)})


def _dated(features: Features, settings: Settings) -> tuple[list[Feature], tuple[Finding, ...]]:
    """The features of which it is known when they were known, and a finding of the others."""
    of_no_day = undated(settings)
    if not of_no_day:
        return list(features.features), ()
    left = ", ".join(each.name for each in features.features if each.name in of_no_day)
    return [each for each in features.features if each.name not in of_no_day], (
        Finding(
            "warning", "sources.customers.attributes",
            f"The table of customers does not say when it was known, and may tell what came later: {left} "
            "are not used.",
            "Name sources.customers.columns.known_on, a date column; the table may then have a row a "
            "customer for each of several days.",
        ),
    )  # fmt: skip
