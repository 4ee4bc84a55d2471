"""Stability: whether the segments come back when the customers of today are grouped anew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # it carries no types

from regulars.engine import Engine
from regulars.measure.refit import Labels, Places
from regulars.segment.choosing.candidates import STABLE, UNTRUSTED, Candidate
from regulars.segment.choosing.trials import trials
from regulars.segment.definition import Definition
from regulars.segment.fitting.clusters import Clusters
from regulars.segment.fitting.sample import drawn, whole
from regulars.segment.methods import chosen
from regulars.segment.rules.prepared import Indicator, OnPrepared, Prepared
from regulars.types import Feature, Segment

SAMPLE = 8_000
"""Customers that are grouped anew: as many as the silhouette's batches hold."""
FEWEST = 100
"""Customers below which draws of them differ too much for any grouping to come back."""
DISSOLVED, HIGHLY_STABLE = 0.5, 0.85
"""The other steps in which a bootstrap Jaccard is read (Hennig 2007; R's fpc::clusterboot)."""
_SEGMENT = Feature("segment_id", "", "category", "attribute", "")


@dataclass(frozen=True)
class Stability:
    """What the segments of one definition give on the customers of one day.

    ``customers``: how many there are, ``sample`` of whom were grouped anew; ``candidate``: the measures;
    ``jaccard``: by segment, how far it comes back, 0 to 1, in the order of the definition. Segments without a
    customer in the sample are left out.
    """

    customers: int
    sample: int
    candidate: Candidate
    jaccard: Mapping[str, float]
    segments: tuple[Segment, ...]


def why_not(definition: Definition, customers: int) -> str:
    """Why the stability of such segments is not measured; empty where it is."""
    if not _terms(definition) or not isinstance(_method(definition), Clusters):
        return (
            f"The segments of {definition.method} are cut by rules and not found as groups: there is no "
            "grouping to come back or not. Judge them by what they foretell and what is done with them."
        )
    if customers < FEWEST:
        return f"{customers:,} customers are too few to group anew; {FEWEST} are needed."
    return ""


def stability(
    engine: Engine, definition: Definition, features: Sequence[Feature], table: str, seed: int
) -> Stability | None:
    """The stability of the definition's segments on a table of customers with segment_id and the features
    that it reads. Needs ``why_not`` to be empty. None where fewer than two segments have customers.

    The sample is that of a fit, whatever the order of rows; it is drawn from 50 times (Jaccard), halved ten
    times (prediction strength) and held against 20 sets without structure (gap), with as many segments as the
    definition has there.
    """
    method, terms = _method(definition), _terms(definition)
    assert isinstance(method, Clusters), "why_not says so"
    sample = drawn(engine, engine.table(table), [*features, _SEGMENT], SAMPLE)
    places: Places = np.stack([whole(each, sample.columns[each.feature]) for each in terms], axis=1)
    ids = sample.columns["segment_id"].tolist()
    there = tuple(each for each in definition.segments if each.id in set(ids))
    if len(there) < 2:
        return None
    at = {each.id: position for position, each in enumerate(there)}
    labels: Labels = np.array([at[each] for each in ids], dtype=np.int64)
    customers = engine.count(table)
    with threadpool_limits(1):
        (candidate,) = trials(places, {len(there): labels}, method.again, customers, seed).candidates
    jaccard = {each.id: one for each, one in zip(there, candidate.jaccard, strict=True)}
    return Stability(customers, sample.customers, candidate, jaccard, there)


def reading(jaccard: float) -> str:
    """What a segment's bootstrap Jaccard says of it, in words."""
    if jaccard <= DISSOLVED:
        return "dissolves"
    if jaccard < UNTRUSTED:
        return "not to be trusted"
    if jaccard < STABLE:
        return "a pattern, no sure members"
    return "highly stable" if jaccard >= HIGHLY_STABLE else "stable"


def _method(definition: Definition) -> object:
    return chosen(definition.name, {"method": definition.method, **definition.recipe})


def _terms(definition: Definition) -> list[Prepared | Indicator]:
    rule = definition.rule
    if not isinstance(rule, OnPrepared):
        return []
    return [each for each in rule.prepared if isinstance(each, (Prepared, Indicator))]
