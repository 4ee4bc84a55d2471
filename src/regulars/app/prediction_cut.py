"""A segmentation as it would have been on a day of the past, and what its customers did after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from regulars.app import foretelling
from regulars.app.again import require_same_settings, require_same_sources
from regulars.app.compared import Compared
from regulars.app.frames import undated, without_foretold
from regulars.app.grounds import ground
from regulars.app.reading import Tables
from regulars.app.study import CleanOrders, cleaned_orders, for_outcomes
from regulars.engine import Engine
from regulars.errors import NotReady
from regulars.prepare.features.catalogue import Family
from regulars.prepare.features.table import Features
from regulars.segment.assign import assign
from regulars.segment.carry import carried
from regulars.segment.definition import Definition
from regulars.segment.fitting.cuts import quantiles
from regulars.segment.methods import Method, chosen
from regulars.types import Feature, Finding
from regulars.validate.crossfit import Codes
from regulars.validate.prediction import FEWEST, Customers, Cut
from regulars.value.calibration import last_calibrated
from regulars.value.frames import Frame, Rows, keep_outcome_lines, make_frame, rows_of
from regulars.value.histories import make_histories

RFM = ("recency_days", "orders", "spend")
"""What every segmentation is held against, as far as the orders have it."""
FIFTHS = 5
MOST = 50_000
"""Customers of the cut that are tried, by a hash of their ids: intervals of a percent need no more."""
SEGMENT = Feature("(segment)", "Segment", "category", "attribute", "")
FORETOLD = "value model "
"""How the ground of a definition begins that reads what a value model foretells."""


def customers_of_cut(compared: Compared) -> tuple[Customers, Cut]:
    """The customers of the run as of a day before its own, and what they did from then up to it.

    Everything is read, cleaned and measured again as of the cut. Raises NotReady for what cannot be tried,
    with the reason: sources or settings that are not those of the run, orders too short, a recipe that does
    not fit then; DataRefused and UsageError for sources that cannot be read any more.
    """
    now, settings, asked = compared.now, compared.settings, compared.asked
    if not settings.sources.shops:
        raise _not_ready(
            "there are no orders, and a table of customers does not say what came after a day",
            "Name sources.orders: payments of a subscription are orders.",
        )
    require_same_settings(settings, now, "prediction")
    asked.stage("Reading the orders again, to cut them in time")
    with cleaned_orders(for_outcomes(settings), compared.workspace, asked) as orders:
        require_same_sources(orders.tables, now, "prediction")
        day, upto = _days(compared, orders)
        asked.stage(f"Measuring customers as of {day}")
        keep_outcome_lines(orders.engine)
        return _Past(compared, orders, day).tried(upto)


@dataclass
class _Past:
    """The study as of the cut: orders cleaned and customers measured by what was known on that day."""

    compared: Compared
    orders: CleanOrders
    day: date
    features: Features = field(init=False)

    @property
    def engine(self) -> Engine:
        return self.orders.engine

    def tried(self, upto: date) -> tuple[Customers, Cut]:
        pinned = self.compared.definition
        tables = Tables(self.compared.settings, self.orders.tables.orders, self.orders.tables.beside)
        cleaned = tables.cleaned(self.engine, self.day, self.compared.asked.today)
        self.features = tables.features(self.engine, self.day, self._families(cleaned))
        tried, strangers = self._definition(pinned.name)
        if lacking := sorted({*tried.rule.features} & {*self.features.left_out}):
            raise _not_ready(
                f"as of {self.day} there is no {', '.join(lacking)}: {self.features.left_out[lacking[0]]}",
                "Take a later cut, or more orders.",
            )
        frame = self._frame(tried, upto)
        if frame.customers < 2 * FEWEST:
            raise _not_ready(
                f"as of {self.day} there were fewer than {2 * FEWEST} customers",
                "Set validation.prediction.horizon_days to fewer days, or bring more orders.",
            )
        rows = rows_of(self.engine, frame, MOST)
        doubts = [*self._undated(tried), *_sampled(frame.customers)]
        names = {each.id: each.name for each in pinned.segments}
        segments = tuple(replace(each, name=names.get(each.id, each.name)) for each in tried.segments)
        cut = Cut(
            self.day, upto, _fitted_on(pinned), tried is not pinned, tried.rule == pinned.rule, segments,
            tuple(each.name for each in tried.segments if each.id in strangers), frame.customers,
            not any(each.severity == "warning" for each in doubts), tuple(doubts),
        )  # fmt: skip
        return self._customers(frame, rows, [each.id for each in tried.segments]), cut

    def _families(self, cleaned: Any) -> tuple[Family, ...]:
        """What a value model foretells as of the cut, where the segments rest on it; else it is left out."""
        settings, workspace = self.compared.settings, self.compared.workspace
        reading = [each for each in self._behind(self.compared.name) if _reads_value(each)]
        if not reading:
            return without_foretold(settings)
        known = foretelling.stands_on(reading[0], settings, workspace)
        if known and known.value and date.fromisoformat(known.value.fitted["as_of"]) <= self.day:
            make_histories(self.engine, self.day)
            return known.families
        self.compared.stage(f"Fitting the value model as of {self.day}")
        made = foretelling.fitted(self.engine, settings, workspace, cleaned, self.day, refit=True)
        if made.value is None:
            raise _not_ready(
                f"the segments rest on a value model, and as of {self.day} there is none: {made.why_not}",
                "Take a later cut, or a segmentation of what customers did.",
            )
        return made.families

    def _behind(self, name: str) -> list[Definition]:
        """The definition of that name and those that it learnt from."""
        learnt = self._method(name).learns_from
        return [self._pinned(name), *(each for other in learnt for each in self._behind(other))]

    def _pinned(self, name: str) -> Definition:
        (found,) = (each for each in self.compared.now.segmentations if each.name == name)
        return Definition.from_json(found.definition)

    def _method(self, name: str) -> Method:
        """The recipe of the run, with as many segments as it came to."""
        method = chosen(name, self.compared.now.manifest["settings"]["segmentations"][name])
        if "k" not in type(method).model_fields:
            return method
        as_many = len(self._pinned(name).segments)
        # Only that number is wanted: no others are tried beside it.
        return method.model_copy(update={"k": as_many, "max_k": 2})

    def _definition(self, name: str) -> tuple[Definition, frozenset[str]]:
        """The pinned definition where it was fitted by the cut; else its recipe fitted as of the cut, with
        the pinned ids where segments are akin, and the ids that are not."""
        pinned = self.compared.definition if name == self.compared.name else self._pinned(name)
        if _fitted_on(pinned) <= self.day:
            return pinned, frozenset()
        self.compared.stage(f"Fitting {name} as of {self.day}")
        method = self._method(name)
        learnt = {each: self._definition(each)[0] for each in method.learns_from}
        new = method.fit(ground(name, self.compared.settings, self.features, self.day, learnt), self.engine)
        named = carried(pinned, new, self._overlap(pinned, new), {each.id for each in pinned.segments})
        return named, frozenset(named.rule.segment_ids) - {*pinned.rule.segment_ids}

    def _overlap(self, pinned: Definition, new: Definition) -> dict[tuple[str, str], int]:
        for definition, table in ((pinned, "by_pinned"), (new, "by_new")):
            assign(self.engine, definition, self.day, table)
        counted = self.engine.rows(
            "select p.segment_id, n.segment_id, count(*) from by_pinned as p join by_new as n "
            "on p.customer_id = n.customer_id group by p.segment_id, n.segment_id"
        )
        return {(str(old), str(now)): int(customers) for old, now, customers in counted}

    def _frame(self, definition: Definition, upto: date) -> Frame:
        """Customers with their RFM features, their segment as of the cut, and what came after it."""
        assigned = assign(self.engine, definition, self.day, "segments_then")
        of_rfm = [each for each in self.features.features if each.name in RFM]
        frame = make_frame(self.engine, "cut_frame", of_rfm, self.day, upto)
        self.engine.create(
            "cut_customers",
            f'select f.*, cast(s.segment_id as varchar) as "{SEGMENT.name}" from {frame.name} as f '
            f"join {assigned.name} as s on f.customer_id = s.customer_id",
        )
        return replace(frame, name="cut_customers", features=(*of_rfm, SEGMENT))

    def _customers(self, frame: Frame, rows: Rows, ids: Sequence[str]) -> Customers:
        place = {each: at for at, each in enumerate(ids)}
        return Customers(
            np.array([place[each] for each in rows.columns[SEGMENT.name]], dtype=np.int64),
            tuple(self._fifths(each.name, rows) for each in frame.features if each.name != SEGMENT.name),
            rows.is_active,
            rows.later_spend if self.compared.settings.sources.maps("value") else None,
            rows.before_purchases > 0,
        )

    def _fifths(self, feature: str, rows: Rows) -> Codes:
        """Fifths by cut points that are values, as RFM scores have them: equal customers, equal fifths."""
        cuts = sorted({float(each) for each in quantiles(self.engine, "features", feature, FIFTHS)})
        return np.searchsorted(np.array(cuts), rows.columns[feature], side="left").astype(np.int64)

    def _undated(self, definition: Definition) -> list[Finding]:
        """A warning where the segments rest on what may have been known only after the cut."""
        told = undated(self.compared.settings) & {*definition.rule.features}
        if not told:
            return []
        return [
            Finding(
                "warning", f"prediction.{definition.name}",
                f"The table of customers does not say when it was known: {', '.join(sorted(told))} may tell "
                f"what came after {self.day}. What these segments seem to foretell proves nothing.",
                "Name sources.customers.columns.known_on, a date column; the table may then have a row a "
                "customer for each of several days.",
            )
        ]  # fmt: skip


def _days(compared: Compared, orders: CleanOrders) -> tuple[date, date]:
    """The cut, and the day of the run. Raises NotReady where nothing is known before the cut."""
    start, end = orders.cleaned.start, orders.as_of
    chosen_days = compared.settings.validation.prediction.horizon_days
    cut = end - timedelta(days=chosen_days) if chosen_days else last_calibrated(start, end)
    if not start < cut < end:
        raise _not_ready(
            f"the orders run from {start} to {end}, and the cut would be {cut}",
            "Set validation.prediction.horizon_days to fewer days, or bring more orders.",
        )
    return cut, end


def _reads_value(definition: Definition) -> bool:
    return any(each.startswith(FORETOLD) for each in definition.ground.values())


def _fitted_on(definition: Definition) -> date:
    return date.fromisoformat(definition.fitted["as_of"])


def _sampled(customers: int) -> list[Finding]:
    if customers <= MOST:
        return []
    return [
        Finding(
            "note", "prediction.customers",
            f"{MOST:,} of {customers:,} customers are tried, those whose hashed ids come first.",
            "Nothing to do: they are as good as drawn by chance.",
        )
    ]  # fmt: skip


def _not_ready(found: str, remedy: str) -> NotReady:
    return NotReady("prediction", found, remedy)
