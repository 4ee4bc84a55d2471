"""Stages: what the values of a CRM's field say of people without a purchase."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from regulars.engine import Engine, quoted
from regulars.errors import did_you_mean
from regulars.segment.rules.condition_words import in_quotes
from regulars.types import Finding

Texts = tuple[Annotated[str, Field(max_length=200)], ...]
SHOWN, EXAMPLES = 1000, 3
"""Stages that are looked at, and told in a message."""


class Stages(BaseModel):
    """Which values of the stage mean what. One value can mean one thing."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    unaware: Texts = ()
    evaluating: Texts = ()
    customer: Texts = ()

    @model_validator(mode="after")
    def _each_means_one_thing(self) -> Stages:
        if not self.listed:
            raise ValueError("name at least one value of the stage")
        if twice := sorted({each for each in self.listed if self.listed.count(each) > 1}):
            raise ValueError(f"{', '.join(map(in_quotes, twice))} cannot mean two things")
        return self

    @property
    def listed(self) -> list[str]:
        return [*self.unaware, *self.evaluating, *self.customer]


def stage_doubts(
    engine: Engine, table: str, where: str, feature: str, stages: Stages, rest: str
) -> Iterator[Finding]:
    """A note of the values that mean nothing here, and of those listed that nobody has."""
    name = quoted(feature)
    rows = engine.rows(
        f"select distinct {name} as stage from {quoted(table)} where {name} is not null order by stage "
        f"limit {SHOWN:d}", "stages",
    )  # fmt: skip
    said, listed = [str(value) for (value,) in rows], stages.listed
    unmapped = [each for each in said if each not in listed]
    if unmapped:
        shown = ", ".join(map(in_quotes, unmapped[:EXAMPLES]))
        more = f" and {len(unmapped) - EXAMPLES} more" if len(unmapped) > EXAMPLES else ""
        yield Finding(
            "note", where, f"Some stages mean nothing here: {shown}{more}.",
            f"List them in stages; until then they count as {rest.lower()}.",
        )  # fmt: skip
    if absent := [each for each in listed if each not in said and len(said) < SHOWN]:
        near = "".join(did_you_mean(each, said) for each in absent)
        yield Finding(
            "note", where, f"Nobody is at {', '.join(map(in_quotes, absent))}.{near}",
            "Check the spelling: capitals and blanks count.",
        )  # fmt: skip
