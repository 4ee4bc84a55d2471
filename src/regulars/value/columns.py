"""What each customer is worth as columns of SQL: literals are all that a fitted model needs.

No warehouse has the functions of the models' formulas. They stand for integrals, and those are sums over
nodes that are fixed beforehand (``quadrature``):

- BG/NBD, MBG/NBD. Who is there now has a rate of purchases that is gamma(r + x, alpha + T) and a chance p to
  leave after each that is beta(a, c), c = b + x (+ 1). In the time t they buy
  (1 - (1 + p t / (alpha + T))^-(r + x)) / p times; its mean over p is a sum over nodes, each weighted with
  its part of the density, over the sum of the weights.
- Pareto/NBD. The odds of having left are an integral over the time of leaving, on nodes in that time.

The work is done once for each distinct history; customers are joined to theirs. Parts are rounded to whole
numbers before they are summed, so that their order does not matter.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal

import numpy as np

from regulars.engine import Bound, Step, room
from regulars.engine.steps import parse
from regulars.prepare.features.catalogue import Family
from regulars.value import pareto_nbd
from regulars.value.features import NO_AMOUNTS, STEP, money_features, purchase_features
from regulars.value.fitting import Array
from regulars.value.quadrature import Instant, discounting, leaving_nodes
from regulars.value.worth import LEAVING, ValueModel

WHOLE = 10**14
"""Parts are counted in so many of the largest; a sum of all stays far within 64 bits."""
FAINT = 40
"""A part smaller by e to this power is none. (PostgreSQL refuses what underflows.)"""
FAR = 600
"""Odds of e to this power and more are a certainty."""
NEAR_ONE = 1e-4
"""A Pareto/NBD whose s is this near to 1 has its limit taken, to the second order."""
BUSIEST = 2.0
"""Purchases a day that nobody is expected to make: they are counted in days."""
YEAR_DAYS = 365
KEY = "repeats, last_days, seen_days"
WORTH = "worth_of_histories"


def worth_steps(model: ValueModel, horizon_days: int, discount_rate: float) -> tuple[Step, ...]:
    """The steps from ``histories`` to ``worth_features``, one row a customer.

    ``p_alive`` (0 to 1) and ``expected_purchases`` (days with an order in the horizon) are doubles rounded
    half up to six decimals; ``order_value``, ``predicted_value`` and ``discounted_value`` decimals in the
    study's currency, null throughout for a model without spend. ``discount_rate`` is that of a year of
    365 days. Within 1e-6 of the models' exact values, whatever the history; what discounting takes off
    within 1e-5 of the value over a year, 1e-3 over ten.
    """
    horizon = horizon_days / model.unit_days
    instants = discounting(horizon, math.log1p(discount_rate) * model.unit_days / YEAR_DAYS)
    scored = _pareto_nbd if model.purchases.model == "pareto_nbd" else _bgnbd
    spend = {} if model.spend is None else model.spend.parameters
    values: dict[str, Bound] = {
        name: _exact(spend[name]) if name in spend else None for name in ("p", "q", "v")
    }
    values["kept"] = _exact(model.kept_share)
    return (*scored(model, instants), _bound("worth_of_customers", values), _bound(STEP, {}))


def worth_families(model: ValueModel, horizon_days: int, discount_rate: float) -> tuple[Family, ...]:
    """The features that these steps make, each with its meaning; the money left out without a spend model,
    and the chance to be there still where these customers do not tell who leaves."""
    made_by = (room("regulars.value")["histories"], *worth_steps(model, horizon_days, discount_rate))
    alive, *bought = purchase_features(horizon_days)
    money = money_features(horizon_days, discount_rate)
    vague = model.purchases.vague(LEAVING[model.purchases.model])
    untold = f"these customers do not tell who leaves: {' and '.join(vague)} could be anything"
    return (
        Family(STEP, (alive,), "leaving_told", untold) if vague else Family(STEP, (alive,), made_by=made_by),
        Family(STEP, tuple(bought), made_by=made_by),
        Family(STEP, money, "amounts_foretold", NO_AMOUNTS)
        if model.spend is None
        else Family(STEP, money, made_by=made_by),
    )


def _bgnbd(model: ValueModel, instants: Sequence[Instant]) -> list[Step]:
    """Distinct histories, nodes, parts, their means, and what each history is worth."""
    fitted, shift = model.purchases.parameters, int(model.purchases.model == "mbgnbd")
    busiest = BUSIEST * instants[-1].time * model.unit_days
    nodes = leaving_nodes(fitted["a"], fitted["b"] + shift, busiest)
    rows = {"p": nodes.p, "depth": nodes.depth, "log_weight": nodes.log_weight}
    fading, shares = _fading("shape", [f"pace * {_double(each.time)}" for each in instants])
    parts = parse(
        "bgnbd_parts",
        f"""
        with placed as (
            select h.repeats, h.last_days, h.seen_days, h.shape, n.p / h.age as pace,
                n.log_weight - h.stays * n.depth - h.log_peak as log_part
            from bgnbd_histories as h cross join bgnbd_nodes as n
        ),
        faded as (
            select {KEY}, shape, pace, case when log_part < -{FAINT} then 0 else exp(log_part) end as part,
                {fading}
            from placed
        )
        select {KEY}, {_whole("part")} as part, {_whole(f"part * {shares[-1]}")} as bought,
            {_whole(f"part * ({_discounted(shares, instants)})")} as discounted
        from faded
        """,
    )
    about = (
        "Grain: one row a distinct history and node. part: of the density of the chance to leave, in "
        f"1 / {WHOLE} of about its peak. bought: the same times the share of purchases that are still made "
        "with that chance; discounted: the same of those discounted to today."
    )
    parts.select.add_comments([about])
    values = {**_parameters(model), "density_a": _exact(nodes.a), "shift": shift, "far": FAR}
    paid = {"horizon": _exact(instants[-1].time), "discounted_horizon": _exact(_paid(instants))}
    worth = Step(WORTH, _bound("bgnbd_worth", paid).select)
    return [
        _bound("bgnbd_histories", values),
        _nodes("bgnbd_nodes", rows), parts, _bound("bgnbd_means", {}), worth,
    ]  # fmt: skip


def _pareto_nbd(model: ValueModel, instants: Sequence[Instant]) -> list[Step]:
    """Distinct histories, nodes, parts, who is still there, and what each history is worth."""
    rows = {"share": pareto_nbd.SHARES, "log_weight": pareto_nbd.LOG_WEIGHTS}
    constants = {"faded": int(pareto_nbd.FADED), "faint": FAINT, "far": FAR, "whole": WHOLE}
    values = {**_parameters(model), **constants}
    leaving = [f"{_double(each.time)} / patience" for each in instants]
    fading, shares = _fading(model.purchases.parameters["s"] - 1, leaving)
    worth = parse(
        WORTH,
        f"""
        with faded as (select {KEY}, p_alive, patience, pace, {fading} from pareto_nbd_alive)
        select {KEY}, p_alive, pace * {_double(instants[-1].time)} * {shares[-1]} as expected_purchases,
            pace * {_double(_paid(instants))} * ({_discounted(shares, instants)}) as discounted_purchases
        from faded
        """,
    )
    about = (
        "Grain: one row a distinct history. p_alive: probability, 0 to 1. expected_purchases: purchase days "
        "over the horizon; discounted_purchases: each counted for what it is worth today."
    )
    worth.select.add_comments([about])
    return [
        _bound("pareto_nbd_histories", values), _nodes("pareto_nbd_nodes", rows),
        _bound("pareto_nbd_parts", values), _bound("pareto_nbd_alive", values), worth,
    ]  # fmt: skip


def _fading(shape: str | float, leaving: Sequence[str]) -> tuple[str, list[str]]:
    """Columns ``fading_<k>``, and made of them the share of the purchases up to each time that is still made
    by who may leave: (1 - (1 + l)^-n) / (n l), n the shape and l what is ``leaving``. Where l is hardly
    above 0, by its series."""
    n = shape if isinstance(shape, str) else _double(shape)
    if isinstance(shape, float) and abs(shape) < NEAR_ONE:
        logs = [f"ln(1 + {each}) as fading_{k}" for k, each in enumerate(leaving)]
        at_one = "(fading_{k} / ({l}) * (1 - {n} * fading_{k} / 2 * (1 - {n} * fading_{k} / 3)))"
        return ", ".join(logs), [at_one.format(k=k, l=each, n=n) for k, each in enumerate(leaving)]
    logs = [f"{n} * ln(1 + {each}) as fading_{k}" for k, each in enumerate(leaving)]
    share = (
        "(case when ({n} + 3) * {l} < 0.001 then 1 - ({n} + 1) * {l} / 2 * (1 - ({n} + 2) * {l} / 3) "
        "when fading_{k} > {faint} then 1 / ({n} * {l}) else (1 - exp(-fading_{k})) / ({n} * {l}) end)"
    )
    return ", ".join(logs), [share.format(k=k, l=each, n=n, faint=FAINT) for k, each in enumerate(leaving)]


def _discounted(shares: Sequence[str], instants: Sequence[Instant]) -> str:
    """The share of all discounted purchases that is still made, of the shares up to each instant."""
    paid = _paid(instants)
    return " + ".join(
        f"{_double(each.time * each.counts / paid)} * {share}"
        for share, each in zip(shares, instants, strict=True)
    )


def _paid(instants: Sequence[Instant]) -> float:
    """The horizon, discounted: its units of time, each counted for what it is worth today."""
    return math.fsum(each.time * each.counts for each in instants)


def _nodes(name: str, columns: Mapping[str, Array]) -> Step:
    """A table of numbers, one row a node."""
    listed = " union all ".join(
        "select " + ", ".join(f"{_number(value)} as {each}" for each, value in zip(columns, row, strict=True))
        for row in zip(*columns.values(), strict=True)
    )
    doubles = ", ".join(f"cast({each} as double) as {each}" for each in columns)
    step = parse(name, f"with listed as ({listed}) select {doubles} from listed")
    step.select.args["with_"].add_comments(["Grain: one row a node, with its weight as a logarithm."])
    return step


def _bound(name: str, values: Mapping[str, Bound]) -> Step:
    return room("regulars.value")[name].bind(values)


def _parameters(model: ValueModel) -> dict[str, Bound]:
    fitted = {name: _exact(value) for name, value in model.purchases.parameters.items()}
    return {**fitted, "unit_days": model.unit_days}


def _exact(value: float) -> Decimal:
    return Decimal(repr(float(value)))


def _number(value: float) -> str:
    """With its power of ten, or an engine may read a decimal and come to another double."""
    return np.format_float_scientific(value)


def _double(value: float) -> str:
    return f"cast({_number(value)} as double)"


def _whole(value: str) -> str:
    return f"cast(floor(({value}) * {_double(WHOLE)} + 0.5) as bigint)"
