"""Whether customers buy at a steady rate, as BG/NBD and its kin take them to: clumps and seasons."""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
from scipy.special import chdtrc

from regulars.engine import Engine, room
from regulars.types import Severity
from regulars.value.checks import FEWEST, Check, share
from regulars.value.fitting import Array
from regulars.value.rules import YEAR
from regulars.value.tracking import Tracking, tracking
from regulars.value.worth import ValueModel, purchase_model

FEWEST_GAPS = 3
"""Gaps of one customer that can lie close together or apart: of two, nothing can be told."""
CLUMPY = (0.1, 0.25)
"""Of customers at a steady rate, 5 % look clumpy by chance; twice as many is worth a note."""
SIMULATED = 4000
MOST_GAPS = 100
"""With more gaps the limit of this many is taken: limits fall with their number, this errs safely."""
FEWEST_DUE = 5
"""A month of which fewer purchases are expected tells nothing."""
UNEVEN = (0.1, 0.2)
"""The part of purchases that came in another month than expected: worth a note, a warning."""
SURE = 0.01
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def steady(engine: Engine, until: date) -> Check:
    """The share of customers whose purchases are clumpier than those at a steady rate would be.

    Zhang, Bradlow & Small (2015), Predicting customer value using clumpiness, Marketing Science 34(2): the
    entropy of the gaps, 1 + Σ p ln p / ln k, beyond what 95 % of steady customers show. Here the k gaps are
    those from the first purchase to the last, so that who has left is not taken for clumpy.
    """
    engine.make("clumps", room("regulars.value"), {"until": until, "fewest": FEWEST_GAPS})
    gaps = [int(k) for (k,) in engine.rows("select distinct repeats from clumps order by repeats")]
    limits = {k: _limit(min(k, MOST_GAPS)) for k in gaps}
    engine.put(
        "clump_limits",
        {
            "repeats": np.array(gaps, dtype=np.int64),
            "most": np.array([(limits[k] - 1) * math.log(k) for k in gaps], dtype=np.float64),
        },
    )
    ((clumpy, customers),) = engine.rows(
        "select count(case when spread / 1000000.0 / last_days - ln(last_days) > most then 1 end), count(*) "
        "from clumps join clump_limits using (repeats)"
    )
    if customers < FEWEST:
        return Check(
            "steady_rate", None, None, None, None,
            f"Whether customers buy at a steady rate cannot be told: {customers:,} bought on "
            f"{FEWEST_GAPS + 1} days or more.",
            remedy="Take a longer calibration.",
        )  # fmt: skip
    clumpy_share, low, high = share(clumpy, customers)
    holds = clumpy_share < CLUMPY[0] or low <= 0.05
    does = "" if holds else (
        " A model of a steady rate takes a pause for leaving and a burst for a habit."
    )  # fmt: skip
    told = f"{clumpy_share:.0%} ({low:.0%} to {high:.0%}) of {customers:,} customers"
    return Check(
        "steady_rate", holds, clumpy_share, low, high,
        f"{told} who bought on {FEWEST_GAPS + 1} days or more buy in clumps; 5% would by chance.{does}",
        "warning" if clumpy_share >= CLUMPY[1] else "note",
        "Compare with bgbb in months, in which a clump counts once, or with one that learns from features.",
    )  # fmt: skip


def _limit(gaps: int) -> float:
    """What the entropy of that many gaps of a steady customer stays below 95 times of 100, by simulation."""
    drawn = np.random.default_rng(gaps).standard_exponential((SIMULATED, gaps))
    shares = drawn / drawn.sum(axis=1, keepdims=True)
    entropies = 1 + (shares * np.log(shares)).sum(axis=1) / math.log(gaps)
    return float(np.sort(entropies)[int(0.95 * SIMULATED)])


def season(engine: Engine, model: ValueModel, until: date) -> Check:
    """Repeat purchases by calendar month against those expected of the customers that there were by then.

    Uneven: the part of them that came in another month than expected; by chance: χ² over the months.
    """
    seen = tracking(engine, until, until)
    names, came, due = _by_month(seen, model, until)
    if len(names) < 2 or not came.sum():
        return Check(
            "season", None, None, None, None, "Seasons cannot be told from so few purchases.",
            remedy="Take a longer calibration.",
        )  # fmt: skip
    uneven, level = _unevenness(came, due)
    ratios = came / due
    lowest, highest = int(ratios.argmin()), int(ratios.argmax())
    ran = (
        f"months ran from {ratios[lowest]:.2f} ({names[lowest]}) to {ratios[highest]:.2f} ({names[highest]}) "
        "of what customers at a steady rate would have bought"
    )
    severity: Severity = "warning" if uneven >= UNEVEN[1] and not level else "note"
    days = (until - seen.first).days + 1
    if days <= YEAR:
        return Check(
            "season", None if level else False, uneven, None, None,
            f"In {days} days, less than a year, a season cannot be told from a trend; {ran}.", severity,
            "Calibrate on a year or more.",
        )  # fmt: skip
    does = "" if level else " These models know of no season: they foretell whole years at best."
    return Check(
        "season", level, uneven, None, None, f"By calendar month, {ran}.{does}", severity,
        "Foretell whole years, or look at the same months of the year before.",
    )  # fmt: skip


def _unevenness(came: Array, due: Array) -> tuple[float, bool]:
    """The part of purchases in another month than due; and whether that is small or may be chance."""
    uneven = float(np.abs(came - due).sum() / due.sum())
    by_chance = float(chdtrc(len(came) - 1, ((came - due) ** 2 / due).sum()))
    return uneven, uneven < UNEVEN[0] or by_chance > SURE


def _by_month(seen: Tracking, model: ValueModel, until: date) -> tuple[list[str], Array, Array]:
    """Calendar months, with the repeat purchases made and due in each; both add up to the same."""
    days = np.arange((until - seen.first).days + 1)
    by_days = purchase_model(model.purchases).expected_new(days / model.unit_days)
    made: dict[str, float] = defaultdict(float)
    due: dict[str, float] = defaultdict(float)
    for before, last in pairwise([seen.first - timedelta(days=1), *_month_ends(seen.first, until)]):
        month = MONTHS[last.month - 1]
        made[month] += seen.actual(last) - seen.actual(before)
        due[month] += seen.expected(by_days, last) - seen.expected(by_days, before)
    names = [month for month in due if due[month] >= FEWEST_DUE]
    came, expected = (np.array([each[month] for month in names], dtype=np.float64) for each in (made, due))
    return names, came, expected * came.sum() / max(expected.sum(), 1.0)


def _month_ends(first: date, until: date) -> list[date]:
    """The last day of each month from the first day on, the last of them cut off at ``until``."""
    ends = []
    day = first
    while day <= until:
        after = date(day.year + day.month // 12, day.month % 12 + 1, 1)
        ends.append(min(after - timedelta(days=1), until))
        day = after
    return ends
