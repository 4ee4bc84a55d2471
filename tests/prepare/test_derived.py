"""Features that the settings work out from others: what they come to, what they are, and what is refused."""

from __future__ import annotations

import duckdb
import pytest
from tests.prepare.orders import AS_OF, cleaned, line, settings

from regulars.engine import Engine
from regulars.errors import SettingsError
from regulars.feature_settings import FeatureChoices
from regulars.prepare.features import names
from regulars.prepare.features.catalogue import FAMILIES
from regulars.prepare.features.derived import derived
from regulars.prepare.features.offer import offer
from regulars.prepare.features.table import make_features
from regulars.profile.metrics import measures
from regulars.segment.rules.condition_tokens import WORDS
from regulars.types import Feature

SPEND = Feature("spend", "Net spend", "currency", "outcome", "")
GAP = Feature("gap_days", "Gap", "days", "cause", "")
INCOME = Feature("income", "Income", "currency", "attribute", "", protected="a proxy of standing")
REGION = Feature("region", "Region", "category", "attribute", "")
KNOWN = (SPEND, GAP, INCOME, REGION)
CATALOGUE = [feature for family in FAMILIES for feature in family.features]


@pytest.fixture
def engine():
    with Engine(threads=1) as made:
        yield made


def choices(**formulas: object) -> FeatureChoices:
    each = {name: {"formula": said} if isinstance(said, str) else said for name, said in formulas.items()}
    return FeatureChoices.model_validate({"derived": each})


def made(**formulas: object) -> dict[str, Feature]:
    return {each.feature.name: each.feature for each in derived(choices(**formulas).derived, KNOWN)}


def refusal(**formulas: object) -> str:
    with pytest.raises(SettingsError) as refused:
        made(**formulas)
    return str(refused.value)


def measured(engine, lines, columns=None, **formulas):
    chosen = settings(columns)
    cleaned(engine, lines, chosen)
    return make_features(engine, chosen.sources.orders.columns, AS_OF, choices(**formulas))


LINES = [
    line("ann", "2024-06-01", 10, order_id="1"),
    line("ann", "2024-06-05", 5, order_id="2"),
    line("ben", "2024-06-01", 7, order_id="3"),
]


def test_a_derived_feature_stands_among_the_features_rounded_half_up(engine) -> None:
    """Ann spent 15 in 2 orders with one gap of 4 days; Ben has no gap, so nothing is made of it."""
    found = measured(engine, LINES, per_gap="spend / gap_days", third={"formula": "orders / 3"})
    rows = engine.rows("select customer_id, per_gap, third from features order by customer_id")
    assert rows == [("ann", 3.75, 0.666667), ("ben", None, 0.333333)]
    assert [each.name for each in found.features][-2:] == ["per_gap", "third"]


def test_a_division_by_zero_is_unknown(engine) -> None:
    measured(engine, LINES, odd={"formula": "1 / (orders - 1)", "unit": "points"})
    assert engine.rows("select odd from features order by customer_id") == [(1.0,), (None,)]


def test_what_cannot_be_measured_gives_nothing_to_derive(engine) -> None:
    found = measured(engine, LINES, {"amount": ""}, dear="spend / orders", busy="orders / tenure_days")
    assert found.left_out["dear"] == "it is made of spend, and the orders carry no amounts"
    assert "busy" in {each.name for each in found.features}
    assert "dear" not in {each.name for each in found.features}


def test_the_strictest_role_of_the_inputs_is_inherited_and_so_is_protection() -> None:
    found = made(a="gap_days * 2", b="gap_days + income", c="income / spend")
    assert [found[name].role for name in "abc"] == ["cause", "attribute", "outcome"]
    assert found["a"].protected == ""
    assert found["b"].protected == found["c"].protected == "made of income: a proxy of standing"


def test_what_the_inputs_are_measured_on_is_what_a_derived_feature_is_measured_on() -> None:
    formulas = choices(pace="orders / tenure_days", brand_pace="brand_entropy / gap_days").derived
    assert [each.feature.kin for each in derived(formulas, CATALOGUE)] == [("times",), ("brands", "times")]


def test_an_outcome_becomes_no_cause_without_a_reason() -> None:
    told = refusal(x={"formula": "gap_days + spend", "role": "cause"})
    assert "x: it cannot be a cause without a reason, for it is made of spend, an outcome" in told
    found = made(x={"formula": "spend / 2", "role": "cause", "reason": "Basket size is chosen by the buyer."})
    assert found["x"].role == "cause"
    assert "Taken as a cause: Basket size is chosen by the buyer." in found["x"].meaning
    assert made(x={"formula": "gap_days", "role": "outcome"})["x"].role == "outcome"


def test_every_fault_is_told_at_once_with_its_place() -> None:
    told = refusal(
        a="spendd / 2",
        b="region * 2",
        spend="gap_days",
        revenue="gap_days",
        select="gap_days",
        top="gap_days",
    )
    for each in (
        "a: 'spendd / 2': at character 1: there is no feature 'spendd'. Did you mean 'spend'?",
        "b: 'region * 2': region is text, which cannot be calculated with",
        "spend: that name is a feature that is measured already",
        "revenue: that name is a figure or column of the results already",
        "select: that name is a word of SQL",
        "top: that name is a word of conditions",
        "min(a, b)",
    ):
        assert each in told


@pytest.mark.parametrize("name", ["Big", "a b", "1st", "", "x" * 41, "ärger"])
def test_a_name_that_is_no_column_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match="features.derived: .* names a column"):
        settings(features={"derived": {name: {"formula": "orders"}}})


@pytest.mark.parametrize(
    ("formula", "unit", "told"),
    [
        ("orders - 5", "ratio", "it comes to -4 for a customer; of what lies below zero the unit is points"),
        ("orders * 1.5", "share", "it comes to 3 for a customer, and a share is 0 to 1"),
        ("orders * 1000000000", "points", "it comes to 2,000,000,000 for a customer"),
    ],
)
def test_what_a_unit_cannot_mean_is_refused_when_it_is_met(
    engine, formula: str, unit: str, told: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        measured(engine, LINES, x={"formula": formula, "unit": unit})
    assert f"x ({formula}): {told}" in str(refused.value)


def test_the_label_is_the_name_unless_it_is_said() -> None:
    found = made(big_ticket="gap_days", other={"formula": "gap_days", "label": "Another", "high": "Slow"})
    assert (found["big_ticket"].label, found["other"].label, found["other"].high) == (
        "Big ticket",
        "Another",
        "Slow",
    )


def test_names_that_mean_something_elsewhere_are_all_kept_from_use() -> None:
    with duckdb.connect() as connection:
        kept = connection.execute(
            "select keyword_name from duckdb_keywords() where keyword_category = 'reserved'"
        ).fetchall()
    assert {word for (word,) in kept} <= names.SQL
    assert names.CONDITIONS >= WORDS
    figures = {each.metric.id for each in measures(CATALOGUE, "GBP")}
    assert figures - names.MEASURED == names.FIGURES


def test_a_formula_may_use_every_feature_of_the_catalogue() -> None:
    all_of_them = {f"x_{n}": each.name for n, each in enumerate(CATALOGUE)}
    assert len(offer(choices(**all_of_them)).derived) == len(all_of_them)
