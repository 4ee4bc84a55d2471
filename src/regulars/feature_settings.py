"""What a user may say about features: which to make beside the standard ones, and of what."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from regulars.types import Role

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


class _Choices(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DerivedFeature(_Choices):
    """A feature worked out from others, such as ``spend / orders``."""

    formula: str
    """Features and numbers with ``+ - * /``, parentheses, ``min``, ``max``, ``abs`` and ``ln1p``."""
    label: str = Field("", max_length=60)
    """What pages call it; by default its name."""
    unit: Literal["count", "currency", "days", "points", "ratio", "share"] = "ratio"
    """``points`` for what may lie below zero, ``share`` for what lies between 0 and 1."""
    role: Role | None = None
    """By default the strictest of its inputs' roles: made from an outcome, it is one."""
    reason: str = ""
    """Why it has a freer role than what it is made of; kept in its meaning."""
    high: str = Field("", max_length=30)
    """A word for segments that are high in it, such as "Big-ticket"."""
    low: str = Field("", max_length=30)


class FeatureChoices(_Choices):
    """Features beside the standard ones. What orders hold for those is seen by itself."""

    derived: dict[str, DerivedFeature] = Field(default_factory=dict)

    @field_validator("derived")
    @classmethod
    def _names_are_plain(cls, named: dict[str, DerivedFeature]) -> dict[str, DerivedFeature]:
        for name in named:
            if not NAME.fullmatch(name):
                raise ValueError(
                    f"{name!r} names a column: use small letters, digits and _, a letter first, at most 40"
                )
        return named
