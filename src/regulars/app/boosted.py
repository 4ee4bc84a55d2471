"""Boosted trees on a project: learnt from one stretch of days, tried on the next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from regulars.app.frames import Frames, frames
from regulars.app.value import Compared
from regulars.app.work import Asked
from regulars.app.workspace import Workspace
from regulars.errors import NotReady, UsageError
from regulars.settings import Settings
from regulars.types import Finding
from regulars.value.boosted import MOST_ROWS, Boosted, fit, usable
from regulars.value.frames import Frame, rows_of
from regulars.value.trial import Trial, tried

MODEL = "boosted"


@dataclass(frozen=True)
class Tried:
    """A fitted model with its trial, the day as of which it was fitted, and the labels of its inputs."""

    model: Boosted
    trial: Trial
    learnt: Frame
    labels: dict[str, str]
    findings: tuple[Finding, ...]

    @property
    def error(self) -> float:
        """The mean absolute error a customer of the expected value."""
        return self.trial.errors[0].model_error

    def as_json(self) -> dict[str, Any]:
        """As of the other models, null where a word means nothing here. The trees are the model's own."""
        return {
            "model": MODEL,
            "estimate": "gradient boosting",
            "parameters": None,
            "standard_errors": None,
            "log_likelihood": None,
            "customers": self.model.customers,
            "learnt": {"as_of": self.learnt.cut.isoformat(), "until": self.learnt.upto.isoformat()},
            "validation": self.trial.as_json(),
            "digest": self.model.as_json()["digest"],
        }


def boosted(settings: Settings, workspace: Workspace, asked: Asked, until: date | None) -> Tried:
    """Fit the trees on customers as of ``until`` less the horizon, and try them as of ``until``; where no day
    is named, so that the horizon is ``value.horizon_days``, if the orders span three times as many.

    Raises what ``frames`` raises, and NotReady where too few customers stayed or too few did not.
    """
    with frames(settings, workspace, asked, until, settings.value.horizon_days) as cut:
        features, barred = usable(cut.train, cut.test)
        asked.stage(f"Learning from {min(cut.train.customers, MOST_ROWS):,} customers")
        learnt = rows_of(cut.engine, cut.train, MOST_ROWS)
        horizon = cut.test.horizon_days
        model, _ = fit(learnt, features, horizon, settings.seed, of_money=cut.with_value)
        asked.stage(f"Trying it on {min(cut.test.customers, MOST_ROWS):,} customers")
        trial = tried(model, cut.test, rows_of(cut.engine, cut.test, MOST_ROWS), settings.seed)
        labels = {each.name: each.label for each in features}
        return Tried(model, trial, cut.train, labels, (*cut.findings, *barred, *_sampled(cut)))


@dataclass(frozen=True)
class Beside:
    """The trees beside other models, on the same days; or why they could not be."""

    tried: Tried | None
    findings: tuple[Finding, ...] = ()


def beside(found: Compared, settings: Settings, workspace: Workspace, asked: Asked) -> Beside:
    """The trees tried on the days that other models were tried on.

    Raises why the first of the others could not be fitted, where none could and the trees cannot either.
    """
    try:
        tried_too = boosted(settings, workspace, asked, found.until)
    except (NotReady, UsageError) as lacking:
        if not found.valued:
            raise found.failed[0] from lacking
        return Beside(None, (_not_beside(lacking, found.until),))
    return Beside(tried_too, tuple(each for each in tried_too.findings if each not in found.findings))


def _not_beside(lacking: NotReady | UsageError, until: date) -> Finding:
    """A day before the middle of the orders leaves too few days to learn from: the usual reason."""
    if isinstance(lacking, NotReady):
        return Finding("note", MODEL, f"It is not beside the others: {lacking.found}.", lacking.remedy)
    return Finding(
        "note", MODEL,
        f"It is not beside the others: it learns from as many days before {until} as follow it, something "
        f"has to be known before those, and {lacking.found}.",
        "Name a day in the later half of these with --calibrate-until, or ask for --model boosted alone.",
    )  # fmt: skip


def _sampled(cut: Frames) -> list[Finding]:
    most = max(cut.train.customers, cut.test.customers)
    if most <= MOST_ROWS:
        return []
    return [
        Finding(
            "note", MODEL,
            f"Of {most:,} customers {MOST_ROWS:,}, drawn by a hash of their ids, were learnt from and as "
            "many tried on.",
            "Nothing to do: more of them would move the figures less than their intervals.",
        )
    ]  # fmt: skip
