"""Each model against its own definition: gradients, customers made up by its own story, and the tails."""

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import beta as beta_function

from regulars.errors import FitFailed
from regulars.value import bgbb, bgnbd, gamma_gamma, pareto_nbd
from regulars.value.bgbb import BgBb
from regulars.value.bgnbd import BgNbd
from regulars.value.fitting import Prior, maximised
from regulars.value.gamma_gamma import GammaGamma, Spending
from regulars.value.histories import Histories
from regulars.value.pareto_nbd import ParetoNbd

HISTORIES = Histories(
    np.array([0.0, 0, 1, 2, 2, 40, 300]),
    np.array([0.0, 0, 5, 30.5, 0.2, 38, 51.9]),
    np.array([0.0, 39, 12, 38, 38, 39, 52]),
    np.array([3.0, 100, 20, 9, 4, 2, 1]),
)
YEARS = Histories(
    np.array([0.0, 1, 1, 6, 3]),
    np.array([0.0, 1, 6, 6, 4]),
    np.array([6.0, 6, 6, 6, 5]),
    np.array([30.0, 9, 4, 2, 1]),
)
SPENT = Spending(np.array([1.0, 2, 50]), np.array([9.99, 80, 700]), np.array([5.0, 3, 1]))
OBJECTIVES = {
    "bgnbd": (bgnbd.objective(HISTORIES), (0.3, 4.0, 0.7, 2.0)),
    "mbgnbd": (bgnbd.objective(HISTORIES, modified=True), (0.5, 6.0, 0.9, 1.5)),
    "pareto_nbd": (pareto_nbd.objective(HISTORIES), (0.5, 10.0, 0.7, 9.0)),
    "pareto_nbd, beta small": (pareto_nbd.objective(HISTORIES), (0.5, 20.0, 0.7, 0.3)),
    "bgbb": (bgbb.objective(YEARS), (1.2, 0.7, 0.6, 2.8)),
    "gamma_gamma": (gamma_gamma.objective(SPENT), (6.0, 4.0, 15.0)),
}


def a(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)


@pytest.mark.parametrize("name", OBJECTIVES)
def test_the_gradient_is_the_slope_of_the_likelihood(name):
    objective, at = OBJECTIVES[name]
    _, gradient, _ = objective(a(*at))
    for axis, value in enumerate(at):
        step = np.zeros(len(at))
        step[axis] = value * 1e-6
        slope = (objective(a(*at) + step)[0] - objective(a(*at) - step)[0]) / (2 * value * 1e-6)
        assert gradient[axis] == pytest.approx(slope, rel=1e-5, abs=1e-5)


@pytest.mark.parametrize("name", OBJECTIVES)
def test_the_second_derivatives_are_the_slopes_of_the_gradient(name):
    objective, at = OBJECTIVES[name]
    _, _, curvature = objective(a(*at))
    assert curvature == pytest.approx(curvature.T)
    for axis, value in enumerate(at):
        step = np.zeros(len(at))
        step[axis] = value * 1e-6
        slope = (objective(a(*at) + step)[1] - objective(a(*at) - step)[1]) / (2 * value * 1e-6)
        assert curvature[axis] == pytest.approx(slope, rel=1e-6, abs=1e-5)


def test_weights_count_customers_as_rows_would():
    twice = np.repeat(np.arange(7), HISTORIES.weights.astype(int))
    rows = Histories(HISTORIES.x[twice], HISTORIES.t_x[twice], HISTORIES.T[twice], np.ones(len(twice)))
    for module in (bgnbd, pareto_nbd):
        at = a(0.4, 5, 0.8, 3)
        assert module.objective(rows)(at)[0] == pytest.approx(module.objective(HISTORIES)(at)[0], rel=1e-12)


# --- customers made up by the model's own story -----------------------------------------------------


def bought(
    model: str, customers: int, weeks: float, seed: int, more: float = 0.0
) -> tuple[Histories, np.ndarray]:
    """Histories over ``weeks`` of customers who live by the model, and their purchases in ``more`` weeks."""
    chance = np.random.default_rng(seed)
    rates = chance.gamma(0.8, 1 / 6.0, customers)
    ages = chance.uniform(0.3 * weeks, weeks, customers)
    x, t_x, later = np.zeros(customers), np.zeros(customers), np.zeros(customers)
    drop = chance.beta(0.9, 2.5, customers)
    lives = chance.exponential(1 / chance.gamma(0.7, 1 / 12.0, customers))
    for each in range(customers):
        at = 0.0
        gone = model == "mbgnbd" and chance.random() < drop[each]
        while not gone:
            at += chance.exponential(1 / rates[each])
            if at > ages[each] + more or (model == "pareto_nbd" and at > lives[each]):
                break
            if at > ages[each]:
                later[each] += 1
            else:
                x[each], t_x[each] = x[each] + 1, at
            gone = model != "pareto_nbd" and chance.random() < drop[each]
    return Histories(x, t_x, ages, np.ones(customers)), later


TRUTH = {
    "bgnbd": {"r": 0.8, "alpha": 6.0, "a": 0.9, "b": 2.5},
    "mbgnbd": {"r": 0.8, "alpha": 6.0, "a": 0.9, "b": 2.5},
    "pareto_nbd": {"r": 0.8, "alpha": 6.0, "s": 0.7, "beta": 12.0},
}


def fitted(name: str, histories: Histories, **how):
    if name == "pareto_nbd":
        fit = pareto_nbd.fit(histories, **how)
        return fit, ParetoNbd(**fit.parameters)
    fit = bgnbd.fit(histories, modified=name == "mbgnbd", **how)
    return fit, BgNbd(**fit.parameters, modified=name == "mbgnbd")


@pytest.mark.parametrize("name", TRUTH)
def test_the_truth_is_found_within_its_standard_errors_and_foretells_the_next_purchases(name):
    histories, later = bought(name, 6000, 60.0, seed=11, more=30.0)
    fit, model = fitted(name, histories)
    for parameter, truth in TRUTH[name].items():
        off = (fit.parameters[parameter] - truth) / fit.standard_errors[parameter]
        assert abs(off) < 3.5, f"{parameter} is {fit.parameters[parameter]}, {off:.1f} standard errors off"
    expected = model.expected(30.0, histories.x, histories.t_x, histories.T)
    assert expected.sum() == pytest.approx(later.sum(), rel=0.05)
    alive = model.p_alive(histories.x, histories.t_x, histories.T)
    assert ((alive >= 0) & (alive <= 1)).all()
    # Those who are probably gone buy less than those who are not.
    assert later[alive < 0.3].mean() < later[alive > 0.8].mean() / 3


def test_each_bg_bb_likelihood_is_the_sum_of_the_paper():
    # Fader, Hardie & Shang (2010), equation 5: left at no chance, or after one since the last purchase.
    al, be, ga, de = 1.2, 0.75, 0.66, 2.8
    every = [
        (x, at, n) for n in range(9) for at in range(n + 1) for x in range(at + 1) if (x > 0) == (at > 0)
    ]
    heights, _, _ = bgbb._each(a(al, be, ga, de), *np.array(every, dtype=float).T)
    for (x, t_x, n), height in zip(every, heights, strict=True):
        terms = [(n, beta_function(ga, de + n))]
        terms += [(t_x + i, beta_function(ga + 1, de + t_x + i)) for i in range(n - t_x)]
        likely = sum(beta_function(al + x, be + seen - x) * left for seen, left in terms)
        whole = likely / beta_function(al, be) / beta_function(ga, de)
        assert height == pytest.approx(math.log(whole), abs=1e-12)


def test_bg_bb_is_the_same_however_many_terms_are_worked_on_at_a_time(monkeypatch):
    at = a(1.2, 0.7, 0.6, 2.8), YEARS.x, YEARS.t_x, YEARS.T
    whole = bgbb._each(*at)
    monkeypatch.setattr(bgbb, "AT_ONCE", 6)
    for part, at_once in zip(bgbb._each(*at), whole, strict=True):
        assert part == pytest.approx(at_once, rel=1e-12)


def test_bg_bb_expects_of_a_new_customer_what_its_customers_do():
    chance = np.random.default_rng(9)
    p, theta = chance.beta(1.2, 0.75, 200_000), chance.beta(0.66, 2.8, 200_000)
    stays = chance.geometric(theta)
    made = sum((chance.random(200_000) < p) & (stays > at) for at in range(1, 6))
    assert BgBb(1.2, 0.75, 0.66, 2.8).expected_new(a(5)) == pytest.approx(made.mean(), rel=0.01)


def test_bg_bb_foretells_what_its_own_customers_do():
    chance = np.random.default_rng(3)
    n, p, theta = 20_000, chance.beta(1.2, 0.75, 20_000), chance.beta(0.66, 2.8, 20_000)
    stays = chance.geometric(theta)  # the chance at whose start the customer has left
    years = np.arange(1, 12)
    gave = (chance.random((n, 11)) < p[:, None]) & (years < stays[:, None])
    seen = gave[:, :6]
    x, t_x = seen.sum(axis=1).astype(float), np.where(seen.any(axis=1), 6 - seen[:, ::-1].argmax(axis=1), 0.0)
    model = BgBb(1.2, 0.75, 0.66, 2.8)
    for frequency in range(7):
        some = x == frequency
        expected = model.expected(5, x[some], t_x[some], np.full(some.sum(), 6.0))
        assert expected.mean() == pytest.approx(gave[some, 6:].sum(axis=1).mean(), rel=0.08, abs=0.02)


def test_gamma_gamma_finds_its_own_truth():
    chance = np.random.default_rng(5)
    x = chance.integers(1, 12, 5000).astype(float)
    rates = chance.gamma(3.7, 1 / 15.4, 5000)
    total = chance.gamma(6.2 * x) / rates
    fit = gamma_gamma.fit(Spending(x, total, np.ones(5000)))
    for parameter, truth in {"p": 6.2, "q": 3.7, "v": 15.4}.items():
        assert abs(fit.parameters[parameter] - truth) < 3.5 * fit.standard_errors[parameter]
    model = GammaGamma(**fit.parameters)
    assert model.expected(a(0), a(0)) == pytest.approx(model.mean)
    # A long history speaks for itself.
    assert model.expected(a(10_000), a(420_000)) == pytest.approx(42, rel=1e-2)


# --- the tails ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("x", "t_x", "T"), [(0, 0, 38.9), (2, 30.43, 38.86), (200, 50, 104), (5, 0.14, 38), (1000, 10, 100)]
)
def test_the_leaving_integral_is_the_one_that_a_slow_quadrature_finds(x, t_x, T):
    r, alpha, s, beta = 0.5, 10.0, 0.7, 9.0
    scale = (r + x) * math.log(alpha + t_x)

    def leaving(u: float) -> float:
        return s * math.exp(scale - (r + x) * math.log(alpha + u)) * (beta + u) ** -(s + 1)

    upto = min(T, t_x + 50 * (alpha + t_x) / (r + x))
    whole, _ = quad(leaving, t_x, upto, epsabs=0, epsrel=1e-11, limit=500)
    gone = pareto_nbd._leaving(a(r, alpha, s, beta), a(x), a(t_x), a(T)).log_chance
    assert gone[0] == pytest.approx(math.log(whole) - scale, rel=1e-9)


@pytest.mark.parametrize(
    "model",
    [BgNbd(0.24, 4.4, 0.79, 2.4), BgNbd(0.24, 4.4, 1.0, 2.4), BgNbd(0.5, 6, 3.0, 1.6, modified=True),
     ParetoNbd(0.55, 10.6, 0.6, 11.7), ParetoNbd(0.55, 10.6, 1.0, 11.7)],
)  # fmt: skip
def test_no_history_gives_anything_but_a_probability_and_a_number_of_purchases(model):
    x = a(0, 0, 1, 1, 100, 5000, 5000, 20_000)
    t_x = a(0, 0, 0.1, 3650, 99.9, 1, 3649, 3650)
    T = a(0, 3650, 3650, 3650, 100, 3650, 3650, 3650)
    alive = model.p_alive(x, t_x, T)
    assert ((alive >= 0) & (alive <= 1)).all()
    for t in (0.0, 1e-6, 1.0, 520.0, 1e5):
        expected = model.expected(t, x, t_x, T)
        most = (model.r + x) * t / (model.alpha + T)
        assert (expected >= 0).all()
        assert (expected <= most * (1 + 1e-6)).all()
    shorter, longer = model.expected(10.0, x, t_x, T), model.expected(20.0, x, t_x, T)
    assert (shorter <= longer).all()


@pytest.mark.parametrize("aa", [0.9985, 0.9995, 1.0, 1.0005, 1.001, 1.0015])
@pytest.mark.parametrize(
    ("r", "alpha", "c", "t"), [(2.2, 43.0, 4.4, 39), (50.2, 43.3, 52.0, 10), (0.24, 4.4, 2.4, 1e5)]
)
def test_near_the_pole_at_one_no_digits_are_lost(aa, r, alpha, c, t):
    def bought(u: float) -> float:
        p = math.exp(u)
        return -math.expm1(-r * math.log1p(p * t / alpha)) * p ** (aa - 1) * (1 - p) ** (c - 1)

    # Over p of beta(a, c), in the logarithm of p.
    parts = [quad(bought, *ends, epsabs=0, epsrel=1e-12, limit=1000)[0] for ends in ((-50, -5), (-5, 0))]
    exact = sum(parts) / beta_function(aa, c)
    assert bgnbd._purchases(r, alpha, aa, c, a(t)) == pytest.approx(exact, rel=1e-8)


@pytest.mark.parametrize("aa", [1e-7, 0.5, 2.5])
@pytest.mark.parametrize("c", [1e3, 1e5, 1e6, 1e7, 1e8])
def test_where_hardly_anybody_leaves_purchases_are_those_of_a_steady_rate(aa, c):
    # They go to r t / alpha, and fall short of it by about E[p] (r + 1) t / 2 alpha.
    steady = 3.7 * 13.4 / 50
    missing = 1 - bgnbd._purchases(3.7, 50.0, aa, a(c), a(13.4)) / steady
    assert missing == pytest.approx(aa / (aa + c) * 4.7 * 13.4 / 100, rel=0.02, abs=1e-12)


@pytest.mark.parametrize(
    ("r", "alpha", "aa", "c", "t"),
    [(2.2, 43.3, 0.79, 4.4, 39), (50.2, 43.3, 0.2, 52.0, 10), (0.24, 4.4, 2.5, 2.4, 500)],
)
def test_the_closed_form_and_the_quadrature_that_stands_in_for_it_agree(r, alpha, aa, c, t):
    def bought(p: float) -> float:
        return (1 - (alpha / (alpha + p * t)) ** r) / p * p ** (aa - 1) * (1 - p) ** (c - 1)

    slow = quad(bought, 0, 1, limit=500)[0] / beta_function(aa, c)
    assert bgnbd._purchases(r, alpha, aa, c, a(t)) == pytest.approx(slow, rel=1e-6)
    assert bgnbd._by_quadrature(a(r), a(alpha), aa, a(c), a(t)) == pytest.approx(slow, rel=1e-3)


def test_the_counts_of_a_new_customer_add_up():
    for model in (BgNbd(0.24, 4.4, 0.79, 2.4), BgNbd(0.5, 6, 0.9, 1.6, modified=True)):
        chances = np.array([model.p_count(n, a(39))[0] for n in range(400)])
        assert chances.sum() == pytest.approx(1, abs=1e-4)
        assert chances @ np.arange(400) == pytest.approx(model.expected_new(a(39))[0], rel=1e-2)


# --- when there is no best ------------------------------------------------------------------------


def test_nobody_who_came_back_leaves_nothing_to_fit_and_says_what_to_try():
    once = Histories(np.zeros(50), np.zeros(50), np.full(50, 20.0), np.ones(50))
    with pytest.raises(FitFailed, match="prior"):
        bgnbd.fit(once)


@pytest.mark.parametrize("fit", [bgnbd.fit, pareto_nbd.fit])
def test_customers_of_one_rhythm_leave_no_rates_to_tell_apart_and_the_remedy_says_so(fit):
    seen = np.arange(40.0, 60.0)
    monthly = np.floor(seen / 4.3)
    with pytest.raises(FitFailed, match="r and alpha run off upwards") as told:
        fit(Histories(monthly, monthly * 4.3, seen, np.full(20, 50.0)))
    assert "all buy at one rhythm" in told.value.found
    assert "--model boosted" in told.value.remedy


def test_where_nobody_leaves_the_rest_is_told_all_the_same():
    chance = np.random.default_rng(2)
    rates, ages = chance.gamma(1.5, 1 / 8.0, 3000), chance.uniform(20, 60, 3000)
    x = chance.poisson(rates * ages).astype(float)
    # The last purchases lie later than chance would put them if everybody stayed.
    t_x = ages * np.where(x > 0, chance.beta(np.maximum(x, 1) + 0.2, 1), 0.0)
    fit = bgnbd.fit(Histories(x, t_x, ages, np.ones(3000)))
    assert fit.standard_errors["a"] is None
    assert fit.parameters["r"] == pytest.approx(1.5, abs=3.5 * fit.standard_errors["r"])
    assert BgNbd(**fit.parameters).p_alive(x, t_x, ages).min() > 0.99


@pytest.mark.parametrize("name", ["bgnbd", "mbgnbd", "pareto_nbd"])
def test_no_other_start_finds_a_likelier_place(name):
    histories, _ = bought(name, 1500, 60.0, seed=4)
    found = fitted(name, histories)[0].log_likelihood
    module = pareto_nbd if name == "pareto_nbd" else bgnbd
    how = {"modified": True} if name == "mbgnbd" else {}
    objective, chance = module.objective(histories, **how), np.random.default_rng(9)
    for _ in range(5):
        start = np.exp(chance.uniform(-2, 4, 4))
        other = maximised(name, module.NAMES, objective, [start], 1500, leaving=module.NAMES)
        assert other.log_likelihood <= found + 1e-6


def test_a_prior_holds_what_runs_off_and_is_labelled():
    once = Histories(np.zeros(50), np.zeros(50), np.full(50, 20.0), np.ones(50))
    priors = {name: Prior(1.0, 1.0) for name in ("r", "alpha", "a", "b")}
    held = bgnbd.fit(once, priors=priors)
    assert held.is_map
    assert held.as_json()["estimate"] == "maximum a posteriori"


@pytest.mark.parametrize(("x", "t_x", "T"), [(0, 1, 2), (1, 3, 2), (-1, 0, 2), (1, -1, 2)])
def test_a_history_that_cannot_be_is_refused(x, t_x, T):
    with pytest.raises(ValueError, match="history"):
        Histories(a(x), a(t_x), a(T), a(1))
