"""The section on difference, as ``compare`` shows it of a small shop."""

from __future__ import annotations

import json
from datetime import date

import pytest
from tests.shops import RFM_ALONE, opened, studied

from regulars.app.compare_command import show
from regulars.app.workspace import Workspace

ASKED = {"today": date(2024, 12, 1), "threads": None, "memory_limit": None}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = opened(tmp_path_factory.mktemp("shop"), settings_text=RFM_ALONE, customers=250)
    studied(workspace, as_of=date(2024, 9, 30))
    return workspace


def asked(shop, capsys):
    show(shop.root, "rfm", None, None, json=True, **ASKED)
    return json.loads(capsys.readouterr().out)["sections"]["difference"]


def test_one_run_is_enough_and_every_feature_is_told_with_what_it_is_to_the_segments(shop, capsys):
    told = asked(shop, capsys)
    assert told["is_measured"] is True
    relations = {each["feature"]: each["relation"] for each in told["features"]}
    assert [name for name, each in relations.items() if each == "read"] == ["recency_days", "orders", "spend"]
    assert relations["gap_days"] == "kin"
    assert relations["items_per_order"] == "apart"
    assert [each["feature"] for each in told["importance"]["read"]] != []
    for pair in told["pairs"]:
        assert pair["state"] in ("different", "not_different", "cannot_be_told")
        for effect in pair["effects"]:
            assert effect["low"] <= effect["size"] <= effect["high"]


def test_what_is_printed_fits_eighty_columns_and_says_what_proves_nothing(shop, capsys):
    show(shop.root, "rfm", None, None, json=False, **ASKED)
    printed = capsys.readouterr().out
    lines = printed[printed.index("Difference.") :].splitlines()
    assert max(map(len, lines)) <= 80
    assert any(line.startswith("- Segments always differ in what they are cut by") for line in lines)
    assert any(line.startswith("segment ") and "stands out by" in line for line in lines)


def test_a_segmentation_of_one_large_segment_says_that_there_is_nothing_to_tell_apart(tmp_path, capsys):
    alone = '{method: rules, segments: [{name: Whales, when: "spend > 1000000"}], rest: All}'
    text = RFM_ALONE.replace("{method: rfm}", alone)
    workspace = opened(tmp_path / "shop", settings_text=text, customers=150)
    studied(workspace, as_of=date(2024, 9, 30))
    told = asked(workspace, capsys)
    assert told["is_measured"] is False
    assert "only one segment has 30 customers or more" in told["words"][0]
