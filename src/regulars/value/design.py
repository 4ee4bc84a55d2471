"""What is known of customers as columns that a model can weigh: filled, drawn in, and on one scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Known = Mapping[str, npt.NDArray[Any]]
"""A column a feature, all of one length: numbers with NaN for unknown, or texts with None."""
FEWEST_SHARE = 0.02
"""A category with a smaller share, or an unknown with one, has no column of its own."""
LONG_TAIL = 3.0
"""Where the 99th percentile lies so many times further above the median than the 1st below it, logarithms
are weighed."""
SAID_BY_OTHERS = 0.99
"""Of the variance of a feature: where the others explain so much of it, it adds nothing but doubt."""


@dataclass(frozen=True)
class Number:
    """How a number becomes a column: the median where it is unknown, ends drawn in, perhaps its logarithm,
    less its mean, over its standard deviation; and where many are unknown, whether it is."""

    feature: str
    median: float
    low: float
    high: float
    is_log: bool
    mean: float
    sd: float
    with_unknown: bool

    @property
    def width(self) -> int:
        return 1 + self.with_unknown

    def columns(self, values: npt.NDArray[Any]) -> Floats:
        numbers = values.astype(np.float64)
        unknown = np.isnan(numbers)
        scaled = (_bent(np.where(unknown, self.median, numbers), self) - self.mean) / self.sd
        return np.column_stack([scaled, unknown] if self.with_unknown else [scaled])


@dataclass(frozen=True)
class Text:
    """How a text becomes columns: whether it is each of these categories; all others are none of them."""

    feature: str
    categories: tuple[str, ...]

    @property
    def width(self) -> int:
        return len(self.categories)

    def columns(self, values: npt.NDArray[Any]) -> Floats:
        texts = np.array(["" if each is None else str(each) for each in values], dtype=object)
        return np.column_stack([texts == each for each in self.categories]).astype(np.float64)


@dataclass(frozen=True)
class Design:
    """What each feature becomes, learnt from the customers that a model is fitted on."""

    parts: tuple[Number | Text, ...]

    @property
    def features(self) -> tuple[str, ...]:
        return tuple(part.feature for part in self.parts)

    @property
    def width(self) -> int:
        """How many columns there are."""
        return sum(part.width for part in self.parts)

    def place(self, feature: str) -> tuple[Number | Text, slice]:
        """How a feature is weighed, and which columns are its own. Raises KeyError for one that is not."""
        start = 0
        for part in self.parts:
            if part.feature == feature:
                return part, slice(start, start + part.width)
            start += part.width
        raise KeyError(feature)

    def columns(self, known: Known) -> Floats:
        """Customers × columns, each feature's beside one another."""
        made = [part.columns(known[part.feature]) for part in self.parts]
        customers = len(next(iter(known.values()))) if known else 0
        return np.hstack(made) if made else np.zeros((customers, 0))


def design(known: Known, wanted: Sequence[str]) -> Design:
    """How to weigh these features, as those customers have them; what is the same for all is left out."""
    parts = [part for name in wanted if (part := _part(name, known[name])) is not None]
    return Design(tuple(parts))


def without_repetitions(known: Known, wanted: Sequence[str]) -> tuple[list[str], list[str]]:
    """The features to weigh, and those left out because the other numbers say the same: sums, mostly.

    Asked one after another, so that of two that are the same the second stays: put sums before their parts.
    """
    made = design(known, wanted)
    scaled = {
        part.feature: part.columns(known[part.feature])[:, 0]
        for part in made.parts
        if isinstance(part, Number)
    }
    left_out: list[str] = []
    for name, column in list(scaled.items()):
        others = np.column_stack([each for other, each in scaled.items() if other != name] or [0 * column])
        found, *_ = np.linalg.lstsq(others, column, rcond=None)
        if 1.0 - float(np.mean((column - others @ found) ** 2)) > SAID_BY_OTHERS:
            left_out.append(name)
            del scaled[name]
    return [name for name in made.features if name not in left_out], left_out


def _part(name: str, values: npt.NDArray[Any]) -> Number | Text | None:
    return _text(name, values) if values.dtype == object else _number(name, values.astype(np.float64))


def _number(name: str, values: Floats) -> Number | None:
    unknown = np.isnan(values)
    there = values[~unknown]
    if not len(there):
        return None
    low, median, high = (float(each) for each in np.quantile(there, (0.01, 0.5, 0.99), method="lower"))
    if low == high:
        low, high = float(there.min()), float(there.max())
    is_log = low >= 0 and high - median > LONG_TAIL * (median - low)
    with_unknown = FEWEST_SHARE <= float(unknown.mean()) <= 1 - FEWEST_SHARE
    plain = Number(name, median, low, high, is_log, 0.0, 1.0, with_unknown)
    bent = _bent(np.where(unknown, median, values), plain)
    sd = float(bent.std())
    if sd < 1e-9 * max(abs(float(bent.mean())), 1.0):
        return None
    return Number(name, median, low, high, is_log, float(bent.mean()), sd, with_unknown)


def _bent(values: Floats, how: Number) -> Floats:
    drawn = np.clip(values, how.low, how.high)
    return np.log1p(drawn) if how.is_log else drawn


def _text(name: str, values: npt.NDArray[Any]) -> Text | None:
    texts, counts = np.unique(["" if each is None else str(each) for each in values], return_counts=True)
    common = [str(text) for text, n in zip(texts, counts, strict=True) if n >= FEWEST_SHARE * len(values)]
    if len(common) == len(texts):
        # The commonest is what the others are held against.
        common.remove(str(texts[np.argmax(counts)]))
    return Text(name, tuple(common)) if common else None
