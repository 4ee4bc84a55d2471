"""What the settings hold of a model's parameters before the data, in the unit that the model is fitted in."""

from __future__ import annotations

from regulars.value.fitting import Prior
from regulars.value_settings import ValueChoices

TIMES = {"bgnbd": ("alpha",), "mbgnbd": ("alpha",), "pareto_nbd": ("alpha", "beta")}
"""The parameters of each model that are times; the others have no unit."""
WEEK = 7


def priors(chosen: ValueChoices, name: str, unit_days: int) -> dict[str, Prior]:
    """The priors of the model that the settings name; none for another: its parameters mean other things."""
    if name != chosen.fitted:
        return {}
    return {
        each: Prior(said.median * (WEEK / unit_days if each in TIMES[name] else 1), said.log_sd)
        for each, said in chosen.priors.items()
    }
