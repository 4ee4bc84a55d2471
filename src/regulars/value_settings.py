"""What a user may say about predicted value: which model a run fits, and how far it looks ahead."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from regulars.errors import did_you_mean

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


PARAMETERS = {
    "bgnbd": ("r", "alpha", "a", "b"),
    "mbgnbd": ("r", "alpha", "a", "b"),
    "pareto_nbd": ("r", "alpha", "s", "beta"),
}
"""What may have a prior."""


class _Choices(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PriorChoice(_Choices):
    """What is held of a parameter before the data, log-normal; times are in weeks."""

    median: Positive
    log_sd: Positive
    """Of the parameter's logarithm: 0.5 says that it lies within a factor of 2.7 of the median (95 %)."""


class ValueChoices(_Choices):
    """How what customers will buy and bring is foretold from when they bought."""

    model: Literal["bgnbd", "mbgnbd", "pareto_nbd", "none"] = "mbgnbd"
    """BG/NBD holds everybody who bought once to be there for certain; the modified form lets them leave too.
    ``none``: a run foretells nothing."""
    horizon_days: int = Field(365, ge=1, le=3650)
    """How far ahead: a year, because budgets are."""
    discount_rate: float = Field(0.1, ge=0, le=1)
    """What a year takes off money to come, for the discounted value; 10 % is a common cost of capital."""
    priors: dict[str, PriorChoice] = Field(default_factory=dict)
    """By parameter, such as ``alpha``: for data too thin to tell it. The result is then labelled as
    the most probable parameters and not the most likely ones."""

    @property
    def fitted(self) -> str:
        """The model that is fitted where a fit is asked for all the same."""
        return "mbgnbd" if self.model == "none" else self.model

    @model_validator(mode="after")
    def _priors_are_of_its_parameters(self) -> Self:
        known = PARAMETERS[self.fitted]
        for name in self.priors:
            if name not in known:
                has = f"{', '.join(known[:-1])} and {known[-1]}"
                raise ValueError(
                    f"priors: {self.fitted} has no parameter {name!r}, but {has}.{did_you_mean(name, known)}"
                )
        return self
