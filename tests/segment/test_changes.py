"""What changed between two versions of a definition, in words that say where a customer may have gone."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from regulars.segment.changes import NOTHING, changes
from regulars.segment.definition import Definition
from regulars.segment.rules.condition_parser import parse
from regulars.segment.rules.grid import Band, Grid
from regulars.segment.rules.nearest import Nearest
from regulars.segment.rules.prepared import Prepared
from regulars.segment.rules.waterfall import Waterfall
from regulars.types import Segment


def defined(
    rule: Grid | Nearest | Waterfall, names: dict[str, str] | None = None, **other: object
) -> Definition:
    segments = tuple(
        Segment(each, (names or {}).get(each, each), rule.words(each)) for each in rule.segment_ids
    )
    made = Definition("tiers", "rules", {}, {"currency": "EUR"}, rule, segments, {})
    return replace(made, **other)


def grid(*cuts: str) -> Grid:
    band = Band("m_score", "M", "spend", tuple(map(Decimal, cuts)), low_is_good=False, unit="currency")
    return Grid((band,), {"low": ((1,),), "high": ((2,),)})


def test_cuts_settings_and_ground_are_told_with_what_they_were() -> None:
    old = defined(grid("100"), recipe={"bands": {"m": 2}, "weights": None})
    new = defined(grid("120.50"), recipe={"bands": {"m": 2}, "weights": ["2"]}, ground={"currency": "USD"})
    assert changes(old, new) == (
        "The setting weights was not set and is 2.",
        "What it stands on, currency was EUR and is USD.",
        "M cuts spend at 120.50; it cut at 100.",
    )


def test_segments_that_came_went_or_were_renamed_and_rules_that_are_other() -> None:
    kinds = {"spend": "exact", "orders": "exact"}

    def fall(*texts: str) -> Waterfall:
        return Waterfall(tuple((f"r{n}", parse(each, kinds)) for n, each in enumerate(texts, 1)), "rest")

    old = defined(fall("spend > 500", "spend > 100"), {"r1": "Big", "r2": "Middling", "rest": "Rest"})
    new = defined(fall("spend > 700 and orders > 3"), {"r1": "Whales", "rest": "Rest"})
    told = changes(old, new)
    assert told[:3] == ("It now looks at orders too.", "Gone: Middling.", "Big (r1) is now called Whales.")
    assert told[3].startswith("Whales: was “")
    assert "500" in told[3]
    assert "700" in told[3]


def test_a_centre_is_told_by_the_feature_in_which_it_went_farthest() -> None:
    prepared = tuple(Prepared(each, 0.0, 0.0, 9.0, False, 1.0, 1.0) for each in ("gap_days", "orders"))
    old = defined(Nearest(prepared, {"s1": (0, 500), "s2": (1000, 0)}), {"s1": "Slow", "s2": "Fast"})
    new = defined(Nearest(prepared, {"s1": (100, -700), "s2": (1000, 0)}), {"s1": "Slow", "s2": "Fast"})
    assert changes(old, new) == (
        "The centre of Slow moved most in orders, from +0.50 to -0.70 standard deviations.",
    )


def test_a_definition_that_came_out_the_same_says_so() -> None:
    assert changes(defined(grid("1")), defined(grid("1"), version=2, fitted={"as_of": "2024-06-30"})) == (
        NOTHING,
    )
