"""The customers by whom segments are told apart: a bounded sample, all features of the run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from regulars.engine import Engine, literal, quoted
from regulars.types import Feature
from regulars.validate.bands import NOW

OF_ALL = 10_000
"""Customers drawn from all: the rest, with which a segment is compared, is taken from these."""
OF_EACH = 2_000
"""Customers drawn from each segment: two such groups tell delta to within 0.04."""
LEARNT_ON = 5_000
HELD_OUT = 2_000
"""Customers from the other end of the order, whom what is learnt on the first ones has not seen."""
FEWEST = 30
"""Customers of a group with a known value below which no effect is told."""
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class People:
    """Customers of a segmentation, in the order of a hash of their ids.

    ``total``: all customers, of whom these are drawn; ``place``: 1 for the first of all by that order;
    ``segments``: each one's segment, by its position in the definition; ``columns``: by feature, doubles with
    NaN where unknown, or texts with None.
    """

    total: int
    place: npt.NDArray[np.int64]
    segments: npt.NDArray[np.int64]
    columns: dict[str, npt.NDArray[Any]]

    @property
    def of_all(self) -> Flags:
        """Those who stand for all customers in their true shares."""
        return self.place <= OF_ALL

    @property
    def learnt_on(self) -> Flags:
        """The beginning of the order: at most half."""
        return self.place <= min(LEARNT_ON, self.total // 2)

    @property
    def held_out(self) -> Flags:
        """The end of the order, at most half: disjoint from those learnt on. The definition itself
        may have been fitted on both."""
        return self.place > self.total - min(HELD_OUT, self.total // 2)

    def members(self, segments: int) -> list[Flags]:
        """Who is in each segment, by position."""
        return [self.segments == at for at in range(segments)]

    def known(self, feature: Feature) -> Flags:
        """Who has a value."""
        values = self.columns[feature.name]
        return np.array([each is not None for each in values]) if feature.is_text else ~np.isnan(values)


def people(engine: Engine, path: Path, features: Sequence[Feature], segment_ids: Sequence[str]) -> People:
    """The sample from ``customers_now`` (customer_id, segment_id), with the features of a run's file.

    Any order of rows and any number of threads give the same.
    """
    engine.view("run_features", f"select * from read_parquet({literal(str(path)).sql('duckdb')})")
    columns = [
        quoted(each.name) if each.is_text else f"cast({quoted(each.name)} as double)" for each in features
    ]
    customer = "cast(now.customer_id as varchar)"
    order = f"order by md5({customer}), {customer}"
    total = engine.count(NOW)
    rows = engine.rows(
        f"with placed as (select customer_id, segment_id, row_number() over ({order}) as place, "
        f"row_number() over (partition by segment_id {order}) as place_within from {NOW} as now) "
        f"select {', '.join(['place', 'now.segment_id', *columns])} from placed as now "
        "join run_features on run_features.customer_id = now.customer_id "
        f"where place <= {OF_ALL} or place_within <= {OF_EACH} or place > {total - HELD_OUT:d} "
        "order by place",
        "people",
    )
    at = {each: position for position, each in enumerate(segment_ids)}
    place, segments, *values = zip(*rows, strict=True) if rows else ((), (), *(() for _ in features))
    return People(
        total,
        np.array(place, dtype=np.int64),
        np.array([at[each] for each in segments], dtype=np.int64),
        {
            each.name: np.array(column, dtype=np.object_ if each.is_text else np.float64)
            for each, column in zip(features, values, strict=True)
        },
    )
