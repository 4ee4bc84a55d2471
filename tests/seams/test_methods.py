"""Every method keeps the laws of the seam, and the check that says so can fail."""

from dataclasses import replace

import pytest

from regulars import plugins
from regulars.engine import Engine
from regulars.errors import NotReady, SettingsError
from regulars.segment.definition import Definition
from regulars.segment.methods import Ground, Method, chosen
from regulars.segment.methods.rfm import Rfm
from regulars.segment.rules.grid import Grid
from regulars.testing import check_method

NEEDED = {
    "rules": {"segments": [{"name": "VIP", "when": "top 10 % by spend and recency_days <= 90"}]},
    "model": {"of": "rfm"},
    "firmographic": {"by": ["region", "categories"], "bands": {"categories": [3, 8]}},
    "demographic": {"by": ["region"], "smallest": 11},
    "labels": {"column": "region"},
    "loyalty_monetary": {"proxy": "breadth"},
}
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
        "region in ('North', 'O''Brien''s \\ Cove') and recency_days > 1.5 * gap_days",
        "region <> 'South' and spend > orders or region is unknown",
    )
    segments = [{"name": f"Rule {n}", "when": when} for n, when in enumerate(conditions)]
    check_method(chosen("tried", {"method": "rules", "segments": segments, "rest": "Nobody's"}))


@pytest.mark.parametrize(
    "settings",
    [
        {"scheme": "five"},
        {"scheme": "sum", "bands": {"r": 10, "f": 2, "m": 7}, "weights": {"r": 2, "f": 0, "m": "0.5"}},
        {"cuts": {"recency_days": [7, 30, 90, 180], "orders": [1, 2, 3, 5], "spend": [0, 50, 200.5, 900]}},
        {"bands": 4, "grid": {"VIP": ["R 3-4, M 4", "2-4-4"], "Big": "M 4", "One": 111}, "rest": "Others"},
    ],
    ids=str,
)
def test_rfm_keeps_the_laws_with_every_scheme(settings):
    check_method(chosen("tried", {"method": "rfm", **settings}))


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
@pytest.mark.parametrize("name", ["kmeans", "hierarchical"])
def test_clusterers_keep_the_laws_with_other_settings(name, settings):
    check_method(chosen("tried", {"method": name, **settings}))


@pytest.mark.parametrize(
    "settings",
    [
        {"kind": "logistic", "hold_out": 0.5},
        {
            "features": ("orders", "spend", "gap_days", "region"),
            "allow_outcomes": "to retell it",
            "max_depth": 8,
        },
    ],
    ids=str,
)
def test_models_keep_the_laws_with_other_settings(settings):
    check_method(chosen("tried", {"method": "model", "of": "rfm", **settings}))


def test_a_full_mixture_keeps_the_laws():
    check_method(chosen("tried", {"method": "gmm", "covariance": "full", "k": 3, "max_k": 3}))


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

    tint: int = 5

    @property
    def recipe(self):
        return {}


class Hoarding(Rfm):
    """Takes every customer out of the engine."""

    def fit(self, ground: Ground, engine: Engine) -> Definition:
        engine.rows(f"select customer_id, spend from {ground.table.name}")
        return super().fit(ground, engine)


@pytest.mark.parametrize(
    ("method", "law"),
    [
        (FirstComeFirst(), "order of the rows"),
        (Careless(), "instead of an answer or NotReady"),
        (Blaming(), "no customers: SettingsError instead of an answer or NotReady"),
        (Forgetful(tint=3), "settings change"),
        (Hoarding(), "2000 rows left the engine at once"),
    ],
    ids=["order", "nobody", "blame", "settings", "rows"],
)
def test_a_method_that_breaks_a_law_is_told_which(method: Method, law: str):
    with pytest.raises(AssertionError, match=law):
        check_method(method)


def test_a_scorer_that_is_less_sure_than_the_sql_is_told(monkeypatch):
    sure = Grid.score
    monkeypatch.setattr(Grid, "score", lambda *given: replace(sure(*given), probability=0.5))
    with pytest.raises(AssertionError, match=r"SQL says a probability of 1.0, the scorer 0.5"):
        check_method(Rfm())
