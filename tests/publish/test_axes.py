"""Every figure that a radar can have for an axis has its words, on the chart and in the text."""

from __future__ import annotations

import pytest

from regulars.narrate.phrases import AGAINST
from regulars.prepare.features.catalogue import FAMILIES
from regulars.profile.metrics import measures
from regulars.publish.panels import AXES, EXTREMES, _least, _most, _word
from regulars.types import Metric

FEATURES = [feature for family in FAMILIES for feature in family.features]
TOTALS = {"customers", "customer_share", "revenue", "revenue_share", "orders"}
"""They grow with a segment, so they are no axes."""
METRICS = [each.metric.id for each in measures(FEATURES, "GBP") if each.metric.id not in TOTALS]


@pytest.mark.parametrize("metric", METRICS)
def test_a_metric_has_a_short_word_names_for_its_ends_and_a_sentence(metric: str) -> None:
    assert len(AXES[metric]) <= 12
    assert len(set(EXTREMES[metric])) == 2
    assert "{value}" in AGAINST[metric]
    assert "{all}" in AGAINST[metric]


@pytest.mark.parametrize("feature", [f for f in FEATURES if f.role == "cause"], ids=lambda f: f.name)
def test_a_cause_has_words_for_the_names_of_segments(feature) -> None:
    assert feature.high
    assert feature.low
    assert feature.high != feature.low


def test_a_label_without_words_of_its_own_is_cut_to_fit_its_axis_and_keeps_its_capitals() -> None:
    grocery = Metric("share_of_grocery", "Share of GROCERY", "percent", "mean_by_customers")
    assert _word(grocery) == "GROCERY"
    assert _most(grocery) == "highest share of GROCERY"
    long = Metric("gift", "VIP gift wrapping", "ratio", "mean_by_customers")
    assert (_word(long), _least(long)) == ("VIP gift wr…", "lowest VIP gift wrapping")
