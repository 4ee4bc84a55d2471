"""Weighted scores: the highest wins, ties go to the first, and probability follows by softmax."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest

from regulars.engine import Engine
from regulars.segment.definition import Definition
from regulars.segment.fitting.multinomial import regression
from regulars.segment.rules.linear import NEVER, Linear, Weights
from regulars.segment.rules.prepared import Prepared
from regulars.types import Segment

X = Prepared("x", 0.0, -50.0, 50.0, False, 0.0, 1.0)


def given(rule: Linear, x: float) -> tuple[str, float]:
    """What SQL and scorer both say of a customer."""
    segments = tuple(Segment(each, each, rule.words(each)) for each in rule.segment_ids)
    definition = Definition("tried", "by_hand", {}, {}, rule, segments, {})
    with Engine(threads=1) as engine:
        engine.create("people", f"select 'C1' as customer_id, cast({x!r} as double) as x")
        steps = {step.name: step for step in definition.steps("people", date(2024, 6, 30))}
        engine.make("assignments", steps)
        ((segment, probability),) = engine.rows("select segment_id, probability from assignments")
    scored = definition.score({"x": x})
    assert (scored.segment_id, scored.probability) == (segment, probability)
    return segment, probability


def test_of_equally_high_scores_the_first_segment_wins_whatever_the_order_of_weights() -> None:
    weights = {"c": Weights(0, (500,)), "b": Weights(1000, (0,)), "a": Weights(0, (500,))}
    rule = Linear(("a", "b", "c"), (X,), weights)
    assert given(rule, 2.0)[0] == "a"
    assert given(rule, 3.0)[0] == "a"
    assert given(rule, 1.0)[0] == "b"
    assert list(rule.as_json()["weights"]) == ["a", "b", "c"]


def test_probability_is_the_softmax_of_the_scores() -> None:
    rule = Linear(("a", "b"), (X,), {"a": Weights(0, (1000,)), "b": Weights(500, (0,))})
    segment, probability = given(rule, 2.0)
    assert segment == "a"
    assert probability == pytest.approx(1 / (1 + math.exp(-1.5)), abs=5e-7)


def test_scores_far_behind_are_nothing_and_break_nothing() -> None:
    rule = Linear(("a", "b"), (X,), {"a": Weights(0, (1_000_000,)), "b": Weights(0, (-1_000_000,))})
    assert given(rule, 50.0) == ("a", 1.0)
    assert given(rule, -50.0) == ("b", 1.0)


def test_a_segment_without_weights_is_never_given_and_says_so() -> None:
    rule = Linear(("a", "b"), (X,), {"b": Weights(-1000, (10,))})
    assert rule.words("a") == NEVER
    assert given(rule, 1.0) == ("b", 1.0)


def test_weights_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="segments of their own"):
        Linear(("a",), (X,), {})
    with pytest.raises(ValueError, match="one weight for each"):
        Linear(("a",), (X,), {"a": Weights(0, ())})
    with pytest.raises(ValueError, match="beyond"):
        Linear(("a",), (X,), {"a": Weights(0, (10**7,))})


def test_regression_finds_the_weights_that_scikit_learn_finds() -> None:
    from sklearn.linear_model import LogisticRegression

    chance = np.random.default_rng(5)
    places = np.floor(chance.normal(size=(600, 3)) * 1000)
    pull = places / 1000 @ np.array([[1.0, -0.5, 0.0], [0.0, 0.4, -1.2], [0.3, 0.0, 0.8]]).T
    labels = (pull + chance.gumbel(size=pull.shape)).argmax(axis=1)
    found = regression(places, labels, ("a", "b", "c"))
    theirs = LogisticRegression(C=1.0, tol=1e-9, max_iter=5000).fit(places / 1000, labels)
    assert found.has_converged
    for row, (constant, each) in enumerate(zip(theirs.intercept_, theirs.coef_, strict=True)):
        ours = found.weights["abc"[row]]
        assert ours.constant / 1000 == pytest.approx(constant, abs=0.001)
        assert np.array(ours.each) / 1000 == pytest.approx(each, abs=0.001)


def test_labels_that_a_feature_parts_wholly_leave_the_weights_finite() -> None:
    places = np.array([[-1000.0]] * 30 + [[1000.0]] * 30)
    labels = np.array([0] * 30 + [1] * 30)
    found = regression(places, labels, ("a", "b"))
    assert found.has_converged
    assert 0 < found.weights["b"].each[0] < 10_000
