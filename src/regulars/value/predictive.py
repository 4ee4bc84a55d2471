"""How many purchases a customer may make and what they may bring: whole distributions, and their intervals.

Who is there at T lives on as a new customer would, with parameters that their history has moved: a rate of
purchases of gamma(r + x, alpha + T), and a chance to leave of beta(a, b + x) (x + 1 for MBG/NBD), or a rate
of leaving of gamma(s, beta + T). So the counts of Fader, Hardie & Lee (2005) hold for anybody, and those of
Pareto/NBD are negative binomials mixed over the time of leaving.

What y purchases bring is, over v + what the customer spent so far, beta prime(p y, q + p x): amounts are
gamma(p, nu), and nu is gamma(q + p x, v + total) by now (Fader & Hardie 2013).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import betainc, expit, nbdtrik, ndtri

from regulars.value.bgnbd import BgNbd
from regulars.value.fitting import Array
from regulars.value.gamma_gamma import GammaGamma
from regulars.value.histories import Histories
from regulars.value.pareto_nbd import FADED, ParetoNbd

LEFT_OUT = 1e-6
"""Counts are told up to where so little is left, even of customers who never leave."""
CELLS = 500_000
"""Histories times counts that are worked on at a time, so that memory does not grow with either."""
LOWEST, HIGHEST = -40.0, 40.0
"""Logarithms of what purchases bring, over v + what was spent, that no quantile lies beyond."""
FARTHEST = 9.0
"""Standard deviations: nearer to 0 or 1 than this lies nothing that is looked for."""
CLOSE = 1e-8
"""In standard deviations, or of a logarithm: a quantile of value is told in cents."""
MOST_STEPS = 150
"""So many bisections of every third come to a width of nothing."""
NEGLIGIBLE = 1e-8
"""A count with less chance moves no quantile."""
Bools = npt.NDArray[np.bool_]
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(64)


@dataclass(frozen=True)
class Intervals:
    """Central intervals, one for each history: at least the level lies within, as much outside on each side.

    ``purchases_``: the smallest counts with so much at or below them. ``value_``: in units of v + what the
    customer spent so far, without returns; None without a spend model. ``_inside``: the probability
    that the model gives to the interval, ends included.
    """

    purchases_low: Array
    purchases_high: Array
    purchases_inside: Array
    value_low: Array | None
    value_high: Array | None
    value_inside: Array | None


def intervals(
    model: BgNbd | ParetoNbd,
    spend: GammaGamma | None,
    histories: Histories,
    valued: Array,
    t: float,
    level: float,
) -> Intervals:
    """The intervals for purchases and value in the time ``t`` after T.

    ``valued``: on how many purchases with an amount the customer's spend rests, for each history.
    """
    tails = ((1 - level) / 2, (1 + level) / 2)
    counts, values = np.zeros((3, len(histories.x))), np.zeros((3, len(histories.x)))
    for rows, most in _chunks(model, histories, t):
        x, t_x, T = histories.x[rows], histories.t_x[rows], histories.T[rows]
        chances = p_counts(model, x, t_x, T, t, most)
        upto = np.cumsum(chances, axis=1)
        low, high = ((upto < tail).sum(axis=1) for tail in tails)
        at = np.arange(len(rows))
        below = np.where(low > 0, upto[at, np.maximum(low - 1, 0)], 0.0)
        counts[:, rows] = low, high, upto[at, high] - below
        if spend is not None:
            lower, upper = (_quantiles(chances, spend, valued[rows], tail) for tail in tails)
            # What lies at or below an end is its tail, unless nothing at all does.
            values[:, rows] = lower, upper, np.where(high > 0, tails[1], chances[:, 0]) - tails[0] * (low > 0)
    if spend is None:
        return Intervals(counts[0], counts[1], counts[2], None, None, None)
    return Intervals(counts[0], counts[1], counts[2], values[0], values[1], values[2])


def p_counts(model: BgNbd | ParetoNbd, x: Array, t_x: Array, T: Array, t: float, most: int) -> Array:
    """The probabilities of 0, 1, … ``most`` purchases in the time ``t`` after T: a row a history."""
    if isinstance(model, BgNbd):
        of_alive = _leaving_after_purchases(model, x, T, t, most)
    else:
        of_alive = _leaving_at_any_time(model, x, T, t, most)
    alive = model.p_alive(x, t_x, T)
    chances = alive[:, None] * of_alive
    chances[:, 0] += 1 - alive
    return np.asarray(chances)


def _leaving_after_purchases(model: BgNbd, x: Array, T: Array, t: float, most: int) -> Array:
    """Of those who are there, by BG/NBD: all purchases stayed after, or the last one left after."""
    c = (model.b + x + (1 if model.modified else 0))[:, None]
    before = np.arange(most)
    stays = np.cumprod((c + before) / (model.a + c + before), axis=1)
    steady = _negative_binomial(model.r + x, model.alpha + T, np.full(len(x), t), most)
    more = np.maximum(1 - np.cumsum(steady, axis=1)[:, :-1], 0)
    chances = steady
    chances[:, 1:] *= stays
    chances[:, 1:] += stays * model.a / (c + before) * more
    return chances


def _leaving_at_any_time(model: ParetoNbd, x: Array, T: Array, t: float, most: int) -> Array:
    """Of those who are there, by Pareto/NBD: counts up to the time of leaving, where that comes before t."""
    patience = model.beta + T
    # The logarithm of the chance to have stayed, evenly, to where nobody is left.
    whole = model.s * np.log1p(t / patience)
    reach = np.minimum(whole, FADED)
    steady = _negative_binomial(model.r + x, model.alpha + T, np.full(len(x), t), most)
    chances = np.exp(-whole)[:, None] * steady
    for node, weight in zip((_NODES + 1) / 2, _WEIGHTS / 2, strict=True):
        leaves = np.minimum(patience * np.expm1(node * reach / model.s), t)
        part = (weight * reach * np.exp(-node * reach))[:, None]
        chances += part * _negative_binomial(model.r + x, model.alpha + T, leaves, most)
    return np.asarray(chances)


def _negative_binomial(shape: Array, age: Array, t: Array, most: int) -> Array:
    """The probabilities of 0 to ``most`` purchases in t at a rate of gamma(shape, age): a row a history."""
    counts = np.arange(1, most + 1)
    share = (t / (age + t))[:, None]
    with np.errstate(divide="ignore"):
        ratios = np.log((shape[:, None] + counts - 1) / counts * share)
    logs = np.empty((len(shape), most + 1))
    logs[:, 0] = -shape * np.log1p(t / age)
    logs[:, 1:] = logs[:, :1] + np.cumsum(ratios, axis=1)
    return np.asarray(np.exp(logs))


def _chunks(
    model: BgNbd | ParetoNbd, histories: Histories, t: float
) -> Iterator[tuple[npt.NDArray[np.intp], int]]:
    """Places of histories, those alike in purchases to come together, and the most purchases they need."""
    age = model.alpha + histories.T
    most = np.ceil(nbdtrik(1 - LEFT_OUT, model.r + histories.x, age / (age + t))) + 1
    order = np.argsort(most, kind="stable")[::-1]
    at = 0
    while at < len(order):
        largest = int(most[order[at]])
        rows = order[at : at + max(CELLS // (largest + 1), 1)]
        yield rows, largest
        at += len(rows)


def _quantiles(chances: Array, spend: GammaGamma, valued: Array, tail: float) -> Array:
    """What purchases bring, over v + what was spent, with so much at or below it: 0 where nobody need buy."""
    found = np.zeros(len(chances))
    some = np.flatnonzero(chances[:, 0] < tail)
    none = chances[some, 0]
    # One count of one history in each: most counts of most histories have hardly a chance.
    of, less = np.nonzero(chances[some, 1:] > NEGLIGIBLE)
    count, chance = less + 1, chances[some, 1:][of, less]
    first, second = spend.p * count, spend.q + spend.p * valued[some][of]

    def upto(logs: Array, going: Bools) -> Array:
        at = going[of]
        below = chance[at] * betainc(first[at], second[at], expit(logs)[of[at]])
        return np.asarray(np.minimum(none + np.bincount(of[at], below, minlength=len(some)), 1.0))

    found[some] = np.exp(_where(upto, len(some), tail))
    return found


def _where(upto: Callable[[Array, Bools], Array], count: int, tail: float) -> Array:
    """Where functions that rise from 0 to 1 come to ``tail``: false position on the normal scale, where they
    are nearly straight, with every third step a bisection."""
    low, high = np.full(count, LOWEST), np.full(count, HIGHEST)
    below, above = np.full(count, -2 * FARTHEST), np.full(count, 2 * FARTHEST)
    aim, at, going = ndtri(tail), (low + high) / 2, np.ones(count, dtype=bool)
    for step in range(MOST_STEPS):
        off = np.clip(ndtri(upto(at, going)), -FARTHEST, FARTHEST) - aim
        is_low, is_high = going & (off < 0), going & (off >= 0)
        low[is_low], below[is_low] = at[is_low], off[is_low]
        high[is_high], above[is_high] = at[is_high], off[is_high]
        going &= (np.abs(off) > CLOSE) & (high - low > CLOSE)
        if not going.any():
            break
        straight = 0.5 if step % 3 == 2 else np.clip(-below / (above - below), 0.01, 0.99)
        at = np.where(going, low + (high - low) * straight, at)
    return np.asarray(at)
