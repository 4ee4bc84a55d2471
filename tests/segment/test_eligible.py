"""What segments may be made from: causes as they are, outcomes and protected attributes for a reason only."""

from datetime import date

import pytest

from regulars.errors import SettingsError
from regulars.segment.eligible import eligible
from regulars.segment.methods import Ground
from regulars.types import Feature, Table

FEATURES = (
    Feature("spend", "Net spend", "currency", "outcome", ""),
    Feature("gap_days", "Days between purchases", "days", "cause", ""),
    Feature("region", "Region", "category", "attribute", ""),
    Feature("age", "Age", "years", "attribute", "", protected="age"),
    Feature("night_share", "Orders at night", "share", "cause", "", protected="a proxy for shift work"),
)


@pytest.fixture
def ground() -> Ground:
    table = Table("features", ("customer_id", *(each.name for each in FEATURES)))
    return Ground("behaviour", table, FEATURES, date(2024, 6, 30), 0, "UTC", "GBP")


def used(ground: Ground, asked, **how) -> list[str]:
    features, _ = eligible(ground, asked, **how)
    return [each.name for each in features]


def test_without_a_wish_it_is_what_customers_do_and_nothing_protected(ground):
    assert used(ground, None) == ["gap_days"]
    assert used(ground, None, roles=("cause", "attribute")) == ["gap_days", "region"]


def test_what_is_asked_for_comes_in_the_order_of_the_study(ground):
    assert used(ground, ["region", "gap_days"]) == ["gap_days", "region"]


def test_a_feature_that_there_is_none_of_is_refused_with_the_near_name(ground):
    with pytest.raises(SettingsError, match="gap_day.*Did you mean 'gap_days'"):
        eligible(ground, ["gap_day"])


def test_an_outcome_needs_a_reason_and_the_reason_is_kept(ground):
    with pytest.raises(SettingsError, match="allow_outcomes"):
        eligible(ground, ["spend"])
    _, (note,) = eligible(ground, ["spend"], allow_outcomes="value tiers")
    assert "value tiers" in note.what


def test_where_outcomes_are_the_matter_they_need_no_reason(ground):
    assert eligible(ground, ["spend"], roles=("outcome",)) == ([FEATURES[0]], [])


@pytest.mark.parametrize("name", ["age", "night_share"])
def test_a_protected_attribute_or_its_proxy_needs_a_reason_whatever_its_role(ground, name):
    with pytest.raises(SettingsError, match="allow_protected"):
        eligible(ground, [name], roles=("cause", "attribute"))
    _, (note,) = eligible(ground, [name], allow_protected="a fairness audit asked for it")
    assert note.severity == "warning"
    assert "a fairness audit asked for it" in note.what
