"""The facts file: the fixed shape that checkers and people read, and back."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from tests.profile.crowds import customers, profiled

from regulars.engine import Engine
from regulars.profile.facts_file import as_json, from_json

FIXED = ("schema", "dataset", "currency", "period", "as_of", "notes", "metrics", "overall", "segments")
UNITS = {
    "GBP", "count", "percent", "percent_change", "ratio", "days", "months", "years", "date", "category",
    "points", "per_1000",
}  # fmt: skip
AGGREGATIONS = {
    "sum", "share", "ratio", "median", "mean_by_customers", "mean_by_orders", "mean_by_revenue", "stated",
    "mode", "min", "max",
}  # fmt: skip


@pytest.fixture(scope="module")
def made():
    crowd = {
        "best_buyers": customers(30, orders=3, spend=90, weekend_share=0.5, gap_days=12.5),
        "rest": customers(60, orders=1, spend=20, weekend_share=0.1, gap_days=None),
        "few": customers(5),
        "fewer": customers(9),
    }
    with Engine(threads=1) as engine:
        yield profiled(engine, crowd, {"best_buyers": "Best buyers", "rest": "Rest", "few": "Rest of all"})


def test_the_fixed_part_is_the_shape_of_segment_facts_1(made) -> None:
    written = as_json(made)
    assert tuple(written) == (*FIXED, "detail")
    assert written["schema"] == "segment-facts/1"
    assert set(written["period"]) == {"start", "end"}
    for metric in written["metrics"].values():
        assert tuple(metric) == ("label", "unit", "agg")
        assert metric["unit"] in UNITS
        assert metric["agg"] in AGGREGATIONS
    for group in (written["overall"], *written["segments"].values()):
        assert tuple(group) == ("code", "name", "metrics")
        assert list(group["metrics"]) == list(written["metrics"])


def test_codes_are_short_and_no_two_alike(made) -> None:
    written = as_json(made)
    assert written["overall"]["code"] == "ALL"
    assert [group["code"] for group in written["segments"].values()] == ["BB", "RE", "ROA", "FE"]
    alike = replace(made, segments=tuple(replace(s, name="A L L") for s in made.segments))
    assert [g["code"] for g in as_json(alike)["segments"].values()] == ["ALL2", "ALL3", "ALL4", "ALL5"]


def test_a_cell_without_a_value_has_a_note_that_says_why(made) -> None:
    written = as_json(made)
    for segment, group in written["segments"].items():
        for metric, value in group["metrics"].items():
            assert (value is None) == (f"{segment}.{metric}" in written["notes"])
    assert written["notes"]["rest.gap_days"] == "no customer of the group has it"


def test_a_profile_comes_back_from_its_file_as_it_was(made) -> None:
    assert from_json(json.loads(json.dumps(as_json(made)))) == made


def test_the_bundled_example_of_the_shape_has_the_same_keys(made, shared_data) -> None:
    example = json.loads((shared_data(".").parent / "specs/claims/segment_facts.json").read_text("utf-8"))
    assert tuple(example) == FIXED
    ours = as_json(made)
    assert set(ours["overall"]) == set(example["overall"])
    for metrics in (ours["metrics"], example["metrics"]):
        assert {frozenset(metric) for metric in metrics.values()} == {frozenset(("label", "unit", "agg"))}
