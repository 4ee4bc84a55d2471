"""What the settings hold of a parameter is of the parameters there are, and in the unit of the fit."""

import pytest

from regulars.value import bgnbd, pareto_nbd
from regulars.value.priors import TIMES, priors
from regulars.value_settings import PARAMETERS, ValueChoices

KNOWN = {"bgnbd": bgnbd.NAMES, "mbgnbd": bgnbd.NAMES, "pareto_nbd": pareto_nbd.NAMES}


def test_the_settings_know_the_parameters_of_each_model():
    assert PARAMETERS == KNOWN
    assert all(set(times) <= set(KNOWN[name]) for name, times in TIMES.items())


@pytest.mark.parametrize(("unit_days", "median"), [(7, 10.0), (1, 70.0), (14, 5.0)])
def test_a_time_of_the_settings_is_in_weeks(unit_days, median):
    said = {"beta": {"median": 10, "log_sd": 0.5}, "s": {"median": 0.6, "log_sd": 0.5}}
    held = priors(ValueChoices(model="pareto_nbd", priors=said), "pareto_nbd", unit_days)
    assert held["beta"].median == pytest.approx(median)
    assert held["s"].median == 0.6


def test_another_model_gets_none_of_them():
    said = ValueChoices(priors={"alpha": {"median": 10, "log_sd": 0.5}})
    assert priors(said, "pareto_nbd", 7) == {}
    assert set(priors(said, "mbgnbd", 7)) == {"alpha"}
