"""Who will leave, or buy: one model for all customers against one model a segment, and what each goes by.

Fitted on customers as of one day and what they did after it, tried on customers as of a later day and what
they did after that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

from regulars.value import ridge
from regulars.value.auc import Area, Flags, Floats, Gain, area, gain, placements
from regulars.value.design import Design, Known, design, without_repetitions
from regulars.value.importance import Importance, Judge, importances
from regulars.value.many import holm

SEGMENT = "(segment)"
"""The one model knows of each customer's segment, too: else it would only lose for want of base rates."""
FEWEST_EACH_WAY = 30
"""Customers for whom it came true, and for whom not, that a segment needs for a model of its own: with fewer,
even one weight is told with a standard error of about a fifth of a standard deviation's worth of log-odds."""
FEWEST_JUDGED = 11
"""Of each kind that an AUC and its interval need; so no figure is of ten customers or fewer."""
FEWEST_A_WEIGHT = 5
"""Outcomes for each weight that a model needs for its probabilities at a low and a high value to be told
(Vittinghoff & McCulloch 2007: from five on, events a variable are seldom the trouble)."""
CHANCE = 0.05
BINS = 10
FEWEST_IN_A_BIN = 11


@dataclass(frozen=True)
class Cut:
    """Customers as of a day, in a fixed order: what was known of them, their segments, and what came."""

    known: Known
    segments: npt.NDArray[Any]
    came: Flags

    def part(self, which: Flags) -> Cut:
        known = {name: values[which] for name, values in self.known.items()}
        return Cut(known, self.segments[which], self.came[which])

    @property
    def customers(self) -> int:
        return len(self.came)

    @property
    def outcomes(self) -> int:
        return int(self.came.sum())

    @property
    def fewer(self) -> int:
        """Of those for whom it came true and those for whom not, the fewer."""
        return min(self.outcomes, self.customers - self.outcomes)


@dataclass(frozen=True)
class Bin:
    """Customers who were told about the same probability: its mean, and the share for whom it came true."""

    customers: int
    told: float
    came: float


@dataclass(frozen=True)
class Score:
    """How a model did on customers it was not fitted on. ``brier`` and ``log_loss`` are means a customer;
    ``expected`` is the sum of its probabilities, to be held against the outcomes."""

    area: Area
    brier: float
    log_loss: float
    expected: float
    calibration: tuple[Bin, ...]

    def as_json(self) -> dict[str, Any]:
        told = asdict(self)
        return {**told.pop("area"), **told}


@dataclass(frozen=True)
class Judged:
    """One model against one a segment, on one segment's customers or on all of them.

    ``separate`` is None where the segment has no model of its own, for the reason in ``why_not``; both scores
    are None where too few outcomes came to judge by. ``per_weight``: outcomes (of the rarer kind) to fit on
    for each weight; of a logistic model the weights that its penalty leaves free. ``p``: of the gain, for a
    segment corrected for the number of segments. ``importances`` are of the segment's own model, or of the
    one model where it has none.
    """

    segment: str | None
    fitted_on: int
    fitted_outcomes: int
    customers: int
    outcomes: int
    per_weight: float
    pooled: Score | None
    separate: Score | None
    gain: Gain | None
    why_not: str
    importances: tuple[Importance, ...] = ()
    p: float = 1.0

    @property
    def has_sizes(self) -> bool:
        """Whether there is enough to say how far a feature moves the probability, and not only which way."""
        return self.per_weight >= FEWEST_A_WEIGHT

    @property
    def verdict(self) -> str:
        if self.gain is None:
            return self.why_not
        if self.p < CHANCE and self.gain.is_up:
            return "separate models pay" if self.segment is None else "a model of its own pays"
        if self.p < CHANCE and self.gain.is_down:
            return "one model foretells better"
        return "one model does as well, as far as these customers tell"


@dataclass(frozen=True)
class Propensities:
    """The comparison over all customers and by segment, in the order given; and what was not weighed."""

    kind: str
    overall: Judged
    segments: tuple[Judged, ...]
    features: tuple[str, ...]
    repeated: tuple[str, ...]


@dataclass(frozen=True)
class _Model:
    """How features are weighed, and the log-odds of what comes of that."""

    design: Design
    judge: Judge
    weights: float

    def logits(self, cut: Cut) -> Floats:
        return self.judge(self.design.columns(cut.known))


def compare(fitted: Cut, tried: Cut, wanted: Sequence[str], ids: Sequence[str], kind: str) -> Propensities:
    """One model on all customers of the first cut against one a segment, both tried on the second.

    ``kind`` is one of KINDS. Call it within ``threadpool_limits(1)`` for the same answer everywhere. Both
    cuts must have FEWEST_EACH_WAY customers of each kind or more.
    """
    features, repeated = without_repetitions(fitted.known, wanted)
    fit = KINDS[kind]
    one = fit(_with_segment(fitted), [*features, SEGMENT])
    of_one = one.logits(_with_segment(tried))
    of_each = of_one.copy()
    own: dict[str, _Model] = {}
    for each in ids:
        mine, yours = fitted.segments == each, tried.segments == each
        part = fitted.part(mine)
        if part.fewer >= FEWEST_EACH_WAY and yours.any():
            own[each] = fit(part, features)
            of_each[yours] = own[each].logits(tried.part(yours))
    segments = []
    for each in ids:
        mine, yours = fitted.segments == each, tried.segments == each
        part, there = fitted.part(mine), tried.part(yours)
        used = own.get(each, one)
        segments.append(
            _judged(each, part, there, of_one[yours], of_each[yours], used, features, has_own=each in own)
        )
    overall = _judged(None, fitted, tried, of_one, of_each, one, features, has_own=bool(own))
    return Propensities(kind, overall, _corrected(segments), tuple(features), tuple(repeated))


def _corrected(segments: Sequence[Judged]) -> tuple[Judged, ...]:
    """The segments with the chances of their gains corrected for their number (Holm)."""
    found = holm({each.segment: each.gain.p for each in segments if each.gain is not None})
    return tuple(replace(each, p=found.get(each.segment, 1.0)) for each in segments)


def load(kind: str) -> None:
    """Have at hand what a kind of model needs: call it before the threads are limited."""
    if kind == "trees":
        import sklearn.ensemble  # noqa: F401  # threads are held only of what is loaded


def score(logits: Floats, came: Flags) -> Score:
    """How these log-odds did; both kinds of customers must be there."""
    chance = 1.0 / (1.0 + np.exp(-logits))
    losses = np.logaddexp(0.0, np.where(came, -logits, logits))
    return Score(
        area(placements(logits, came), came),
        float(((chance - came) ** 2).mean()),
        float(losses.mean()),
        float(chance.sum()),
        tuple(_bins(chance, came)),
    )


def sentences(
    found: Propensities,
    labels: Mapping[str, str],
    names: Mapping[str, str],
    say: Callable[[Judged, Importance], str],
) -> tuple[str, ...]:
    """Where a feature matters in one segment and not in another: one sentence a feature.

    ``labels`` are of features, ``names`` of segments; ``say`` puts a difference of probabilities in words.
    Only segments with a model of their own are compared. That a feature matters here holds for all features
    of the segment together, and its probabilities lie so far apart that one would act on it; that it does not
    there means that the interval of the loss holds 0 and the two losses lie apart, by a test corrected for
    all pairs of segments and all features (Bonferroni, 95 %).
    """
    own = {str(each.segment): each for each in found.segments if each.separate is not None}
    pairs = max(len(found.features) * len(own) * (len(own) - 1) // 2, 1)
    z = NormalDist().inv_cdf(1 - CHANCE / (2 * pairs))
    told = []
    for feature in found.features:
        each = {name: loss for name, part in own.items() if (loss := _of(part, feature)) is not None}
        here = [name for name, loss in each.items() if loss.matters and loss.is_wide]
        there = [
            name
            for name, loss in each.items()
            if here and not loss.matters and all(_apart(each[one], loss, z) for one in here)
        ]
        if here and there:
            ways = "; ".join(f"for {names[one]}, {say(own[one], each[one])}" for one in here)
            others = _listed([names[one] for one in there])
            label = labels[feature][:1].upper() + labels[feature][1:]
            told.append(f"{label}: {ways}; no such difference for {others}.")
    return tuple(told)


def _of(judged: Judged, feature: str) -> Importance | None:
    return next((each for each in judged.importances if each.feature == feature), None)


def _apart(one: Importance, other: Importance, z: float) -> bool:
    """Whether two losses on different customers lie apart, by so many standard errors."""
    return one.loss - other.loss > z * float(np.hypot(one.standard_error, other.standard_error))


def difference(judged: Judged, loss: Importance, write: Callable[[float | str], str]) -> str:
    """What the model says at a low and at a high value; only which way, where outcomes are too few."""
    low, high = write(loss.from_), write(loss.to)
    if low == high:
        return f"its values hardly differ from {low}"
    if not loss.is_wide:
        return f"too little lies between {low} and {high} to act on"
    if judged.has_sizes:
        return f"the model says {loss.p_from:.1%} at {low} and {loss.p_to:.1%} at {high}"
    more = "more" if loss.p_to > loss.p_from else "less"
    return f"the model says it is {more} likely at {high} than at {low}"


def _listed(names: Sequence[str]) -> str:
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _with_segment(cut: Cut) -> Cut:
    return Cut({**cut.known, SEGMENT: cut.segments.astype(object)}, cut.segments, cut.came)


def _judged(
    segment: str | None, part: Cut, there: Cut, of_one: Floats, of_each: Floats, used: _Model,
    features: Sequence[str], *, has_own: bool,
) -> Judged:  # fmt: skip
    judged = there.fewer >= FEWEST_JUDGED
    pooled = score(of_one, there.came) if judged else None
    separate = score(of_each, there.came) if judged and has_own else None
    apart = None
    if separate is not None:
        apart = gain(placements(of_each, there.came), placements(of_one, there.came), there.came)
    losses: tuple[Importance, ...] = ()
    if judged and segment is not None:
        known = there.known if has_own else _with_segment(there).known
        losses = importances(used.design, used.judge, known, there.came, features)
    return Judged(
        segment, part.customers, part.outcomes, there.customers, there.outcomes,
        part.fewer / max(used.weights, 1.0), pooled, separate, apart,
        _why_not(there, has_own=has_own), losses, 1.0 if apart is None else apart.p,
    )  # fmt: skip


def _why_not(there: Cut, *, has_own: bool) -> str:
    if not has_own:
        return f"the one model speaks for it, for want of {FEWEST_EACH_WAY} outcomes either way"
    if there.fewer < FEWEST_JUDGED:
        return f"too little came to judge by: it takes {FEWEST_JUDGED} customers either way"
    return ""


def _bins(chance: Floats, came: Flags) -> list[Bin]:
    """Tenths of the customers by probability, or fewer and larger parts of few customers; ties together."""
    order = np.argsort(chance, kind="stable")
    parts = max(min(BINS, len(order) // FEWEST_IN_A_BIN), 1)
    made = []
    start = 0
    for part in range(1, parts + 1):
        end = len(order) * part // parts
        while start < end < len(order) and chance[order[end]] == chance[order[end - 1]]:
            end += 1
        if end > start:
            these = order[start:end]
            made.append(Bin(len(these), float(chance[these].mean()), float(came[these].mean())))
            start = end
    return made


def _logistic(cut: Cut, features: Sequence[str]) -> _Model:
    made = design(cut.known, features)
    columns = made.columns(cut.known)
    model = ridge.fit(columns, cut.came)
    return _Model(made, model.logits, ridge.effective_weights(columns, model))


def _trees(cut: Cut, features: Sequence[str]) -> _Model:
    """Gradient-boosted trees (Friedman 2001), small ones: eight leaves, no early stopping."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    made = design(cut.known, features)
    model = HistGradientBoostingClassifier(
        max_iter=80, learning_rate=0.06, max_leaf_nodes=8, min_samples_leaf=20, l2_regularization=5.0,
        early_stopping=False, random_state=0,
    )  # fmt: skip
    model.fit(made.columns(cut.known), cut.came)
    return _Model(made, lambda columns: np.asarray(model.decision_function(columns)), made.width)


KINDS: Mapping[str, Callable[[Cut, Sequence[str]], _Model]] = {"logistic": _logistic, "trees": _trees}
"""Logistic is the default: its weights can be checked by hand, and with some tens of outcomes a segment it
foretells better than trees do (docs/propensity.md)."""
