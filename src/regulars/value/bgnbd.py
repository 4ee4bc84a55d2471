"""BG/NBD: customers buy at their own steady rate until they drop out after some purchase.

Fader, Hardie & Lee (2005), "Counting your customers" the easy way, Marketing Science 24(2). Purchases
are Poisson with rates gamma(r, alpha) over customers; after each repeat purchase a customer leaves with
a probability that is beta(a, b) over customers. The modified form (MBG/NBD; Batislam, Denizel &
Filiztekin 2007) lets them leave after the first purchase too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.special import betaincinv, betaln, digamma, expit, gammaln, hyp2f1, polygamma

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

NAMES = ("r", "alpha", "a", "b")
TERMS = 10
"""Of the series for those who hardly leave."""
FADING = 0.05
"""Its terms fall by this factor or faster: what is cut off is beyond a double's digits."""
NEAR_ONE = 1e-3
"""The closed form has a removable pole at a = 1, and loses its digits this near to it."""
AROUND_ONE = 1 + 0.005 * np.array([-4, -3, -2, -1, 1, 2, 3, 4])
"""There it is read off the polynomial through these: within 1e-8, as it is smooth in a."""


@dataclass(frozen=True)
class BgNbd:
    """The model with its parameters; times are in the unit of the histories it was fitted on."""

    r: float
    alpha: float
    a: float
    b: float
    modified: bool = False

    @property
    def _shift(self) -> int:
        """Chances to leave before the first repeat purchase: the modified form has one more."""
        return 1 if self.modified else 0

    def p_alive(self, x: Array, t_x: Array, T: Array) -> Array:
        """The probability that a customer of that history will buy again, 0 to 1."""
        return np.asarray(expit(-self._log_odds_gone(x, t_x, T)))

    def _log_odds_gone(self, x: Array, t_x: Array, T: Array) -> Array:
        """Logarithm of P(gone) / P(alive)."""
        may_leave = x + self._shift > 0
        chances = np.where(may_leave, self.b + x + self._shift - 1, 1.0)
        odds = np.log(self.a / chances) + (self.r + x) * np.log((self.alpha + T) / (self.alpha + t_x))
        return np.where(may_leave, odds, -np.inf)

    def expected(self, t: Array | float, x: Array, t_x: Array, T: Array) -> Array:
        """Purchases expected in the time ``t`` after T, of customers of that history."""
        c = self.b + x + self._shift
        alive = self.p_alive(x, t_x, T)
        return alive * _purchases(self.r + x, self.alpha + T, self.a, c, np.asarray(t, dtype=np.float64))

    def expected_new(self, t: Array | float) -> Array:
        """Repeat purchases expected of a new customer in the time ``t`` after the first purchase."""
        at = np.asarray(t, dtype=np.float64)
        if not self.modified:
            return _purchases(self.r, self.alpha, self.a, self.b, at)
        stays = self.b / (self.a + self.b)
        return stays * _purchases(self.r, self.alpha, self.a, self.b + 1, at)

    def p_count(self, n: int, t: Array | float) -> Array:
        """The probability that a new customer makes exactly ``n`` repeat purchases in the time ``t``."""
        at, stayed = np.asarray(t, dtype=np.float64), n + self._shift
        shares = np.log(at / (self.alpha + at)), np.log(self.alpha / (self.alpha + at))
        counts = np.arange(n + 1)[:, None]
        logs = gammaln(self.r + counts) - gammaln(self.r) - gammaln(counts + 1)
        # Of one who never leaves: negative binomial.
        poisson = np.exp(logs + counts * shares[0].ravel() + self.r * shares[1].ravel())
        stays = np.exp(betaln(self.a, self.b + stayed) - betaln(self.a, self.b))
        probable = stays * poisson[n]
        if stayed > 0:
            leaves = np.exp(betaln(self.a + 1, self.b + stayed - 1) - betaln(self.a, self.b))
            probable = probable + leaves * (1 - poisson[:n].sum(axis=0))
        return np.asarray(probable.reshape(at.shape))


def _purchases(r: Array | float, alpha: Array | float, a: float, c: Array | float, t: Array) -> Array:
    """E[(1 − (alpha / (alpha + p t))^r) / p] for p of beta(a, c): purchases of one who is alive now.

    (a + c − 1) / (a − 1) · [1 − (alpha / (alpha + t))^r · 2F1(r, c; a + c − 1; t / (alpha + t))], whose
    limit at a = 1 is interpolated from both sides; where 2F1 is no number, by quadrature. Where hardly
    anybody leaves, what is left of that difference is rounding, and a series in p takes its place.
    """
    if abs(a - 1) < NEAR_ONE:
        others = [np.delete(AROUND_ONE, place) for place in range(len(AROUND_ONE))]
        parts = [
            np.prod((a - other) / (at - other)) * _purchases(r, alpha, float(at), c, t)
            for at, other in zip(AROUND_ONE, others, strict=True)
        ]
        return np.asarray(np.sum(parts, axis=0))
    r, alpha, c, t = np.broadcast_arrays(r, alpha, c, t)
    made = np.empty(r.shape)
    loyal = (r + TERMS) * (t / alpha) * (a + TERMS) / (a + c) < FADING
    made[loyal] = _by_series(r[loyal], alpha[loyal], a, c[loyal], t[loyal])
    made[~loyal] = _closed(r[~loyal], alpha[~loyal], a, c[~loyal], t[~loyal])
    # Purchases of one who never leaves are the most that can be.
    lost = ~np.isfinite(made) | (made < 0) | (made > r * t / alpha * (1 + 1e-6))
    if lost.any():
        made[lost] = _by_quadrature(r[lost], alpha[lost], a, c[lost], t[lost])
    return made


def _closed(r: Array, alpha: Array, a: float, c: Array, t: Array) -> Array:
    with np.errstate(all="ignore"):
        left = (alpha / (alpha + t)) ** r * hyp2f1(r, c, a + c - 1, t / (alpha + t))
        return np.asarray((a + c - 1) / (a - 1) * (1 - left))


def _by_series(r: Array, alpha: Array, a: float, c: Array, t: Array) -> Array:
    """Σ (−1)^(k + 1) (r)_k / k! · (t / alpha)^k · E[p^(k − 1)] over the first terms."""
    term, whole = r * t / alpha, np.zeros(r.shape)
    for k in range(1, TERMS + 1):
        whole = whole + term
        term = -term * (r + k) / (k + 1) * (t / alpha) * (a + k - 1) / (a + c + k - 1)
    return whole


def _by_quadrature(r: Array, alpha: Array, a: float, c: Array, t: Array) -> Array:
    nodes, weights = np.polynomial.legendre.leggauss(200)
    shares = (nodes + 1) / 2
    p = np.maximum(betaincinv(a, c[:, None], shares), 1e-300)
    bought = -np.expm1(-r[:, None] * np.log1p(p * (t / alpha)[:, None])) / p
    return np.asarray(bought @ weights / 2)


def objective(histories: Histories, *, modified: bool = False) -> Objective:
    """The log-likelihood of all customers, its gradient and second derivatives, by r, alpha, a and b."""
    shift = 1 if modified else 0
    counts, customers_of = counted(histories.x, histories.weights)

    def everybody(parameters: Array) -> Height:
        by_counts = _of_counts(parameters, counts, shift, customers_of)
        return added([by_counts, in_parts(len(histories.x), partial(_of_part, parameters, histories, shift))])

    return everybody


def _of_counts(parameters: Array, counts: Array, shift: int, customers_of: Array) -> Height:
    """What depends on the number of purchases alone."""
    r, alpha, a, b = parameters
    customers, stayed = float(customers_of.sum()), counts + shift
    height = gammaln(r + counts) - gammaln(r) + betaln(a, b + stayed) - betaln(a, b) + r * np.log(alpha)
    of_a = digamma(a + b) - digamma(a + b + stayed)
    of_b = of_a + digamma(b + stayed) - digamma(b)
    of_r = digamma(r + counts) - digamma(r) + np.log(alpha)
    slope = [summed(customers_of, of_r), customers * r / alpha,
             summed(customers_of, of_a), summed(customers_of, of_b)]  # fmt: skip
    rr = summed(customers_of, polygamma(1, r + counts) - polygamma(1, r))
    ab = summed(customers_of, polygamma(1, a + b) - polygamma(1, a + b + stayed))
    bb = ab + summed(customers_of, polygamma(1, b + stayed) - polygamma(1, b))
    ra, aa = customers / alpha, -customers * r / alpha**2
    curvature = [[rr, ra, 0.0, 0.0], [ra, aa, 0.0, 0.0], [0.0, 0.0, ab, ab], [0.0, 0.0, ab, bb]]
    return summed(customers_of, height), np.array(slope), np.array(curvature)


def _of_part(parameters: Array, histories: Histories, shift: int, part: slice) -> Height:
    """The logarithm of the chance of having stayed to T, or having left after the last purchase:
    (alpha + T)^−(r + x) + a / (b + x − 1) (alpha + t_x)^−(r + x)."""
    r, alpha, a, b = parameters
    x, weights = histories.x[part], histories.weights[part]
    upto, since = 1 / (alpha + histories.T[part]), 1 / (alpha + histories.t_x[part])
    log_upto, bought, may_leave = np.log(upto), r + x, x + shift > 0
    silent, nearer = np.log(since) - log_upto, upto - since
    left = np.where(may_leave, b + x + shift - 1, 1.0)
    odds = np.where(may_leave, np.log(a / left) + bought * silent, -np.inf)
    # The chances of having left and stayed: the smaller through the larger, so that neither overflows.
    smaller = np.exp(-np.abs(odds))
    gone = weights * np.where(odds > 0, 1.0, smaller) / (1 + smaller)
    either = weights * smaller / (1 + smaller) ** 2
    height = summed(weights, bought * log_upto + np.maximum(odds, 0.0) + np.log(1 + smaller))
    slopes = np.stack([silent, bought * nearer, np.full_like(x, 1 / a), -1 / left])
    slope = np.einsum("ik,k->i", slopes, gone)
    slope[:2] += summed(weights, log_upto), -summed(weights, bought * upto)
    curvature = np.einsum("ik,jk->ij", slopes * either, slopes)
    curvature[[0, 1], [1, 0]] += summed(gone, nearer) - summed(weights, upto)
    curvature[1, 1] += summed(weights, bought * upto**2) - summed(gone, bought * nearer * (upto + since))
    curvature[2, 2] -= float(gone.sum()) / a**2
    curvature[3, 3] += summed(gone, slopes[3] ** 2)
    return height, slope, curvature


def fit(histories: Histories, *, modified: bool = False, priors: Mapping[str, Prior] | None = None) -> Fitted:
    """The most likely parameters (with priors, the most probable). Raises FitFailed."""
    mean_T = float(histories.weights @ histories.T) / histories.customers
    starts = [(1.0, mean_T, 1.0, 1.0), (0.3, mean_T / 5, 0.5, 2.0), (2.0, mean_T / 2, 0.1, 1.0)]
    return maximised(
        "mbgnbd" if modified else "bgnbd",
        NAMES, objective(histories, modified=modified), starts, histories.customers, priors,
        ("a", "b"),
    )  # fmt: skip
