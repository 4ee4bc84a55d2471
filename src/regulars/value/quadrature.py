"""Nodes and weights by which a warehouse integrates what it has no function for: literals in its SQL."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regulars.value.fitting import Array

STEP, NARROW_STEP = 0.4, 0.7
"""Of the trapezoid rule, in the logarithm of a leaving's depth; the second over the square root of a, for
densities narrower than one. The rule's error falls by e^(-2 pi d / step): below 1e-8 of what is expected."""
NEGLIGIBLE = 1e-14
"""A node with a smaller part of any history's density has no say."""
MOST_STAYS = 4000
"""Repeat purchases up to which nodes are placed; beyond, they only thin out."""
CERTAIN = 1e4
"""A chance to leave with odds beyond this is as good as 1, and its density too narrow to place nodes in."""
NEAR = 3e-5
"""What is this much smaller than all scales of the integrand is one node: it errs by its square."""
INSTANTS, CROWDED = 6, 5.0
"""Times within the horizon, and how much more closely they stand at its start (by e to this power)."""


@dataclass(frozen=True)
class LeavingNodes:
    """Chances to leave and their weights: the integral of p^(a-1) (1-p)^(c-1) g(p) over p from 0 to 1 is the
    sum of e^(log_weight - c depth) g(p), up to a factor, for every c from the smallest on; ``depth`` is
    -ln(1 - p). ``a`` is the density's own: that of the model, unless that is beyond bounds."""

    a: float
    p: Array
    depth: Array
    log_weight: Array


def leaving_nodes(a: float, least_stays: float, horizon: float) -> LeavingNodes:
    """Nodes for the chance to leave of beta(a, c), for all c from ``least_stays`` on.

    ``horizon``: more purchases than anybody makes in the time ahead; it says how near to 0 a chance to
    leave still matters. The trapezoid rule in ln(depth), where nothing is singular; its tail towards 0,
    a geometric series, is one node with the same weight and the same mean.
    """
    most_stays = least_stays + MOST_STAYS
    a = min(a, CERTAIN * max(least_stays, 1.0))
    step = min(STEP, NARROW_STEP / math.sqrt(a))
    start = math.log(NEAR / (horizon + most_stays))
    # The deepest density is that of the fewest stays: at twice its peak, and there e^-40 less, it is nothing.
    end = math.log(40 / least_stays + 2 * math.log1p(a / least_stays))
    logs = start + step * np.arange(math.ceil((end - start) / step) + 1)
    depth = np.exp(logs)
    log_weight = logs + (a - 1) * np.log(-np.expm1(-depth))
    # The more stays, the farther to the left lies the density: its ends are those of the extremes.
    first, last = _seen(log_weight - most_stays * depth)[0], _seen(log_weight - least_stays * depth)[-1]
    depth, log_weight = depth[first : last + 1], log_weight[first : last + 1]
    log_weight[0] -= math.log(-math.expm1(-a * step))
    depth[0] *= math.expm1(-a * step) / math.expm1(-(a + 1) * step)
    # Weights are only each other's measure: without this, the tail's would be 1 / a.
    return LeavingNodes(a, -np.expm1(-depth), depth, log_weight + min(math.log(a), 0.0))


def _seen(parts: Array) -> npt.NDArray[np.intp]:
    """Places of the nodes whose parts, given as logarithms, are not negligible."""
    return np.flatnonzero(parts - parts.max() > math.log(NEGLIGIBLE))


@dataclass(frozen=True)
class Instant:
    """A time from now on, and what the purchases up to it count for."""

    time: float
    counts: float


def discounting(horizon: float, rate: float) -> list[Instant]:
    """Instants, the last of them the horizon: purchases up to each, so counted, add up to those discounted.

    The integral of e^(-rate s) dM(s) over the horizon is e^(-rate horizon) M(horizon) plus that of
    rate e^(-rate s) M(s) ds, by Gauss-Legendre in a time that starts slowly, as M rises steeply at first.
    """
    if rate == 0:
        return [Instant(horizon, 1.0)]
    nodes, weights = np.polynomial.legendre.leggauss(INSTANTS)
    shares = (nodes + 1) / 2
    times = horizon * np.expm1(CROWDED * shares) / math.expm1(CROWDED)
    paces = horizon * CROWDED * np.exp(CROWDED * shares) / math.expm1(CROWDED)
    counts = rate * np.exp(-rate * times) * paces * weights / 2
    within = [Instant(*each) for each in zip(times.tolist(), counts.tolist(), strict=True)]
    return [*within, Instant(horizon, math.exp(-rate * horizon))]
