"""Pareto/NBD: customers buy at their own steady rate and may leave at any moment.

Schmittlein, Morrison & Colombo (1987), Management Science 33(1); formulas after Fader & Hardie (2005),
"A note on deriving the Pareto/NBD model". Purchases are Poisson with rates gamma(r, alpha), lifetimes
exponential with rates gamma(s, beta) over customers.

The likelihood needs the integral over the moment of leaving. The papers write it with 2F1, which
overflows for busy customers; here it is summed directly, in logarithms, by Gauss-Legendre quadrature.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.special import digamma, gammaln, polygamma

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
from regulars.value.histories import Histories

NAMES = ("r", "alpha", "s", "beta")
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(48)
SHARES = (_NODES + 1) / 2
LOG_WEIGHTS = np.log(_WEIGHTS / 2)
FADED = 45.0
"""The integrand falls by a factor of e once in 1 / (r + x) of its range: beyond e^-45 nothing is left."""
NEAR_ONE = 1e-6
AT_ONCE = 512
"""Histories worked on at a time, each with all its nodes."""


@dataclass(frozen=True)
class ParetoNbd:
    """The model with its parameters; times are in the unit of the histories it was fitted on."""

    r: float
    alpha: float
    s: float
    beta: float

    def p_alive(self, x: Array, t_x: Array, T: Array) -> Array:
        """The probability that a customer of that history has not left by T, 0 to 1."""
        parameters = np.array([self.r, self.alpha, self.s, self.beta])
        stayed = _log_stayed(parameters, x, T)
        return np.asarray(np.exp(stayed - np.logaddexp(stayed, _leaving(parameters, x, t_x, T).log_chance)))

    def expected(self, t: Array | float, x: Array, t_x: Array, T: Array) -> Array:
        """Purchases expected in the time ``t`` after T, of customers of that history."""
        rate = (self.r + x) / (self.alpha + T)
        at = np.asarray(t, dtype=np.float64)
        return np.asarray(rate * _time_left(self.s, self.beta + T, at) * self.p_alive(x, t_x, T))

    def expected_new(self, t: Array | float) -> Array:
        """Repeat purchases expected of a new customer in the time ``t`` after the first purchase."""
        at = np.asarray(t, dtype=np.float64)
        return np.asarray(self.r / self.alpha * _time_left(self.s, np.float64(self.beta), at))


def _time_left(s: float, beta: Array | np.float64, t: Array) -> Array:
    """The part of the time ``t`` that one who is alive now is expected to stay.

    beta / (s − 1) · [1 − (beta / (beta + t))^(s − 1)], which at s = 1 is beta · ln(1 + t / beta).
    """
    grown = np.log1p(t / beta)
    if abs(s - 1) < NEAR_ONE:
        return np.asarray(beta * grown)
    return np.asarray(beta * -np.expm1(-(s - 1) * grown) / (s - 1))


@dataclass(frozen=True)
class _Leaving:
    """When customers left, if they did before T: nodes over the time from t_x to T.

    ``log_chance``: of having left before, up to what it shares with ``_log_stayed``; a history each. The
    others are histories × nodes: the part of that chance which each node has (summing to 1), and
    ln(alpha + u) and ln(beta + u) of its moment u.
    """

    log_chance: Array
    shares: Array
    log_alpha: Array
    log_beta: Array


def _log_stayed(parameters: Array, x: Array, T: Array) -> Array:
    """(alpha + T)^−(r + x) (beta + T)^−s, in logarithms."""
    r, alpha, s, beta = parameters
    return np.asarray(-(r + x) * np.log(alpha + T) - s * np.log(beta + T))


def _leaving(parameters: Array, x: Array, t_x: Array, T: Array) -> _Leaving:
    """∫ s (alpha + u)^−(r + x) (beta + u)^−(s + 1) du from t_x to T.

    Stepping evenly in ln(alpha + u) makes it an exponential.
    """
    r, alpha, s, beta = parameters
    first = alpha + t_x
    reach = np.minimum(np.log((alpha + T) / first), FADED / (r + x))
    steps = reach[:, None] * SHARES
    # At u = t_x the sum loses nothing that matters: beta + t_x > 0.
    log_beta = np.log((beta + t_x)[:, None] + first[:, None] * (np.exp(steps) - 1))
    heights = LOG_WEIGHTS - (r + x - 1)[:, None] * steps - (s + 1) * log_beta
    highest = heights.max(axis=1)
    shares = np.exp(heights - highest[:, None])
    sums = shares.sum(axis=1)
    log_first = np.log(first)
    with np.errstate(divide="ignore"):
        log_chance = np.log(s * sums * reach) + highest - (r + x - 1) * log_first
    return _Leaving(log_chance, shares / sums[:, None], log_first[:, None] + steps, log_beta)


def objective(histories: Histories) -> Objective:
    """The log-likelihood of all customers, its gradient and second derivatives, by r, alpha, s and beta."""
    counts, customers_of = counted(histories.x, histories.weights)

    def everybody(parameters: Array) -> Height:
        of_part = partial(_of_part, parameters, histories)
        return added(
            [_of_counts(parameters, counts, customers_of), in_parts(len(histories.x), of_part, AT_ONCE)]
        )

    return everybody


def _of_counts(parameters: Array, counts: Array, customers_of: Array) -> Height:
    """What all customers of a count share."""
    r, alpha, s, beta = parameters
    customers = float(customers_of.sum())
    height = gammaln(r + counts) - gammaln(r) + r * np.log(alpha) + s * np.log(beta)
    slope = customers * np.array([np.log(alpha), r / alpha, np.log(beta), s / beta])
    slope[0] += summed(customers_of, digamma(r + counts) - digamma(r))
    curvature = np.diag([0.0, -customers * r / alpha**2, 0.0, -customers * s / beta**2])
    curvature[0, 0] = summed(customers_of, polygamma(1, r + counts) - polygamma(1, r))
    curvature[[0, 1], [1, 0]] = customers / alpha
    curvature[[2, 3], [3, 2]] = customers / beta
    return summed(customers_of, height), slope, curvature


def _of_part(parameters: Array, histories: Histories, part: slice) -> Height:
    """The logarithm of the chance of having stayed to T, or having left before."""
    r, alpha, s, beta = parameters
    x, t_x, T = histories.x[part], histories.t_x[part], histories.T[part]
    weights, bought = histories.weights[part], r + x
    stayed, leaving = _log_stayed(parameters, x, T), _leaving(parameters, x, t_x, T)
    each = np.logaddexp(stayed, leaving.log_chance)
    alive, gone = weights * np.exp(stayed - each), weights * np.exp(leaving.log_chance - each)
    # Of those who stayed: slopes, and second derivatives summed.
    over = 1 / (alpha + T), 1 / (beta + T)
    stay_slopes = np.stack([-np.log(alpha + T), -bought * over[0], -np.log(beta + T), -s * over[1]])
    curvature = _curvature(alive, bought, s, *over)
    # Of those who left the same at each node, and by what the nodes of a history differ.
    nodes = gone[:, None] * leaving.shares
    over = np.exp(-leaving.log_alpha), np.exp(-leaving.log_beta)
    slopes = np.stack(
        [-leaving.log_alpha, -bought[:, None] * over[0], 1 / s - leaving.log_beta, -(s + 1) * over[1]]
    )
    leave_slopes = np.einsum("kn,ikn->ik", leaving.shares, slopes)
    slopes -= leave_slopes[:, :, None]
    curvature += _curvature(nodes, bought[:, None], s + 1, *over) + np.einsum(
        "ikn,jkn->ij", slopes * nodes, slopes
    )
    curvature[2, 2] -= float(gone.sum()) / s**2
    # Which of the two it was is not known.
    apart = leave_slopes - stay_slopes
    curvature += np.einsum("ik,jk->ij", apart * (alive * gone / weights), apart)
    slope = np.einsum("ik,k->i", stay_slopes, alive) + np.einsum("ik,k->i", leave_slopes, gone)
    return summed(weights, each), slope, curvature


def _curvature(weights: Array, bought: Array, s: float, over_alpha: Array, over_beta: Array) -> Array:
    """The weighted sum of second derivatives of −bought · ln(alpha + u) − s · ln(beta + u)."""
    curvature = np.zeros((4, 4))
    curvature[[0, 1], [1, 0]] = -(weights * over_alpha).sum()
    curvature[1, 1] = (weights * bought * over_alpha**2).sum()
    curvature[[2, 3], [3, 2]] = -(weights * over_beta).sum()
    curvature[3, 3] = (weights * s * over_beta**2).sum()
    return curvature


def fit(histories: Histories, *, priors: Mapping[str, Prior] | None = None) -> Fitted:
    """The most likely parameters (with priors, the most probable). Raises FitFailed."""
    mean_T = float(histories.weights @ histories.T) / histories.customers
    starts = [(1.0, mean_T, 1.0, mean_T), (0.5, mean_T / 3, 0.5, mean_T / 3)]
    return maximised(
        "pareto_nbd", NAMES, objective(histories), starts, histories.customers, priors, ("s", "beta")
    )
