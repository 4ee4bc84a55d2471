"""Does this data fit these models? What they take for granted, measured on the days that they were fitted on.

Gamma-Gamma: how much customers spend has nothing to do with how often they buy. BG/NBD and its kin: each
customer buys at a steady rate until they leave, the same in every season.
"""

from __future__ import annotations

import math
from datetime import date

import numpy as np

from regulars.engine import Engine
from regulars.types import Finding
from regulars.value import gamma_gamma
from regulars.value.checks import FEWEST, Check, findings, share
from regulars.value.fitting import Array, Fitted
from regulars.value.rules import Z95
from regulars.value.steadiness import season, steady
from regulars.value.worth import ValueModel

DEPENDS = (0.2, 0.3)
"""A correlation of order value and repeats beyond the first is worth a note, beyond the second a warning."""
FEW_REPEAT = 0.1
"""With a smaller share of repeat buyers, a few customers speak for all."""


def checks(engine: Engine, model: ValueModel, until: date) -> tuple[Check, ...]:
    """Every check that this model can be put to, on the tables ``orders`` and ``histories``."""
    found = [_repeat_buyers(engine)]
    if model.purchases.model != "bgbb":
        # In its periods a clump counts once, and there are too few of them to tell months apart.
        found += [steady(engine, until), season(engine, model, until)]
    if model.spend is not None:
        found.append(independent(engine))
    return (*found, pinned_down(model.purchases, model.spend))


def doubts(engine: Engine, model: ValueModel, until: date) -> tuple[Finding, ...]:
    """What of this data does not fit the model, or cannot be told."""
    return findings(checks(engine, model, until))


def _repeat_buyers(engine: Engine) -> Check:
    ((came_back, customers),) = engine.rows(
        "select count(case when repeats > 0 then 1 end), count(*) from histories"
    )
    repeat_share, low, high = share(came_back, customers)
    return Check(
        "repeat_buyers", repeat_share >= FEW_REPEAT, repeat_share, low, high,
        f"{came_back:,} of {customers:,} customers ({repeat_share:.0%}) came back.", "warning",
        "Few speak for all here. Take a longer calibration, or give value.priors from a like shop.",
    )  # fmt: skip


def independent(engine: Engine) -> Check:
    """Rank correlation (Spearman) of mean order value with repeats, among those who came back.

    Ranks, because one enormous customer must not decide it. Interval by Fisher's z with the variance of
    Bonett & Wright (2000), Psychometrika 65(1).
    """
    spending = gamma_gamma.grouped(engine)
    customers = spending.customers
    if customers < FEWEST:
        return Check(
            "independence", None, None, None, None,
            f"Whether order value depends on how often they buy cannot be told from {customers:,} customers.",
            remedy="Take a longer calibration.",
        )  # fmt: skip
    # Totals come by way of their logarithms: what that left of ties is mended to a millionth.
    means = np.round(spending.total / spending.x, 6)
    rho = _correlation(
        _ranks(means, spending.weights), _ranks(spending.x, spending.weights), spending.weights
    )
    margin = Z95 * math.sqrt((1 + rho * rho / 2) / max(customers - 3, 1))
    at = math.atanh(min(max(rho, -0.999999), 0.999999))
    low, high = math.tanh(at - margin), math.tanh(at + margin)
    drawn = ("high", "low") if rho > 0 else ("low", "high")
    size = f"{rho:.2f} ({low:.2f} to {high:.2f})".replace("-", "−")
    holds = abs(rho) < DEPENDS[0] or low < 0 < high
    does = "" if holds else (
        " Gamma-Gamma takes it for none: it draws the order value of those who buy seldom too "
        f"{drawn[0]}, and of those who buy often too {drawn[1]}."
    )  # fmt: skip
    return Check(
        "independence", holds, rho, low, high,
        f"Order value and repeat purchases go together by a rank correlation of {size} among {customers:,} "
        f"who came back.{does}",
        "warning" if abs(rho) >= DEPENDS[1] else "note",
        "Look at the spend foretold by class of repeats; where it is off, a model of both at once is better.",
    )  # fmt: skip


def _ranks(values: Array, weights: Array) -> Array:
    """Ranks of weighted values; ties share the mean of theirs."""
    distinct, of = np.unique(values, return_inverse=True)
    held = np.bincount(of, weights=weights, minlength=len(distinct))
    return np.asarray((np.cumsum(held) - held / 2)[of])


def _correlation(a: Array, b: Array, weights: Array) -> float:
    one, other = (each - (weights @ each) / weights.sum() for each in (a, b))
    spread = math.sqrt(float(weights @ one**2) * float(weights @ other**2))
    return float(weights @ (one * other)) / spread if spread > 0 else 0.0


def pinned_down(*models: Fitted | None) -> Check:
    """Whether parameters are larger than their standard errors; not told where one has none."""
    fitted = [model for model in models if model is not None]
    errors = [(name, value, model.standard_errors[name]) for model in fitted
              for name, value in model.parameters.items()]  # fmt: skip
    vague = [f"{name} ({value:.3g}, standard error {error:.2g})" for name, value, error in errors
             if error is not None and error > value]  # fmt: skip
    untold = [name for name, _, error in errors if error is None]
    said = [
        *([f"These customers hardly tell {' and '.join(vague)}."] if vague else []),
        *([f"These customers do not tell {' and '.join(untold)} at all."] if untold else []),
    ]
    if not said:
        return Check(
            "parameters", True, None, None, None, "Each parameter is larger than its standard error."
        )
    return Check(
        "parameters", None if not vague else False, None, None, None, " ".join(said), "note",
        "Take a longer calibration, or say in value.priors what is known from a like shop.",
    )  # fmt: skip
