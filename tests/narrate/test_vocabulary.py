"""What narration may say of a segment without a figure: proven where it is so, contradicted elsewhere."""

from __future__ import annotations

from functools import cache

import pytest

from regulars.check.checker import Text, check
from regulars.check.table import Facts, facts_of
from regulars.narrate.vocabulary import vocabulary
from regulars.prepare.features.catalogue import FAMILIES
from regulars.profile.aliases import ALIASES
from regulars.profile.metrics import measures

OF_TOTALS = {
    "customers": (30.0, 70.0),
    "customer_share": (30.0, 70.0),
    "revenue_share": (60.0, 40.0),
    "predicted_value_share": (80.0, 20.0),
}


@cache
def facts() -> Facts:
    """Two segments in every metric there is: one at twice the figure of all customers, one at half of it."""
    features = [feature for family in FAMILIES for feature in family.features]
    metrics = [each.metric for each in measures(features, "EUR", horizon_days=365)]
    values = {
        metric.id: (100.0, *OF_TOTALS[metric.id]) if metric.id in OF_TOTALS else (30.0, 60.0, 15.0)
        for metric in metrics
    }
    groups = [{name: value[n] for name, value in values.items()} for n in range(3)]
    return facts_of(
        {
            "schema": "segment-facts/1",
            "dataset": "Any shop",
            "currency": "EUR",
            "period": {"start": "2024-01-01", "end": "2024-12-31"},
            "metrics": {m.id: {"label": m.label, "unit": m.unit, "agg": m.agg} for m in metrics},
            "overall": {"name": "All customers", "metrics": groups[0]},
            "segments": {
                "s1": {"name": "Plenty", "code": "PL", "metrics": groups[1]},
                "s2": {"name": "Scarce", "code": "SC", "metrics": groups[2]},
            },
            "detail": {"aliases": {name: list(said) for name, said in ALIASES.items()}},
        }
    )


TOLD = sorted(name for name in vocabulary() if name.split(".")[0] in facts().columns)


def test_nearly_all_that_may_be_said_is_tried() -> None:
    assert len(TOLD) >= 0.8 * len(vocabulary())


@pytest.mark.parametrize("name", TOLD)
def test_what_may_be_said_is_proven_of_the_one_segment_and_contradicted_of_the_other(name: str) -> None:
    metric, _, direction = name.partition(".")
    of, other = ("s2", "s1") if direction == "below" or metric == "customer_share" else ("s1", "s2")
    said = vocabulary()[name].told
    labels = [each.label for each in check(facts(), [Text("1", said, of), Text("2", said, other)])]
    assert labels == ["supported", "contradicted"], said
