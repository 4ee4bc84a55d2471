"""A model of purchases fitted group by group, against one for all: what differs, and whether it pays."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from regulars.engine import Engine, literal, room
from regulars.errors import FitFailed
from regulars.value.calibration import Calibration
from regulars.value.fitting import Fitted, Prior
from regulars.value.histories import grouped
from regulars.value.rules import Error, Rule, errors
from regulars.value.worth import ValueModel, fit_purchases, log_likelihood, make_worth

FEWEST_REPEATERS = 100
"""Four parameters of fewer repeat buyers would follow chance: such a group keeps the parameters of all."""
POOLED = Rule("pooled", "one model for all", "one model for all", "one model for all")


@dataclass(frozen=True)
class Group:
    """Customers, how many of them came back, and their own parameters; None, and why, where they keep those
    of all."""

    name: str
    customers: int
    repeaters: int
    fitted: Fitted | None
    why: str = ""

    def as_json(self) -> dict[str, Any]:
        told = {"group": self.name, "customers": self.customers, "repeaters": self.repeaters}
        if self.fitted is None:
            return {**told, "parameters": None, "why": self.why}
        return {**told, **self.fitted.as_json(), "customers": self.customers}


@dataclass(frozen=True)
class ByGroup:
    """The groups beside the pooled fit: the likelihood-ratio test of one set of parameters for all, and the
    errors in the days held out (the rule of each: the pooled fit)."""

    by: str
    pooled: Fitted
    groups: tuple[Group, ...]
    until: date
    upto: date
    statistic: float
    degrees_of_freedom: int
    errors: tuple[Error, ...]

    @property
    def p(self) -> float:
        from scipy.stats import chi2

        return float(chi2.sf(self.statistic, self.degrees_of_freedom)) if self.degrees_of_freedom else 1.0

    @property
    def bic_gain(self) -> float:
        """How much lower (better) the BIC is of separate parameters than of one set for all."""
        return self.statistic - self.degrees_of_freedom * math.log(self.pooled.customers)

    def as_json(self) -> dict[str, Any]:
        return {
            **self.pooled.as_json(),
            "by": self.by,
            "groups": [each.as_json() for each in self.groups],
            "likelihood_ratio": {
                "statistic": self.statistic,
                "degrees_of_freedom": self.degrees_of_freedom,
                "p": self.p,
                "bic_gain": self.bic_gain,
            },
            "validation": {
                "calibrated_until": self.until.isoformat(),
                "held_out_until": self.upto.isoformat(),
                "errors": [each.as_json() for each in self.errors],
            },
        }


def fit_by(
    engine: Engine,
    calibration: Calibration,
    name: str,
    by: str,
    upto: date,
    priors: Mapping[str, Prior] | None = None,
) -> ByGroup:
    """The model of that name, of each group of the table ``customer_groups`` (customer_id, name; a row a
    customer of ``histories``) and of all. What a purchase is worth stays that of all. Raises FitFailed."""
    horizon = (upto - calibration.until).days
    model, _ = calibration.fit(name, priors)
    make_worth(engine, model, horizon)
    columns = "customer_id, expected_purchases, expected_value"
    engine.create("pooled_worth", f"select {columns} from worth")
    engine.create("group_worth", "select * from pooled_worth")
    engine.create("all_histories", "select * from histories")
    sizes = engine.rows(
        "select name, count(*), count(case when repeats > 0 then 1 end) from all_histories "
        "join customer_groups using (customer_id) group by name order by name"
    )
    groups = tuple(
        _group(engine, model, (str(group), int(n), int(back)), horizon, priors) for group, n, back in sizes
    )
    engine.create("histories", "select * from all_histories")
    statistic, degrees = _ratio(engine, model, groups)
    _compare(engine, calibration.until, upto)
    with_value = model.spend is not None
    return ByGroup(
        by, model.purchases, groups, calibration.until, upto, statistic, degrees,
        errors(engine, (POOLED,), ("purchases", "value") if with_value else ("purchases",)),
    )  # fmt: skip


def _members(group: str) -> str:
    named = literal(group).sql("duckdb")
    return f"customer_id in (select customer_id from customer_groups where name = {named})"


def _group(
    engine: Engine,
    model: ValueModel,
    size: tuple[str, int, int],
    horizon: int,
    priors: Mapping[str, Prior] | None,
) -> Group:
    """One group, fitted where it can be; what is expected of its customers then stands in ``group_worth``."""
    group, customers, repeaters = size
    if repeaters < FEWEST_REPEATERS:
        return Group(group, customers, repeaters, None, f"fewer than {FEWEST_REPEATERS} came back")
    engine.create("histories", f"select * from all_histories where {_members(group)}")
    try:
        fitted = fit_purchases(model.purchases.model, grouped(engine, model.unit_days), priors)
    except FitFailed as failure:
        return Group(group, customers, repeaters, None, failure.found)
    make_worth(engine, replace(model, purchases=fitted), horizon)
    engine.create(
        "group_worth",
        f"select * from group_worth where not {_members(group)} "
        "union all select customer_id, expected_purchases, expected_value from worth",
    )
    return Group(group, customers, repeaters, fitted)


def _ratio(engine: Engine, model: ValueModel, groups: tuple[Group, ...]) -> tuple[float, int]:
    """Twice the gain in log-likelihood over the pooled fit, and the parameters that it took.

    Where some groups keep the parameters of all, these are not fitted anew for them: the statistic is a
    little smaller than it might be, which is on the safe side.
    """
    own = [each for each in groups if each.fitted is not None]
    gain = 0.0
    for each in own:
        engine.create("histories", f"select * from all_histories where {_members(each.name)}")
        of_all = log_likelihood(model.purchases, grouped(engine, model.unit_days))
        gain += each.fitted.log_likelihood - of_all if each.fitted else 0.0
    engine.create("histories", "select * from all_histories")
    sets = len(own) - (len(own) == len(groups))
    return max(2 * gain, 0.0), max(sets, 0) * len(model.purchases.parameters)


def _compare(engine: Engine, until: date, upto: date) -> None:
    """The table ``foretold``: expected by group, expected by the pooled fit, and what came."""
    back = timedelta(days=(upto - until).days)
    engine.make(
        "outcomes",
        room("regulars.value"),
        {"until": until, "upto": upto, "since": until - back, "year_since": until - back},
    )

    def whole(value: str) -> str:
        return f"cast(floor(cast({value} as double) * 1000000 + 0.5) as bigint)"

    engine.create(
        "foretold",
        f"select {whole('g.expected_purchases')} as purchases_expected, "
        f"{whole('p.expected_purchases')} as purchases_pooled, {whole('later_purchases')} as purchases_made, "
        f"{whole('g.expected_value')} as value_expected, {whole('p.expected_value')} as value_pooled, "
        f"{whole('later_spend')} as value_made "
        "from outcomes join group_worth g using (customer_id) join pooled_worth p using (customer_id)",
    )
