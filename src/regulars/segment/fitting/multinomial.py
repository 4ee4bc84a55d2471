"""Multinomial logistic regression: the weights under which the labels are most probable.

Cox (1966) for several labels, with a ridge penalty on the weights (Hoerl & Kennard 1970; le Cessie & van
Houwelingen 1992) of half their sum of squares, so that they stay finite where a feature parts the labels
wholly. Weights are rounded to thousandths: what is kept of them moves no more than the third decimal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regulars.segment.rules.linear import HEAVIEST, Weights
from regulars.segment.rules.prepared import UNITS

ROUNDS = 2_000
STEEP = 1e-5
"""A slope of the mean log-likelihood beyond this at the end means that the best weights were not reached."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Regression:
    """Weights by segment id, and whether the search for them came to its end."""

    weights: dict[str, Weights]
    has_converged: bool


def regression(places: Floats, labels: npt.NDArray[np.int64], ids: Sequence[str]) -> Regression:
    """The weights for labels 0 to len(ids) − 1 of customers × prepared features (whole thousandths).

    Deterministic on one machine in one thread: limit the threads of the linear algebra before.
    """
    from scipy.optimize import minimize

    design = np.hstack([np.ones((len(places), 1)), places / UNITS])
    is_label = np.zeros((len(labels), len(ids)))
    is_label[np.arange(len(labels)), labels] = 1.0
    shape = (len(ids), design.shape[1])

    def loss(flat: Floats) -> tuple[float, Floats]:
        weights = flat.reshape(shape)
        scores = design @ weights.T
        scores -= scores.max(axis=1, keepdims=True)
        shares = np.exp(scores)
        total = shares.sum(axis=1, keepdims=True)
        penalty = weights.copy()
        penalty[:, 0] = 0.0
        slope = ((shares / total - is_label).T @ design + penalty) / len(labels)
        likelihood = (scores * is_label).sum() - np.log(total).sum()
        return float((0.5 * (penalty**2).sum() - likelihood) / len(labels)), slope.ravel()

    found = minimize(
        loss,
        np.zeros(shape[0] * shape[1]),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": ROUNDS, "maxfun": 2 * ROUNDS, "ftol": 1e-15, "gtol": 1e-8},
    )
    whole = np.floor(found.x.reshape(shape) * UNITS + 0.5).clip(-HEAVIEST, HEAVIEST)
    weights = {
        each: Weights(int(row[0]), tuple(int(weight) for weight in row[1:]))
        for each, row in zip(ids, whole, strict=True)
    }
    return Regression(weights, bool(np.abs(found.jac).max() <= STEEP))
