"""BG/BB: chances to buy come at fixed times; at each a customer buys or not, and may leave before the next.

Fader, Hardie & Shang (2010), Customer-base analysis in a discrete-time noncontractual setting, Marketing
Science 29(6). The chance to buy is beta(alpha, beta), the chance to leave beta(gamma, delta) over customers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import betaln, digamma, gammaln, logsumexp

from regulars.value.fitting import Array, Fitted, Objective, Prior, maximised
from regulars.value.histories import Histories

NAMES = ("alpha", "beta", "gamma", "delta")


@dataclass(frozen=True)
class BgBb:
    """The model with its parameters. Its histories count chances: T those there were, t_x the last taken."""

    alpha: float
    beta: float
    gamma: float
    delta: float

    def p_alive(self, x: Array, t_x: Array, T: Array) -> Array:
        """The probability that a customer of that history is still there at chance T + 1, 0 to 1."""
        alive = betaln(self.alpha + x, self.beta + T - x) - betaln(self.alpha, self.beta)
        alive = alive + betaln(self.gamma, self.delta + T + 1) - betaln(self.gamma, self.delta)
        return np.asarray(np.exp(alive - self._log_likelihoods(x, t_x, T)))

    def expected(self, t: Array | float, x: Array, t_x: Array, T: Array) -> Array:
        """Purchases expected at the next ``t`` chances after T, of customers of that history."""
        a, b, g, d = self.alpha, self.beta, self.gamma, self.delta
        at = np.asarray(t, dtype=np.float64)
        buys = betaln(a + x + 1, b + T - x) - betaln(a, b)
        stays = d * np.exp(gammaln(g + d) - gammaln(1 + d)) / (g - 1)
        left = _ratio(1 + d + T, g - 1) - _ratio(1 + d + T + at, g - 1)
        return np.asarray(np.exp(buys - self._log_likelihoods(x, t_x, T)) * stays * left)

    def _log_likelihoods(self, x: Array, t_x: Array, T: Array) -> Array:
        parameters = np.array([self.alpha, self.beta, self.gamma, self.delta])
        return np.array([_one(parameters, *each)[0] for each in zip(x, t_x, T, strict=True)])


def _ratio(at: Array, less: float) -> Array:
    """Γ(at) / Γ(at + less)."""
    return np.asarray(np.exp(gammaln(at) - gammaln(at + less)))


def _one(parameters: Array, x: float, t_x: float, T: float) -> tuple[float, Array]:
    """The log-likelihood of one history and its gradient."""
    a, b, g, d = parameters
    # The customer left after chance t_x, t_x + 1, …, or not at all: one term each.
    seen = np.append(np.arange(t_x, T), T)
    left = np.append(np.ones(int(T - t_x)), 0.0)
    terms = betaln(a + x, b + seen - x) - betaln(a, b) + betaln(g + left, d + seen) - betaln(g, d)
    whole = float(logsumexp(terms))
    share = np.exp(terms - whole)
    all_ab, all_gd = digamma(a + b + seen), digamma(g + d + left + seen)
    slopes = (
        digamma(a + x) - all_ab - digamma(a) + digamma(a + b),
        digamma(b + seen - x) - all_ab - digamma(b) + digamma(a + b),
        digamma(g + left) - all_gd - digamma(g) + digamma(g + d),
        digamma(d + seen) - all_gd - digamma(d) + digamma(g + d),
    )
    return whole, np.array([float(share @ slope) for slope in slopes])


def objective(histories: Histories) -> Objective:
    """The log-likelihood of all customers and its gradient, as a function of alpha, beta, gamma and delta."""
    rows = list(zip(histories.x, histories.t_x, histories.T, strict=True))

    def height_and_slope(parameters: Array) -> tuple[float, Array]:
        made = [_one(parameters, *row) for row in rows]
        heights, slopes = np.array([h for h, _ in made]), np.stack([s for _, s in made])
        return float(histories.weights @ heights), np.asarray(histories.weights @ slopes)

    return height_and_slope


def fit(histories: Histories, *, priors: Mapping[str, Prior] | None = None) -> Fitted:
    """The most likely parameters (with priors, the most probable). Raises FitFailed."""
    starts = [(1.0, 1.0, 1.0, 1.0), (0.5, 1.0, 0.5, 3.0)]
    return maximised(
        "bgbb", NAMES, objective(histories), starts, histories.customers, priors, ("gamma", "delta")
    )
