"""Gamma-Gamma: what a purchase is worth, for customers whose spend varies about a mean of their own.

Fader & Hardie (2013), "The gamma-gamma model of monetary value". Amounts are gamma(p, nu) with nu
gamma(q, v) over customers; how much a customer spends must not depend on how often they buy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.special import digamma, gammaln, polygamma

from regulars.engine import Engine, room
from regulars.value.fitting import (
    Array,
    Fitted,
    Height,
    Objective,
    Prior,
    added,
    counted,
    in_parts,
    maximised,
    summed,
)

NAMES = ("p", "q", "v")


@dataclass(frozen=True)
class Spending:
    """Distinct spending histories, each with the number of customers who share it.

    ``x``: purchases with an amount, 1 or more; ``total``: what they came to, above 0; ``weights``: customers.
    """

    x: Array
    total: Array
    weights: Array

    def __post_init__(self) -> None:
        if not (self.x.shape == self.total.shape == self.weights.shape):
            raise ValueError("spending needs x, total and weights of one length")
        if (self.x < 1).any() or not (self.total > 0).all():
            raise ValueError("spending needs a purchase and an amount above zero of every customer")

    @property
    def customers(self) -> int:
        return int(self.weights.sum())


def grouped(engine: Engine) -> Spending:
    """The distinct spending histories of the table ``histories``: of those who came back and spent."""
    found = engine.arrays(room("regulars.value")["spending_groups"].select, "spending_groups")
    x, total, customers = (np.asarray(column, dtype=np.float64) for column in found.values())
    return Spending(x, total, customers)


@dataclass(frozen=True)
class GammaGamma:
    """The model with its parameters; amounts are in the currency that it was fitted in."""

    p: float
    q: float
    v: float

    @property
    def mean(self) -> float:
        """The mean amount over all customers; infinite where q is 1 or below."""
        return self.p * self.v / (self.q - 1) if self.q > 1 else float("inf")

    def expected(self, x: Array, total: Array) -> Array:
        """The mean amount of a customer's purchases to come: their own mean, drawn towards everybody's.

        With x = 0 it is everybody's. Meaningless (infinite or negative) where p x + q is 1 or below.
        """
        return np.asarray(self.p * (self.v + total) / (self.p * x + self.q - 1))


def objective(spending: Spending) -> Objective:
    """The log-likelihood of all customers, its gradient and second derivatives, by p, q and v."""
    x, total, weights = spending.x, spending.total, spending.weights
    counts, customers_of = counted(x, weights)
    customers = float(weights.sum())
    # What does not depend on the parameters is summed once.
    sum_mean_log = summed(weights, np.log(total / x))
    sum_x_log = summed(weights * x, np.log(total))

    def of_counts(parameters: Array) -> Height:
        """What depends on the number of purchases alone."""
        p, q, v = parameters
        shape, log_v = p * counts, float(np.log(v))
        height = gammaln(shape + q) - gammaln(shape) + q * log_v - gammaln(q)
        both, curve = digamma(shape + q), polygamma(1, shape + q)
        of_p, of_q = counts * (both - digamma(shape)), both + log_v - digamma(q)
        slope = [summed(customers_of, of_p) + sum_x_log, summed(customers_of, of_q), customers * q / v]
        pp = summed(customers_of, counts**2 * (curve - polygamma(1, shape)))
        pq, qq = summed(customers_of, counts * curve), summed(customers_of, curve - polygamma(1, q))
        qv, vv = customers / v, -customers * q / v**2
        return (
            summed(customers_of, height) + p * sum_x_log - sum_mean_log,
            np.array(slope),
            np.array([[pp, pq, 0.0], [pq, qq, qv], [0.0, qv, vv]]),
        )

    def of_part(parameters: Array, part: slice) -> Height:
        """Less (p x + q) ln(v + total)."""
        p, q, v = parameters
        over = 1 / (v + total[part])
        logs, shape = np.log(over), p * x[part] + q
        each = weights[part]
        of_x = each * x[part]
        slope = [summed(of_x, logs), summed(each, logs), -summed(each, shape * over)]
        pv, qv, vv = -summed(of_x, over), -summed(each, over), summed(each, shape * over**2)
        curvature = [[0.0, 0.0, pv], [0.0, 0.0, qv], [pv, qv, vv]]
        return summed(each, shape * logs), np.array(slope), np.array(curvature)

    return lambda parameters: added([of_counts(parameters), in_parts(len(x), partial(of_part, parameters))])


def fit(spending: Spending, *, priors: Mapping[str, Prior] | None = None) -> Fitted:
    """The most likely parameters (with priors, the most probable). Raises FitFailed."""
    mean = float(spending.weights @ (spending.total / spending.x)) / spending.customers
    starts = [(2.0, 3.0, mean), (6.0, 4.0, mean / 2), (1.0, 2.0, mean)]
    return maximised("gamma_gamma", NAMES, objective(spending), starts, spending.customers, priors)
