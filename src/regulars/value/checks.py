"""What a model takes for granted, put to the data: a measure, whether it holds, and a finding where not."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

from regulars.types import Finding, Severity
from regulars.value.rules import Z95

FEWEST = 30
"""With fewer customers, a correlation or a share says nothing."""


@dataclass(frozen=True)
class Check:
    """One thing that the models take for granted: its measure (with a 95 % interval where it has one), what
    was found, and whether it holds; None where these customers do not tell."""

    name: str
    holds: bool | None
    measure: float | None
    low: float | None
    high: float | None
    found: str
    severity: Severity = "note"
    remedy: str = ""

    def as_json(self) -> dict[str, Any]:
        told = asdict(self)
        if self.holds:
            del told["severity"], told["remedy"]
        return told


def findings(made: tuple[Check, ...]) -> tuple[Finding, ...]:
    """The checks that do not hold, or that these customers do not answer, as findings."""
    return tuple(
        Finding(each.severity, f"value.{each.name}", each.found, each.remedy)
        for each in made
        if not each.holds
    )


def share(part: int, whole: int) -> tuple[float, float, float]:
    """A share with its 95 % interval after Wilson (1927)."""
    found, z = part / whole, Z95 * Z95 / whole
    middle = (found + z / 2) / (1 + z)
    margin = math.sqrt(z * (found * (1 - found) + z / 4)) / (1 + z)
    return found, middle - margin, middle + margin
