"""Maximum likelihood for the value models: positive parameters, Newton's method, standard errors."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from regulars.errors import FitFailed

Array = npt.NDArray[np.float64]
Height = tuple[float, Array, Array]
"""A log-likelihood, its gradient, and the matrix of its second derivatives."""
Objective = Callable[[Array], Height]
"""From parameters to the log-likelihood there."""

AT_ONCE = 8192
"""Rows worked on at a time: what is made of them stays near the processor, and memory stays flat."""
STEPS = 200
"""Newton steps from one start: some ten lead to a maximum, the others to where there is none."""
FARTHEST = 2.0
"""No step changes a logarithm by more."""
SETTLED = 1e-7
"""After a Newton step as small as this (in logarithms) the next would be lost in rounding."""
ROUNDING = 1e-12
"""What a height may be off by, relatively: a smaller gain cannot be seen."""
UNSEEN = 3
"""So many steps are taken that gain no more than that: Newton's are squared in precision each."""
HALVINGS = 40
BOUND = 16.0
"""No logarithm is looked for beyond this."""
UNKNOWN = 10.0
"""A standard error of a logarithm beyond this says that any value would do."""
EDGE = 15.0
"""A logarithm beyond this is no estimate any more: the parameter runs off to zero or beyond all bounds."""
STEEP = 1e-4
"""A gradient (per customer and logarithm of a parameter) beyond this is no maximum."""

_MAP = "maximum a posteriori"


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

    def vague(self, names: Sequence[str]) -> tuple[str, ...]:
        """Those of the parameters that are not told, or are smaller than their standard errors."""
        errors = {name: error for name, error in self.standard_errors.items() if name in names}
        return tuple(name for name, error in errors.items() if error is None or error > self.parameters[name])

    def as_json(self) -> dict[str, Any]:
        return {
            "model": self.model,
            "estimate": _MAP if self.is_map else "maximum likelihood",
            "parameters": dict(self.parameters),
            "standard_errors": dict(self.standard_errors),
            "log_likelihood": self.log_likelihood,
            "customers": self.customers,
        }

    @staticmethod
    def from_json(saved: Mapping[str, Any]) -> Fitted:
        """The model of such a document; other keys are not looked at. Raises KeyError for one missing."""
        return Fitted(
            saved["model"], saved["parameters"], saved["standard_errors"], saved["log_likelihood"],
            saved["customers"], is_map=saved["estimate"] == _MAP,
        )  # fmt: skip


@dataclass(frozen=True)
class Prior:
    """What is held of a parameter before the data: log-normal, by its median and the sd of its logarithm."""

    median: float
    log_sd: float

    def __post_init__(self) -> None:
        if not (self.median > 0 and self.log_sd > 0):
            raise ValueError("a prior needs a median and a log_sd above zero")


def summed(weights: Array, values: Array) -> float:
    """The sum of weighted values, in an order that neither threads nor the linear algebra library choose."""
    return float(np.einsum("i,i->", weights, values))


def counted(values: Array, weights: Array) -> tuple[Array, Array]:
    """The distinct values in their order, and the weight of each."""
    distinct, of = np.unique(values, return_inverse=True)
    return distinct, np.asarray(np.bincount(of, weights=weights), dtype=np.float64)


def in_parts(rows: int, of_part: Callable[[slice], Height], at_once: int = AT_ONCE) -> Height:
    """The heights of all rows together, made of so many of them at a time."""
    return added(of_part(slice(at, at + at_once)) for at in range(0, rows, at_once))


def added(heights: Iterable[Height]) -> Height:
    logs, slopes, curvatures = zip(*heights, strict=True)
    return float(sum(logs)), np.sum(slopes, axis=0), np.sum(curvatures, axis=0)


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

    The search runs over logarithms, by Newton steps; a start that leads to a maximum saves the others. The
    parameters of ``leaving`` may run off to an edge, where nobody is seen to leave. Raises FitFailed where
    another one does, or no start leads to a maximum.
    """
    held = [(priors or {}).get(name) for name in names]

    def seen(logs: Array) -> _Place:
        parameters = np.exp(logs)
        height, slope, curvature = objective(parameters)
        slope = slope * parameters
        curvature = curvature * np.outer(parameters, parameters) + np.diag(slope)
        for at, prior in enumerate(held):
            if prior is not None:
                off = (logs[at] - math.log(prior.median)) / prior.log_sd
                height -= off * off / 2
                slope[at] -= off / prior.log_sd
                curvature[at, at] -= 1 / prior.log_sd**2
        return _Place(logs, -height / customers, -slope / customers, -curvature / customers)

    best: _Place | None = None
    for start in starts:
        found = _lowest(seen, np.log(np.asarray(start, dtype=np.float64)))
        if found.is_finite and (best is None or found.height < best.height):
            best = found
        if best is not None and not _lost(best, _standard_errors(best.curvature, customers)).any():
            break
    if best is None:
        raise _failed(model, "the likelihood is not a number anywhere near the starts", names, None)
    errors = _standard_errors(best.curvature, customers)
    flat = ~(errors < UNKNOWN) | (np.abs(best.logs) > EDGE)
    if flat.any():
        # Where leaving cannot be told, the others are judged with it held.
        flat = np.array([name in leaving for name in names]) & flat.any()
        errors = _standard_errors(best.curvature, customers, ~flat)
    lost = ~flat & _lost(best, errors)
    if lost.any():
        raise _untold(model, names, best.logs, lost, leaving)
    parameters = np.exp(best.logs)
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


@dataclass(frozen=True)
class _Place:
    """Logarithms of parameters, and the objective there, upside down and a customer."""

    logs: Array
    height: float
    slope: Array
    curvature: Array

    @property
    def is_finite(self) -> bool:
        return bool(
            np.isfinite(self.height) and np.isfinite(self.slope).all() and np.isfinite(self.curvature).all()
        )


def _lowest(seen: Callable[[Array], _Place], start: Array) -> _Place:
    """Where Newton steps from a start lead; a step that does not lead down is halved."""
    here, unseen = seen(start), 0
    for _ in range(STEPS):
        if not here.is_finite:
            break
        step, slack = _step(here), ROUNDING * abs(here.height)
        tries = (seen(np.clip(here.logs - step / 2**n, -BOUND, BOUND)) for n in range(HALVINGS))
        there = next((each for each in tries if each.is_finite and each.height <= here.height + slack), here)
        unseen += int(here.slope @ step / 2 < slack)
        moved = np.abs(there.logs - here.logs).max()
        here = there
        if moved < SETTLED or unseen == UNSEEN:
            break
    return here


def _step(here: _Place) -> Array:
    """The Newton step; where the ground is no bowl, curvatures count by their size, which leads down too."""
    curves, axes = np.linalg.eigh(here.curvature)
    sizes = np.maximum(np.abs(curves), np.finfo(np.float64).tiny)
    step = axes @ ((axes.T @ here.slope) / sizes)
    return np.asarray(step * min(1.0, FARTHEST / max(float(np.abs(step).max()), FARTHEST)))


def _lost(best: _Place, errors: Array) -> npt.NDArray[np.bool_]:
    """Of which parameters a place is no estimate."""
    return np.asarray(
        ~(errors < UNKNOWN) | (np.abs(best.slope) > STEEP) | (np.abs(best.logs) > EDGE), dtype=bool
    )


def _standard_errors(curvature: Array, customers: int, told: npt.NDArray[np.bool_] | None = None) -> Array:
    """Of the logarithms, from the curvature at the maximum along the axes that are ``told`` (all of them
    where it is None); infinite where it is flat, and along the other axes."""
    kept = np.ones(len(curvature), dtype=bool) if told is None else told
    errors = np.full(len(curvature), np.inf)
    try:
        variances = np.diag(np.linalg.inv(curvature[np.ix_(kept, kept)] * customers))
    except np.linalg.LinAlgError:
        return errors
    errors[kept] = np.sqrt(np.where(variances > 0, variances, np.inf))
    return errors


def _untold(
    model: str, names: Sequence[str], logs: Array, lost: npt.NDArray[np.bool_], leaving: Sequence[str]
) -> FitFailed:
    """Why there is no estimate. Rates of gamma(r, alpha), or chances of beta(alpha, beta), that run off
    upwards together are one rate for all."""
    rates = {name: log for name, log in zip(names, logs, strict=True) if name not in leaving}
    if leaving and max(rates.values()) > EDGE and min(rates.values()) > EDGE / 2:
        return FitFailed(
            f"model {model}",
            f"{' and '.join(rates)} run off upwards: customers differ by no more than chance, and all buy at "
            "one rhythm",
            "Where that is so, as under contracts and standing orders, use regulars value --model boosted. "
            "Else take a longer calibration period or more customers, or give a prior for one of these.",
        )
    named = " and ".join(name for name, each in zip(names, lost, strict=True) if each)
    return _failed(model, f"these customers do not tell {named}", names, np.exp(logs))


def _failed(model: str, found: str, names: Sequence[str], at: Array | None) -> FitFailed:
    where = "" if at is None else f" at {', '.join(f'{n} = {v:.4g}' for n, v in zip(names, at, strict=True))}"
    return FitFailed(
        f"model {model}", f"{found}{where}",
        "Give a prior for the parameter that runs off, take a longer calibration period or more customers, "
        "or choose another model: with few repeat buyers this one cannot be told.",
    )  # fmt: skip
