"""Chance that is the same on every machine: whole numbers of PCG64, and arithmetic that all round alike."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]


class Chance:
    """Draws for one purpose. Each purpose has a stream of its own, so that a new one moves no other.

    NumPy promises the raw stream of a bit generator for all versions, and not what its distributions make
    of it: those are made here.
    """

    def __init__(self, seed: int, purpose: str) -> None:
        self._bits = np.random.PCG64(np.random.SeedSequence([seed, *purpose.encode()]))

    def even(self, *shape: int) -> Floats:
        """Numbers from 0 up to 1, each as likely."""
        raw = self._bits.random_raw(int(np.prod(shape)))
        return (raw >> np.uint64(11)).astype(np.float64).reshape(shape) / 2.0**53

    def bell(self, *shape: int) -> Floats:
        """About normal, mean 0 and variance 1, within ±6: twelve even numbers less six."""
        twelve = self.even(12, *shape)
        total = np.zeros(shape)
        for each in twelve:
            total += each
        return total - 6.0

    def pick(self, shares: list[float], *shape: int) -> Whole:
        """Places 0, 1, … with these shares, which sum to 1."""
        upto = np.cumsum(np.array(shares[:-1]))
        return np.searchsorted(upto, self.even(*shape), side="right").astype(np.int64)

    def falls(self, probability: Floats) -> npt.NDArray[np.bool_]:
        """Whether each comes true."""
        return self.even(*probability.shape) < probability


def probability(logit: Floats) -> Floats:
    """The logistic of a sum, in six decimals: what processors differ in lies far behind them."""
    return np.round(1.0 / (1.0 + np.exp(-logit)), 6)
