"""Engagement and promotion sensitivity from the tables beside the orders, counted on one's fingers."""

from __future__ import annotations

from datetime import date

import pytest
from tests.prepare.orders import AS_OF, cleaned, line, settings
from tests.prepare.side_rows import lay_beside

from regulars.engine import Engine
from regulars.errors import SettingsError
from regulars.prepare.features.table import make_features

ORDERS = [
    line("ann", "2024-05-01", 5, order_id="1"),
    line("ann", "2024-06-01", 5, order_id="2"),
    line("ann", "2024-06-20", 5, order_id="3"),
    line("ben", "2024-06-01", 5, order_id="4"),
]
EVENTS = [
    ("ann", "2024-06-30 09:00", "login"),
    ("ann", "2024-06-30 21:00", "login"),
    ("ann", "2024-06-24 00:00", "ticket"),
    ("ann", "2024-06-23 23:59", "login"),
    ("ann", "2024-06-29", "mail"),
]
WEEK = {"engagement": {"window_days": 7, "weights": {"login": 1, "ticket": -2}}}


@pytest.fixture
def engine():
    with Engine(threads=1) as made:
        yield made


def measured(engine, beside, features=None, as_of: date = AS_OF):
    """What was made, and the features by customer."""
    chosen = settings(features=features or {})
    cleaned(engine, ORDERS, chosen)
    lay_beside(engine, beside)
    made = make_features(engine, chosen.sources.orders.columns, as_of, chosen.features)
    rows = engine.rows("from features order by customer_id")
    return made, {row[0]: dict(zip(made.table.columns, row, strict=True)) for row in rows}


def test_the_window_holds_so_many_days_and_the_day_of_the_study_is_its_last(engine) -> None:
    """Seven days up to the 30th begin on the 24th: one login lies before."""
    made, found = measured(engine, {"events": EVENTS}, WEEK)
    ann = found["ann"]
    assert (ann["event_count"], ann["event_days"], ann["event_recency_days"]) == (4, 3, 0)
    assert (ann["events_login"], ann["events_ticket"], ann["engagement_score"]) == (2, 1, 0.0)
    (score,) = (each for each in made.features if each.name == "engagement_score")
    assert score.unit == "points"
    assert score.meaning.endswith("last 7 days, each times the weight of its kind: login × 1, ticket × -2.")


def test_of_whom_nothing_is_known_nothing_happened(engine) -> None:
    _, found = measured(engine, {"events": EVENTS}, WEEK)
    ben = found["ben"]
    assert (ben["event_count"], ben["event_days"], ben["engagement_score"]) == (0, 0, 0.0)
    assert ben["event_recency_days"] is None


def test_a_weight_may_have_decimals_and_they_add_up_exactly(engine) -> None:
    tenths = {"engagement": {"weights": {"login": 0.1}}}
    _, found = measured(engine, {"events": [("ann", "2024-06-30", "login")] * 3}, tenths)
    assert found["ann"]["engagement_score"] == 0.3


def test_a_kind_that_never_happened_is_a_warning_with_the_near_one(engine) -> None:
    made, _ = measured(engine, {"events": EVENTS}, {"engagement": {"weights": {"logins": 1}}})
    (doubt,) = made.findings
    assert (doubt.severity, doubt.where) == ("warning", "features.engagement.weights")
    assert doubt.what == "No event has the kind 'logins'. Did you mean 'login'?"


def test_an_order_counts_once_however_many_campaigns_run(engine) -> None:
    """Spring and summer both hold the order of 1 June, none that of May; an open end runs on."""
    campaigns = [
        ("ann", "spring", "2024-05-20", "2024-06-01"),
        ("ann", "spring", "2024-05-25", "2024-06-02"),
        ("ann", "summer", "2024-06-01", None),
    ]
    _, found = measured(engine, {"campaigns": campaigns})
    assert (found["ann"]["campaigns_received"], found["ann"]["campaign_order_share"]) == (2, 0.666667)
    assert (found["ben"]["campaigns_received"], found["ben"]["campaign_order_share"]) == (0, None)


def test_what_is_redeemed_counts_for_the_campaigns_that_were_sent(engine) -> None:
    campaigns = [("ann", name, "2024-06-01", None) for name in ("a", "b", "c", "d")]
    redeemed = [("ann", "2024-06-02", "a"), ("ann", "2024-06-03", "a"), ("ann", "2024-06-02", "not sent")]
    _, found = measured(engine, {"campaigns": campaigns, "redemptions": redeemed})
    assert (found["ann"]["offers_redeemed"], found["ann"]["redemption_rate"]) == (3, 0.25)
    assert (found["ben"]["offers_redeemed"], found["ben"]["redemption_rate"]) == (0, None)


def test_changing_the_future_changes_nothing(engine) -> None:
    day = date(2024, 6, 25)
    past = {
        "events": EVENTS[2:4],
        "campaigns": [("ann", "spring", "2024-06-01", "2024-07-01")],
        "redemptions": [("ann", "2024-06-25 23:59", "spring")],
    }
    future = {
        "events": EVENTS,
        "campaigns": [*past["campaigns"], ("ann", "late", "2024-06-26", None)],
        "redemptions": [*past["redemptions"], ("ann", "2024-06-26", "late")],
    }
    _, known = measured(engine, past, WEEK, day)
    _, later = measured(engine, future, WEEK, day)
    assert known == later
    assert known["ann"]["redemption_rate"] == 1.0


def test_without_those_tables_their_features_are_left_out_with_the_reason(engine) -> None:
    made, _ = measured(engine, {"redemptions": [("ann", "2024-06-01", None)]}, WEEK)
    assert made.left_out["engagement_score"] == "there is no table of events"
    assert made.left_out["campaigns_received"] == "there is no table of campaigns"
    assert "offers_redeemed" not in made.left_out
    assert made.left_out["redemption_rate"].startswith("it needs tables of campaigns and of redemptions")


@pytest.mark.parametrize(
    "said",
    [{"window_days": 0}, {"weights": {"login": 10_000}}, {"weights": {"login": 0.0001}}, {"wights": {}}],
)
def test_engagement_that_cannot_be_is_refused_with_its_place(said) -> None:
    with pytest.raises(SettingsError, match="features.engagement"):
        settings(features={"engagement": said})
