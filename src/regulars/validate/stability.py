"""Stability: whether segments that were found as groups come back when the customers of today are grouped
anew, and which of them run into one another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # it carries no types

from regulars.engine import Engine
from regulars.measure.refit import Labels, Places
from regulars.measure.segment_level import Spread, Within, together, within
from regulars.measure.separation import Apart, Batches, Estimate
from regulars.measure.small_cells import SMALLEST_SHOWN
from regulars.segment.choosing.candidates import STABLE, UNTRUSTED, Candidate, Verdict
from regulars.segment.choosing.trials import trials
from regulars.segment.definition import Definition
from regulars.segment.fitting.clusters import Clusters
from regulars.segment.fitting.sample import Fit, distinct, drawn, whole
from regulars.segment.methods import Method, chosen
from regulars.segment.rules.prepared import Indicator, OnPrepared, Prepared
from regulars.types import Feature, Segment
from regulars.validate.refitting import Refit

SAMPLE = 8_000
"""Customers that are grouped anew: as many as the silhouette's batches hold."""
FEWEST = 100
"""Customers below which draws of them differ too much for any grouping to come back."""
DISSOLVED, HIGHLY_STABLE = 0.5, 0.85
"""The other steps in which a bootstrap Jaccard is read (Hennig 2007; R's fpc::clusterboot)."""
_SEGMENT = Feature("segment_id", "", "category", "attribute", "")


@dataclass(frozen=True)
class SegmentStability:
    """One segment of a grouping; shares and similarities are 0 to 1.

    ``customers`` of the day; ``jaccard``: bootstrap Jaccard; ``within``: segment-level stability within the
    solution (SLSw); ``fewer`` and ``more``: how far its customers are together in the solution with one
    segment fewer (SLSa) and in that with one more, None where there is none; ``silhouette`` with its
    interval; ``neighbour``: the segment that is the nearest to most of its customers, and ``nearer`` the
    share of them who lie nearer to that one's customers than to their own; ``joined``: the segment that most
    come out in of those who leave it when made anew, and ``leave`` their share of its customers.
    """

    segment: Segment
    customers: int
    jaccard: float
    within: Spread
    fewer: float | None
    more: float | None
    silhouette: Estimate | None
    neighbour: Segment | None
    nearer: float
    joined: Segment | None
    leave: float

    @property
    def is_shown(self) -> bool:
        """Whether it has more than ten customers: below, nothing of it is shown."""
        return self.customers >= SMALLEST_SHOWN

    @property
    def is_weak(self) -> bool:
        return self.jaccard < STABLE


@dataclass(frozen=True)
class Groups:
    """What the segments of one definition give when a sample of one day's customers is grouped anew.

    ``candidate``: the measures of choosing k; ``segments``: in the order of the definition, those that have a
    customer in the sample.
    """

    sample: int
    candidate: Candidate
    segments: tuple[SegmentStability, ...]


@dataclass(frozen=True)
class Versions:
    """A definition that gave way to another between two runs: how many customers are known to ``both`` runs,
    and how many of them ``moved`` to another segment as the runs were saved."""

    before: int
    after: int
    both: int
    moved: int

    @property
    def is_told(self) -> bool:
        """Whether the share may be shown: no ten customers or fewer moved, or stayed."""
        return self.both > 0 and not any(
            0 < each < SMALLEST_SHOWN for each in (self.moved, self.both - self.moved)
        )


@dataclass(frozen=True)
class Stability:
    """What would come back of a segmentation on one day's customers.

    ``groups`` is None for segments that are cut and not found, and ``refit`` where nothing can be fitted
    anew; ``why_no_groups`` and ``why_no_refit`` say so then. ``versions``: where the two runs that are
    compared used different ones.
    """

    customers: int
    segments: tuple[Segment, ...]
    groups: Groups | None
    refit: Refit | None
    versions: Versions | None = None
    why_no_groups: str = ""
    why_no_refit: str = ""

    @property
    def verdict(self) -> Verdict | None:
        """*natural*, *reproducible* or *constructive*; None for segments that are cut."""
        return self.groups.candidate.verdict if self.groups else None

    @property
    def jaccard(self) -> dict[str, float]:
        """Bootstrap Jaccard by segment; empty for segments that are cut."""
        return {each.segment.id: each.jaccard for each in self.groups.segments} if self.groups else {}


def why_not(definition: Definition, customers: int) -> str:
    """Why segments cannot be grouped anew; empty where they can."""
    if not _terms(definition) or not isinstance(method_of(definition), Clusters):
        return (
            f"The segments of {definition.method} are cut by rules and not found as groups: there is no "
            "grouping to come back or not. Judge them by what fitting anew would move, by what they foretell "
            "and by what is done with them."
        )
    if customers < FEWEST:
        return f"{customers:,} customers are too few to group anew; {FEWEST} are needed."
    return ""


def method_of(definition: Definition) -> Method:
    """The method that fitted a definition, with the settings that it had."""
    return chosen(definition.name, {"method": definition.method, **definition.recipe})


def groups(
    engine: Engine, definition: Definition, features: Sequence[Feature], table: str, seed: int
) -> Groups | None:
    """The stability of the definition's segments on a table of customers with segment_id and the features
    that it reads. Needs ``why_not`` to be empty. None where fewer than two segments have customers.

    The sample is that of a fit, whatever the order of rows; with as many segments as the definition has there
    it is drawn from 50 times (Jaccard) and 50 times in pairs (within), halved ten times (prediction strength)
    and held against 20 sets without structure (gap); once it is grouped into one segment fewer and one more.
    """
    method, terms = method_of(definition), _terms(definition)
    assert isinstance(method, Clusters), "why_not says so"
    sample = drawn(engine, engine.table(table), [*features, _SEGMENT], SAMPLE)
    places: Places = np.stack([whole(each, sample.columns[each.feature]) for each in terms], axis=1)
    ids = sample.columns["segment_id"].tolist()
    there = tuple(each for each in definition.segments if each.id in set(ids))
    if len(there) < 2:
        return None
    at = {each.id: position for position, each in enumerate(there)}
    labels: Labels = np.array([at[each] for each in ids], dtype=np.int64)
    k, customers = len(there), engine.count(table)
    with threadpool_limits(1):
        (candidate,) = trials(places, {k: labels}, method.again, customers, seed).candidates
        anew = within(places, labels, k, method.again, seed)
        across = _across(method, Fit(tuple(terms), places, ()), labels, k, seed)
        apart = Batches.drawn(places, seed).by_segment(labels, k)
    sizes = _sizes(engine, table)
    told = (
        _segment(place, there, sizes, candidate, anew, across, apart[place]) for place in range(len(there))
    )
    return Groups(sample.customers, candidate, tuple(told))


def _segment(
    at: int,
    there: Sequence[Segment],
    sizes: Mapping[str, int],
    candidate: Candidate,
    anew: Within,
    across: Mapping[int, Sequence[float | None]],
    apart: Apart | None,
) -> SegmentStability:
    went, k = anew.went[at].copy(), len(there)
    went[at] = 0.0
    joined = int(went.argmax())
    return SegmentStability(
        there[at], sizes[there[at].id], candidate.jaccard[at], anew.stability[at],
        across[k - 1][at] if k - 1 in across else None,
        across[k + 1][at] if k + 1 in across else None,
        apart.silhouette if apart else None,
        there[apart.neighbour] if apart else None,
        apart.nearer if apart else 0.0,
        there[joined] if went[joined] else None,
        round(float(went[joined]), 4),
    )  # fmt: skip


def _across(
    method: Clusters, fit: Fit, labels: Labels, k: int, seed: int
) -> dict[int, tuple[float | None, ...]]:
    """How far the customers of each segment are together with one segment fewer, and with one more."""
    ks = [each for each in (k - 1, k + 1) if 2 <= each <= distinct(fit.places)]
    return {
        each: together(labels, k, grouping.labels, each)
        for each, grouping in method.grouped(fit, ks, seed).items()
    }


def _sizes(engine: Engine, table: str) -> dict[str, int]:
    rows = engine.rows(f"select segment_id, count(*) from {table} group by segment_id")
    return {str(segment): int(customers) for segment, customers in rows}


def reading(jaccard: float) -> str:
    """What a segment's bootstrap Jaccard says of it, in words."""
    if jaccard <= DISSOLVED:
        return "dissolves"
    if jaccard < UNTRUSTED:
        return "not to be trusted"
    if jaccard < STABLE:
        return "a pattern, no sure members"
    return "highly stable" if jaccard >= HIGHLY_STABLE else "stable"


def _terms(definition: Definition) -> list[Prepared | Indicator]:
    rule = definition.rule
    if not isinstance(rule, OnPrepared):
        return []
    return [each for each in rule.prepared if isinstance(each, (Prepared, Indicator))]
