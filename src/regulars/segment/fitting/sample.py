"""What a clusterer is fitted on: a sample of customers that is the same whatever the order of the rows,
and each of its features as whole numbers, prepared as the definition will prepare them for ever."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from regulars.engine import Engine, quoted
from regulars.segment.rules.prepared import UNITS, Indicator, Preparation, Prepared
from regulars.types import Feature, Finding, Table

Column = npt.NDArray[np.float64]
Values = npt.NDArray[Any]
"""Doubles, NaN where unknown; or text as objects, None where unknown."""
Places = npt.NDArray[np.float64]
"""Customers × features: whole numbers held in doubles. Their sums stay below 2**53, so they are exact
in any order, on any machine and with any number of threads."""

DIGITS = 9
"""Fitted constants keep this many significant digits: a short document, and the same on every machine."""
CAPPED_SHARE = 0.01
"""Values beyond the 1st and 99th percentile are drawn in: one wholesaler must not make a segment."""
REACH = 3.0
"""Values farther than this many standard deviations from the mean are drawn in too: one feature with a
long tail must not outweigh all the others. (Logarithms have drawn their tails in already.)"""
SKEWED = 2.0
"""Above this skewness, a feature that is never negative counts by its logarithm (an exponential has 2)."""
COMMON_SHARE = 0.9
"""Where more customers than this share one value, those who differ would make a segment of the few."""
KNOWN_SHARE = 0.2
"""Below this share of customers with a value, a feature would mostly tell who has one."""
SAME = "it was the same for almost every customer"
TWINS = 0.95
"""Features correlated beyond this say the same thing twice and would count double."""


POOLED_SHARE = 0.05
"""Categories that fewer customers have than this count together, as other: few cannot make a segment."""


@dataclass(frozen=True)
class Sample:
    """Customers drawn, in the order of a hash of their ids: one column a feature."""

    customers: int
    columns: dict[str, Values]


@dataclass(frozen=True)
class Fit:
    """What is left to cluster on: how each feature is prepared, the prepared customers, and doubts."""

    prepared: tuple[Preparation, ...]
    places: Places
    notes: tuple[Finding, ...]


def drawn(engine: Engine, table: Table, features: Sequence[Feature], size: int) -> Sample:
    """At most ``size`` customers, those whose hashed ids come first."""
    if not features:
        return Sample(0, {})
    columns = ", ".join(
        quoted(each.name) if each.is_text else f"cast({quoted(each.name)} as double)" for each in features
    )
    customer = "cast(customer_id as varchar)"
    rows = engine.rows(
        f"select {columns} from {quoted(table.name)} order by md5({customer}), {customer} limit {size:d}",
        "fit_sample",
    )
    columns_of_rows = zip(*rows, strict=True) if rows else ([] for _ in features)
    return Sample(
        len(rows),
        {
            each.name: np.array(values, dtype=np.object_ if each.is_text else np.float64)
            for each, values in zip(features, columns_of_rows, strict=True)
        },
    )


def fitted(sample: Sample, where: str) -> Fit:
    """The features that tell customers apart, prepared; each that does not is left out with a note."""
    notes: list[Finding] = []
    kept: list[Preparation] = []
    columns: list[Column] = []
    for name, values in sample.columns.items():
        made = (
            _indicators(name, values) if values.dtype == np.object_ else _number(name, values, kept, columns)
        )
        if isinstance(made, str):
            notes.append(_left_out(where, name, made))
        else:
            kept += made
            columns += [whole(each, values) for each in made]
    places = np.stack(columns, axis=1) if columns else np.empty((sample.customers, 0))
    return Fit(tuple(kept), places, tuple(notes))


def _number(
    name: str, values: Column, kept: Sequence[Preparation], columns: Sequence[Column]
) -> Sequence[Preparation] | str:
    made = _prepared(name, values)
    if isinstance(made, str):
        return made
    column = whole(made, values)
    twins = [k.feature for k, other in zip(kept, columns, strict=True) if _are_twins(column, other)]
    return f"it said the same as {twins[0]} (correlation beyond {TWINS})" if twins else [made]


def _indicators(name: str, values: Values) -> Sequence[Preparation] | str:
    """One indicator a category, those that few customers have pooled, or why it cannot tell customers apart.

    Together they have the variance of one number: being of another category weighs about as much as
    standing one or two standard deviations apart (after Huang 1998, k-prototypes).
    """
    counted = Counter(values.tolist())
    known = len(values) - counted[None]
    if known < KNOWN_SHARE * len(values):
        return f"it was known for {known:,} of {len(values):,} customers"
    enough = POOLED_SHARE * len(values)
    own = sorted((each for each, count in counted.items() if count >= enough), key=lambda c: (c is None, c))
    groups = [((each,), False, counted[each]) for each in own]
    if not own:
        return f"no category of it had {POOLED_SHARE:.0%} of the customers"
    if pooled := len(values) - sum(count for _, _, count in groups):
        groups.append((tuple(own), True, pooled))
    commonest = max(count for _, _, count in groups)
    if commonest > COMMON_SHARE * len(values):
        alike = f"{commonest:,} of {len(values):,} customers had the same value"
        return SAME if commonest == len(values) else alike
    shares = [count / len(values) for _, _, count in groups]
    scale = math.sqrt(math.fsum(share * (1 - share) for share in shares))
    return [
        Indicator(
            name, categories, is_rest, round((1 - share) / scale * UNITS), -round(share / scale * UNITS)
        )
        for (categories, is_rest, _), share in zip(groups, shares, strict=True)
    ]


def whole(prepared: Preparation, values: Values) -> Column:
    """What ``prepared.of`` gives, for many customers at once, operation for operation."""
    if isinstance(prepared, Indicator):
        return np.array([prepared.of(each) for each in values.tolist()], dtype=np.float64)
    x = np.where(np.isnan(values), prepared.missing, values)
    x = np.where(x < prepared.low, prepared.low, np.where(x <= prepared.high, x, prepared.high))
    if prepared.log:
        # Vector logarithms may differ from the C library's, which engines use, in the last bit.
        distinct, at = np.unique(x, return_inverse=True)
        x = np.array([math.log(1.0 + each) for each in distinct.tolist()])[at]
    # Adding zero turns -0.0 into 0.0.
    return np.floor((x - prepared.centre) / prepared.scale * UNITS + 0.5) + 0.0


def _prepared(name: str, values: Column) -> Prepared | str:
    """How to prepare a feature, or why it cannot tell customers apart."""
    known = np.sort(values[np.isfinite(values)])
    if why := _useless(known, len(values)):
        return why
    low, middle, high = (_short(_at_share(known, share)) for share in (CAPPED_SHARE, 0.5, 1 - CAPPED_SHARE))
    # Shares end at 1, where a logarithm changes little but the words of the rule.
    log = low >= 0 and high > 1 and _skewness(known.clip(low, high).tolist()) > SKEWED
    filled = np.where(np.isnan(values), middle, values).clip(low, high)
    if not log:
        mean, sd = _mean_and_sd(filled.tolist())
        low, high = max(low, _short(mean - REACH * sd)), min(high, _short(mean + REACH * sd))
    ready = [math.log(1.0 + x) if log else x for x in filled.clip(low, high).tolist()]
    centre, scale = map(_short, _mean_and_sd(ready))
    # What is left of equal values after rounding errors is not a difference between customers.
    if scale <= 1e-9 * max(1.0, abs(centre)):
        return SAME
    return Prepared(name, middle, low, high, log, centre, scale)


def _useless(known: Column, customers: int) -> str:
    if not len(known) or len(known) < KNOWN_SHARE * customers:
        return f"it was known for {len(known):,} of {customers:,} customers"
    alike = int(np.unique(known, return_counts=True)[1].max())
    if alike == len(known):
        return SAME
    if alike > COMMON_SHARE * len(known):
        return f"{alike:,} of {len(known):,} customers had the same value"
    return ""


def _at_share(ascending: Column, share: float) -> float:
    """The smallest value with at least that share of values at or below it."""
    return float(ascending[max(0, math.ceil(share * len(ascending)) - 1)])


def _mean_and_sd(values: Sequence[float]) -> tuple[float, float]:
    """Exactly rounded sums: no order of the values and no machine gives other digits."""
    mean = math.fsum(values) / len(values)
    return mean, math.sqrt(math.fsum((x - mean) ** 2 for x in values) / len(values))


def _skewness(values: Sequence[float]) -> float:
    mean, sd = _mean_and_sd(values)
    return math.fsum(((x - mean) / sd) ** 3 for x in values) / len(values) if sd > 0 else 0.0


def _are_twins(one: Column, other: Column) -> bool:
    a, b = one - one.mean(), other - other.mean()
    return bool(abs((a * b).sum()) > TWINS * math.sqrt(float((a * a).sum() * (b * b).sum())))


def _short(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


def _left_out(where: str, name: str, why: str) -> Finding:
    what = f"{name} was left out, for {why}."
    return Finding("note", f"{where}.{name}", what, "Nothing to do: it would not tell customers apart.")


def distinct(places: Places) -> int:
    """How many different customers there are, as far as the prepared features can tell."""
    return len(np.unique(places, axis=0)) if places.shape[1] else min(1, len(places))


def counts(labels: Iterable[int], k: int) -> list[int]:
    """Customers with each label, 0 to k − 1."""
    return [int(each) for each in np.bincount(np.asarray(labels, dtype=np.int64), minlength=k)]
