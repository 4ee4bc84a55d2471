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

import numpy as np
from scipy.special import digamma, gammaln, logsumexp

from regulars.value.fitting import Array, Fitted, Objective, Prior, maximised
from regulars.value.histories import Histories

NAMES = ("r", "alpha", "s", "beta")
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(48)
_SHARES = (_NODES + 1) / 2
_LOG_WEIGHTS = np.log(_WEIGHTS / 2)
FADED = 45.0
"""The integrand falls by a factor of e once in 1 / (r + x) of its range: beyond e^-45 nothing is left."""
NEAR_ONE = 1e-6
AT_ONCE = 50_000
"""Histories worked on at a time, so that memory does not grow with their number."""


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
        alive, gone, _ = _terms(parameters, x, t_x, T)
        return np.asarray(np.exp(alive - np.logaddexp(alive, gone)))

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


def _terms(parameters: Array, x: Array, t_x: Array, T: Array) -> tuple[Array, Array, Array]:
    """Logarithms of the chances that the customer stayed to T and that they left before, up to what both
    share; and the gradient of the latter (4 × histories).

    Left before: ∫ s (alpha + u)^−(r + x) (beta + u)^−(s + 1) du from t_x to T, beside
    (alpha + T)^−(r + x) (beta + T)^−s. Stepping evenly in ln(alpha + u) makes it an exponential.
    """
    r, alpha, s, beta = parameters
    alive = -(r + x) * np.log(alpha + T) - s * np.log(beta + T)
    whole = np.log((alpha + T) / (alpha + t_x))
    reach = np.minimum(whole, FADED / (r + x))
    v = reach[:, None] * _SHARES
    growth = np.exp(v)
    from_alpha = (alpha + t_x)[:, None] * growth
    from_beta = from_alpha + (beta - alpha)
    # At u = t_x the difference loses nothing that matters: beta + t_x > 0.
    from_beta = np.maximum(from_beta, 1e-300)
    log_alpha, log_beta = np.log(from_alpha), np.log(from_beta)
    with np.errstate(divide="ignore"):
        log_reach = np.log(reach)
    heights = (1 - r - x)[:, None] * log_alpha - (s + 1) * log_beta + (log_reach[:, None] + _LOG_WEIGHTS)
    gone = logsumexp(heights, axis=1)
    shares = np.exp(heights - np.where(np.isfinite(gone), gone, 0.0)[:, None])
    slopes = np.stack(
        [
            -(shares * log_alpha).sum(axis=1),
            -(r + x) * (shares / from_alpha).sum(axis=1),
            1 / s - (shares * log_beta).sum(axis=1),
            -(s + 1) * (shares / from_beta).sum(axis=1),
        ]
    )
    return alive, np.log(s) + gone, slopes


def objective(histories: Histories) -> Objective:
    """The log-likelihood of all customers and its gradient, as a function of r, alpha, s and beta."""
    counts, of = np.unique(histories.x, return_inverse=True)
    customers_of_count = np.bincount(of, weights=histories.weights)
    parts = [slice(at, at + AT_ONCE) for at in range(0, len(histories.x), AT_ONCE)]

    def height_and_slope(parameters: Array) -> tuple[float, Array]:
        r, alpha, s, beta = parameters
        customers = histories.weights.sum()
        height = float(customers_of_count @ (gammaln(r + counts) - gammaln(r)))
        height += float(customers * (r * np.log(alpha) + s * np.log(beta)))
        slope = np.array(
            [
                float(customers_of_count @ (digamma(r + counts) - digamma(r))) + customers * np.log(alpha),
                customers * r / alpha,
                customers * np.log(beta),
                customers * s / beta,
            ]
        )
        for part in parts:
            x, t_x, T, weights = (
                each[part] for each in (histories.x, histories.t_x, histories.T, histories.weights)
            )
            alive, gone, gone_slopes = _terms(parameters, x, t_x, T)
            each = np.logaddexp(alive, gone)
            height += float(weights @ each)
            p_alive, p_gone = np.exp(alive - each), np.exp(gone - each)
            alive_slopes = (
                -np.log(alpha + T),
                -(r + x) / (alpha + T),
                -np.log(beta + T),
                -s / (beta + T),
            )
            slope += [
                float(weights @ (p_alive * a + np.where(p_gone > 0, p_gone * g, 0.0)))
                for a, g in zip(alive_slopes, gone_slopes, strict=True)
            ]
        return height, slope

    return height_and_slope


def fit(histories: Histories, *, priors: Mapping[str, Prior] | None = None) -> Fitted:
    """The most likely parameters (with priors, the most probable). Raises FitFailed."""
    mean_T = float(histories.weights @ histories.T) / histories.customers
    starts = [(1.0, mean_T, 1.0, mean_T), (0.5, mean_T / 3, 0.5, mean_T / 3)]
    return maximised(
        "pareto_nbd", NAMES, objective(histories), starts, histories.customers, priors, ("s", "beta")
    )
