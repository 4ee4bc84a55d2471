"""How a boosted model did on days that it has not seen: errors, order, calibration, and what it goes by."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np

from regulars.errors import NotReady
from regulars.value.auc import Area, Flags, Gain, area, gain, placements
from regulars.value.boosted import Boosted
from regulars.value.frames import Frame, Rows
from regulars.value.rules import Z95, Error
from regulars.value.trees import Array, Trees

TENTHS = 10
MOST_DEALT = 5_000
"""Customers on whom the values of a feature are dealt out anew."""
DEALS = 3
FEWEST_JUDGED = 10
"""Who bought, and who did not, that an AUC and its interval need."""


@dataclass(frozen=True)
class Tenth:
    """Customers of about the same probability: how many, its mean, and the share who did buy, 0 to 1."""

    customers: int
    foretold: float
    came: float


@dataclass(frozen=True)
class Importance:
    """What is lost when one feature tells nothing: of the AUC, and in error a customer; 95 % intervals over
    customers."""

    feature: str
    auc: Gain
    error: Gain

    def as_json(self) -> dict[str, Any]:
        return {"feature": self.feature, "auc_lost": asdict(self.auc), "error_added": asdict(self.error)}


@dataclass(frozen=True)
class Trial:
    """A model held against the days from ``until`` to ``upto``, as of whose start its features were measured.

    ``active``: customers who bought, and how many were expected. ``value``: what came, what was expected,
    and what was likely, summed (study currency, or purchase days where orders carry no amounts). ``errors``:
    the expected value, and then the likely one, against as much again as in as many days before.
    ``area_of_active`` is of those alone who had bought in as many days before, None where too few of them
    stayed or left: that who is long gone stays away is no news. ``calibration_error``: the mean distance of
    foretold and came over the tenths.
    """

    until: date
    upto: date
    customers: int
    born_later: int
    of_money: bool
    active: tuple[int, float]
    value: tuple[float, float, float]
    errors: tuple[Error, Error]
    area: Area
    area_of_active: Area | None
    calibration: tuple[Tenth, ...]
    calibration_error: float
    deciles: tuple[float, ...]
    importances: tuple[Importance, ...]

    @property
    def verdicts(self) -> tuple[str, ...]:
        """Whether each of the forecasts beats the simple rule; what does not beat it comes first."""
        told = sorted(self.errors, key=lambda each: each.beats)
        return tuple(f"{each.verdict[:1].upper()}{each.verdict[1:]}." for each in told)

    def as_json(self) -> dict[str, Any]:
        actual, expected, likely = self.value
        return {
            "calibrated_until": self.until.isoformat(),
            "held_out_until": self.upto.isoformat(),
            "customers": self.customers,
            "customers_born_later": self.born_later,
            "active": {"actual": self.active[0], "expected": self.active[1]},
            "value": {"actual": actual, "expected": expected, "likely": likely} if self.of_money else None,
            "purchases": None
            if self.of_money
            else {"actual": actual, "expected": expected, "likely": likely},
            "verdicts": list(self.verdicts),
            "errors": [each.as_json() for each in self.errors],
            "auc": asdict(self.area),
            "auc_of_those_active_before": None
            if self.area_of_active is None
            else asdict(self.area_of_active),
            "calibration": [asdict(each) for each in self.calibration],
            "expected_calibration_error": self.calibration_error,
            "share_of_actual_in_top_deciles": list(self.deciles),
            "importance": [each.as_json() for each in self.importances],
        }


def tried(model: Boosted, frame: Frame, rows: Rows, seed: int) -> Trial:
    """The model on the customers of a frame that it was not fitted on.

    Ties of probability or value stand in the order of the rows, which is that of a hash of the ids. Raises
    NotReady where too few of the customers whose features are dealt out anew bought, or too few did not.
    """
    if not _tells(rows.is_active[:MOST_DEALT]):
        raise NotReady(
            "value", f"of {len(rows):,} customers {int(rows.is_active.sum()):,} bought in the days tried on",
            f"To judge a model it needs {FEWEST_JUDGED} or more who bought and who did not: take another day "
            "with --calibrate-until, or more customers.",
        )  # fmt: skip
    x = model.matrix(rows)
    came, before = (
        (rows.later_spend, rows.before_spend)
        if model.of_money
        else (rows.later_purchases.astype(np.float64), rows.before_purchases.astype(np.float64))
    )
    what = "spend" if model.of_money else "purchases"
    p, expected, likely = model.p_active(x), model.expected(x), model.likely(x)
    tenths = _calibration(p, rows)
    return Trial(
        frame.cut, frame.upto, len(rows), frame.born_later, model.of_money,
        active=(int(rows.is_active.sum()), _sum(p)),
        value=(_sum(came), _sum(expected), _sum(likely)),
        errors=(
            _error(f"{what} (expected)", expected, before, came),
            _error(f"{what} (likely)", likely, before, came),
        ),
        area=area(placements(p, rows.is_active), rows.is_active),
        area_of_active=_area(p, rows.is_active, rows.before_purchases > 0),
        calibration=tenths,
        calibration_error=sum(each.customers * abs(each.foretold - each.came) for each in tenths) / len(rows),
        deciles=_deciles(expected, came),
        importances=_importances(model, x[:MOST_DEALT], rows.is_active[:MOST_DEALT], came[:MOST_DEALT], seed),
    )  # fmt: skip


def _tells(active: Flags) -> bool:
    return bool(min(active.sum(), (~active).sum()) >= FEWEST_JUDGED)


def _area(p: Array, active: Flags, which: Flags) -> Area | None:
    p, active = p[which], active[which]
    return area(placements(p, active), active) if _tells(active) else None


def _sum(values: Array) -> float:
    return math.fsum(values.tolist())


def _error(what: str, own: Array, rule: Array, came: Array) -> Error:
    of_own, of_rule = np.abs(own - came), np.abs(rule - came)
    found = _paired(of_rule - of_own)
    much = "much" if what.startswith("spend") else "many"
    return Error(
        what, f"as {much} again as in as many days before", _sum(of_own) / len(own), _sum(of_rule) / len(own),
        found.gain, found.low, found.high, "before", "as before", _sum(rule),
    )  # fmt: skip


def _paired(apart: Array) -> Gain:
    """The mean of paired differences and its 95 % interval (normal)."""
    mean = _sum(apart) / len(apart)
    margin = Z95 * math.sqrt(_sum((apart - mean) ** 2) / max(len(apart) - 1, 1) / len(apart))
    return Gain(mean, mean - margin, mean + margin)


def _calibration(p: Array, rows: Rows) -> tuple[Tenth, ...]:
    parts = np.array_split(np.argsort(p, kind="stable"), TENTHS)
    return tuple(
        Tenth(len(part), _sum(p[part]) / len(part), float(rows.is_active[part].mean()))
        for part in parts
        if len(part)
    )


def _deciles(expected: Array, came: Array) -> tuple[float, ...]:
    """The share of what came that the best 10 %, 20 %, … of customers by expectation brought."""
    whole = _sum(came)
    if whole <= 0:
        return ()
    parts = np.array_split(came[np.argsort(-expected, kind="stable")], TENTHS)
    return tuple((np.cumsum([_sum(part) for part in parts]) / whole).tolist())


def _importances(model: Boosted, x: Array, active: Flags, came: Array, seed: int) -> tuple[Importance, ...]:
    """Each input that any tree asks about, the costliest to lose first, in error and then in AUC.

    Permutation importance (Breiman 2001): its values are dealt out anew among the customers, three times. Of
    two features that tell the same each seems to tell little.
    """
    chance = np.random.Generator(np.random.PCG64(seed))
    deals = [np.argsort(chance.random(len(x)), kind="stable") for _ in range(DEALS)]
    stays, brings = _Parts(model.stays, x), _Parts(model.brings, x)
    placed = placements(stays.raw, active)
    off = np.abs(_value(model, stays.raw, brings.raw, x) - came)
    found = []
    for at, name in enumerate(model.inputs):
        if not (stays.asks(at) or brings.asks(at)):
            continue
        dealt_placed, dealt_off = np.zeros(len(x)), np.zeros(len(x))
        for order in deals:
            dealt = x.copy()
            dealt[:, at] = x[order, at]
            raw = stays.anew(at, dealt)
            dealt_placed += placements(raw, active) / DEALS
            dealt_off += np.abs(_value(model, raw, brings.anew(at, dealt), dealt) - came) / DEALS
        found.append(Importance(name, gain(placed, dealt_placed, active), _paired(dealt_off - off)))
    return tuple(sorted(found, key=lambda each: (-each.error.gain, -each.auc.gain, each.feature)))


def _value(model: Boosted, stays: Array, brings: Array, x: Array) -> Array:
    return np.asarray(np.exp(brings) * model.usual(x) * model.scale / (1 + np.exp(-stays)))


class _Parts:
    """What each tree adds for some customers: only those that ask about a feature are walked anew."""

    def __init__(self, trees: Trees, x: Array) -> None:
        self._trees = trees.trees
        self._added = [each.of(x) for each in trees.trees]
        self.raw = trees.raw(x)

    def asks(self, at: int) -> bool:
        return any(at in each.asks for each in self._trees)

    def anew(self, at: int, dealt: Array) -> Array:
        """The sums for the same customers, one feature of whom was dealt out anew."""
        raw = self.raw.copy()
        for tree, added in zip(self._trees, self._added, strict=True):
            if at in tree.asks:
                raw += tree.of(dealt) - added
        return raw
