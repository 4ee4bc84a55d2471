"""What a user may say about features: which to make beside the standard ones, and of what."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from regulars.types import Role

Listed = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
"""A category or brand, as the data writes it."""
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


Weight = Annotated[Decimal, Field(ge=-1000, le=1000, decimal_places=3)]


class Engagement(_Choices):
    """How events become engagement."""

    window_days: int = Field(90, ge=1, le=3660)
    """Events of the last so many days count, the day of the study among them: a quarter by default."""
    weights: dict[Listed, Weight] = Field(default_factory=dict, max_length=20)
    """What an event of each kind counts in the score (``login: 1, ticket: -2``); others count nothing."""


class FeatureChoices(_Choices):
    """Features beside the standard ones. What orders hold for those is seen by itself."""

    own_brands: tuple[Listed, ...] = ()
    """The shop's brands, as the data writes them: with rival brands in it, loyalty can be told."""
    loyalty_categories: tuple[Listed, ...] = ()
    """The categories in which loyalty is told, where it is not all that is sold."""
    category_shares: tuple[Listed, ...] = Field((), max_length=50)
    """Categories whose share of a customer's lines is to be a feature of its own."""
    engagement: Engagement = Engagement()
    """How the table of events is counted, where there is one."""
    derived: dict[str, DerivedFeature] = Field(default_factory=dict)

    @field_validator("own_brands", "loyalty_categories", "category_shares")
    @classmethod
    def _each_is_listed_once(cls, listed: tuple[str, ...]) -> tuple[str, ...]:
        if again := sorted({name for name in listed if listed.count(name) > 1}):
            raise ValueError(f"listed more than once: {', '.join(map(repr, again[:3]))}")
        return listed

    @field_validator("derived")
    @classmethod
    def _names_are_plain(cls, named: dict[str, DerivedFeature]) -> dict[str, DerivedFeature]:
        for name in named:
            if not NAME.fullmatch(name):
                raise ValueError(
                    f"{name!r} names a column: use small letters, digits and _, a letter first, at most 40"
                )
        return named
