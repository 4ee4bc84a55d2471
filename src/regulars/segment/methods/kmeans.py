"""k-means on behaviour: customers grouped by what they do, told apart from what they spend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

import numpy as np

from regulars.engine import Engine
from regulars.measure.refit import Assign, Places
from regulars.segment.fitting.centres import Clustering, again, clusterings
from regulars.segment.fitting.clusters import Clusters, Grouping, by_size
from regulars.segment.fitting.polish import polished
from regulars.segment.fitting.sample import Fit
from regulars.segment.rules.nearest import Nearest
from regulars.segment.rules.prepared import Preparation
from regulars.types import Table


class KMeans(Clusters):
    """Groups of customers who behave alike, around centres of prepared features."""

    method: ClassVar[str] = "kmeans"

    def grouped(self, fit: Fit, ks: Sequence[int], seed: int) -> Mapping[int, Grouping]:
        found = clusterings(fit.places, ks, seed)
        return {k: _grouping(fit.prepared, each) for k, each in found.items()}

    def settled(self, engine: Engine, table: Table, taken: Grouping) -> Grouping:
        """The centres after a few more rounds of Lloyd's algorithm over all customers, inside the engine."""
        rule = taken.rule
        assert isinstance(rule, Nearest)
        rule = polished(engine, table, rule)
        return replace(taken, rule=rule, centres=np.array(list(rule.centres.values()), dtype=np.float64))

    def again(self, places: Places, ks: Sequence[int], seed: str) -> Mapping[int, Assign]:
        return again(places, ks, seed)


def _grouping(prepared: tuple[Preparation, ...], found: Clustering) -> Grouping:
    """The centres as segments s1, s2, …"""
    order = by_size(found.labels, found.centres)
    centres = found.centres[order]
    rule = Nearest(prepared, {f"s{n + 1}": tuple(map(int, centre)) for n, centre in enumerate(centres)})
    return Grouping(rule, np.argsort(order)[found.labels], centres, found.inertia)
