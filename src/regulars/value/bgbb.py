"""BG/BB: chances to buy come at fixed times; at each a customer buys or not, and may leave before the next.

Fader, Hardie & Shang (2010), Customer-base analysis in a discrete-time noncontractual setting, Marketing
Science 29(6). The chance to buy is beta(alpha, beta), the chance to leave beta(gamma, delta) over customers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import betaln, digamma, gammaln, polygamma

from regulars.value.fitting import Array, Fitted, Height, Objective, Prior, maximised, summed
from regulars.value.histories import Histories

NAMES = ("alpha", "beta", "gamma", "delta")
AT_ONCE = 100_000
"""Terms worked on at a time, so that memory does not grow with their number."""


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

    def expected_new(self, t: Array | float) -> Array:
        """Purchases expected of a new customer at the ``t`` chances after the first purchase."""
        new = np.zeros(1)
        return self.expected(np.asarray(t, dtype=np.float64), new, new, new)

    def _log_likelihoods(self, x: Array, t_x: Array, T: Array) -> Array:
        parameters = np.array([self.alpha, self.beta, self.gamma, self.delta])
        return _each(parameters, x, t_x, T)[0]


def _ratio(at: Array, less: float) -> Array:
    """Γ(at) / Γ(at + less)."""
    return np.asarray(np.exp(gammaln(at) - gammaln(at + less)))


def _each(parameters: Array, x: Array, t_x: Array, T: Array) -> tuple[Array, Array, Array]:
    """The log-likelihood of each history, its gradient (4 × histories) and second derivatives (4 × 4 × all).

    The customer left after chance t_x, t_x + 1, …, T − 1, or not at all: one term each. Histories that differ
    in T alone share the beginning of that sum, so it is run up once for each x and t_x.
    """
    pairs, of = np.unique(np.stack([x, t_x]), axis=1, return_inverse=True)
    last, of = T.astype(np.int64), of.ravel()
    stayed = _terms(parameters, x, T, 0.0)
    left = np.full(len(x), -np.inf), np.zeros((4, len(x))), np.zeros((4, 4, len(x)))
    at_once = max(1, AT_ONCE // max(int(last.max(initial=0)), 1))
    for first in range(0, pairs.shape[1], at_once):
        rows = np.flatnonzero((of >= first) & (of < first + at_once) & (t_x < T))
        if len(rows):
            part = pairs[:, first : first + at_once]
            run_up = _run_up(parameters, part[0], part[1], int(last[rows].max()))
            for whole, made in zip(left, run_up, strict=True):
                whole[..., rows] = made[..., of[rows] - first, last[rows] - 1]
    whole = np.logaddexp(stayed[0], left[0])
    shares = [np.exp(each[0] - whole) for each in (stayed, left)]
    slope, moment = (shares[0] * stayed[at] + shares[1] * left[at] for at in (1, 2))
    return whole, slope, moment - slope[:, None] * slope[None, :]


def _run_up(parameters: Array, x: Array, t_x: Array, upto: int) -> tuple[Array, Array, Array]:
    """What ``_terms`` gives for the sum of the terms of leaving from t_x up to each chance below ``upto``:
    histories × chances. Terms fall with the chance, so the first is a scale for them all."""
    chances = np.arange(upto, dtype=np.float64)
    begun = chances >= t_x[:, None]
    terms, *derivatives = _terms(parameters, x[:, None], np.where(begun, chances, t_x[:, None]), 1.0)
    scale = terms.max(axis=1, keepdims=True)
    heights = np.where(begun, np.exp(terms - scale), 0.0)
    sums = np.cumsum(heights, axis=1)
    # Before t_x there is nothing, and nobody asks.
    sums[~begun] = 1.0
    slopes, moments = (np.cumsum(heights * each, axis=-1) / sums for each in derivatives)
    return scale + np.log(sums), slopes, moments


def _terms(parameters: Array, x: Array, seen: Array, left: float) -> tuple[Array, Array, Array]:
    """Logarithms of B(a + x, b + seen − x) / B(a, b) · B(g + left, d + seen) / B(g, d); their gradient; and
    the second derivatives of the terms themselves, over the terms."""
    a, b, g, d = parameters
    terms = betaln(a + x, b + seen - x) - betaln(a, b) + betaln(g + left, d + seen) - betaln(g, d)
    slopes = np.concatenate([_slopes(a, b, x, seen - x), _slopes(g, d, left, seen)])
    moments = slopes[:, None] * slopes[None, :]
    moments[:2, :2] += _curves(a, b, x, seen - x)
    moments[2:, 2:] += _curves(g, d, left, seen)
    return terms, slopes, moments


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
    weights = histories.weights

    def everybody(parameters: Array) -> Height:
        heights, slopes, curves = _each(parameters, histories.x, histories.t_x, histories.T)
        return (
            summed(weights, heights),
            np.einsum("k,ik->i", weights, slopes),
            np.einsum("k,ijk->ij", weights, curves),
        )

    return everybody


def fit(histories: Histories, *, priors: Mapping[str, Prior] | None = None) -> Fitted:
    """The most likely parameters (with priors, the most probable). Raises FitFailed."""
    starts = [(1.0, 1.0, 1.0, 1.0), (0.5, 1.0, 0.5, 3.0)]
    return maximised(
        "bgbb", NAMES, objective(histories), starts, histories.customers, priors, ("gamma", "delta")
    )
