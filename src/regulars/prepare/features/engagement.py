"""Engagement: events of the last days, counted by kind and weighted into one score, as the settings say."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from sqlglot import exp

from regulars.engine import Step, literal
from regulars.engine.steps import parse
from regulars.feature_settings import Engagement
from regulars.prepare.features.catalogue import Family
from regulars.prepare.features.names import as_word, shown, slug
from regulars.types import Feature

STEP = "engagement_features"
SCORE = "engagement_score"
EVENTS = ("event_count", "event_days")
"""Features of the catalogue that count within the window."""


def recent_events(said: Engagement) -> Step:
    """The events of the window, which ends with the day of the study."""
    step = parse(
        "recent_events",
        "select customer_id, kind, cast(happened_at as date) as happened_on from events "
        "where cast(happened_at as date) <= $as_of "
        f"and date_diff('day', cast(happened_at as date), $as_of) < {said.window_days:d}",
    )
    step.select.add_comments([f"Grain: one row an event of the last {said.window_days} days up to as_of."])
    return step


def kinds(said: Engagement) -> dict[str, Feature]:
    """Each kind of event with a weight, and the feature that counts it in the window."""
    made: dict[str, Feature] = {}
    for kind in said.weights:
        label = shown(kind)
        made[kind] = Feature(
            slug("events_", kind, {feature.name for feature in made.values()}), label, "count", "cause",
            f"Events of the kind {label} in the last {said.window_days} days.",
            f"{as_word(label)}-heavy", f"{as_word(label)}-light", kin=("events",),
        )  # fmt: skip
    return made


def engagement_family(said: Engagement) -> Family:
    """The counts of the weighted kinds and their score."""
    score = Feature(
        SCORE, "Engagement score", "points", "cause",
        f"Events of the last {said.window_days} days, each times the weight of its kind: {told(said)}.",
        "Engaged", "Disengaged", kin=("events",),
    )  # fmt: skip
    return Family(STEP, (*kinds(said).values(), score), "events", "there is no table of events")


def told(said: Engagement) -> str:
    """The weights in words: ``login × 1, ticket × -2``; kinds without a weight count nothing."""
    return ", ".join(f"{shown(kind)} × {weight:f}" for kind, weight in said.weights.items())


def engagement_features(said: Engagement) -> Step:
    """One row a customer: 0 where nothing happened in the window."""
    customer = exp.column("customer_id", table="rfm_features")
    counts = [
        exp.alias_(exp.cast(_summed({kind: 1}), "bigint"), feature.name)
        for kind, feature in kinds(said).items()
    ]
    weighted = _summed(said.weights)
    select = (
        exp.select(customer, *counts, exp.alias_(exp.cast(weighted, "double"), SCORE))
        .from_("rfm_features")
        .join(
            "recent_events",
            on=exp.EQ(this=customer.copy(), expression=exp.column("customer_id", table="recent_events")),
            join_type="left",
        )
        .group_by(customer.copy())
    )
    about = f"Grain: one row a customer. {SCORE}: the sum of {told(said)}, over the events of recent_events."
    select.add_comments([about])
    return Step(STEP, select)


def _summed(weights: Mapping[str, Decimal | int]) -> exp.Sum:
    """The events' weights added up, exactly: whole numbers and decimals."""
    each = exp.Case()
    for kind, weight in weights.items():
        is_it = exp.EQ(this=exp.column("kind", table="recent_events"), expression=literal(kind))
        each = each.when(is_it, literal(weight))
    return exp.Sum(this=each.else_(literal(0)))


def grounds(said: Engagement) -> dict[str, str]:
    """What each of these features stands on in the settings."""
    window = f"last {said.window_days} days"
    made = {feature.name: f"{kind!r}, {window}" for kind, feature in kinds(said).items()}
    if said.weights:
        made[SCORE] = f"{told(said)}, {window}"
    return {**dict.fromkeys(EVENTS, window), **made}
