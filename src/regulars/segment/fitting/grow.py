"""Growing a tree: CART in whole numbers, so that no processor, thread or order of rows can move a split.

Breiman, Friedman, Olshen & Stone (1984), chapter 2: the split that leaves both sides purest (Gini), where
purity counts customers of each label on each side. Every feature is cut at values that occur.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal

import numpy as np
import numpy.typing as npt

from regulars.segment.rules.conditions import Compare, CompareText, IsUnknown
from regulars.segment.rules.tree import PLACES, Leaf, Node, Question, Split

Codes = npt.NDArray[np.int64]
CUTS = 255
"""As many places to cut a feature at as there are usually tried: more change a tree hardly."""
DOUBT = 0.05
"""A split must be one that chance would give to fewer than this share of such searches (Bonferroni over
all splits tried at that place), or noise would be told as a finding."""
_LARGEST = 1.7976931348623157e308


@dataclass(frozen=True)
class Binned:
    """One feature of the customers learnt from: for each a code, 0 where it is unknown.

    Question n asks whether the code is at most n; of text, whether it is n. The last code has no question
    of its own: beyond all cuts, or any other category.
    """

    feature: str
    codes: Codes
    questions: tuple[Compare, ...] | tuple[CompareText, ...]

    @property
    def is_text(self) -> bool:
        return bool(self.questions) and isinstance(self.questions[0], CompareText)

    @property
    def size(self) -> int:
        """One more than the largest code."""
        return len(self.questions) + 2

    @property
    def tells(self) -> bool:
        """Whether customers differ in it at all."""
        return len(np.unique(self.codes)) > 1


@dataclass(frozen=True)
class Growth:
    """How far a tree may grow: levels of questions, and the fewest customers at an end."""

    max_depth: int
    min_leaf: int


def binned(feature: str, values: Sequence[Decimal | float | int | None], exact: bool) -> Binned:
    """A feature of numbers, cut at up to 255 of its values (at equal numbers of customers where it has more).

    A cut is written as the shortest number that parts the same customers. NaN stands above all numbers.
    """
    held = [None if each is None else _finite(each) for each in values]
    known = sorted(each for each in held if each is not None)
    different = sorted(set(known))
    if len(different) > CUTS + 1:
        chosen = {known[math.ceil(part * len(known) / (CUTS + 1)) - 1] for part in range(1, CUTS + 1)}
        uppers = sorted(chosen - {different[-1]})
    else:
        uppers = different[:-1]
    cuts = [_shortest(low, different[bisect_left(different, low) + 1], exact) for low in uppers]
    codes = [0 if each is None else 1 + bisect_left(uppers, each) for each in held]
    questions = tuple(Compare(feature, "<=", cut, exact) for cut in cuts)
    return Binned(feature, np.array(codes, dtype=np.int64), questions)


def sorted_by(feature: str, values: Sequence[str | None], fewest: int) -> Binned:
    """A feature of text: a question for each category that ``fewest`` or more have, by the alphabet."""
    counted = Counter(each for each in values if each is not None)
    own = sorted(each for each, customers in counted.items() if customers >= fewest)[:CUTS]
    at = {each: code for code, each in enumerate(own, 1)}
    codes = [0 if each is None else at.get(each, len(own) + 1) for each in values]
    questions = tuple(CompareText(feature, "=", each) for each in own)
    return Binned(feature, np.array(codes, dtype=np.int64), questions)


def _finite(value: Decimal | float) -> Decimal | float | int:
    if isinstance(value, float) and not -_LARGEST <= value <= _LARGEST:
        return -_LARGEST if value < 0 else _LARGEST
    return value


def _shortest(low: Decimal | float, high: Decimal | float, exact: bool) -> Decimal:
    """The shortest number from ``low`` to below ``high``; of equally short ones the nearest to the middle.

    >>> _shortest(17, 18, True), _shortest(Decimal("17.31"), Decimal("22.40"), True)
    (Decimal('17'), Decimal('2E+1'))
    """
    least, beyond = Decimal(str(low)), Decimal(str(high))
    for place in range(beyond.adjusted() if beyond else least.adjusted(), -20, -1):
        unit = Decimal(1).scaleb(place)
        cut = ((least + beyond) / 2 / unit - Decimal("0.5")).to_integral_value(ROUND_CEILING) * unit
        if least <= cut < beyond and (exact or low <= float(cut) < high):
            return cut.normalize()
    return least


def grown(features: Sequence[Binned], labels: Codes, ids: Sequence[str], growth: Growth) -> Node:
    """The tree that parts the labels (0 to len(ids) − 1) best, step by step.

    Of equally good splits the first feature's lowest cut is taken, and of equally common labels the first.
    Two ends of one split that give the same segment become one.
    """
    return _grown(features, labels, ids, growth, np.arange(len(labels)), 0)


@dataclass(frozen=True)
class _Found:
    """The purest split of a node by one feature, out of how many."""

    feature: Binned
    purity: float
    upto: int
    """The last code that goes to yes (of text: the only one); 0 where those unknown go there alone."""
    unknown_is_yes: bool
    yes: Codes
    tried: int

    @property
    def when(self) -> Question:
        return self.feature.questions[self.upto - 1] if self.upto else IsUnknown(self.feature.feature)

    def goes_yes(self, codes: Codes) -> npt.NDArray[np.bool_]:
        least = self.upto if self.feature.is_text else min(self.upto, 1)
        held: npt.NDArray[np.bool_] = (least <= codes) & (codes <= self.upto)
        if self.unknown_is_yes:
            held |= codes == 0
        return held


def _grown(
    features: Sequence[Binned], labels: Codes, ids: Sequence[str], growth: Growth, rows: Codes, depth: int
) -> Node:
    counts = np.bincount(labels[rows], minlength=len(ids))
    here = _leaf(counts, ids)
    if depth == growth.max_depth or len(rows) < 2 * growth.min_leaf or counts.max() == len(rows):
        return here
    found = _best(features, labels, counts, growth, rows)
    if found is None:
        return here
    is_yes = found.goes_yes(found.feature.codes[rows])
    yes, no = (
        _grown(features, labels, ids, growth, side, depth + 1) for side in (rows[is_yes], rows[~is_yes])
    )
    if isinstance(yes, Leaf) and isinstance(no, Leaf) and yes.segment_id == no.segment_id:
        return here
    return Split(found.when, found.unknown_is_yes, yes, no)


def _leaf(counts: Codes, ids: Sequence[str]) -> Leaf:
    """The commonest label, with Laplace's share: (n + 1) ÷ (N + labels), which few customers cannot drive
    to 1 (Provost & Domingos 2003)."""
    best = int(counts.argmax())
    share = Decimal(int(counts[best]) + 1) / Decimal(int(counts.sum()) + len(ids))
    return Leaf(ids[best], round(share, PLACES))


def _best(
    features: Sequence[Binned], labels: Codes, counts: Codes, growth: Growth, rows: Codes
) -> _Found | None:
    """The purest split, if it is beyond what chance gives to as many tried."""
    found = [_purest(feature, labels, counts, growth, rows) for feature in features]
    best = max(found, key=lambda each: each.purity, default=None)
    if best is None or not best.tried:
        return None
    tried = sum(each.tried for each in found)
    return best if _by_chance(best.yes, counts - best.yes) * tried < DOUBT else None


def _purest(feature: Binned, labels: Codes, counts: Codes, growth: Growth, rows: Codes) -> _Found:
    """The purest split by one feature, the first of equally pure ones; purity −1 where there is none."""
    k = len(counts)
    table = np.bincount(feature.codes[rows] * k + labels[rows], minlength=feature.size * k).reshape(-1, k)
    unknown, known = table[0], table[1:]
    upto = (known if feature.is_text else known.cumsum(axis=0))[:-1]
    ways = [(1, False, upto), (0, False, unknown[None])]
    if unknown.any():
        ways.insert(1, (1, True, upto + unknown))
    best = _Found(feature, -1.0, 0, False, unknown, 0)
    tried = 0
    for first, is_yes, held in ways:
        sizes = held.sum(axis=1)
        may = np.minimum(sizes, len(rows) - sizes) >= growth.min_leaf
        if not feature.is_text:
            # Where nobody here lies between two cuts, the lower one stands for both.
            may[1:] &= sizes[1:] != sizes[:-1]
        at = np.flatnonzero(may)
        tried += len(at)
        purities = _purity(held[at], counts - held[at])
        if len(at) and purities.max() > best.purity:
            place = int(at[purities.argmax()])
            # Nobody to learn from: whoever is unknown later goes with the larger side.
            goes = is_yes if unknown.any() else 2 * int(sizes[place]) >= len(rows)
            best = _Found(feature, float(purities.max()), place + first, goes, held[place], 0)
    return replace(best, tried=tried)


def _purity(yes: Codes, no: Codes) -> npt.NDArray[np.float64]:
    """Σ n² ÷ N over both sides of each split: the larger, the smaller their Gini impurity. Whole numbers
    up to the two divisions and their sum, which every processor rounds alike."""
    purity: npt.NDArray[np.float64] = (yes * yes).sum(axis=1) / yes.sum(axis=1) + (
        (no * no).sum(axis=1) / no.sum(axis=1)
    )
    return purity


def _by_chance(yes: Codes, no: Codes) -> float:
    """How probable so unequal sides are where labels do not depend on the question (Pearson's chi-square)."""
    from scipy.special import chdtrc

    whole = yes + no
    met = whole > 0
    expected = np.outer([yes.sum(), no.sum()], whole[met]) / whole.sum()
    square = float((((np.stack([yes, no])[:, met] - expected) ** 2) / expected).sum())
    return float(chdtrc(int(met.sum()) - 1, square))
