"""What the SQL says that a customer is worth is what the exact models say, whatever the history or engine."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import ErrorLevel
from tests.laws.test_portable_sql import DIALECTS, faults
from tests.postgres import Postgres, load
from tests.value.conftest import CALIBRATED_UNTIL

from regulars.engine import Engine, room, written
from regulars.engine.steps import compose
from regulars.value import gamma_gamma
from regulars.value.columns import WORTH, worth_families, worth_steps
from regulars.value.fitting import Fitted
from regulars.value.gamma_gamma import GammaGamma
from regulars.value.histories import grouped
from regulars.value.worth import PURCHASES, ValueModel, fit_purchases, purchase_model

CDNOW = {
    "bgnbd": {"r": 0.24259, "alpha": 4.4136, "a": 0.79292, "b": 2.42591},
    "mbgnbd": {"r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614},
    "pareto_nbd": {"r": 0.55328, "alpha": 10.57768, "s": 0.60624, "beta": 11.66874},
}
SPEND = Fitted("gamma_gamma", {"p": 6.25, "q": 3.74, "v": 15.44}, {}, 0.0, 946)
TYPES = {
    "customer_id": "varchar", "repeats": "bigint", "last_days": "bigint", "seen_days": "bigint",
    "repeat_spend": "decimal(18, 2)",
}  # fmt: skip
# Repeats, days to the last, days seen.
TAILS = [
    (0, 0, 0), (0, 0, 1), (0, 0, 3650), (1, 1, 1), (1, 1, 3650), (1, 3650, 3650), (2, 213, 272),
    (26, 216, 217),
    (300, 300, 300), (300, 300, 3650), (300, 3650, 3650), (40, 60, 90), (40, 60, 365), (7, 7, 700),
    (221, 724, 725), (254, 680, 681), (161, 663, 686), (204, 690, 696), (1000, 1000, 1001),
    (1000, 1500, 3650),
]  # fmt: skip
HARD = {
    "nobody leaves: a tiny": ("bgnbd", {"r": 0.8, "alpha": 6.0, "a": 3e-7, "b": 2.0}),
    "nobody leaves: b huge": ("bgnbd", {"r": 0.8, "alpha": 6.0, "a": 0.9, "b": 3e6}),
    "nobody leaves: s tiny": ("pareto_nbd", {"r": 0.8, "alpha": 6.0, "s": 3e-7, "beta": 9.0}),
    "nobody leaves: beta huge": ("pareto_nbd", {"r": 0.8, "alpha": 6.0, "s": 0.7, "beta": 3e6}),
    "all leave alike": ("bgnbd", {"r": 0.8, "alpha": 6.0, "a": 3e5, "b": 1e6}),
    "many leave at once": ("mbgnbd", {"r": 1.4, "alpha": 3.0, "a": 4.0, "b": 0.3}),
    "some leave, some never": ("bgnbd", {"r": 0.3, "alpha": 2.0, "a": 0.02, "b": 0.05}),
    "near the pole": ("mbgnbd", {"r": 0.5, "alpha": 6.0, "a": 1.0, "b": 1.6}),
    "s is 1": ("pareto_nbd", {"r": 0.55, "alpha": 10.6, "s": 1.0, "beta": 11.7}),
    "s is nearly 1": ("pareto_nbd", {"r": 0.55, "alpha": 10.6, "s": 1.0002, "beta": 11.7}),
    "far out": ("pareto_nbd", {"r": 0.5143, "alpha": 2.8845, "s": 0.2856, "beta": 14.1087}),
    "quick to buy, quick to leave": ("pareto_nbd", {"r": 0.2, "alpha": 0.02, "s": 3.0, "beta": 0.5}),
}


def of(name: str, parameters: Mapping[str, float], spend: Fitted | None = SPEND) -> ValueModel:
    return ValueModel(Fitted(name, parameters, {}, 0.0, 1), spend, 7, 0.9, date(2024, 6, 30))


def put(engine: Engine, histories: list[tuple[int, int, int]]) -> None:
    rows = [(f"k{at:05}", *each, 10 * each[0]) for at, each in enumerate(histories)]
    engine.values("histories", TYPES, rows)


def told(engine: Engine, model: ValueModel, horizon: int, rate: float = 0.1, target: str = WORTH) -> dict:
    """What the SQL tells of each history (or, as ``worth_features``, of each customer), in order."""
    engine.make(target, {step.name: step for step in worth_steps(model, horizon, rate)})
    key = "customer_id" if target != WORTH else "repeats, last_days, seen_days"
    return {name: np.asarray(found) for name, found in engine.arrays(f"from {target} order by {key}").items()}


def exact(model: ValueModel, horizon: float, at: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    scorer, seen = purchase_model(model.purchases), [at["repeats"], at["last_days"] / 7, at["seen_days"] / 7]
    x, t_x, T = (np.asarray(each, dtype=float) for each in seen)
    return scorer.p_alive(x, t_x, T), scorer.expected(horizon / 7, x, t_x, T)


@pytest.mark.parametrize("horizon", [273, 365])
@pytest.mark.parametrize("name", PURCHASES)
def test_each_customer_of_cdnow_is_worth_what_the_exact_models_say(cdnow, name, horizon):
    spend = gamma_gamma.fit(gamma_gamma.grouped(cdnow))
    model = ValueModel(fit_purchases(name, grouped(cdnow, 7)), spend, 7, 0.9, CALIBRATED_UNTIL)
    made = told(cdnow, model, horizon)
    alive, bought = exact(model, horizon, made)
    assert made["p_alive"] == pytest.approx(alive, abs=1e-9, rel=0)
    assert made["expected_purchases"] == pytest.approx(bought, abs=2e-8, rel=0)
    told(cdnow, model, horizon, target="worth_features")
    rows = cdnow.rows(
        "select repeats, last_days, seen_days, cast(repeat_spend as double), p_alive, expected_purchases, "
        "order_value, predicted_value from histories join worth_features using (customer_id)"
    )
    assert len(rows) == 2357
    x, last, seen, total, p_alive, expected, order, predicted = (
        np.array(each, float) for each in zip(*rows, strict=True)
    )
    at = {"repeats": x, "last_days": last, "seen_days": seen}
    each = GammaGamma(**spend.parameters).expected(np.where(total > 0, x, 0), np.maximum(total, 0)) * 0.9
    alive, bought = exact(model, horizon, at)
    assert p_alive == pytest.approx(alive, abs=6e-7, rel=0)
    assert expected == pytest.approx(bought, abs=6e-7, rel=0)
    assert order == pytest.approx(each, abs=0.00501, rel=0)
    assert predicted == pytest.approx(bought * each, abs=0.00501, rel=0)


def test_purchases_and_chances_are_those_that_the_papers_print():
    with Engine(threads=1) as engine:
        put(engine, [(2, 213, 272)])  # 30.43 and 38.86 weeks, in whole days
        (bgnbd,) = told(engine, of("bgnbd", CDNOW["bgnbd"]), 273)["expected_purchases"]
        put(engine, [(26, 216, 217)])
        (pareto,) = told(engine, of("pareto_nbd", CDNOW["pareto_nbd"]), 364)["expected_purchases"]
    assert bgnbd == pytest.approx(1.226, abs=5e-4)
    assert pareto == pytest.approx(25.46, abs=5e-3)


@pytest.mark.parametrize("horizon", [1, 365, 3650])
@pytest.mark.parametrize(("name", "parameters"), [*CDNOW.items(), *HARD.values()], ids=[*CDNOW, *HARD])
def test_the_tails_are_what_the_exact_models_say(name, parameters, horizon):
    model = of(name, parameters)
    with Engine(threads=1) as engine:
        put(engine, TAILS)
        made = told(engine, model, horizon)
    alive, bought = exact(model, horizon, made)
    assert made["p_alive"] == pytest.approx(alive, abs=1e-8, rel=0)
    if name != "pareto_nbd":
        bought = slowly(model, horizon / 7, made) * alive
    assert made["expected_purchases"] == pytest.approx(bought, abs=1e-7, rel=1e-7)


def slowly(model: ValueModel, t: float, at: Mapping[str, np.ndarray]) -> np.ndarray:
    """Purchases of those who are there, by a fine sum over the log-odds of leaving: the closed form loses
    digits in the tails."""
    p, shift = model.purchases.parameters, int(model.purchases.model == "mbgnbd")
    r, alpha, c = p["r"] + at["repeats"], p["alpha"] + at["seen_days"] / 7, p["b"] + at["repeats"] + shift
    return np.array([_slowly(*each, p["a"], t) for each in zip(r, alpha, c, strict=True)])


def _slowly(r: float, alpha: float, c: float, a: float, t: float) -> float:
    peak, width = math.log(a / c), math.sqrt(1 / a + 1 / c)
    step = min(0.02, width / 20)
    left, right = (min(45 * (width + 1 / side), 45 + abs(peak)) for side in (a, c))
    z = np.arange(peak - left, peak + right, step)
    logs = -a * np.logaddexp(0, -z) - c * np.logaddexp(0, z)
    parts = np.exp(logs - logs.max())
    # Beyond both ends the density falls like a geometric series.
    parts[0] /= -math.expm1(-a * step)
    parts[-1] /= -math.expm1(-c * step)
    leaving = 1 / (1 + np.exp(-z))
    bought = -np.expm1(-r * np.log1p(leaving * t / alpha)) / leaving
    return float(parts @ bought / parts.sum())


@pytest.mark.parametrize("rate", [0.0, 0.1, 1.0])
@pytest.mark.parametrize("name", PURCHASES)
def test_discounted_is_what_a_numerical_integration_over_the_year_finds(name, rate):
    model = of(name, CDNOW[name])
    with Engine(threads=1) as engine:
        put(engine, TAILS)
        made = told(engine, model, 365, rate)
    if rate == 0:
        assert (made["discounted_purchases"] == made["expected_purchases"]).all()
    # The purchases of each quarter of a day, discounted from its middle.
    days = np.linspace(0, 365, 1461)
    upto = np.stack([exact(model, day, made)[1] for day in days])
    slow = (1 + rate) ** (-(days[1:] + days[:-1]) / 730) @ np.diff(upto, axis=0)
    assert made["discounted_purchases"] == pytest.approx(slow, abs=1e-6, rel=3e-5 if rate > 0.1 else 3e-6)


@pytest.mark.parametrize("name", PURCHASES)
def test_longer_horizons_bring_more_and_dearer_waiting_less(name):
    model = of(name, CDNOW[name])
    with Engine(threads=1) as engine:
        put(engine, TAILS)
        horizons = [told(engine, model, days)["expected_purchases"] for days in (1, 30, 365)]
        waits = [told(engine, model, 365, rate)["discounted_purchases"] for rate in (0, 0.1, 1)]
    # Who is gone for certain stays gone.
    for sooner, later in pairwise(horizons):
        assert ((sooner < later) | (later == 0)).all()
    # The first days are the best ones.
    assert (horizons[0] * 30 >= horizons[1] * (1 - 1e-9)).all()
    assert (horizons[1] * 365 >= horizons[2] * 30 * (1 - 1e-9)).all()
    for cheaper, dearer in pairwise(waits):
        assert ((dearer < cheaper) | (cheaper == 0)).all()


@st.composite
def models(draw) -> ValueModel:
    name, weeks = draw(st.sampled_from(PURCHASES)), st.floats(0.05, 50)
    last = {"s": st.floats(0.01, 20), "beta": weeks} if name == "pareto_nbd" else {"a": weeks, "b": weeks}
    return of(
        name, {each: draw(of) for each, of in {"r": st.floats(0.05, 5), "alpha": weeks, **last}.items()}
    )


@st.composite
def lives(draw) -> tuple[int, int, int]:
    repeats = draw(st.integers(0, 300))
    last = draw(st.integers(repeats, 1500)) if repeats else 0
    return repeats, last, last + draw(st.integers(0, 1500))


@settings(max_examples=12)
@given(models(), st.lists(lives(), min_size=1, max_size=20, unique=True), st.integers(1, 1500))
def test_any_parameters_and_any_histories_agree_with_the_exact_models(model, histories, horizon):
    with Engine(threads=1) as engine:
        put(engine, histories)
        made = told(engine, model, horizon)
    alive, bought = exact(model, horizon, made)
    if model.purchases.model != "pareto_nbd":
        bought = slowly(model, horizon / 7, made) * alive
    assert made["p_alive"] == pytest.approx(alive, abs=1e-7, rel=0)
    assert made["expected_purchases"] == pytest.approx(bought, abs=1e-7, rel=1e-6)
    assert (made["discounted_purchases"] <= made["expected_purchases"]).all()


# --- the same on every engine, in any order, for everybody ------------------------------------------


def a_shop(customers: int) -> list[tuple[str, int, int, int, str | None]]:
    """Customers of all kinds: most share a history with others, some have nothing to show for it."""
    chance = np.random.default_rng(8)
    rows = []
    for at in range(customers):
        seen = int(chance.integers(0, 700))
        repeats = int(min(chance.geometric(0.35) - 1, seen))
        last = int(chance.integers(repeats, seen + 1)) if repeats else 0
        spend = None if at % 50 == 7 else f"{chance.integers(-500, 90_000) / 100:.2f}" if repeats else "0"
        rows.append((f"k{at:05}", repeats, last, seen, spend))
    return rows


@pytest.mark.parametrize(
    ("name", "parameters"), [*CDNOW.items(), HARD["many leave at once"], HARD["far out"]]
)
def test_every_customer_is_worth_the_same_on_postgresql(postgres: Postgres, tmp_path: Path, name, parameters):
    steps = worth_steps(of(name, parameters), 365, 0.1)
    with Engine(threads=1) as engine:
        engine.values("histories", TYPES, a_shop(600))
        told(engine, of(name, parameters), 365, target="worth_features")
        here = engine.rows(
            "select * replace (cast(p_alive as varchar) as p_alive) from worth_features order by 1"
        )
        engine.write_parquet("from histories order by customer_id", tmp_path / "histories.parquet")
    load(postgres, tmp_path / "histories.parquet", "histories")
    select = written(compose(steps), "postgres")
    there = postgres.rows(f"select * from ({select}) as f order by customer_id")
    assert len(there) == 600
    for ours, theirs in zip(here, there, strict=True):
        assert [ours[0], *map(float, ours[1:])] == [theirs[0], *map(float, theirs[1:])]


def test_neither_the_order_of_rows_nor_threads_nor_customers_beside_change_an_answer():
    rows = a_shop(3000)
    found = []
    for threads, shop in ((1, rows), (4, rows[::-1]), (2, rows[1000:2000])):
        with Engine(threads=threads) as engine:
            engine.values("histories", TYPES, shop)
            told(engine, of("bgnbd", CDNOW["bgnbd"]), 365, target="worth_features")
            found.append({row[0]: row for row in engine.rows("from worth_features")})
    assert found[0] == found[1]
    assert found[2].items() <= found[0].items()


def test_without_a_model_of_spend_there_is_no_money_and_all_else_stands():
    model = of("bgnbd", CDNOW["bgnbd"], spend=None)
    with Engine(threads=1) as engine:
        put(engine, TAILS)
        told(engine, model, 365, target="worth_features")
        ((customers, bought, money),) = engine.rows(
            "select count(*), count(expected_purchases), count(predicted_value) from worth_features"
        )
        assert engine.kinds("worth_features")["predicted_value"] == "DECIMAL(18,2)"
    assert (customers, bought, money) == (len(TAILS), len(TAILS), 0)
    alive, purchases, amounts = worth_families(model, 365, 0.1)
    named = [each.name for family in (alive, purchases) for each in family.features]
    assert named == ["p_alive", "expected_purchases"]
    assert not alive.needs
    assert amounts.needs
    assert not amounts.made_by


def test_the_families_steps_make_each_feature_and_say_how_far_they_look():
    families = worth_families(of("bgnbd", CDNOW["bgnbd"]), 180, 0.08)
    step = families[0].made_by[-1]
    features = [feature for family in families for feature in family.features]
    assert {family.step for family in families} == {step.name}
    assert step.select.named_selects == ["customer_id", *(each.name for each in features)]
    assert "180 days" in features[1].meaning
    assert "8 %" in features[-1].meaning


@pytest.mark.parametrize("name", PURCHASES)
def test_the_steps_are_of_the_portable_subset_and_say_their_grain(name, caplog):
    steps = worth_steps(of(name, CDNOW[name]), 365, 0.1)
    for step in (step for step in steps if step.name not in room("regulars.value")):
        assert faults(step) == []
        assert step.about.startswith("Grain: one row a"), step.name
        for dialect in DIALECTS:
            with caplog.at_level(logging.WARNING, logger="sqlglot"):
                text = step.select.sql(dialect, unsupported_level=ErrorLevel.RAISE)
            assert sqlglot.parse_one(text, read=dialect).named_selects == step.select.named_selects
    assert caplog.text == ""
