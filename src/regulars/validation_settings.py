"""What a user may say about when a segmentation no longer holds: the limits of drift."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class _Choices(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DriftLimits(_Choices):
    """How much may change between two days before ``compare`` fails (exit 4); null: no limit.

    A limit is passed only by a change that sampling does not explain.
    """

    psi: float | None = Field(0.25, gt=0, le=10)
    """Population stability index of the segments' sizes, and of each feature that the definition reads: from
    0.25 on the field speaks of another population (Siddiqi 2006). Below 0.1 nothing is said."""
    share_points: float | None = Field(10.0, gt=0, le=100)
    """A segment's share of customers, in percentage points: with one in ten customers more or fewer, plans
    made for a segment are for another number of people."""
    centroid_share: float | None = Field(0.2, gt=0, le=10)
    """How far a segment's mean may move, as a share of where it stood: past a fifth its description, and
    what was decided on it, tells of other customers."""
    moved_share: float | None = Field(None, gt=0, le=1)
    """Share of those known on both days who are in another segment. No limit by default: what is usual
    depends on the method and on the time between; take it from a history."""
    unknown_points: float | None = Field(5.0, gt=0, le=100)
    """Rise of the share of customers for whom a feature is unknown, in percentage points: a rise is a
    source that broke more often than customers who changed."""
    new_category_share: float | None = Field(0.05, gt=0, le=1)
    """Share of customers in categories that there were none of: the definition knows nothing of them."""


class ValidationChoices(_Choices):
    """What a segmentation is held to, run after run. It moves no customer and no number of a run."""

    drift: DriftLimits = DriftLimits()
