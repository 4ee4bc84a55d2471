"""A model written as JSON, read again and run on PostgreSQL puts every customer where it does here."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from tests.postgres import Postgres, load

from regulars.documents import pretty
from regulars.engine import Engine, written
from regulars.engine.steps import compose
from regulars.segment.definition import Definition
from regulars.segment.methods import Ground
from regulars.segment.methods.model import Model
from regulars.segment.methods.rfm import Rfm
from regulars.testing import FEATURES, TYPES, customers, strangers

AS_OF = date(2024, 6, 30)
OWN = ("gap_days", "orders", "spend", "region", "weekend_share")
MODELS = {
    "tree": Model(of="rfm"),
    "retold": Model(of="rfm", features=OWN, allow_outcomes="to retell it", max_depth=8),
    "weights": Model(of="rfm", kind="logistic", features=OWN, allow_outcomes="to retell it"),
}


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_a_model_puts_everybody_in_the_same_segment_on_postgresql(
    postgres: Postgres, tmp_path: Path, model: Model
) -> None:
    with Engine(threads=1) as engine:
        known = engine.values("known", TYPES, customers(400))
        engine.values("people", TYPES, [*customers(400), *strangers(200)])
        engine.write_parquet("select * from people order by customer_id", tmp_path / "people.parquet")
        ground = Ground("newcomers", known, FEATURES, AS_OF, 0, "UTC", "GBP")
        labels = {"rfm": Rfm().fit(replace(ground, name="rfm"), engine)}
        fitted = model.fit(replace(ground, definitions=labels), engine)
        read = Definition.from_json(json.loads(pretty(fitted.as_json())))
        steps = read.steps("people", AS_OF)
        engine.make("assignments", {step.name: step for step in steps})
        here = engine.rows(
            "select customer_id, segment_id, probability from assignments order by customer_id"
        )
    load(postgres, tmp_path / "people.parquet", "people")
    select = written(compose(steps), "postgres")
    there = postgres.rows(
        f"select customer_id, segment_id, probability from ({select}) as a order by customer_id"
    )
    assert len({segment for _, segment, _ in here}) >= 2
    assert [(who, segment) for who, segment, _ in there] == [(who, segment) for who, segment, _ in here]
    # Exponentials may differ in their last bit before they are rounded to six decimals.
    assert [float(probability) for *_, probability in there] == pytest.approx(
        [probability for *_, probability in here], abs=1.5e-6
    )
