"""What a user may say about how a segmentation is judged: limits, what the team can do, what was tried."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Named = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]


class _Choices(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DriftLimits(_Choices):
    """How much may change between two days before ``compare`` fails (exit 4); null: no limit.

    A limit is exceeded only by a change that sampling does not explain.
    """

    psi: float | None = Field(0.25, gt=0, le=10)
    """Population stability index of the segments' sizes, and of each feature that the definition reads: from
    0.25 on the field speaks of another population (Siddiqi 2006). Below 0.1 nothing is said."""
    share_points: float | None = Field(10.0, gt=0, le=100)
    """A segment's share of customers, in percentage points: with one in ten customers more or fewer, plans
    made for a segment are for another number of people."""
    centroid_share: float | None = Field(0.2, gt=0, le=10)
    """How far a segment's mean may move, as a share of where it stood. As that hangs on where zero lies, it
    must also move by ``centroid_sd``."""
    centroid_sd: float | None = Field(0.2, gt=0, le=10)
    """Standard deviations of all customers by which a segment's mean must move before its limit counts: less
    than a fifth of one is a small difference (Cohen 1988). Null: no limit of means."""
    moved_share: float | None = Field(None, gt=0, le=1)
    """Share of those known on both days who are in another segment. No limit by default: what is usual
    depends on the method and on the time between; take it from a history."""
    unknown_points: float | None = Field(5.0, gt=0, le=100)
    """Rise of the share of customers for whom a feature is unknown, in percentage points: a rise is a
    source that broke more often than customers who changed."""
    new_category_share: float | None = Field(0.05, gt=0, le=1)
    """Share of customers in categories that there were none of: the definition knows nothing of them."""


class StabilityLimits(_Choices):
    """What segments must hold on the customers of a day, else ``compare`` fails (exit 4); null: no limit."""

    jaccard: float | None = Field(0.5, gt=0, le=1)
    """Bootstrap Jaccard that each segment must reach: below a half more of it goes than stays, and it counts
    as dissolved (Hennig 2007). Below 0.75 a segment is called weak in any case."""
    prediction_strength: float | None = Field(None, gt=0, le=1)
    """No limit by default: customers of a shop rarely come in groups that foretell one another. 0.8 asks for
    such groups (Tibshirani & Walther 2005)."""
    verdict: Literal["natural", "reproducible"] | None = None
    """The least that the verdict must be. None by default: a constructive cut is no fault where it is known
    to be one. Set ``reproducible`` where segments are told to others as a finding."""
    refit_share: float | None = Field(None, gt=0, le=1)
    """Share of customers whom chance alone may put in another segment when fitted anew. No limit by default:
    a pinned definition moves nobody. Set it where you refit by a schedule."""


class PredictionChoices(_Choices):
    """What comes after which day is foretold."""

    horizon_days: int | None = Field(None, ge=1, le=3650)
    """Days at the end that are held out, for the segments of the day before them to foretell. Default: the
    last quarter of the days that the orders span, as for value models."""


class ExperimentChoices(_Choices):
    """Where the results of one past experiment lie.

    Either a row a customer (``customer``, ``arm``, ``outcome``), or a row an arm and segment with
    ``segmentation``, ``segment_id``, ``arm``, ``n``, and ``conversions`` or ``mean`` and ``sd``. Which of
    the two it is, its columns tell.
    """

    path: str = ""
    """CSV (also .gz) or parquet, relative to the settings file."""
    control: Named
    """The arm that was treated as usual, as the column ``arm`` writes it."""
    started: date | None = None
    """The day before the first contact. Needed for a row a customer: who is in which segment is taken from
    the newest run up to that day, because what was tried may have moved customers since."""
    metric: Named = "the outcome"
    """What the outcome is, for people: visits within two weeks."""
    customer: Named = "customer_id"
    arm: Named = "arm"
    outcome: Named = "outcome"


class AuditChoices(_Choices):
    """Protected attributes, supplied to test segments with and for nothing else: no feature is made of them,
    no definition reads them, and they are no part of a run."""

    path: str = ""
    """CSV (also .gz) or parquet with a row a customer, relative to the settings file."""
    customer: Named = "customer_id"
    attributes: tuple[Named, ...] = Field(min_length=1, max_length=20)
    """Columns, such as gender or age_band. Each of their values is a group: give bands, not birthdays."""


class ValidationChoices(_Choices):
    """What a segmentation is held to, run after run. It moves no customer and no number of a run."""

    drift: DriftLimits = DriftLimits()
    stability: StabilityLimits = StabilityLimits()
    prediction: PredictionChoices = PredictionChoices()
    capacity: int | None = Field(None, ge=1, le=1000)
    """How many segments the team can treat differently. None by default: only the team knows."""
    actions: str = ""
    """Table of what is done: a row a segment with ``segmentation``, ``segment_id`` and ``action``."""
    experiments: dict[Named, ExperimentChoices] = Field(default_factory=dict, max_length=50)
    """Results of past experiments, by name."""
    audit: AuditChoices | None = None
