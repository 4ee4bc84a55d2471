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


BANDS = 64
"""Bands of ``spending_groups`` to a factor of e."""
WHOLE = 1e12
"""A place in a band is counted in so many parts."""
ONE_PLACE = 1e-8
"""Places of no larger variance are one: the sums cannot tell them apart."""


@dataclass(frozen=True)
class Spending:
    """Spending histories, each with the number of customers that it stands for.

    ``x``: purchases with an amount, 1 or more; ``total``: what they came to, above 0; ``weights``:
    customers, not always a whole number of them.
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
        return round(float(self.weights.sum()))


def grouped(engine: Engine) -> Spending:
    """The spending of the table ``histories``: of those who came back and spent.

    Nearly every customer's total is their own, so distinct ones would be as many as the customers. Instead
    two totals stand for all of a number of repeats and a narrow band (1.6 % wide), with the band's number
    of customers and the mean, variance and skewness of their logarithms. One or two distinct totals stand
    for themselves; where there are more, the likelihood is off by some 1e-11 a purchase and customer, and
    no eighth digit of a parameter shows it. So the rows are some thousands, however many the customers.
    """
    found = engine.arrays(room("regulars.value")["spending_groups"].select, "spending_groups")
    x, band, customers, *sums = (np.asarray(column, dtype=np.float64) for column in found.values())
    lower, upper, share = _two_places(*(each / WHOLE / customers for each in sums))
    rows = {
        "x": np.concatenate([x, x]),
        "total": np.exp(np.concatenate([band + lower, band + upper]) / BANDS),
        "weights": np.concatenate([customers * (1 - share), customers * share]),
    }
    held = rows["weights"] > 0
    return Spending(**{name: column[held] for name, column in rows.items()})


def _two_places(mean: Array, square: Array, cube: Array) -> tuple[Array, Array, Array]:
    """Two places and the share of the upper that have those means of the first three powers (Gauss)."""
    variance = square - mean**2
    several = variance > ONE_PLACE
    spread = np.sqrt(np.where(several, variance, 1.0))
    skew = np.where(several, (cube - 3 * mean * variance - mean**3) / spread**3, 0.0) / 2
    reach = np.sqrt(1 + skew**2)
    share = np.where(several, (reach - skew) / (2 * reach), 0.0)
    return (
        mean + np.where(several, spread * (skew - reach), 0.0),
        mean + np.where(several, spread * (skew + reach), 0.0),
        share,
    )


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
