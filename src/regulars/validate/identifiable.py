"""Whether it can be told, with the data at hand, who is in a segment and who is not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regulars.engine import Engine, quoted
from regulars.figures import written
from regulars.measure.proportion import proportion_interval
from regulars.segment.definition import Definition
from regulars.segment.fitting.sample import drawn, whole
from regulars.segment.rules.micro import Micro
from regulars.segment.rules.nearest import Nearest
from regulars.types import Feature
from regulars.validate.reasons import Figure, Reason

HALF_KNOWN = 0.5
"""Where less than half of what the definition reads is known, what stands in for the unknown decides."""
NEAR = 0.1
"""A customer is between two segments where the next middle is less than a tenth farther than the own."""
MOSTLY = 0.5
SURE = 0.7
"""Of a soft segment, the mean probability of its customers must be so high (Nagin 2005)."""
SAMPLE = 8_000
"""Customers whose distances are looked at, as many as stability groups anew."""
FEWEST_SEEN = 30
_SEGMENT = Feature("segment_id", "", "category", "attribute", "")


@dataclass(frozen=True)
class Identity:
    """How surely one segment's customers are told: the share of what the definition reads that is known of
    them, 0 to 1; of ``seen`` customers of a sample how many are ``between`` two segments (None where segments
    have no middles); their mean probability (None where segments are certain)."""

    known_share: float
    seen: int
    between: int | None
    probability: float | None


def identities(
    engine: Engine, definition: Definition, features: Sequence[Feature], table: str, assigned: str
) -> dict[str, Identity]:
    """By segment with customers, from a table of customers with segment_id and the features that the
    definition reads, and a relation ``assigned`` with segment_id and probability of all customers.

    The sample for distances is drawn by hash, at most 8,000, so that no order of rows matters.
    """
    known = dict(_known(engine, features, table))
    probable = _probabilities(engine, assigned)
    between = _between(engine, definition, features, table)
    found = {}
    for name, share in known.items():
        seen, near = between.get(name, (0, 0)) if between is not None else (0, None)
        found[name] = Identity(share, seen, near, probable.get(name))
    return found


def not_identifiable(found: Identity) -> Reason:
    """NOT_IDENTIFIABLE, from how surely the segment's customers are told."""
    figures: list[Figure] = []
    wrong: list[str] = []
    right: list[str] = []
    known = 100 * found.known_share
    figures.append(Figure("known of what the definition reads", known, "percent", "features of the run"))
    said = f"{written(known, 'percent')} of what the definition reads is known of its customers"
    (wrong if found.known_share < HALF_KNOWN else right).append(said)
    if found.between is not None and found.seen >= FEWEST_SEEN:
        low, high = proportion_interval(found.between, found.seen)
        share = 100 * found.between / found.seen
        figures.append(
            Figure("customers between two segments", share, "percent",
                   f"distances of {found.seen:,} customers, drawn by hash", low, high)
        )  # fmt: skip
        said = f"{written(share, 'percent')} of them are almost as near to another segment's middle"
        (wrong if share > 100 * MOSTLY else right).append(said)
    if found.probability is not None:
        figures.append(
            Figure("mean probability", 100 * found.probability, "percent", "assignments of the run")
        )
        said = (
            f"they are in it with a probability of {written(100 * found.probability, 'percent')} on average"
        )
        (wrong if found.probability < SURE else right).append(said)
    if wrong:
        # Customers between two segments may go to the nearest; of whom nothing is known there is none.
        is_unknown = found.known_share < HALF_KNOWN
        return Reason("NOT_IDENTIFIABLE", "holds", _sentence(wrong), tuple(figures), drops=is_unknown)
    return Reason("NOT_IDENTIFIABLE", "does not hold", _sentence(right), tuple(figures))


def _sentence(said: Sequence[str]) -> str:
    told = "; ".join(said)
    return f"{told[0].upper()}{told[1:]}."


def _known(engine: Engine, features: Sequence[Feature], table: str) -> Iterator[tuple[str, float]]:
    counted = " + ".join(f"count({quoted(each.name)})" for each in features) or "count(*)"
    rows = engine.rows(
        f"select segment_id, {counted}, count(*) from {quoted(table)} group by segment_id order by segment_id"
    )
    for segment, known, customers in rows:
        yield str(segment), int(known) / (int(customers) * max(len(features), 1))


def _probabilities(engine: Engine, assigned: str) -> Mapping[str, float]:
    """Mean probabilities, counted in millionths; none where every customer's is one."""
    parts = "cast(floor(probability * 1000000 + 0.5) as bigint)"
    rows = engine.rows(
        f"select segment_id, sum({parts}), count(*), min({parts}) from {assigned} group by segment_id "
        "order by segment_id"
    )
    if all(int(least) == 1_000_000 for _, _, _, least in rows):
        return {}
    return {str(name): int(total) / int(n) / 1_000_000 for name, total, n, _ in rows}


def _between(
    engine: Engine, definition: Definition, features: Sequence[Feature], table: str
) -> dict[str, tuple[int, int]] | None:
    """By segment the sampled customers, and those of them between two; None where there are no middles."""
    rule = definition.rule
    if not isinstance(rule, (Nearest, Micro)):
        return None
    sample = drawn(engine, engine.table(table), [*features, _SEGMENT], SAMPLE)
    places = np.stack([whole(each, sample.columns[each.feature]) for each in rule.prepared], axis=1)
    if isinstance(rule, Nearest):
        middles: dict[str, tuple[tuple[int, ...], ...]] = {k: (one,) for k, one in rule.centres.items()}
    else:
        middles = rule.centres
    far = np.stack([_squares(places, np.array(each, dtype=np.float64)) for each in middles.values()], axis=1)
    if far.shape[1] < 2:
        return None
    own_and_next = np.sort(far, axis=1)[:, :2]
    is_between = own_and_next[:, 1] < (1 + NEAR) ** 2 * own_and_next[:, 0]
    ids = sample.columns["segment_id"]
    return {name: (int((ids == name).sum()), int(is_between[ids == name].sum())) for name in rule.segment_ids}


def _squares(places: npt.NDArray[np.float64], middles: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Squared distance of each customer to the nearest of a segment's middles: exact in whole numbers."""
    nearest = np.full(len(places), np.inf)
    for middle in middles:
        nearest = np.minimum(nearest, ((places - middle) ** 2).sum(axis=1))
    return nearest
