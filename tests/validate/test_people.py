"""The sample by which segments are told apart: bounded, the same whatever the order, small segments whole."""

from __future__ import annotations

import numpy as np
import pytest
from tests.validate.days import ids

from regulars.engine import Engine
from regulars.types import Feature
from regulars.validate.people import HELD_OUT, OF_ALL, OF_EACH, people

SPEND = Feature("spend", "Spend", "currency", "outcome", "")
STYLE = Feature("style", "Style", "category", "cause", "")
MANY = 40_000


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    with Engine(threads=2) as made:
        at = np.arange(MANY)
        made.put(
            "folk",
            {
                "customer_id": ids({"at": at}),
                "segment_id": np.where(at % 400 == 0, "rare", "usual").astype(object),
                "spend": np.where(at % 7 == 0, np.nan, at / 100),
                "style": np.array([None if each % 5 == 0 else "plain" for each in at.tolist()], dtype=object),
            },
        )
        made.create("customers_now", "select customer_id, segment_id from folk")
        yield made


@pytest.fixture(scope="module")
def path(engine, tmp_path_factory):
    made = tmp_path_factory.mktemp("run") / "features.parquet"
    engine.write_parquet("select customer_id, spend, style from folk order by customer_id", made)
    return made


def test_a_rare_segment_is_there_whole_and_the_sample_is_bounded(engine, path):
    sample = people(engine, path, [SPEND, STYLE], ["usual", "rare"])
    assert sample.total == MANY
    assert (sample.segments == 1).sum() == MANY // 400
    assert sample.of_all.sum() == OF_ALL
    assert sample.held_out.sum() == HELD_OUT
    assert len(sample.place) <= OF_ALL + OF_EACH * 2 + HELD_OUT
    assert (sample.segments[sample.of_all] == 1).mean() == pytest.approx(1 / 400, abs=0.002)


def test_unknown_values_stay_unknown(engine, path):
    sample = people(engine, path, [SPEND, STYLE], ["usual", "rare"])
    assert sample.known(SPEND).mean() == pytest.approx(6 / 7, abs=0.02)
    assert sample.known(STYLE).mean() == pytest.approx(4 / 5, abs=0.02)


def test_the_order_of_rows_moves_nobody(engine, path):
    first = people(engine, path, [SPEND], ["usual", "rare"])
    engine.create(
        "customers_now", "select customer_id, segment_id from folk order by spend desc, customer_id"
    )
    again = people(engine, path, [SPEND], ["usual", "rare"])
    assert first.place.tolist() == again.place.tolist()
    np.testing.assert_array_equal(first.columns["spend"], again.columns["spend"])
