"""Cues: words without figures that say where customers stand, each in its direction."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import pytest

from regulars.narrate.cues import cues
from regulars.prepare.features.catalogue import FAMILIES
from regulars.profile.metrics import FORETOLD, measures

DATA = tomllib.loads((files("regulars.narrate") / "cues.toml").read_text(encoding="utf-8"))
PHRASES = [
    (metric, side == "high", phrase)
    for metric, sides in DATA.items()
    if metric != "turned"
    for side in ("high", "low")
    for phrase in sides[side]
]


@pytest.mark.parametrize(("metric", "is_above", "phrase"), PHRASES)
def test_every_phrase_is_heard_in_its_direction(metric: str, is_above: bool, phrase: str) -> None:
    said = " ".join(word.split("|")[0] for word in phrase.split() if word != "..")
    assert (metric, is_above) in {(each.metric, each.is_above) for each in cues(f"So they {said} here.")}


def test_every_metric_of_the_file_is_one_that_profiles_have() -> None:
    features = [feature for family in FAMILIES for feature in family.features]
    known = {each.metric.id for each in measures(features, "EUR", horizon_days=365)}
    assert {metric for metric in DATA if metric != "turned"} <= known | {*FORETOLD}


@pytest.mark.parametrize(
    ("text", "metric", "is_above"),
    [
        ("They buy often.", "orders_per_customer", True),
        ("They do not buy often.", "orders_per_customer", False),
        ("They buy less often than others.", "orders_per_customer", False),
        ("They are no longer active.", "recency_days", True),
        ("They leave longer, quieter gaps.", "gap_days", True),
    ],
)
def test_a_word_before_turns_a_phrase_round(text: str, metric: str, is_above: bool) -> None:
    found = {each.metric: each.is_above for each in cues(text)}
    assert found.get(metric) is is_above


def test_harmless_words_have_no_cue() -> None:
    assert list(cues("We should ask them what they think of us.")) == []
