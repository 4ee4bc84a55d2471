"""Who will leave, or buy, by segment: one model for all against one a segment, on a study cut in time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # it carries no types

from regulars.app.frames import Frames, frames
from regulars.app.work import Asked
from regulars.app.workspace import Workspace
from regulars.engine import Engine
from regulars.errors import NotReady, UsageError
from regulars.figures import significant, written
from regulars.measure.small_cells import SMALLEST_SHOWN, covered
from regulars.prepare.features.engagement import SCORE
from regulars.segment.assign import assign
from regulars.segment.definition import Definition
from regulars.segment.rules.conditions import Ranked, leaves
from regulars.segment.rules.waterfall import Waterfall
from regulars.settings import Settings
from regulars.types import Feature, Finding
from regulars.value.features import money_features, purchase_features
from regulars.value.frames import Frame, rows_of
from regulars.value.importance import Importance
from regulars.value.propensity import (
    FEWEST_EACH_WAY,
    Cut,
    Judged,
    Propensities,
    Score,
    compare,
    difference,
    load,
    sentences,
)

OUTCOMES = {
    "churn": "no purchase in the days after, of those who bought in as many days before",
    "purchase": "a purchase in the days after, of everybody",
    "new_product": "a product never bought before, of those who bought in as many days before",
}
MOST = 100_000
"""Customers of each cut that are modelled, by a hash of their ids: more tell the weights no better."""
SEGMENT = Feature("(segment)", "Segment", "category", "attribute", "")
IS_NEW = Feature("(new_product)", "New product", "count", "outcome", "")
CAME_BACK = 0.1
"""Of those counted as lost at the first cut: from this share on who came back after it is told."""


@dataclass(frozen=True)
class Asking:
    """What is asked: which outcome, by the segments of which definition, with which kind of model."""

    definition: Definition
    outcome: str
    kind: str
    until: date | None = None


@dataclass(frozen=True)
class Told:
    """The answer, the days that it rests on, and doubts."""

    asking: Asking
    found: Propensities
    features: dict[str, Feature]
    learnt_as_of: date
    tried_as_of: date
    upto: date
    left_out: int
    """Customers of the second cut who had not bought in as many days before it, and cannot leave."""
    findings: tuple[Finding, ...]

    @property
    def names(self) -> dict[str, str]:
        return {each.id: each.name for each in self.asking.definition.segments}

    @property
    def sentences(self) -> tuple[str, ...]:
        """Where a feature matters in one segment and not in another."""
        labels = {name: each.label for name, each in self.features.items()}
        hidden = self.hidden
        return sentences(replace(self.found, segments=tuple(
            each for each in self.found.segments if each.segment not in hidden
        )), labels, self.names, self.said)  # fmt: skip

    def said(self, judged: Judged, loss: Importance) -> str:
        """What the model says at a low and at a high value of a feature, in the figures of its unit."""
        return difference(judged, loss, lambda value: _figure(value, self.features[loss.feature].unit))

    @property
    def hidden(self) -> set[str]:
        """Segments with ten customers or fewer at either cut, and as many others as keep them from following
        from the total."""
        kept_back: set[str] = set()
        for counts in (
            {str(each.segment): each.fitted_on for each in self.found.segments},
            {str(each.segment): each.customers for each in self.found.segments},
        ):
            small = {name for name, customers in counts.items() if 0 < customers < SMALLEST_SHOWN}
            kept_back |= small | covered(counts, small | kept_back)
        return kept_back

    def outcomes(self, judged: Judged, *, fitted: bool = False) -> int | None:
        """For how many of the customers tried (or fitted on) it came true; None where it, or the rest, is of
        ten or fewer, or would tell such a count of another segment."""
        parts = {str(each.segment): _counts(each, fitted=fitted) for each in self.found.segments}
        few = {name for name, (part, whole) in parts.items() if _is_few(part) or _is_few(whole - part)}
        few |= self.hidden
        few |= covered({name: part for name, (part, _) in parts.items()}, few)
        part, whole = _counts(judged, fitted=fitted)
        is_told = judged.segment not in few and not _is_few(part) and not _is_few(whole - part)
        return part if is_told else None

    def as_json(self) -> dict[str, Any]:
        """Everything as plain values; shares are 0 to 1. Hidden segments have their names alone, and counts
        of outcomes that are kept back are null."""
        hidden, names = self.hidden, self.names
        definition = self.asking.definition
        return {
            "segmentation": definition.name,
            "definition": definition.digest,
            "version": definition.version,
            "outcome": self.asking.outcome,
            "meaning": OUTCOMES[self.asking.outcome],
            "model": self.found.kind,
            "learnt_as_of": self.learnt_as_of.isoformat(),
            "tried_as_of": self.tried_as_of.isoformat(),
            "upto": self.upto.isoformat(),
            "horizon_days": (self.upto - self.tried_as_of).days,
            "customers_left_out": self.left_out,
            "features": list(self.found.features),
            "said_by_others": list(self.found.repeated),
            "overall": self._judged(self.found.overall),
            "segments": [
                {"segment_id": each.segment, "segment_name": names[str(each.segment)], "is_hidden": True}
                if each.segment in hidden
                else {
                    "segment_id": each.segment,
                    "segment_name": names[str(each.segment)],
                    "is_hidden": False,
                    **self._judged(each),
                }
                for each in self.found.segments
            ],
            "where_features_matter": list(self.sentences),
            "findings": [each.as_json() for each in self.findings],
        }

    def _judged(self, judged: Judged) -> dict[str, Any]:
        outcomes = self.outcomes(judged)
        scores = {"one_model": judged.pooled, "own_model": judged.separate}
        return {
            "fitted_on": judged.fitted_on,
            "fitted_outcomes": self.outcomes(judged, fitted=True),
            "customers": judged.customers,
            "outcomes": outcomes,
            "outcomes_per_weight": _short(judged.per_weight),
            **{name: _score(each, with_shares=outcomes is not None) for name, each in scores.items()},
            "gain": None
            if judged.gain is None
            else _short({"auc": judged.gain.gain, "low": judged.gain.low, "high": judged.gain.high}),
            "p": None if judged.gain is None else _short(judged.p),
            "verdict": judged.verdict,
            "features": [_short(each.as_json()) for each in judged.importances],
        }


def propensity(settings: Settings, workspace: Workspace, asked: Asked, asking: Asking) -> Told:
    """Fit on the customers as of a day and what they did after it, try on those as of a later day.

    Protected features are not used, nor is anything that was known only after the day. Raises UsageError for
    a definition that reads what has no date, NotReady for too few outcomes.
    """
    with frames(settings, workspace, asked, asking.until, settings.value.horizon_days) as told:
        doubts = list(told.findings)
        features = [each for each in told.train.features if each in told.test.features]
        _require_dated(asking.definition, features)
        usable = [each for each in features if not each.protected]
        if protected := [each.name for each in features if each.protected]:
            doubts.append(_protected(protected))
        asked.stage("Putting customers in segments as of both days")
        cuts = []
        for frame in (told.train, told.test):
            shown = _with_segments(told.engine, frame, usable, asking.definition)
            cuts.append(_cut(told.engine, shown, usable, asking.outcome))
        (fitted, _), (tried, left_out) = cuts
        _require_outcomes(fitted, tried, told, asking.outcome)
        doubts += [*_sampled(told), *_came_back(told, asking.outcome), *_later(asking.definition, told)]
        asked.stage("Fitting one model, and one a segment")
        ids = [each.id for each in asking.definition.segments]
        # Only libraries that are there by then are held to one thread.
        load(asking.kind)
        with threadpool_limits(1):
            found = compare(fitted, tried, _sums_first(usable, settings), ids, asking.kind)
        return Told(
            asking, found, {each.name: each for each in usable}, told.train.cut, told.test.cut,
            told.test.upto, left_out, tuple(doubts),
        )  # fmt: skip


def _sums_first(features: list[Feature], settings: Settings) -> list[str]:
    """The names of the features, those made of others before what they are made of."""
    made = {SCORE, *settings.features.derived}
    return sorted((each.name for each in features), key=lambda name: name not in made)


def _with_segments(engine: Engine, frame: Frame, features: list[Feature], definition: Definition) -> Frame:
    """The frame with each customer's segment as of its day, and whether a new product came after it."""
    engine.create("features", f"select * from {frame.name}")
    assigned = assign(engine, definition, frame.cut, "segments_then")
    days = f"ordered_on > date '{frame.cut}' and ordered_on <= date '{frame.upto}'"
    name = f"{frame.name}_by_segment"
    engine.create(
        name,
        f'select f.*, cast(s.segment_id as varchar) as "{SEGMENT.name}", '
        f'case when n.customer_id is null then 0 else 1 end as "{IS_NEW.name}" '
        f"from {frame.name} as f join {assigned.name} as s using (customer_id) left join ("
        "select customer_id from (select customer_id, product_id, min(ordered_on) as ordered_on "
        "from outcome_lines where not is_return and product_id is not null "
        f"group by customer_id, product_id) as firsts where {days} group by customer_id) as n "
        "using (customer_id)",
    )
    return replace(frame, name=name, features=(*features, SEGMENT, IS_NEW))


def _cut(engine: Engine, frame: Frame, features: list[Feature], outcome: str) -> tuple[Cut, int]:
    """The customers of whom the outcome can be asked, and how many there are of whom it cannot."""
    rows = rows_of(engine, frame, MOST)
    asked = np.ones(len(rows), dtype=bool) if outcome == "purchase" else rows.before_purchases > 0
    came = {
        "churn": ~rows.is_active,
        "purchase": rows.is_active,
        "new_product": rows.columns[IS_NEW.name] > 0,
    }[outcome]
    known = {each.name: rows.columns[each.name] for each in features}
    return Cut(known, rows.columns[SEGMENT.name], came).part(asked), int((~asked).sum())


def _require_dated(definition: Definition, features: list[Feature]) -> None:
    """Raises UsageError where the segments rest on what is not known as of the cuts."""
    there = {each.name for each in features}
    if lacking := [name for name in definition.rule.features if name not in there]:
        foretold = {each.name for each in (*purchase_features(1), *money_features(1, 0.0))}
        if worth := [name for name in lacking if name in foretold]:
            raise UsageError(
                f"segmentation {definition.name!r}",
                f"it reads {', '.join(worth)}: the value model foretells that, and was fitted on what came "
                "after both days",
                "Take a segmentation of what customers did, such as rfm.",
            )  # fmt: skip
        raise UsageError(
            f"segmentation {definition.name!r}",
            f"it reads {', '.join(lacking)}, which is not known as of both days",
            "Say when the table of customers was known (sources.customers.columns.known_on), take a later "
            "day with --calibrate-until, or another segmentation.",
        )  # fmt: skip


def _require_outcomes(fitted: Cut, tried: Cut, told: Frames, outcome: str) -> None:
    for cut, frame in ((fitted, told.train), (tried, told.test)):
        if cut.fewer < FEWEST_EACH_WAY:
            raise NotReady(
                f"{outcome} of {cut.customers:,} customers as of {frame.cut}",
                f"it came true for {cut.outcomes:,} of them up to {frame.upto}",
                f"A model needs {FEWEST_EACH_WAY} or more for whom it did, and for whom it did not: take "
                "another day with --calibrate-until, another --outcome, or more orders.",
            )  # fmt: skip


def _protected(names: list[str]) -> Finding:
    return Finding(
        "note", "value.propensity", f"Protected, and so not used: {', '.join(names)}.",
        "Nothing to do: whom to keep is not decided by who people are.",
    )  # fmt: skip


def _sampled(told: Frames) -> list[Finding]:
    most = max(told.train.customers, told.test.customers)
    if most <= MOST:
        return []
    return [
        Finding(
            "note", "value.propensity",
            f"{MOST:,} of {most:,} customers are modelled, those whose hashed ids come first.",
            "Nothing to do: they are as good as drawn by chance.",
        )
    ]  # fmt: skip


def _came_back(told: Frames, outcome: str) -> list[Finding]:
    """A warning where many of those counted as lost bought again: a silence so short is no farewell."""
    if outcome != "churn":
        return []
    ((lost, back),) = told.engine.rows(
        "select count(*), count(t.customer_id) from "
        f"(select customer_id from {told.train.name} where before_purchases > 0 and later_purchases = 0) "
        "as l "
        f"left join (select customer_id from {told.test.name} where later_purchases > 0) as t "
        "using (customer_id)"
    )
    if not lost or back < CAME_BACK * lost:
        return []
    days = told.train.horizon_days
    return [
        Finding(
            "warning", "value.propensity.churn",
            f"Of {lost:,} customers counted as lost after {days} days without a purchase, {back:,} "
            f"({back / lost:.0%}) bought again in the {told.test.horizon_days} days after.",
            "Read it as a pause, or look at longer days: an earlier --calibrate-until, or a longer "
            "value.horizon_days.",
        )
    ]  # fmt: skip


def _later(definition: Definition, told: Frames) -> list[Finding]:
    fitted = date.fromisoformat(definition.fitted["as_of"])
    if fitted <= told.train.cut or not _has_learnt(definition):
        return []
    return [
        Finding(
            "note", f"value.propensity.{definition.name}",
            f"The segments were fitted as of {fitted}: customers stand in them as of {told.train.cut} and "
            f"{told.test.cut} by what was known then, but where the segments end was told later.",
            "It moves no feature and no outcome; to be strict, fit the segmentation as of the earlier day.",
        )
    ]  # fmt: skip


def _has_learnt(definition: Definition) -> bool:
    """Whether fitting found where the segments end: not where a person, or a column, says it all."""
    rule = definition.rule
    if definition.method == "rules" and isinstance(rule, Waterfall):
        return any(isinstance(leaf, Ranked) for _, each in rule.rules for leaf in leaves(each))
    return definition.method != "labels"


def _figure(value: float | str, unit: str) -> str:
    """A value of a feature as people read it: whole counts and days, shares in percent."""
    if isinstance(value, str):
        return value
    if unit == "share":
        return written(100 * value, "percent")
    if unit in ("count", "days"):
        return written(round(value), unit)
    return significant(value, 3)


def _counts(judged: Judged, *, fitted: bool) -> tuple[int, int]:
    if fitted:
        return judged.fitted_outcomes, judged.fitted_on
    return judged.outcomes, judged.customers


def _is_few(customers: int) -> bool:
    return 0 < customers < SMALLEST_SHOWN


def _score(score: Score | None, *, with_shares: bool) -> dict[str, Any] | None:
    """A score as plain values; the calibration would tell how many outcomes there were."""
    if score is None:
        return None
    told: dict[str, Any] = _short(score.as_json())
    return told if with_shares else {**told, "calibration": None}


def _short(value: Any) -> Any:
    """Figures in six decimals: what processors differ in lies behind them."""
    match value:
        case float():
            return round(value, 6) if np.isfinite(value) else None
        case dict():
            return {name: _short(each) for name, each in value.items()}
        case list() | tuple():
            return [_short(each) for each in value]
        case _:
            return value
