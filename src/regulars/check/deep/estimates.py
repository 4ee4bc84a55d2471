"""Estimates: the rate of a segment and of others, and how far apart they lie, with what a sample leaves open.

A rate is a ratio of two sums over customers, R = Σy / Σx, and customers are drawn, not orders: its variance
is Σ (y − Rx)² / (Σx)² (Cochran 1977, ch. 6; the ultimate-cluster variance of survey sampling), put right for
the part of the spread that its own residuals hide. Two groups that share no customer are independent. Few
customers, or a few who hold most of it, widen the interval: Student's t has the degrees of freedom of
Satterthwaite (1946), of each group (Σx²)² / Σx⁴ less one (after Kott 1994).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction

from regulars.check.deep.queries import WHOLE, Counted, Totals

FEWEST_FREEDOMS = 1.0
"""With fewer degrees of freedom in a group no interval can be relied on."""
FEWEST_DOING = 10
"""Customers who must do it, and who must not, for a group's own spread to be relied on."""
CHANCE = 0.05


@dataclass(frozen=True)
class Difference:
    """The rate of a segment, that of others, and the difference with its 95 % interval, all in the unit of
    the whole numbers that were summed; ``p``: how often chance gives as much where they are alike."""

    rate: float
    others: float
    low: float
    high: float
    p: float

    @property
    def difference(self) -> float:
        return self.rate - self.others

    def times(self, factor: float) -> Difference:
        return Difference(
            self.rate * factor, self.others * factor, self.low * factor, self.high * factor, self.p
        )


def difference(ours: Totals, others: Totals) -> Difference | None:
    """How far the rates of two groups lie apart; None where either has nothing, or too little, to tell by.

    Of a group in which fewer than ten customers do it, or do not, the spread is taken to be at least that of
    as many drawn at random from both: a dozen customers who are all alike have none of their own.
    """
    if ours.whole <= 0 or others.whole <= 0:
        return None
    freedoms = [_freedom(each) for each in (ours, others)]
    if min(freedoms) < FEWEST_FREEDOMS:
        return None
    every = ours + others
    rate, rest, pooled = (Fraction(each.part, each.whole) for each in (ours, others, every))
    at_random = _residual(every, pooled) / every.whole_squares
    spreads = []
    for each, of in ((ours, rate), (others, rest)):
        drawn = float(at_random * each.whole_squares / each.whole**2)
        own = _variance(each, of)
        spreads.append(max(own, drawn) if _is_rare(each) else own)
    return _made(float(rate), float(rest), spreads, freedoms)


def standardised(
    counted: Counted, segment: Collection[str], others: Collection[str], categories: Sequence[int]
) -> Difference | None:
    """The same with what they buy taken alike: others' rates in the segment's own mix of categories (direct
    standardisation). None where one of these categories has too little to tell by.

    D = Σ_c (y_c − r_c x_c) / X over the segment's sums in category c, with r_c the others' rate there and X
    all of its x. Its variance has two parts: of the segment, Σ (Σ_c (y_c − (r_c + D) x_c))² / X² over
    customers, and of others, Σ (Σ_c w_c (y_c − r_c x_c) / X_c)² with w_c = x_c / X: both from sums of
    products between categories.
    """
    ours = {each: counted.at(segment, (each, 0)) for each in categories}
    rest = {each: counted.at(others, (each, 0)) for each in categories}
    if any(each.whole <= 0 for each in (*ours.values(), *rest.values())):
        return None
    total = sum(each.whole for each in ours.values())
    rates = {each: Fraction(rest[each].part, rest[each].whole) for each in categories}
    weights = {each: Fraction(ours[each].whole, total) for each in categories}
    mixed = sum((weights[each] * rates[each] for each in categories), Fraction(0))
    rate = Fraction(sum(each.part for each in ours.values()), total)
    shifted = {each: rates[each] + rate - mixed for each in categories}
    of_ours = _products(counted, segment, shifted, dict.fromkeys(categories, Fraction(1, total)))
    of_rest = _products(
        counted, others, rates, {each: weights[each] / rest[each].whole for each in categories}
    )
    sides = [counted.at(side, WHOLE) for side in (segment, others)]
    freedoms = [_freedom(each) for each in sides]
    if min(freedoms) < FEWEST_FREEDOMS or any(_is_rare(each) for each in sides):
        return None
    variances = [float(each) / _kept(of) for each, of in zip((of_ours, of_rest), sides, strict=True)]
    return _made(float(rate), float(mixed), variances, freedoms)


def _products(
    counted: Counted,
    side: Collection[str],
    rates: dict[int, Fraction],
    weights: dict[int, Fraction],
) -> Fraction:
    """Σ over customers of (Σ_c a_c (y_c − r_c x_c))², from sums of products between categories."""
    found = Fraction(0)
    for one, r in rates.items():
        for other, s in rates.items():
            here, back = counted.pair(side, one, other), counted.pair(side, other, one)
            product = (
                here.part_parts - s * here.part_wholes - r * back.part_wholes + r * s * here.whole_wholes
            )
            found += weights[one] * weights[other] * product
    return found


def _residual(of: Totals, rate: Fraction) -> Fraction:
    """Σ (y − Rx)²."""
    return of.part_squares - 2 * rate * of.products + rate * rate * of.whole_squares


def _variance(of: Totals, rate: Fraction) -> float:
    """The variance of a rate, put right for what its own residuals hide of it."""
    return float(_residual(of, rate) / of.whole**2) / _kept(of)


def _kept(of: Totals) -> float:
    """What part of Σe² is left in the residuals, where those who hold much vary as much: with e² as x²,
    1 − 2 Σx³ / (Σx Σx²) + Σx² / (Σx)²; n customers who are equal keep (n − 1) / n."""
    first, second = of.weights, of.weight_squares
    return 1 - 2 * of.weight_cubes / (first * second) + second / first**2


def _freedom(of: Totals) -> float:
    """The degrees of freedom that a variance has, by the same model: (Σx²)² / Σx⁴, less one."""
    return of.weight_squares**2 / of.weight_fourths - 1 if of.weight_fourths else 0.0


def _is_rare(of: Totals) -> bool:
    """Whether too few do it, or too few do not, for their own spread to tell what chance may do."""
    return min(of.doing, of.lacking) < FEWEST_DOING


def _made(rate: float, rest: float, variances: Sequence[float], freedoms: Sequence[float]) -> Difference:
    from scipy.special import stdtr, stdtrit

    error, apart = math.sqrt(sum(variances)), rate - rest
    if error == 0:
        return Difference(rate, rest, apart, apart, 0.0 if apart else 1.0)
    freedom = sum(variances) ** 2 / sum(v * v / f for v, f in zip(variances, freedoms, strict=True))
    half = float(stdtrit(freedom, 1 - CHANCE / 2)) * error
    return Difference(rate, rest, apart - half, apart + half, 2 * float(stdtr(freedom, -abs(apart) / error)))
