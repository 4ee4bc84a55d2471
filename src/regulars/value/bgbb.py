"""BG/BB: chances to buy come at fixed times; at each a customer buys or not, and may leave before the next.

Fader, Hardie & Shang (2010), Customer-base analysis in a discrete-time noncontractual setting, Marketing
Science 29(6). The chance to buy is beta(alpha, beta), the chance to leave beta(gamma, delta) over customers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import betaln, digamma, gammaln, logsumexp, polygamma

from regulars.value.fitting import Array, Fitted, Objective, Prior, maximised, summed
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


def _one(parameters: Array, x: float, t_x: float, T: float) -> tuple[float, Array, Array]:
    """The log-likelihood of one history, its gradient and second derivatives."""
    a, b, g, d = parameters
    # The customer left after chance t_x, t_x + 1, …, or not at all: one term each.
    seen = np.append(np.arange(t_x, T), T)
    left = np.append(np.ones(int(T - t_x)), 0.0)
    terms = betaln(a + x, b + seen - x) - betaln(a, b) + betaln(g + left, d + seen) - betaln(g, d)
    whole = float(logsumexp(terms))
    share = np.exp(terms - whole)
    slopes = np.concatenate([_slopes(a, b, x, seen - x), _slopes(g, d, left, seen)])
    slope = slopes @ share
    apart = slopes - slope[:, None]
    curves = (apart * share) @ apart.T
    curves[:2, :2] += _curves(a, b, x, seen - x) @ share
    curves[2:, 2:] += _curves(g, d, left, seen) @ share
    return whole, slope, curves


def _slopes(a: float, b: float, yes: Array | float, no: Array) -> Array:
    """The derivatives of ln B(a + yes, b + no) − ln B(a, b) by a and b."""
    both = digamma(a + b) - digamma(a + b + yes + no)
    return np.stack([digamma(a + yes) - digamma(a) + both, digamma(b + no) - digamma(b) + both])


def _curves(a: float, b: float, yes: Array | float, no: Array) -> Array:
    """The second derivatives of the same."""
    both = polygamma(1, a + b) - polygamma(1, a + b + yes + no)
    of_a, of_b = polygamma(1, a + yes) - polygamma(1, a), polygamma(1, b + no) - polygamma(1, b)
    return np.array([[of_a + both, both], [both, of_b + both]])


def objective(histories: Histories) -> Objective:
    """The log-likelihood of all customers, its gradient and second derivatives, by alpha to delta."""
    rows = list(zip(histories.x, histories.t_x, histories.T, strict=True))

    def everybody(parameters: Array) -> tuple[float, Array, Array]:
        made = [_one(parameters, *row) for row in rows]
        heights, slopes, curves = (np.stack(each) for each in zip(*made, strict=True))
        weights = histories.weights
        return (
            summed(weights, heights),
            np.einsum("k,ki->i", weights, slopes),
            np.einsum("k,kij->ij", weights, curves),
        )

    return everybody


def fit(histories: Histories, *, priors: Mapping[str, Prior] | None = None) -> Fitted:
    """The most likely parameters (with priors, the most probable). Raises FitFailed."""
    starts = [(1.0, 1.0, 1.0, 1.0), (0.5, 1.0, 0.5, 3.0)]
    return maximised(
        "bgbb", NAMES, objective(histories), starts, histories.customers, priors, ("gamma", "delta")
    )
