"""What asking has cost: requests, tokens, and money where prices are set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from regulars.narration_settings import Price

MILLION = Decimal(1_000_000)


@dataclass
class Account:
    """One line's account. Answers that were of no use are paid for too; those from the cache are not."""

    model: str
    price: Price | None = None
    requests: int = 0
    """Times that something was sent."""
    answered: int = 0
    from_cache: int = 0
    failed: dict[str, int] = field(default_factory=dict)
    """By the reason's code."""
    input_tokens: int = 0
    output_tokens: int = 0

    @property
    def cost(self) -> Decimal | None:
        """In the price's currency; None where no price is set for the model: nothing is guessed.

        Answers that broke off are not in it, because no server said what they took.
        """
        if self.price is None:
            return None
        asked = self.input_tokens * self.price.input_per_million
        return (asked + self.output_tokens * self.price.output_per_million) / MILLION

    def failure(self, reason: str) -> None:
        self.failed[reason] = self.failed.get(reason, 0) + 1

    def as_json(self) -> dict[str, Any]:
        cost = self.cost
        return {
            "model": self.model,
            "requests": self.requests,
            "answered": self.answered,
            "from_cache": self.from_cache,
            "failed": dict(sorted(self.failed.items())),
            "input_tokens": self.input_tokens,
            "output_tokens": self.output_tokens,
            "cost": None if cost is None else str(cost),
            "currency": self.price.currency if self.price else None,
            "price_as_of": self.price.as_of.isoformat() if self.price else None,
        }


def opened(model: str, prices: Mapping[str, Price]) -> Account:
    return Account(model, prices.get(model))
