"""Every method keeps the laws of the seam, and the check that says so can fail."""

import pytest

from regulars import plugins
from regulars.engine import Engine
from regulars.errors import NotReady, SettingsError
from regulars.segment.definition import Definition
from regulars.segment.methods import Ground, Method, chosen
from regulars.segment.methods.rfm import Rfm
from regulars.testing import check_method

NEEDED = {"rules": {"segments": [{"name": "VIP", "when": "top 10 % by spend and recency_days <= 90"}]}}
"""What a method cannot do without; the others have a default for everything."""


@pytest.mark.parametrize("name", plugins.names("methods"))
def test_a_method_that_can_be_chosen_keeps_the_laws_of_segmentation(name):
    check_method(chosen("tried", {"method": name, **NEEDED.get(name, {})}))


def test_rules_keep_the_laws_with_every_kind_of_condition():
    conditions = (
        "spend > 500 and orders >= 4",
        "top 10 % by spend or bottom 5.5% by gap_days",
        "not (weekend_share > 0.1 or never_known = 3) and gap_days not between 3 and 20.5",
        "one_price = 3",
        "orders in (1, 3, 5) and gap_days is not null",
        "-200.5 < recency_days and categories <> 7",
    )
    segments = [{"name": f"Rule {n}", "when": when} for n, when in enumerate(conditions)]
    check_method(chosen("tried", {"method": "rules", "segments": segments, "rest": "Nobody's"}))


@pytest.mark.parametrize(
    "settings",
    [
        {"k": 9, "sample": 100},
        {"features": ("weekend_share", "spend"), "allow_outcomes": "to show what is lost"},
        {"features": ("weekend_share", "gap_days", "region")},
        {"features": ("region",), "k": 2},
    ],
    ids=str,
)
def test_kmeans_keeps_the_laws_with_other_settings(settings):
    check_method(chosen("tried", {"method": "kmeans", **settings}))


class FirstComeFirst(Rfm):
    """Depends on the order of rows: the definition remembers who came first."""

    def fit(self, ground: Ground, engine: Engine) -> Definition:
        fitted = super().fit(ground, engine)
        ((first,),) = engine.rows(f"select customer_id from {ground.table.name} limit 1")
        fitted.fitted["first"] = first
        return fitted


class Careless(Rfm):
    """Breaks down where there is nobody."""

    def fit(self, ground: Ground, engine: Engine) -> Definition:
        ((share,),) = engine.rows(f"select 1 / count(*) from {ground.table.name}")
        assert share < 1
        return super().fit(ground, engine)


class Blaming(Rfm):
    """Blames the settings for what the customers lack: a study would stop instead of leaving it out."""

    def fit(self, ground: Ground, engine: Engine) -> Definition:
        try:
            return super().fit(ground, engine)
        except NotReady as bad:
            raise SettingsError("segmentations.tried", bad.found, bad.remedy) from bad


class Forgetful(Rfm):
    """Loses its setting on the way to the document."""

    bands: int = 5

    @property
    def recipe(self):
        return {}


@pytest.mark.parametrize(
    ("method", "law"),
    [
        (FirstComeFirst(), "order of the rows"),
        (Careless(), "instead of an answer or NotReady"),
        (Blaming(), "no customers: SettingsError instead of an answer or NotReady"),
        (Forgetful(bands=3), "settings change"),
    ],
    ids=["order", "nobody", "blame", "settings"],
)
def test_a_method_that_breaks_a_law_is_told_which(method: Method, law: str):
    with pytest.raises(AssertionError, match=law):
        check_method(method)
