"""Crowds: a few groups of customers with chosen features, profiled as a run would."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from regulars.engine import Engine
from regulars.prepare.features.catalogue import FAMILIES
from regulars.profile.facts import Frame, profile
from regulars.types import Profile, Segment
from regulars.value.features import money_features, purchase_features

FRAME = Frame("made", "A shop", "GBP", date(2024, 1, 1), date(2024, 6, 30))
SCORES = ("r_score", "m_score")
FORETOLD = (*purchase_features(365), *money_features(365, 0.1))
FEATURES = {feature.name: feature for family in FAMILIES for feature in family.features} | {
    feature.name: feature for feature in FORETOLD
}
KINDS = {"orders": "bigint", "recency_days": "bigint", "tenure_days": "bigint", "spend": "decimal(38, 4)"}
PLAIN = {"recency_days": 10, "orders": 1, "spend": 100, "tenure_days": 10}
"""A customer of whom nothing else is said."""

Customer = Mapping[str, float | int | None]


def laid_out(
    engine: Engine, groups: Mapping[str, Sequence[Customer]], scores: Sequence[tuple[int, int]] = ()
) -> list[str]:
    """The tables ``features`` and ``assignments``; the names of the features. ``scores`` are R and M."""
    people = [(segment, {**PLAIN, **each}) for segment, members in groups.items() for each in members]
    names = list(dict.fromkeys(name for _, each in people for name in each))
    columns = {"customer_id": "varchar"} | {name: KINDS.get(name, "double") for name in names}
    rows = [[f"c{at:05}", *(_cell(each.get(name)) for name in names)] for at, (_, each) in enumerate(people)]
    engine.values("features", columns, rows)
    placed = [[f"c{at:05}", segment, *_scores(scores, at)] for at, (segment, _) in enumerate(people)]
    kinds = {"customer_id": "varchar", "segment_id": "varchar"} | dict.fromkeys(
        SCORES[: 2 * bool(scores)], "int"
    )
    engine.values("assignments", kinds, placed)
    return names


def _scores(scores: Sequence[tuple[int, int]], at: int) -> tuple[int, ...]:
    return scores[at] if scores else ()


def _cell(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def profiled(
    engine: Engine,
    groups: Mapping[str, Sequence[Customer]],
    names: Mapping[str, str] | None = None,
    scores: Sequence[tuple[int, int]] = (),
    without: Collection[str] = (),
    tops: tuple[int, int] = (5, 5),
    horizon_days: int | None = None,
) -> Profile:
    """The profile of these groups, in their order, but for features that are left out."""
    known = set(laid_out(engine, groups, scores)) - set(without)
    segments = [Segment(each, (names or {}).get(each, each.capitalize()), "") for each in groups]
    reached = dict(zip(SCORES, tops, strict=True)) if scores else {}
    frame = replace(FRAME, tops=reached, horizon_days=horizon_days)
    return profile(engine, frame, segments, [FEATURES[name] for name in FEATURES if name in known])


def as_run(engine: Engine, folder: Path) -> None:
    """The run's two tables as files, where displayed queries look for them."""
    (folder / "assignments").mkdir()
    engine.write_parquet("select * from features order by customer_id", folder / "features.parquet")
    engine.write_parquet(
        "select * from assignments order by customer_id", folder / "assignments" / "made.parquet"
    )


def customers(n: int, **features: float | None) -> list[Customer]:
    """So many alike."""
    return [features] * n
