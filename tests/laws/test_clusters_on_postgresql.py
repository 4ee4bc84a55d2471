"""Clusters, trees and mixtures put every customer on PostgreSQL where they do here and in process."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from tests.postgres import Postgres, load

from regulars.documents import pretty
from regulars.engine import Engine, written
from regulars.engine.steps import compose
from regulars.segment.definition import Definition
from regulars.segment.methods import Ground, Method
from regulars.segment.methods.gmm import Gmm
from regulars.segment.methods.hierarchical import Hierarchical
from regulars.segment.methods.kmeans import KMeans
from regulars.testing import FEATURES, TYPES, customers, strangers

AS_OF = date(2024, 6, 30)
MIXED = ("gap_days", "products_per_order", "categories", "region")
METHODS = {
    "kmeans": KMeans(k=4, max_k=2, features=MIXED),
    "hierarchical": Hierarchical(k=4, max_k=2, features=MIXED),
    "gmm": Gmm(k=3, max_k=2),
    "full gmm": Gmm(k=3, max_k=2, covariance="full"),
}


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_everybody_is_in_the_same_segment_on_postgresql_and_in_process(
    postgres: Postgres, tmp_path: Path, method: Method
) -> None:
    people = [*customers(400), *strangers(300)]
    with Engine(threads=1) as engine:
        known = engine.values("known", TYPES, customers(400))
        engine.values("people", TYPES, people)
        engine.write_parquet("select * from people order by customer_id", tmp_path / "people.parquet")
        fitted = method.fit(Ground("tried", known, FEATURES, AS_OF, 0, "UTC", "GBP"), engine)
        rows = engine.rows("select * from people order by customer_id")
    read = Definition.from_json(json.loads(pretty(fitted.as_json())))
    load(postgres, tmp_path / "people.parquet", "people")
    columns = ", ".join(("customer_id", "segment_id", "probability", *read.rule.score_names))
    select = written(compose(read.steps("people", AS_OF)), "postgres")
    there = postgres.rows(f"select {columns} from ({select}) as a order by customer_id")
    scored = [read.score(dict(zip(TYPES, row, strict=True))) for row in rows]
    assert len({each.segment_id for each in scored}) >= 3
    assert [(who, segment) for who, segment, *_ in there] == [
        (row[0], each.segment_id) for row, each in zip(rows, scored, strict=True)
    ]
    # Exponentials may differ in their last bit before they are rounded to six decimals.
    for (_, _, *told), each in zip(there, scored, strict=True):
        assert list(map(float, told)) == pytest.approx([each.probability, *each.scores.values()], abs=1.5e-6)
