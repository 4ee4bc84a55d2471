"""Tiers: who is in which, what ties and unknown values do, and what cannot be ranked."""

from datetime import date
from decimal import Decimal

import pytest

from regulars.engine import Engine
from regulars.errors import NotReady, SettingsError
from regulars.segment.methods import Ground, chosen
from regulars.segment.methods.tiers import Tiers
from regulars.testing import check_method
from regulars.types import Feature

KINDS = {
    "customer_id": "varchar", "spend": "decimal(38, 4)", "predicted_value": "decimal(18, 6)",
    "gap_days": "double", "region": "varchar", "age": "bigint",
}  # fmt: skip
FEATURES = (
    Feature("spend", "Spend", "currency", "outcome", ""),
    Feature("predicted_value", "Predicted value", "currency", "outcome", ""),
    Feature("gap_days", "Usual gap", "days", "cause", ""),
    Feature("region", "Region", "category", "cause", ""),
    Feature("age", "Age", "years", "cause", "", protected="age is protected"),
)


@pytest.fixture
def engine():
    with Engine(threads=2) as made:
        yield made


def fit(engine, values, features=FEATURES[:1], left_out=None, **settings):
    rows = [
        (f"C{n:03d}", None if v is None else Decimal(str(v)), None, None if v is None else float(v), "x", n)
        for n, v in enumerate(values)
    ]
    table = engine.values("people", KINDS, rows)
    ground = Ground("tiers", table, features, date(2024, 6, 30), 0, "UTC", "USD", left_out=left_out or {})
    method = Tiers(**settings)
    method.preflight(ground, engine)
    return method.fit(ground, engine)


def tiers_of(engine, fitted):
    engine.make("assignments", {step.name: step for step in fitted.steps("people", date(2024, 6, 30))})
    placed = engine.rows("select segment_name, count(*) from assignments group by segment_name")
    return dict(placed)


def test_a_hundred_customers_are_parted_as_the_shares_say(engine):
    fitted = fit(engine, range(1, 101))
    assert tiers_of(engine, fitted) == {"Platinum": 5, "Gold": 15, "Silver": 30, "Bronze": 50}
    assert [each.rule for each in fitted.segments] == [
        "rule 1: spend is at least 96 (top 5 %)",
        "rule 2, of those whom no rule before it took: spend is at least 81 (top 20 %)",
        "rule 3, of those whom no rule before it took: spend is at least 51 (top 50 %)",
        "all others: none of rules 1 to 3 holds",
    ]
    assert [each.meaning for each in fitted.segments] == [
        "the highest by spend", "the next by spend", "the next by spend", "the lowest by spend, or unknown",
    ]  # fmt: skip
    assert fitted.score({"spend": Decimal(96)}).segment_id == "platinum"
    assert fitted.score({"spend": Decimal("95.99")}).segment_id == "gold"
    assert fitted.choice["ranked_by"] == {"feature": "spend", "label": "Spend", "unit": "currency"}
    assert fitted.notes == ()


def test_a_part_of_a_customer_counts_as_one_and_equal_customers_are_never_parted(engine):
    few = fit(engine, [9, 8, 7, 6, 5, 4, 3], shares=[0.1, 0.9], names=["Best", "Others"])
    assert tiers_of(engine, few) == {"Best": 1, "Others": 6}
    tied = fit(engine, [500] * 40 + [*range(60)], shares=[0.1, 0.2, 0.7], names=["A", "B", "C"])
    assert tiers_of(engine, tied) == {"A": 40, "C": 60}
    assert [each.what for each in tied.notes] == [
        "B is empty: all who reach it are in a better tier already, for many share one value.",
        "top 10 % by spend takes 40% of those whose spend is known, because many share the value 500.",
    ]


def test_who_has_no_known_value_is_in_the_last_tier_and_it_is_said(engine):
    fitted = fit(engine, [None] * 50 + [*range(1, 51)])
    # The shares are of those who are known: 3 of 50 are the top 5 %.
    assert tiers_of(engine, fitted) == {"Platinum": 3, "Gold": 7, "Silver": 15, "Bronze": 75}
    assert fitted.score({"spend": None}).segment_id == "bronze"
    assert [each.what for each in fitted.notes] == [
        "spend was unknown for 50% of customers. They are in Bronze."
    ]


def test_cuts_may_be_set_by_hand_and_a_customer_at_the_cut_is_in_the_better_tier(engine):
    fitted = fit(engine, [100, "99.99", 20, 5, 0], cuts=[100, 20.0], names=["Gold", "Silver", "Bronze"])
    assert tiers_of(engine, fitted) == {"Gold": 1, "Silver": 2, "Bronze": 2}
    assert fitted.rule.words("gold") == "rule 1: spend is at least 100"
    (note,) = fit(engine, [5, 4, 3], cuts=[100], names=["Gold", "Others"]).notes
    assert note.what == "Gold is empty: no customer's spend reaches it."


def test_predicted_value_comes_before_spend_where_there_is_one(engine):
    table = engine.values(
        "people", KINDS, [(f"C{n}", Decimal(-n), Decimal(n), 1.0, "x", 1) for n in range(1, 101)]
    )
    ground = Ground("tiers", table, FEATURES, date(2024, 6, 30), 0, "UTC", "USD")
    fitted = Tiers().fit(ground, engine)
    assert fitted.rule.words("platinum") == "rule 1: predicted_value is at least 96 (top 5 %)"
    assert tiers_of(engine, fitted) == {"Platinum": 5, "Gold": 15, "Silver": 30, "Bronze": 50}


def test_the_order_of_rows_changes_nothing(engine):
    one = fit(engine, [n * 7 % 101 for n in range(200)])
    assert fit(engine, [n * 7 % 101 for n in reversed(range(200))]).digest == one.digest


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"shares": [0.5, 0.4], "names": ["A", "B"]}, "shares come to 0.9, and must come to 1"),
        ({"shares": [0.5, 0.5]}, "2 tiers need 2 names, and only four have names of their own"),
        ({"names": ["A", "B"]}, "4 tiers need 4 names, and there are 2"),
        ({"cuts": [1, 2], "names": ["A", "B", "C"]}, "cuts must descend: the best tier has the highest"),
        ({"cuts": [1], "shares": [0.5, 0.5], "names": ["A", "B"]}, "leave one of them out"),
        ({"shares": [0.5, 0.5], "names": ["Gold", "gold!"]}, "'Gold' and 'gold!' are too alike"),
        ({"cuts": ["nan"], "names": ["A", "B"]}, "finite"),
        ({"share": [1]}, "Did you mean 'shares'"),
    ],
)  # fmt: skip
def test_settings_that_do_not_fit_together_are_refused(settings, said):
    with pytest.raises(SettingsError, match=said):
        chosen("tiers", {"method": "tiers", **settings})


def test_what_cannot_be_ranked_is_refused_with_the_reason(engine):
    everything = {"features": FEATURES}
    with pytest.raises(SettingsError, match="region is no number"):
        fit(engine, [1, 2], **everything, feature="region")
    with pytest.raises(SettingsError, match="no feature 'spent'. Did you mean 'spend'"):
        fit(engine, [1, 2], **everything, feature="spent")
    with pytest.raises(SettingsError, match="people must not be told apart by what protects them"):
        fit(engine, [1, 2], **everything, feature="age")
    reasoned = fit(
        engine, range(50), **everything, feature="age", allow_protected="a discount that the law asks for"
    )
    assert reasoned.notes[0].severity == "warning"
    with pytest.raises(NotReady, match="neither predicted_value nor spend"):
        fit(engine, [1, 2], features=FEATURES[2:3])
    untold = {"predicted_value": "value.model is none", "spend": "no amounts"}
    with pytest.raises(NotReady, match="predicted_value: value.model is none; spend: no amounts") as refused:
        fit(engine, [1, 2], features=FEATURES[2:3], left_out=untold)
    assert "value.model" in refused.value.remedy
    with pytest.raises(NotReady, match="cannot give predicted_value: value.model is none") as refused:
        fit(engine, [1, 2], features=FEATURES[2:3], left_out=untold, feature="predicted_value")
    assert "change the setting" in refused.value.remedy
    assert "other segmentations" not in refused.value.remedy
    with pytest.raises(NotReady, match="cannot give spend: no amounts"):
        fit(engine, [1, 2], features=FEATURES[2:3], left_out={"spend": "no amounts"}, feature="spend")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([], "there are no customers"),
        ([None, None], "spend is known for nobody"),
        ([5, 5, 5], "5.0000 for everybody"),
    ],
    ids=["nobody", "unknown", "alike"],
)
def test_nobody_is_put_above_their_equals(engine, values, said):
    with pytest.raises(NotReady, match=said):
        fit(engine, values)


@pytest.mark.parametrize(
    "settings",
    [
        {"feature": "gap_days", "shares": [0.2, 0.8], "names": ["Slow", "Others"]},
        {"cuts": [500, "100.5", 0]},
        {"feature": "weekend_share", "cuts": [0.7, 0.3, 0.1]},
    ],
    ids=str,
)
def test_tiers_keep_the_laws_of_segmentation(settings):
    check_method(Tiers(**settings))
