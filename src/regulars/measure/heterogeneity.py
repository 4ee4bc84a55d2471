"""Whether a treatment works differently from segment to segment, by what an experiment found in each."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Group:
    """Customers of one arm: how many, the mean of their outcome and its variance (n − 1)."""

    n: int
    mean: float
    variance: float

    @staticmethod
    def of_conversions(n: int, conversions: int) -> Group:
        """Of shares. The variance is that of one success and one failure more (Agresti & Caffo 2000): where
        nobody converts it is not zero, and intervals keep what they promise."""
        share = (conversions + 1) / (n + 2)
        return Group(n, conversions / n, share * (1 - share))


@dataclass(frozen=True)
class Effect:
    """A difference of means, its variance, and the degrees of freedom of that (Satterthwaite 1946)."""

    size: float
    variance: float
    freedom: float

    @property
    def interval(self) -> tuple[float, float]:
        """At 95 %, by Student's t."""
        from scipy.special import stdtrit

        half = float(stdtrit(self.freedom, 0.975)) * math.sqrt(self.variance)
        return self.size - half, self.size + half

    @property
    def p(self) -> float:
        """Two-sided, that it is nothing; 1 where neither it nor its variance is anything."""
        from scipy.special import stdtr

        if not self.variance:
            return 0.0 if self.size else 1.0
        return float(2 * stdtr(self.freedom, -abs(self.size) / math.sqrt(self.variance)))


@dataclass(frozen=True)
class Heterogeneity:
    """The effect in each segment, over all, and how far each segment's is from that of the others.

    ``q`` is Cochran's, ``p`` that the effects are all one, by Welch's correction of it for variances that are
    estimated; ``apart`` is each segment's effect less the others'.
    """

    effects: Mapping[str, Effect]
    overall: Effect
    apart: Mapping[str, Effect]
    q: float
    p: float


def effect(treated: Group, control: Group) -> Effect:
    """The treated mean less the control's, with unequal variances (Welch 1947)."""
    parts = [(1.0, _mean(treated)), (-1.0, _mean(control))]
    return _combined(parts)


def heterogeneity(arms: Mapping[str, tuple[Group, Group]]) -> Heterogeneity:
    """What treated and control customers show, by segment, of two segments or more.

    The overall effect, and that of the others, is the mean over customers: each segment counts by how many of
    both arms it has. Q = Σ w (d − d̄)² with w = 1 / variance (Cochran 1954); p by Welch's F (1951), which for
    two segments is his t-test. Needs variances above zero.
    """
    from scipy.special import fdtrc

    effects = {name: effect(*both) for name, both in arms.items()}
    sizes = {name: sum(each.n for each in both) for name, both in arms.items()}
    everyone = list(effects)
    apart = {
        name: _combined(
            [(1.0, effects[name]), (-1.0, _over([k for k in everyone if k != name], effects, sizes))]
        )
        for name in everyone
    }
    weights = {name: 1 / each.variance for name, each in effects.items()}
    total = math.fsum(weights.values())
    middle = math.fsum(weights[name] * effects[name].size for name in everyone) / total
    q = math.fsum(weights[name] * (effects[name].size - middle) ** 2 for name in everyone)
    k = len(everyone)
    spread = math.fsum((1 - weights[name] / total) ** 2 / effects[name].freedom for name in everyone)
    f = (q / (k - 1)) / (1 + 2 * (k - 2) / (k * k - 1) * spread)
    p = float(fdtrc(k - 1, (k * k - 1) / (3 * spread), f))
    return Heterogeneity(effects, _over(everyone, effects, sizes), apart, q, p)


def _mean(group: Group) -> Effect:
    return Effect(group.mean, group.variance / group.n, group.n - 1)


def _over(names: Sequence[str], effects: Mapping[str, Effect], sizes: Mapping[str, int]) -> Effect:
    total = sum(sizes[name] for name in names)
    return _combined([(sizes[name] / total, effects[name]) for name in names])


def _combined(parts: Sequence[tuple[float, Effect]]) -> Effect:
    """A weighted sum of independent effects."""
    variances = [(weight * weight * each.variance, each.freedom) for weight, each in parts]
    variance = math.fsum(each for each, _ in variances)
    spread = math.fsum(each * each / freedom for each, freedom in variances)
    freedom = variance * variance / spread if spread else math.inf
    return Effect(math.fsum(weight * each.size for weight, each in parts), variance, freedom)
