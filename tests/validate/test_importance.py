"""What hangs on a feature, where it is known beforehand."""

from __future__ import annotations

import numpy as np
import pytest
from tests.validate.days import DAY, ids

from regulars.engine import Engine
from regulars.segment.methods import Ground, chosen
from regulars.types import Feature
from regulars.validate.importance import importance
from regulars.validate.people import HELD_OUT, OF_ALL, people

HALF = Feature("half", "Half", "ratio", "cause", "", kin=("halves",))
IDLE = Feature("idle", "Idle", "ratio", "cause", "", kin=("halves",))
REGION = Feature("region", "Region", "category", "attribute", "")
ECHO = Feature("echo", "Echo", "ratio", "cause", "", kin=("halves",))
NOISE = Feature("noise", "Noise", "ratio", "cause", "")
STYLE = Feature("style", "Style", "category", "cause", "")
FEATURES = (HALF, IDLE, REGION, ECHO, NOISE, STYLE)
RULES = [
    {"name": "Northern", "when": "region = 'North' and half < 0.5"},
    {"name": "Low", "when": "half < 0.5 and idle < 1000"},
]


@pytest.fixture(scope="module")
def engine():
    with Engine(threads=1) as made:
        yield made


@pytest.fixture(scope="module")
def folk():
    chance = np.random.default_rng(1)
    half = np.round(chance.random(3_000), 6)
    return {
        "half": half,
        "idle": np.round(chance.random(3_000), 6),
        "region": chance.choice(np.array(["North", "South"], dtype=object), 3_000),
        "echo": half + chance.normal(size=3_000) / 10,
        "noise": np.where(chance.random(3_000) < 0.2, np.nan, chance.normal(size=3_000)),
        "style": np.where(
            (half < 0.5) == (chance.random(3_000) < 0.8), "plain", chance.choice(["bold", "loud"], 3_000)
        ).astype(object),
    }


@pytest.fixture(scope="module")
def definition(engine, folk):
    table = engine.put("people", {"customer_id": ids(folk), **folk})
    method = chosen("made", {"method": "rules", "segments": RULES, "rest": "High"})
    return method.fit(Ground("made", table, FEATURES, DAY, 0, "UTC", "EUR"), engine)


def laid(engine, definition, folk, path, order="customer_id"):
    """As ``compare`` lays it out: the features in a file, customers with what is read in a table."""
    engine.put("people", {"customer_id": ids(folk), **folk})
    engine.write_parquet(f"select * from people order by {order}", path)
    engine.make("assignments", {step.name: step for step in definition.steps("people", DAY)})
    engine.create(
        "customers_now",
        "select people.customer_id, segment_id, half, idle, region from people join assignments "
        f"using (customer_id) order by people.{order}",
    )
    return people(engine, path, FEATURES, [each.id for each in definition.segments])


@pytest.fixture(scope="module")
def found(engine, definition, folk, tmp_path_factory):
    sample = laid(engine, definition, folk, tmp_path_factory.mktemp("run") / "features.parquet")
    return importance(engine, definition, FEATURES, sample, DAY, 0)


def weight(weights, name):
    return next(each for each in weights if each.feature == name)


def test_as_many_change_segment_as_the_rule_says(found):
    """Half of all are below a half: another one's value puts half of them on the other side."""
    low, high = weight(found.read, "half").share[1:]
    assert low < 50 < high
    assert high - low < 6
    # Of those below a half, half are Northern: another region puts half of these elsewhere.
    low, high = weight(found.read, "region").share[1:]
    assert low < 25 < high


def test_what_is_read_and_decides_nothing_weighs_nothing(found):
    share, low, high = weight(found.read, "idle").share
    assert (share, low) == (0.0, 0.0)
    assert 0 < high < 0.5
    assert [each.feature for each in found.read] == ["half", "region", "idle"]
    assert weight(found.read, "half").kin == ("idle",)


def test_each_segment_has_its_own_weights(found):
    by = {name: weight(found.read, name).by_segment for name in ("half", "region")}
    assert by["region"]["high"][0] == 0.0, "whoever is high stays so in any region"
    assert by["region"]["northern"][1] < 50 < by["region"]["northern"][2]
    assert by["half"]["high"][1] < 50 < by["half"]["high"][2]


def test_what_goes_along_with_the_segments_is_told_though_they_are_not_cut_by_it(found):
    beside = found.beside
    assert beside.right[1] > beside.largest
    for name in ("echo", "style"):
        assert weight(beside.weights, name).share[1] > 0
    assert weight(beside.weights, "noise").share[1] <= 0, "chance is not told apart from nothing"
    assert weight(beside.weights, "echo").kin == ()


def test_those_held_out_are_others_than_those_learnt_on(engine, definition, folk, tmp_path):
    sample = laid(engine, definition, folk, tmp_path / "features.parquet")
    assert not (sample.learnt_on & sample.held_out).any()
    assert sample.held_out.sum() == 1_500
    assert HELD_OUT < OF_ALL


def test_the_order_of_rows_and_the_number_of_threads_move_nothing(definition, folk, found, tmp_path):
    with Engine(threads=4) as other:
        sample = laid(other, definition, folk, tmp_path / "features.parquet", order="noise")
        assert importance(other, definition, FEATURES, sample, DAY, 0) == found
        assert importance(other, definition, FEATURES, sample, DAY, 1) != found


def test_another_day_with_few_customers_has_no_forest(engine, definition, folk, tmp_path):
    few = {name: each[:150] for name, each in folk.items()}
    sample = laid(engine, definition, few, tmp_path / "features.parquet")
    found = importance(engine, definition, FEATURES, sample, DAY, 0)
    assert found.customers == 75
    assert found.beside is None
    assert set(weight(found.read, "half").by_segment) <= {"high"}
