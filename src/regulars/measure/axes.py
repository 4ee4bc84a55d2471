"""The principal axes of customers, by a way that gives the same digits on every machine."""

from __future__ import annotations

import math

import numpy as np

from regulars.measure.refit import Places

SWEEPS = 60
NEGLIGIBLE = 1e-12
"""An off-diagonal entry smaller than this, against the two variances it couples, turns nothing."""


def principal_axes(places: Places) -> Places:
    """Features × features: one axis a column, orthonormal, in no order of size.

    Jacobi's rotations (Golub & Van Loan 2013, section 8.5) of the covariance. Libraries differ in the last
    digits from one processor to the next; these are plain additions, products and roots in a fixed order.
    """
    matrix = _covariance(places)
    d = len(matrix)
    axes = np.eye(d).tolist()
    for _ in range(SWEEPS):
        pairs = [(p, q) for p in range(d) for q in range(p + 1, d) if _is_coupled(matrix, p, q)]
        if not pairs:
            break
        for p, q in pairs:
            _turn(matrix, axes, p, q)
    return np.array(axes).reshape(d, d)


def turned(places: Places, axes: Places) -> Places:
    """``places @ axes``, one product at a time and in the order of the features."""
    made = np.zeros((len(places), axes.shape[1]))
    for column, weights in zip(places.T, axes, strict=True):
        made += column[:, None] * weights
    return made


def _covariance(places: Places) -> list[list[float]]:
    """Times the number of customers squared: exact, for places that are whole numbers."""
    whole, n = places.astype(np.int64), len(places)
    sums = [int(each) for each in whole.sum(axis=0)]
    products = (whole.T @ whole).tolist()
    return [
        [float(n * each - a * b) for each, b in zip(row, sums, strict=True)]
        for row, a in zip(products, sums, strict=True)
    ]


def _is_coupled(matrix: list[list[float]], p: int, q: int) -> bool:
    return abs(matrix[p][q]) > NEGLIGIBLE * math.sqrt(abs(matrix[p][p] * matrix[q][q]))


def _turn(matrix: list[list[float]], axes: list[list[float]], p: int, q: int) -> None:
    """The rotation of axes p and q after which their covariance is zero."""
    if not _is_coupled(matrix, p, q):
        return
    theta = (matrix[q][q] - matrix[p][p]) / (2.0 * matrix[p][q])
    t = (1.0 if theta >= 0 else -1.0) / (abs(theta) + math.sqrt(theta * theta + 1.0))
    c = 1.0 / math.sqrt(t * t + 1.0)
    s = t * c
    for row in matrix:
        row[p], row[q] = c * row[p] - s * row[q], s * row[p] + c * row[q]
    matrix[p], matrix[q] = (
        [c * a - s * b for a, b in zip(matrix[p], matrix[q], strict=True)],
        [s * a + c * b for a, b in zip(matrix[p], matrix[q], strict=True)],
    )
    for row in axes:
        row[p], row[q] = c * row[p] - s * row[q], s * row[p] + c * row[q]
