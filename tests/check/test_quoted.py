"""Labels that stand in a text as a whole: they are the metric, whatever else their words could say."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from tests.check.benchmarks import facts_document, verdicts


def firm() -> dict[str, Any]:
    """The shop's facts with metrics as a study has them: attributes, what is foretold, names with a comma."""
    document = copy.deepcopy(facts_document("shop"))
    groups = {"overall": document["overall"], **document["segments"]}
    document["segments"]["dormant"]["name"] = "Login-light, feature-light buyers"
    document["segments"]["bargain_hunters"]["name"] = "Self-serve"
    for name, label, unit, agg, all_of_them, one in (
        ("plan", "Plan: Starter", "percent", "share", 35.5, 13.1),
        ("onboarding", "Onboarding: Self-serve", "percent", "share", 35.9, 0.0),
        ("relationship", "Months with the bank", "ratio", "mean_by_customers", 89.1, 16.7),
        ("worth", "Predicted value per customer, next 365 days", "GBP", "ratio", 1994, 3282),
        ("worth_share", "Share of total predicted value", "percent", "share", 100, 54.2),
    ):
        document["metrics"][name] = {"label": label, "unit": unit, "agg": agg}
        for group, each in groups.items():
            each["metrics"][name] = all_of_them if group == "overall" else one
    return document


@pytest.mark.parametrize(
    ("text", "label"),
    [
        # A label is no advice, no date, no segment of that name, and no span of time.
        ("Plan: Starter: 13.1%, against 35.5% for all customers.", "supported"),
        ("Plan: Starter: 31.1%, against 35.5% for all customers.", "contradicted"),
        ("Onboarding: Self-serve: 0.0%, against 35.9% for all customers.", "supported"),
        ("Months with the bank: 16.7, against 89.1 for all customers.", "supported"),
        ("Months with the bank: 16.7, against 98.1 for all customers.", "contradicted"),
        # What is foretold looks as far ahead as the labels say, and no farther.
        ("They are expected to bring £3,282 each in the next 365 days.", "supported"),
        ("They are expected to bring £2,382 each in the next 365 days.", "contradicted"),
        ("They are expected to bring £3,282 each in the next 90 days.", "unsupported_attribute"),
        ("They are expected to bring 54.2% of predicted value in the next 365 days.", "supported"),
        # A name with a comma in it is one name.
        ("Login-light, feature-light buyers: 54.2% of predicted value.", "supported"),
        ("Login-light, feature-light buyers: 45.2% of predicted value.", "contradicted"),
    ],
)
def test_a_label_that_is_quoted_is_its_metric(text: str, label: str) -> None:
    (found,) = verdicts(firm(), [{"id": "1", "text": text, "context_segment": "dormant"}])
    assert found.label == label


def test_one_segment_is_the_one_that_brings_most() -> None:
    largest = max(each["metrics"]["revenue_share"] for each in facts_document("shop")["segments"].values())
    for share, label in ((largest, "supported"), (largest + 7, "contradicted")):
        claim = {"id": "1", "text": f"One segment brings {share:.1f}% of revenue.", "context_segment": None}
        assert verdicts(facts_document("shop"), [claim])[0].label == label
