"""Importance: what each feature adds to telling the segments apart, by dealing its values out anew.

Permutation importance (Breiman 2001; Fisher, Rudin & Dominici 2019) on a sample of customers. Of what a
definition reads, the definition itself says who would be in another segment; it was fitted on these customers
too, as centres and cut points are settled by all of them. Of what it does not read, a forest that is grown on
other customers, for which these are held out, says how much of the segments it tells, and what it loses.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

from regulars.engine import Engine, Step, literal, quoted
from regulars.measure.proportion import proportion_interval
from regulars.segment.definition import Definition
from regulars.types import Feature
from regulars.validate.bands import NOW
from regulars.validate.behaviours import FORETOLD
from regulars.validate.people import FEWEST, HELD_OUT, People

DEALS = 5
TREES = 60
FEWEST_IN_LEAF = 5
MOST_CATEGORIES = 10
FEWEST_LEARNT = 100
"""Customers on either side below which a forest tells nothing worth knowing."""
Share = tuple[float, float, float]
"""Percent of customers, with its 95 % interval."""


@dataclass(frozen=True)
class Weight:
    """What hangs on one feature, in percent of customers with a 95 % interval: who would be in
    another segment (of what the definition reads), or whom the forest no longer puts in theirs (of others).

    ``by_segment`` has the same of each segment with thirty of these customers or more. ``kin`` are the other
    features of the same question that are measured on the same things: they stand in for one another, so
    that each alone weighs less than all together.
    """

    feature: str
    share: Share
    by_segment: Mapping[str, Share]
    kin: tuple[str, ...]


@dataclass(frozen=True)
class Beside:
    """What goes along with the segments though they are not cut by it: percent of held-out customers whom a
    forest puts in their segment by it, and who are in the largest one; then each feature's weight."""

    right: Share
    largest: float
    weights: tuple[Weight, ...]


@dataclass(frozen=True)
class Importance:
    """Which features tell the segments apart, those on which most hangs first. ``beside`` is None where the
    definition reads everything, or where customers are few. ``customers``: on how many all of it is tried."""

    customers: int
    read: tuple[Weight, ...]
    beside: Beside | None


def importance(
    engine: Engine,
    definition: Definition,
    features: Sequence[Feature],
    sample: People,
    as_of: date,
    seed: int,
) -> Importance:
    """The importance of each feature, tried on at most 2,000 customers and at most half: those whose hashed
    ids come last, as the forest learns from those that come first. ``seed`` names every deal.

    ``features`` are those of the run. Call it within ``threadpool_limits(1)``: the same answer everywhere.
    """
    read = [each for each in features if each.name in definition.rule.features]
    others = [each for each in features if each not in read and each.name not in FORETOLD]
    return Importance(
        int(sample.held_out.sum()),
        _ordered(_of_read(engine, definition, read, as_of, seed)),
        _of_others(definition, others, sample, seed),
    )


def _ordered(weights: Sequence[Weight]) -> tuple[Weight, ...]:
    return tuple(sorted(weights, key=lambda each: (-each.share[0], each.feature)))


def _kin(feature: Feature, others: Sequence[Feature]) -> tuple[str, ...]:
    return tuple(each.name for each in others if each != feature and set(each.kin) & set(feature.kin))


# What the definition reads: dealt out anew in the engine, where types and ties are those of any assignment.


def _of_read(
    engine: Engine, definition: Definition, read: Sequence[Feature], as_of: date, seed: int
) -> list[Weight]:
    if not read:
        return []
    _deal(engine, definition, read, seed)
    *layers, _ = definition.steps("dealt", as_of)
    engine.make("dealt_segments", {**{each.name: each for each in layers[:-1]},
                                   "dealt_segments": Step("dealt_segments", layers[-1].select)})  # fmt: skip
    rows = engine.rows(
        "select feature, was, count(*), "
        "sum(case when dealt.was <> dealt_segments.segment_id then 1 else 0 end) "
        "from dealt join dealt_segments on dealt.customer_id = dealt_segments.customer_id "
        "group by feature, was order by feature, was",
        "moved_by_deals",
    )
    moved: dict[int, dict[str, tuple[int, int]]] = {at: {} for at in range(len(read))}
    for at, was, dealt, changed in rows:
        moved[int(at)][str(was)] = int(dealt) // DEALS, int(changed)
    return [
        Weight(
            each.name,
            _share(sum(n for n, _ in own.values()), sum(changed for _, changed in own.values())),
            {was: _share(n, changed) for was, (n, changed) in own.items() if n >= FEWEST},
            _kin(each, read),
        )
        for each, own in ((each, moved[at]) for at, each in enumerate(read))
    ]


def _share(customers: int, changed: int) -> Share:
    """The mean over deals; an interval as of one deal, which is no narrower than that of the mean."""
    part = changed / DEALS
    return 100 * part / customers, *proportion_interval(part, customers)


def _deal(engine: Engine, definition: Definition, read: Sequence[Feature], seed: int) -> None:
    """``dealt``: each of those customers as often as there are features and deals, with one feature's value
    from another of them."""
    customer = "cast(customer_id as varchar)"
    columns = [quoted(each) for each in definition.rule.features]
    size = min(HELD_OUT, engine.count(NOW) // 2)
    engine.create(
        "dealt_among",
        f"select {customer} as customer, segment_id as was, {', '.join(columns)}, "
        f"row_number() over (order by md5({customer}) desc, {customer} desc) as place from {NOW} "
        f"order by place limit {size:d}",
    )
    asked = " union all ".join(
        f"select {at} as feature, {deal} as deal, {_salt(f'{seed}:{each.name}:{deal}:')} as salt"
        for at, each in enumerate(read)
        for deal in range(DEALS)
    )
    at = {each.name: position for position, each in enumerate(read)}
    dealt = ", ".join(
        f"case when feature = {at[name]} then other.{column} else own.{column} end as {column}"
        if name in at
        else f"own.{column}"
        for name, column in zip(definition.rule.features, columns, strict=True)
    )
    engine.create(
        "dealt",
        f"with asked as ({asked}), shuffled as (select place, feature, deal, row_number() over "
        "(partition by feature, deal order by md5(salt || customer), customer) as place_of_other "
        "from dealt_among cross join asked) "
        "select concat(own.place, ':', feature, ':', deal) as customer_id, own.was, feature, "
        f"{dealt} from shuffled join dealt_among as own on own.place = shuffled.place "
        "join dealt_among as other on other.place = shuffled.place_of_other",
    )


def _salt(name: str) -> str:
    return literal(name).sql("duckdb")


# What it does not read: a forest, fitted and read in Python on a sample.


def _of_others(definition: Definition, others: Sequence[Feature], sample: People, seed: int) -> Beside | None:
    learnt, held = sample.learnt_on & ~sample.held_out, sample.held_out
    if not others or min(learnt.sum(), held.sum()) < FEWEST_LEARNT or len(set(sample.segments[learnt])) < 2:
        return None
    from sklearn.ensemble import RandomForestClassifier

    columns = np.stack([_as_numbers(sample.columns[each.name], learnt) for each in others], axis=1)
    forest = RandomForestClassifier(
        TREES, min_samples_leaf=FEWEST_IN_LEAF, random_state=seed % 2**32, n_jobs=1
    ).fit(columns[learnt], sample.segments[learnt])
    tried, segments = columns[held], sample.segments[held]
    right = (forest.predict(tried) == segments).astype(np.float64)
    z = NormalDist().inv_cdf(1 - 0.05 / (2 * len(others)))
    weights = []
    for at, each in enumerate(others):
        lost = right - _right_without(forest, tried, segments, at, f"{seed}:{each.name}")
        ids = [one.id for one in definition.segments]
        by_segment = {
            ids[own]: _mean(lost[segments == own], z)
            for own in range(len(ids))
            if (segments == own).sum() >= FEWEST
        }
        weights.append(Weight(each.name, _mean(lost, z), by_segment, _kin(each, others)))
    customers, hits = len(segments), int(right.sum())
    largest = 100 * max(Counter(segments.tolist()).values()) / customers
    return Beside((100 * hits / customers, *proportion_interval(hits, customers)), largest, _ordered(weights))


def _right_without(
    forest: Any, tried: npt.NDArray[np.float64], segments: npt.NDArray[np.int64], at: int, name: str
) -> npt.NDArray[np.float64]:
    """Of each customer the share of deals of one column after which they are still put in their segment."""
    dealt = np.tile(tried, (DEALS, 1))
    for deal in range(DEALS):
        order = list(range(len(segments)))
        random.Random(f"{name}:{deal}").shuffle(order)  # noqa: S311  # a deal, not a secret
        dealt[deal * len(segments) : (deal + 1) * len(segments), at] = tried[order, at]
    told = forest.predict(dealt).reshape(DEALS, len(segments))
    still: npt.NDArray[np.int64] = (told == segments).sum(axis=0)
    return still / DEALS


def _mean(lost: npt.NDArray[np.float64], z: float) -> Share:
    """The mean in percent, with an interval that holds for all features together (Bonferroni)."""
    values = lost.tolist()
    mean = math.fsum(values) / len(values)
    error = math.sqrt(math.fsum((each - mean) ** 2 for each in values) / (len(values) - 1) / len(values))
    return 100 * mean, 100 * (mean - z * error), 100 * (mean + z * error)


def _as_numbers(values: npt.NDArray[Any], learnt: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """A column for trees: numbers as they are; categories by how many of those learnt on have them, the ten
    commonest apart and the others as one; unknown values stay unknown."""
    if values.dtype != np.object_:
        return values
    counted = Counter(each for each in values[learnt].tolist() if each is not None)
    commonest = sorted(counted, key=lambda each: (-counted[each], each))[:MOST_CATEGORIES]
    at = {each: float(position) for position, each in enumerate(commonest)}
    return np.array([math.nan if each is None else at.get(each, float(len(at))) for each in values.tolist()])
