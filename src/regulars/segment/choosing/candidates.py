"""One number of segments as a candidate: what it gives, and whether its segments can be relied on."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from regulars.measure.gap import Gap

Verdict = Literal["natural", "reproducible", "constructive"]

ENOUGH_SHARE = 0.05
ENOUGH_CUSTOMERS = 100
FEWEST = 10
"""A segment needs 5 % or 100 of the customers, and never 10 or fewer: no test can tell those apart."""
USABLE = range(4, 8)
"""Four to seven segments are what teams can usually keep in mind and act on."""
MANY = 10
"""More segments than this are rarely used."""
CLOSE = 0.05
"""Silhouettes nearer than this to the best do not decide between candidates."""
STABLE, UNTRUSTED = 0.75, 0.6
"""Bootstrap Jaccard (Hennig 2007): the mean from which segments count as stable, and the value below which
a single segment is not to be trusted."""
STRONG = 0.8
"""Prediction strength from which segments count as foretold (Tibshirani & Walther 2005)."""
CHANCE = 3.0
"""Standard errors by which the gap must exceed that of one segment. Jaccard and prediction strength alone
take a uniform square for four natural groups (.96 and .86, 2,000 customers), and one correlated normal
cloud for two (.99 and .94): cutting a shape at its corners or across its length is stable, too."""


@dataclass(frozen=True)
class Candidate:
    """One number of segments and what it gives; None (and no ``jaccard``) where a measure has no answer.

    ``silhouette`` (−1 to 1) with its interval, None from a single batch; ``inertia``: mean squared
    distance to the segment's mean, in squared standard deviations over all features; ``smallest_share`` of
    the customers, 0 to 1, and ``smallest``, that share in customers; ``beyond_chance``: by how many standard
    errors ``gap`` exceeds the gap of one segment; ``jaccard``: one figure a segment.
    """

    k: int
    silhouette: float
    low: float | None
    high: float | None
    inertia: float
    smallest_share: float
    smallest: int
    calinski_harabasz: float | None = None
    davies_bouldin: float | None = None
    bic: float | None = None
    gap: Gap | None = None
    beyond_chance: float | None = None
    prediction_strength: float | None = None
    jaccard: tuple[float, ...] = ()

    @property
    def is_large_enough(self) -> bool:
        enough = self.smallest_share >= ENOUGH_SHARE or self.smallest >= ENOUGH_CUSTOMERS
        return enough and self.smallest > FEWEST

    @property
    def mean_jaccard(self) -> float | None:
        return round(sum(self.jaccard) / len(self.jaccard), 4) if self.jaccard else None

    @property
    def is_foretold(self) -> bool:
        return self.prediction_strength is not None and self.prediction_strength >= STRONG

    @property
    def is_beyond_chance(self) -> bool:
        return self.beyond_chance is not None and self.beyond_chance > CHANCE

    @property
    def verdict(self) -> Verdict | None:
        """*natural*: the segments come back, one half of the customers foretells the other, and they are
        tighter than chance; *reproducible*: they come back; *constructive*: they do not.

        After Dolnicar & Leisch. None where nothing was made anew.
        """
        if self.mean_jaccard is None:
            return None
        if self.mean_jaccard < STABLE or min(self.jaccard) < UNTRUSTED:
            return "constructive"
        return "natural" if self.is_foretold and self.is_beyond_chance else "reproducible"

    def as_json(self) -> dict[str, Any]:
        kept = {name: value for name, value in asdict(self).items() if name != "smallest"}
        return {**kept, "jaccard": list(self.jaccard), "verdict": self.verdict}


@dataclass(frozen=True)
class Trials:
    """All candidates, fewest segments first, and the gap of one segment: of no split at all."""

    candidates: tuple[Candidate, ...]
    one: Gap | None = None
