"""Logistic regression with a ridge: weights under which what came is most probable, kept small.

Cox (1958); le Cessie & van Houwelingen (1992). The penalty is half its strength times the sum of squared
weights of standardised columns; the intercept is free. The strength is that which foretells best the fifths
of customers left out in turn.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from regulars.value.auc import Flags, Floats

STRENGTHS = (0.3, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0)
FOLDS = 5
ROUNDS = 50
CLOSE = 1e-10


@dataclass(frozen=True)
class Logistic:
    """Weights a column, an intercept, and the strength of the penalty that they were found under."""

    intercept: float
    weights: Floats
    strength: float

    def logits(self, columns: Floats) -> Floats:
        return np.asarray(self.intercept + columns @ self.weights)


def fit(columns: Floats, came: Flags) -> Logistic:
    """The model of customers × columns, its strength chosen by how it foretells fifths left out.

    Both kinds of customers must be there. Deterministic in one thread: limit those of the linear algebra.
    """
    folds = _folds(came)
    losses = []
    for strength in STRENGTHS:
        loss = 0.0
        for fold in range(FOLDS):
            out = folds == fold
            found = fit_at(columns[~out], came[~out], strength)
            loss += float(_losses(found.logits(columns[out]), came[out]).sum())
        losses.append(round(loss, 6))
    # Of strengths that do as well, the strongest.
    best = max(range(len(STRENGTHS)), key=lambda at: (-losses[at], at))
    return fit_at(columns, came, STRENGTHS[best])


def effective_weights(columns: Floats, model: Logistic) -> float:
    """How many free weights those of the model are worth under their penalty, the intercept apart.

    The trace of what maps outcomes to what is fitted (Gray 1992; Hastie, Tibshirani & Friedman 2009, 7.6):
    as many as columns without a penalty, 0 under an endless one.
    """
    chance = 1.0 / (1.0 + np.exp(-model.logits(columns)))
    free = np.column_stack([np.ones(len(columns)), columns])
    bend = (free * (chance * (1 - chance))[:, None]).T @ free
    penalty = np.diag([0.0, *[model.strength] * columns.shape[1]])
    return float(np.trace(np.linalg.solve(bend + penalty, bend))) - 1.0


def fit_at(columns: Floats, came: Flags, strength: float) -> Logistic:
    """The weights under a penalty of that strength, by Newton's steps, halved where they go too far."""
    free = np.column_stack([np.ones(len(columns)), columns])
    penalty = np.full(free.shape[1], strength)
    penalty[0] = 0.0
    share = float(came.mean())
    at = np.zeros(free.shape[1])
    at[0] = np.log(share / (1 - share))
    height = _height(free, came, penalty, at)
    for _ in range(ROUNDS):
        chance = 1.0 / (1.0 + np.exp(-free @ at))
        slope = free.T @ (chance - came) + penalty * at
        bend = (free * (chance * (1 - chance))[:, None]).T @ free + np.diag(penalty)
        step = np.linalg.solve(bend, slope)
        while (lower := _height(free, came, penalty, at - step)) > height and np.abs(step).max() > CLOSE:
            step /= 2
        at, fallen, height = at - step, height - lower, lower
        if fallen <= CLOSE * abs(height):
            break
    return Logistic(float(at[0]), at[1:], strength)


def _height(free: Floats, came: Flags, penalty: Floats, at: Floats) -> float:
    return float(_losses(free @ at, came).sum() + 0.5 * (penalty * at * at).sum())


def _losses(logits: Floats, came: Flags) -> Floats:
    """Minus the log-likelihood of each customer."""
    return np.logaddexp(0.0, np.where(came, -logits, logits))


def _folds(came: Flags) -> np.ndarray:
    """A fifth for each customer, in turn among those for whom it came true and among the others."""
    folds = np.empty(len(came), dtype=np.int64)
    for kind in (came, ~came):
        folds[kind] = np.arange(int(kind.sum())) % FOLDS
    return folds
