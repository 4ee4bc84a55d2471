"""Which segments lie near one another, feature by feature, in the order of all customers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from regulars.engine import Engine, quoted
from regulars.types import Feature

Pair = tuple[str, str]
_UNKNOWN = None


def nearness(engine: Engine, features: Sequence[Feature], table: str) -> dict[Pair, float]:
    """How far apart each two segments with customers lie, 0 (alike) to 1, from a table of customers with
    segment_id and the features.

    Of a number: by how many places in a hundred their customers stand apart on average, if all customers who
    have a value are put in order (ties share a place), so that no unit and no outlier outweighs another. Of
    a text, and of what is known or not: the share of customers who would have to be in another category.
    Then the mean over the features. All is counted in whole numbers.
    """
    counted = engine.rows(f"select segment_id, count(*) from {quoted(table)} group by 1 order by 1")
    sizes = {str(name): int(n) for name, n in counted}
    gaps: dict[Pair, list[float]] = {(a, b): [] for a in sizes for b in sizes if a != b}
    for feature in features:
        apart = _texts if feature.is_text else _numbers
        for pair, gap in apart(engine, feature.name, table, sizes).items():
            gaps[pair].append(gap)
    return {pair: round(math.fsum(each) / len(each), 9) if each else 0.0 for pair, each in gaps.items()}


def _numbers(engine: Engine, feature: str, table: str, sizes: Mapping[str, int]) -> dict[Pair, float]:
    """Twice a customer's place among n is counted: 2 × those below + those alike + 1, so that it is whole."""
    name = quoted(feature)
    by_value = (
        f"select segment_id, {name} as value, count(*) as n from {quoted(table)} where {name} is not null "
        "group by all"
    )
    placed = (
        "select value, 2 * (sum(n) over (order by value) - n) + n + 1 as place from "
        "(select value, sum(n) as n from by_value group by value)"
    )
    rows = engine.rows(
        f"with by_value as ({by_value}), placed as ({placed}) "
        "select segment_id, sum(by_value.n), sum(by_value.n * cast(place as hugeint)) "
        "from by_value join placed on by_value.value = placed.value group by segment_id order by segment_id"
    )
    known = {str(segment): int(n) for segment, n, _ in rows}
    everyone = sum(known.values())
    means = {str(segment): int(total) / int(n) / (2 * everyone) for segment, n, total in rows}
    found = {}
    for a, b in ((a, b) for a in sizes for b in sizes if a != b):
        shares = known.get(a, 0) / sizes[a], known.get(b, 0) / sizes[b]
        unknown = abs(shares[0] - shares[1])
        both = min(shares)
        placed_apart = abs(means[a] - means[b]) if a in means and b in means else 0.0
        found[a, b] = unknown + both * placed_apart
    return found


def _texts(engine: Engine, feature: str, table: str, sizes: Mapping[str, int]) -> dict[Pair, float]:
    rows = engine.rows(
        f"select segment_id, {quoted(feature)}, count(*) from {quoted(table)} group by all order by all"
    )
    shares: dict[str, dict[object, float]] = {name: {} for name in sizes}
    for segment, category, n in rows:
        shares[str(segment)][category] = int(n) / sizes[str(segment)]
    categories = {category for each in shares.values() for category in each}
    ordered = sorted(categories, key=lambda each: (each is not None, str(each)))
    return {
        (a, b): math.fsum(abs(shares[a].get(c, 0.0) - shares[b].get(c, 0.0)) for c in ordered) / 2
        for a in sizes
        for b in sizes
        if a != b
    }
