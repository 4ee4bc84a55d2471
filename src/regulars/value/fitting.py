"""Maximum likelihood for the value models: positive parameters, analytic gradients, standard errors."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from regulars.errors import FitFailed

Array = npt.NDArray[np.float64]
Objective = Callable[[Array], tuple[float, Array]]
"""Parameters to the log-likelihood and its gradient."""

STEP = 1e-5
"""Relative step of the central differences that make a Hessian out of gradients."""
UNKNOWN = 10.0
"""A standard error of a logarithm beyond this says that any value would do."""
EDGE = 15.0
"""A logarithm beyond this is no estimate any more: the parameter runs off to zero or beyond all bounds."""
STEEP = 1e-4
"""A gradient (per customer and logarithm of a parameter) beyond this is no maximum."""


@dataclass(frozen=True)
class Fitted:
    """A fitted model: parameters and standard errors by name, the log-likelihood, and what it rests on.

    A standard error is None where any value would do as well, as of leaving where nobody is seen to
    leave. ``is_map``: a prior was
    given, so these are the most probable parameters and not the most likely ones; ``log_likelihood``
    is that of the data alone in either case.
    """

    model: str
    parameters: Mapping[str, float]
    standard_errors: Mapping[str, float | None]
    log_likelihood: float
    customers: int
    is_map: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "model": self.model,
            "estimate": "maximum a posteriori" if self.is_map else "maximum likelihood",
            "parameters": dict(self.parameters),
            "standard_errors": dict(self.standard_errors),
            "log_likelihood": self.log_likelihood,
            "customers": self.customers,
        }


@dataclass(frozen=True)
class Prior:
    """What is held of a parameter before the data: log-normal, by its median and the sd of its logarithm."""

    median: float
    log_sd: float

    def __post_init__(self) -> None:
        if not (self.median > 0 and self.log_sd > 0):
            raise ValueError("a prior needs a median and a log_sd above zero")


def maximised(
    model: str,
    names: Sequence[str],
    objective: Objective,
    starts: Sequence[Sequence[float]],
    customers: int,
    priors: Mapping[str, Prior] | None = None,
    leaving: Sequence[str] = (),
) -> Fitted:
    """The parameters (all above zero) that maximise the objective, from the best of several starts.

    The search runs over logarithms, by L-BFGS and then Newton steps. The parameters of ``leaving`` may
    run off to an edge, where nobody is seen to leave. Raises FitFailed where another one does, or no
    start leads to a maximum.
    """
    from scipy.optimize import minimize

    held = [(priors or {}).get(name) for name in names]

    def downhill(logs: Array) -> tuple[float, Array]:
        parameters = np.exp(logs)
        height, gradient = objective(parameters)
        height, slope = height / customers, gradient * parameters / customers
        for at, prior in enumerate(held):
            if prior is not None:
                off = (logs[at] - math.log(prior.median)) / prior.log_sd
                height, slope[at] = (
                    height - off * off / 2 / customers,
                    slope[at] - off / prior.log_sd / customers,
                )
        return -height, -slope

    best: Array | None = None
    lowest = math.inf
    for start in starts:
        bounds = [(-20.0, 20.0)] * len(names)
        options = {"maxiter": 2000, "ftol": 1e-15, "gtol": 1e-9, "maxcor": 20}
        found = minimize(
            downhill, np.log(np.asarray(start)), jac=True, method="L-BFGS-B", bounds=bounds, options=options
        )
        if np.isfinite(found.fun) and found.fun < lowest:
            best, lowest = found.x, float(found.fun)
    if best is None:
        raise _failed(model, "the likelihood is not a number anywhere near the starts", names, None)
    best = _polished(downhill, best)
    _, slope = downhill(best)
    errors = _standard_errors(downhill, best, customers)
    flat = ~(errors < UNKNOWN) | (np.abs(best) > EDGE)
    if flat.any():
        # Where leaving cannot be told, the others are judged with it held.
        flat = np.array([name in leaving for name in names]) & flat.any()
        errors = _standard_errors(downhill, best, customers, ~flat)
    lost = ~flat & (~(errors < UNKNOWN) | (np.abs(slope) > STEEP) | (np.abs(best) > EDGE))
    if lost.any():
        named = " and ".join(name for name, each in zip(names, lost, strict=True) if each)
        raise _failed(model, f"these customers do not tell {named}", names, np.exp(best))
    parameters = np.exp(best)
    return Fitted(
        model=model,
        parameters={name: float(value) for name, value in zip(names, parameters, strict=True)},
        standard_errors={
            name: None if unknown else float(error * value)
            for name, unknown, error, value in zip(names, flat, errors, parameters, strict=True)
        },
        log_likelihood=float(objective(parameters)[0]),
        customers=customers,
        is_map=any(held),
    )


def _polished(downhill: Objective, at: Array) -> Array:
    """A few Newton steps, each kept only if it goes down."""
    for _ in range(20):
        height, slope = downhill(at)
        try:
            step = np.linalg.solve(_hessian(downhill, at), slope)
        except np.linalg.LinAlgError:
            return at
        if not np.isfinite(step).all() or np.abs(step).max() > 1:
            return at
        lower, _ = downhill(at - step)
        if not lower <= height:
            return at
        at = at - step
        if np.abs(step).max() < 1e-12:
            return at
    return at


def _hessian(downhill: Objective, at: Array) -> Array:
    rows = []
    for axis in range(len(at)):
        step = np.zeros_like(at)
        step[axis] = STEP
        rows.append((downhill(at + step)[1] - downhill(at - step)[1]) / (2 * STEP))
    square = np.array(rows)
    return (square + square.T) / 2


def _standard_errors(
    downhill: Objective, at: Array, customers: int, told: npt.NDArray[np.bool_] | None = None
) -> Array:
    """Of the logarithms, from the curvature at the maximum along the axes that are ``told`` (all of them
    where it is None); infinite where it is flat, and along the other axes."""
    kept = np.ones(len(at), dtype=bool) if told is None else told
    errors = np.full(len(at), np.inf)
    try:
        variances = np.diag(np.linalg.inv(_hessian(downhill, at)[np.ix_(kept, kept)] * customers))
    except np.linalg.LinAlgError:
        return errors
    errors[kept] = np.sqrt(np.where(variances > 0, variances, np.inf))
    return errors


def _failed(model: str, found: str, names: Sequence[str], at: Array | None) -> FitFailed:
    where = "" if at is None else f" at {', '.join(f'{n} = {v:.4g}' for n, v in zip(names, at, strict=True))}"
    return FitFailed(
        f"model {model}", f"{found}{where}",
        "Give a prior for the parameter that runs off, take a longer calibration period or more customers, "
        "or choose another model: with few repeat buyers this one cannot be told.",
    )  # fmt: skip
