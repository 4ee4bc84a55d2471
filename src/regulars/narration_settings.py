"""What a user may say about words: who writes them, what it may take, and where the key lies."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

MOST_BYTES = 2_000_000
Amount = Annotated[Decimal, Field(ge=0, allow_inf_nan=False)]


Kind = Literal["profile", "persona"]
Audience = Literal["executive", "marketing", "analyst"]
Step = Literal["describe", "draft", "refine"]


class _Choices(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Price(_Choices):
    """What a model's tokens cost, as its maker says on the day that somebody looked it up."""

    input_per_million: Amount
    output_per_million: Amount
    currency: str = Field("USD", pattern=r"^[A-Z]{3}$")
    as_of: date
    """Prices change: the day stands beside every cost."""


class NarrationChoices(_Choices):
    """Which language model is asked, if any, and how long, how often and how much."""

    provider: str = "template"
    """``template`` asks none: sentences by rule, the same each time, with no key. Others: ``openai``,
    ``azure``, ``anthropic``, ``compatible`` (what speaks as OpenAI does), or a plug-in's name."""
    model: str | None = Field(None, min_length=1, max_length=200)
    base_url: str | None = None
    """Where the provider is, where that is not its maker's own address."""
    options: dict[str, str | int | float | bool] = Field(default_factory=dict)
    """What this provider alone takes, such as ``api_version`` of azure."""
    plain_http: bool = False
    """Allows http:// to other machines, where prompts and keys travel readable. To this machine it may go."""
    proxy: str | None = None
    """Through which proxy; the proxies of the environment are not used."""
    key_variable: str | None = Field(None, pattern=r"^[A-Z][A-Z0-9_]{0,99}$")
    """The key's name in the environment or the secrets file, where it is not the provider's usual one."""
    secrets: Path | None = None
    """A file of lines NAME=VALUE that only its owner may read. The environment comes before it."""
    max_tokens: int = Field(1000, ge=1, le=100_000)
    request_seconds: float = Field(60, gt=0, le=3600)
    """For one request, with its repeats and waits: a slow server takes a minute for 1,000 tokens."""
    deadline_seconds: float = Field(300, gt=0, le=86_400)
    """For everything that is asked at once. What has no answer by then gets its words by rule."""
    attempts: int = Field(3, ge=1, le=3)
    backoff_seconds: float = Field(1.0, ge=0, le=60)
    """The wait before the second attempt; it doubles for the third. A longer Retry-After is kept."""
    concurrency: int = Field(4, ge=1, le=32)
    requests_per_minute: float | None = Field(None, gt=0)
    """Requests start at least this far apart; null: no limit of ours."""
    answer_bytes: int = Field(MOST_BYTES, ge=1, le=MOST_BYTES)
    """An answer longer than this is broken off."""
    write: tuple[Kind, ...] = Field(("profile", "persona"), min_length=1)
    """What is written of each segment."""
    audience: Audience = "executive"
    """For whom, inside the house."""
    length: Literal["short", "medium", "long"] = "medium"
    """On how many statements a text stands: two, three or five."""
    steps: tuple[Step, ...] = ("draft",)
    """What a model is asked for, in this order: ``describe`` (neutral words first), ``draft``, and ``refine``
    (polish for the readers). What may not stand is asked for once more in any case. Each step costs a request
    a text."""
    voice: Path | None = None
    """A file that tells in a few lines how the brand speaks; from the workspace's folder."""
    examples: Path | None = None
    """A file of words that would do, as narrate/prompts/examples.toml has them."""
    prompts: Path | None = None
    """A folder of prompts of your own, by the names that ours have."""
    cache: bool = True
    """Answers are kept in the workspace, so that the same question gives the same text and costs nothing."""
    prices: dict[str, Price] = Field(default_factory=dict)
    """By the model's name. A model without a price has tokens and no cost."""

    @field_validator("steps")
    @classmethod
    def _drafts_once(cls, steps: tuple[Step, ...]) -> tuple[Step, ...]:
        order = [each for each in ("describe", "draft", "refine") if each in steps]
        if "draft" not in steps or list(steps) != order:
            raise ValueError(
                "they are describe, draft and refine, in this order, each once; draft is always one"
            )
        return steps
