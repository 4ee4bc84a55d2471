"""Gamma-Gamma: what a purchase is worth, for customers whose spend varies about a mean of their own.

Fader & Hardie (2013), "The gamma-gamma model of monetary value". Amounts are gamma(p, nu) with nu
gamma(q, v) over customers; how much a customer spends must not depend on how often they buy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import digamma, gammaln

from regulars.engine import Engine, room
from regulars.value.fitting import Array, Fitted, Objective, Prior, maximised

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
    """The log-likelihood of all customers and its gradient, as a function of p, q and v."""
    x, total, weights = spending.x, spending.total, spending.weights
    customers = float(weights.sum())
    counts, of = np.unique(x, return_inverse=True)
    of_count = np.bincount(of, weights=weights)
    mean_log = np.log(total / x)
    # What does not depend on the parameters is summed once.
    sum_mean_log = float(weights @ mean_log)
    sum_x_log = float((weights * x) @ np.log(total))

    def height_and_slope(parameters: Array) -> tuple[float, Array]:
        p, q, v = parameters
        shape = p * counts
        log_all, one_over = np.log(v + total), 1.0 / (v + total)
        weighted = np.bincount(of, weights=weights * log_all)
        inverse = np.bincount(of, weights=weights * one_over)
        height = (
            float(of_count @ (gammaln(shape + q) - gammaln(shape)))
            + customers * (q * np.log(v) - gammaln(q))
            + p * sum_x_log
            - sum_mean_log
            - float((shape + q) @ weighted)
        )
        both = digamma(shape + q)
        slope = [
            float(of_count @ (counts * (both - digamma(shape)))) + sum_x_log - float(counts @ weighted),
            float(of_count @ both) + customers * (np.log(v) - digamma(q)) - float(weighted.sum()),
            customers * q / v - float((shape + q) @ inverse),
        ]
        return float(height), np.array(slope)

    return height_and_slope


def fit(spending: Spending, *, priors: Mapping[str, Prior] | None = None) -> Fitted:
    """The most likely parameters (with priors, the most probable). Raises FitFailed."""
    mean = float(spending.weights @ (spending.total / spending.x)) / spending.customers
    starts = [(2.0, 3.0, mean), (6.0, 4.0, mean / 2), (1.0, 2.0, mean)]
    return maximised("gamma_gamma", NAMES, objective(spending), starts, spending.customers, priors)
