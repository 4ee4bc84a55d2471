"""Whether a treatment that works differently is found, and one that does not is left alone."""

from __future__ import annotations

import math

import duckdb
import numpy as np
import pytest
from scipy import stats

from regulars.measure.heterogeneity import Group, effect, heterogeneity
from regulars.value.many import holm


def drawn(chance: np.random.Generator, n: int, mean: float, *, kind: str) -> Group:
    if kind == "conversions":
        return Group.of_conversions(n, int(chance.binomial(n, mean)))
    values = chance.gamma(0.5, mean / 0.5, n) if kind == "amounts" else chance.normal(mean, 1, n)
    return Group(n, float(values.mean()), float(values.var(ddof=1)))


def test_an_effect_is_the_t_test_of_welch():
    chance = np.random.default_rng(1)
    one, other = chance.normal(1, 1, 40), chance.normal(0, 3, 60)
    found = effect(*(Group(len(each), each.mean(), each.var(ddof=1)) for each in (one, other)))
    welch = stats.ttest_ind(one, other, equal_var=False)
    assert found.size == pytest.approx(one.mean() - other.mean())
    assert found.p == pytest.approx(welch.pvalue)
    assert found.interval == pytest.approx(tuple(welch.confidence_interval()))


def test_q_is_that_of_cochran_and_of_large_samples_its_chi_square():
    arms = {
        "a": (Group(5_000_000, 1.2, 4.0), Group(5_000_000, 1.0, 4.0)),
        "b": (Group(5_000_000, 1.2, 4.0), Group(5_000_000, 1.003, 4.0)),
        "c": (Group(2_000_000, 1.2, 4.0), Group(2_000_000, 0.998, 4.0)),
    }
    found = heterogeneity(arms)
    sizes, weights = np.array([0.2, 0.197, 0.202]), np.array([1 / 1.6e-6, 1 / 1.6e-6, 1 / 4e-6])
    middle = (sizes * weights).sum() / weights.sum()
    assert found.q == pytest.approx((weights * (sizes - middle) ** 2).sum())
    assert found.p == pytest.approx(stats.chi2.sf(found.q, 2), rel=1e-3)


def test_two_segments_are_told_apart_as_their_difference_is():
    arms = {"a": (Group(40, 1.2, 4.0), Group(35, 1.0, 3.0)), "b": (Group(30, 0.2, 2.0), Group(31, 0.9, 5.0))}
    found = heterogeneity(arms)
    assert found.p == pytest.approx(found.apart["a"].p, rel=1e-9)
    assert found.apart["a"].size == pytest.approx(-found.apart["b"].size)


def test_a_segment_in_which_nobody_converts_is_not_certain():
    found = heterogeneity({
        "a": (Group.of_conversions(200, 0), Group.of_conversions(200, 0)),
        "b": (Group.of_conversions(200, 4), Group.of_conversions(200, 2)),
    })  # fmt: skip
    low, high = found.effects["a"].interval
    assert low < -0.01
    assert high > 0.01
    assert found.p > 0.05


@pytest.mark.parametrize(("kind", "mean"), [("normal", 0.0), ("conversions", 0.1), ("amounts", 5.0)])
def test_a_treatment_that_works_alike_is_called_different_in_one_of_twenty_at_most(kind, mean):
    chance = np.random.default_rng(7)
    sizes, trials = (60, 150, 400, 900, 300, 80), 400
    interaction = segments = 0
    for _ in range(trials):
        arms = {
            str(at): (drawn(chance, n, mean + 0.05, kind=kind), drawn(chance, n, mean, kind=kind))
            for at, n in enumerate(sizes)
        }
        found = heterogeneity(arms)
        interaction += found.p <= 0.05
        segments += min(holm({name: each.p for name, each in found.apart.items()}).values()) <= 0.05
    # Three standard errors of 5 % in 400 trials.
    most = trials * 0.05 + 3 * math.sqrt(trials * 0.05 * 0.95)
    assert interaction <= most
    assert segments <= most


def test_a_segment_that_answers_otherwise_is_found_and_named():
    chance, found = np.random.default_rng(8), 0
    for _ in range(60):
        arms = {
            str(at): (drawn(chance, 1500, 0.30 if at == 2 else 0.22, kind="conversions"),
                      drawn(chance, 1500, 0.20, kind="conversions"))
            for at in range(5)
        }  # fmt: skip
        told = heterogeneity(arms)
        p = holm({name: each.p for name, each in told.apart.items()})
        found += told.p <= 0.05 and p["2"] <= 0.05 and min(p, key=p.__getitem__) == "2"
    assert found >= 57


@pytest.mark.parametrize(
    ("by", "arm", "published"),
    [
        ("concat(mens, womens)", "Womens E-Mail", 7.3e-22),
        ("concat(mens, womens)", "Mens E-Mail", 9.0e-6),
        ("history_segment", "Womens E-Mail", 0.530),
        ("history_segment", "Mens E-Mail", 0.146),
    ],
)
def test_a_published_experiment_comes_out_as_published(shared_data, by, arm, published):
    """64,000 customers of a shop, an e-mail or none, visits within two weeks: what they bought before changes
    what the women's e-mail does, what they spent does not."""
    path = shared_data("hillstrom/hillstrom.parquet")
    rows = duckdb.sql(
        f"select {by}, segment, count(*), sum(visit) from read_parquet('{path}') group by all order by all"
    ).fetchall()
    groups = {(name, which): Group.of_conversions(n, int(visits)) for name, which, n, visits in rows}
    names = sorted({name for name, _ in groups})
    found = heterogeneity({name: (groups[name, arm], groups[name, "No E-Mail"]) for name in names})
    assert math.log10(found.p) == pytest.approx(math.log10(published), abs=0.15)
    if published < 1e-20:
        assert found.effects["10"].size == pytest.approx(0.0111, abs=5e-5)
        assert found.effects["01"].size == pytest.approx(0.0740, abs=5e-5)
