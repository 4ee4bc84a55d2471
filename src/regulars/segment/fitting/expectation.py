"""Mixtures of normal clouds, fitted in whole numbers: the same on every machine, to the unit.

Expectation-maximisation (Dempster, Laird & Rubin 1977). What decides is rounded at every step: likelihoods
are those of the rule that will place customers, memberships are whole parts of one, so their sums stay below
2**53 and are exact. The rest is worked out one operation after the other, in an order that is written here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
import numpy.typing as npt

from regulars.measure.refit import Labels, Places
from regulars.segment.rules.mixture import FINE, NAT, Cloud
from regulars.segment.rules.prepared import UNITS

Covariance = Literal["diagonal", "full"]

NARROWEST = 0.1
"""Its square is added to each variance, in squared standard deviations: no cloud can shrink upon equal values
and draw in all likelihood there is."""
GAIN = 1e-4
"""Rounds go on while they add this much to the mean log-likelihood of a customer."""
ROUNDS = 200
STEPS = 10_000
"""A likelihood ratio is looked up to a ten-thousandth of a natural logarithm."""
DEEP = 16
"""A cloud less likely by e to this power gets no part of a customer."""
WHOLE = 2**24


@dataclass(frozen=True)
class Clouds:
    """k clouds in whole numbers, as :class:`regulars.segment.rules.mixture.Cloud` has them, side by side.

    ``whitening`` is k × d × d, lower triangles (diagonals where covariances are diagonal).
    """

    centres: Places
    whitening: Places
    constants: Places
    is_diagonal: bool

    @property
    def parameters(self) -> int:
        """Numbers fitted: shares, centres, variances and covariances."""
        k, d = len(self.centres), int(self.centres.shape[1])
        return k - 1 + k * d + k * (d if self.is_diagonal else d * (d + 1) // 2)

    def likelihoods(self, places: Places) -> Places:
        """Ln(share × density) of each customer in each cloud, in ``NAT`` parts: customers × k."""
        offsets = (self.whitening @ self.centres[:, :, None])[:, :, 0]
        found = np.empty((len(places), len(self.centres)))
        for k, rows in enumerate(self.whitening):
            seen = places * np.diagonal(rows) if self.is_diagonal else places @ rows.T
            numbers = np.floor((seen - offsets[k]) / FINE + 0.5)
            found[:, k] = self.constants[k] - (numbers * numbers).sum(axis=1)
        return found

    def cloud(self, k: int) -> Cloud:
        """One of them as the rule has it."""
        rows = [
            (row[j],) if self.is_diagonal else tuple(row[: j + 1]) for j, row in enumerate(self.whitening[k])
        ]
        whole = tuple(tuple(int(weight) for weight in row) for row in rows)
        return Cloud(int(self.constants[k]), tuple(int(at) for at in self.centres[k]), whole)


@dataclass(frozen=True)
class Fitted:
    """Clouds, each customer's likelihoods in them, and the log-likelihood of all, per customer.

    ``log_likelihood`` is that of prepared features in standard deviations.
    """

    clouds: Clouds
    likelihoods: Places
    log_likelihood: float

    @property
    def labels(self) -> Labels:
        """Each customer's likeliest cloud, of equals the first."""
        labels: Labels = self.likelihoods.argmax(axis=1)
        return labels


def fitted(places: Places, start: Labels, k: int, covariance: Covariance, rounds: int = ROUNDS) -> Fitted:
    """The mixture that expectation-maximisation settles on from these groups, 0 to k − 1."""
    whole = _whole_membership(places)
    members = (start[:, None] == np.arange(k)) * float(whole)
    found = _seen(places, _maximised(places, members, covariance))
    return improved(places, found, covariance, rounds)


def improved(places: Places, found: Fitted, covariance: Covariance, rounds: int = ROUNDS) -> Fitted:
    """The mixture after further rounds: until one adds too little, or is none."""
    whole = _whole_membership(places)
    for _ in range(rounds):
        members = memberships(found.likelihoods, whole)
        better = _seen(places, _maximised(places, members, covariance))
        gain = better.log_likelihood - found.log_likelihood
        if gain > 0:
            found = better
        if gain < GAIN:
            break
    return found


def seen(places: Places, clouds: Clouds) -> Fitted:
    """Any customers in these clouds."""
    return _seen(places, clouds)


def memberships(likelihoods: Places, whole: int) -> Places:
    """How far each customer belongs to each cloud, in whole parts of ``whole``."""
    weights = _weights(likelihoods)
    parts: Places = np.floor(weights / weights.sum(axis=1, keepdims=True) * whole + 0.5)
    return parts


def _weights(likelihoods: Places) -> Places:
    """The likelihood of each cloud beside that of the likeliest, in parts of ``WHOLE``."""
    below = likelihoods.max(axis=1, keepdims=True) - likelihoods
    steps = np.floor(below / (NAT / STEPS) + 0.5)
    weights: Places = _powers()[np.minimum(steps, DEEP * STEPS).astype(np.int64)]
    return weights


@cache
def _powers() -> Places:
    """Powers of e, to −step / STEPS, in parts of ``WHOLE``; nothing from ``DEEP`` on."""
    return np.array([math.floor(math.exp(-n / STEPS) * WHOLE + 0.5) for n in range(DEEP * STEPS)] + [0.0])


def _whole_membership(places: Places) -> int:
    """Into how many parts a customer may be divided, so that sums of parts × squares stay exact."""
    largest = max(1, int((places**2).sum(axis=0).max()))
    return 1 << max(1, min(16, 52 - largest.bit_length()))


def _seen(places: Places, clouds: Clouds) -> Fitted:
    likelihoods = clouds.likelihoods(places)
    most = likelihoods.max(axis=1).sum() / NAT
    rest = np.log(_weights(likelihoods).sum(axis=1) / WHOLE).sum()
    volume = places.shape[1] / 2 * math.log(2 * math.pi)
    return Fitted(clouds, likelihoods, round(float(most + rest) / len(places) - volume, 6))


def _maximised(places: Places, members: Places, covariance: Covariance) -> Clouds:
    """The clouds of customers so divided: shares, means and covariances, in whole numbers."""
    is_diagonal = covariance == "diagonal"
    sizes = np.maximum(members.sum(axis=0), 1.0)
    means = members.T @ places / sizes[:, None]
    centres = np.floor(means + 0.5) + 0.0
    if is_diagonal:
        variances = (members.T @ places**2 / sizes[:, None] - means * means) / UNITS**2 + NARROWEST**2
        whitening = np.floor(FINE / np.sqrt(variances) + 0.5)[:, :, None] * np.eye(places.shape[1])
    else:
        second = np.stack([(part[:, None] * places).T @ places for part in members.T]) / sizes[:, None, None]
        covariances = (second - means[:, :, None] * means[:, None, :]) / UNITS**2
        covariances += NARROWEST**2 * np.eye(places.shape[1])
        whitening = np.floor(_inverses(_cholesky(covariances)) * FINE + 0.5) + 0.0
    narrow = np.diagonal(whitening, axis1=1, axis2=2) / FINE
    shares = sizes / sizes.sum()
    constants = [
        math.floor(NAT * math.fsum([math.log(share), *map(math.log, each)]) + 0.5)
        for share, each in zip(shares.tolist(), narrow.tolist(), strict=True)
    ]
    return Clouds(centres, whitening, np.array(constants, dtype=np.float64), is_diagonal)


def _cholesky(matrices: Places) -> Places:
    """The lower triangles whose squares they are (k × d × d), one column after the other."""
    left, lower = matrices.copy(), np.zeros_like(matrices)
    for j in range(matrices.shape[1]):
        lower[:, j:, j] = left[:, j:, j] / np.sqrt(left[:, j, j, None])
        below = lower[:, j + 1 :, j]
        left[:, j + 1 :, j + 1 :] -= below[:, :, None] * below[:, None, :]
    return lower


def _inverses(lower: Places) -> Places:
    """The inverses of lower triangles (k × d × d), one row after the other."""
    found = np.zeros_like(lower) + np.eye(lower.shape[1])
    for j in range(lower.shape[1]):
        found[:, j] /= lower[:, j, j, None]
        found[:, j + 1 :] -= lower[:, j + 1 :, j, None] * found[:, j, None, :]
    return found


def unsure(likelihoods: Places, below: float) -> float:
    """The share of customers whose likeliest cloud has a probability below this."""
    weights = _weights(likelihoods)
    return float((weights.max(axis=1) < below * weights.sum(axis=1)).mean())


def flat(clouds: Clouds) -> Sequence[tuple[int, npt.NDArray[np.int64]]]:
    """Clouds with the places of features that hardly vary in them, beyond what was added."""
    widest = FINE / (NARROWEST * math.sqrt(2))
    return [
        (k, np.flatnonzero(np.diagonal(rows) > widest))
        for k, rows in enumerate(clouds.whitening)
        if (np.diagonal(rows) > widest).any()
    ]
