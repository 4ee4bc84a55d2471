"""Mixtures: overlapping clouds of customers, each customer with a probability for every segment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from pydantic import Field

from regulars.measure.likelihood import bic
from regulars.measure.refit import Assign, Labels, Places
from regulars.segment.fitting import centres
from regulars.segment.fitting.clusters import Clusters, Grouping, by_size, inertia, means
from regulars.segment.fitting.expectation import Covariance, Fitted, fitted, flat, improved, seen, unsure
from regulars.segment.fitting.sample import Fit
from regulars.segment.rules.mixture import Mixture
from regulars.types import Finding

UNSURE = 0.6
"""Below this probability a customer could nearly as well be in another segment."""
WORTH_SAYING = 0.05
RACE = 5_000
"""Expectation-maximisation settles on this many customers first, and goes on from there on all."""
LAST_ROUNDS = 20
AGAIN_ROUNDS = 5
"""Mixtures made anew are many: a few rounds from k-means."""


@dataclass(frozen=True)
class Mixed(Grouping):
    """A mixture as fitted, with its doubts."""

    found: Fitted
    narrow: tuple[str, ...]
    """Features that hardly vary within some component."""

    def doubts(self, where: str) -> Sequence[Finding]:
        doubts = []
        share = unsure(self.found.likelihoods, UNSURE)
        if share >= WORTH_SAYING:
            doubts.append(
                Finding(
                    "note", f"{where}.probability",
                    f"{share:.0%} of customers belong to their segment with a probability below {UNSURE}: "
                    "they could nearly as well be in another.",
                    "Where a mistake costs, leave out who has a low probability (columns p_… have them all).",
                )
            )  # fmt: skip
        if self.narrow:
            doubts.append(
                Finding(
                    "note", f"{where}.covariance",
                    f"In some component nearly all customers have one value of {', '.join(self.narrow)}: "
                    "such a component is made by that value more than by the shape of a group.",
                    "Look whether this is a habit worth a segment; otherwise leave the feature out.",
                )
            )  # fmt: skip
        return doubts


class Gmm(Clusters):
    """Normal clouds of customers who behave alike, with a probability of each for everybody."""

    method: ClassVar[str] = "gmm"
    takes_text: ClassVar[bool] = False

    covariance: Covariance = "diagonal"
    """``diagonal``: clouds lie along the features; ``full``: also slanted, for d(d + 1) / 2 numbers each
    instead of d."""
    sample: int = Field(20_000, ge=100)
    """Customers to fit on. The log-likelihood of a million was 0.05 % below that of a fit on all of them."""

    def grouped(self, fit: Fit, ks: Sequence[int], seed: int) -> Mapping[int, Grouping]:
        race = fit.places[:RACE]
        starts = centres.clusterings(fit.places, ks, seed)
        return {k: self._grouping(fit, self._settled(fit.places, race, starts[k].labels, k)) for k in ks}

    def again(self, places: Places, ks: Sequence[int], seed: str) -> Mapping[int, Assign]:
        starts = centres.again(places, ks, seed)
        return {k: self._assign(places, starts[k](places), k) for k in ks}

    def _settled(self, places: Places, race: Places, start: Labels, k: int) -> Fitted:
        raced = fitted(race, start[: len(race)], k, self.covariance)
        if len(race) == len(places):
            return raced
        return improved(places, seen(places, raced.clouds), self.covariance, LAST_ROUNDS)

    def _assign(self, places: Places, start: Labels, k: int) -> Assign:
        clouds = fitted(places, start, k, self.covariance, AGAIN_ROUNDS).clouds
        return lambda others: seen(others, clouds).labels

    def _grouping(self, fit: Fit, found: Fitted) -> Mixed:
        unordered, clouds = found.labels, found.clouds
        k = len(clouds.centres)
        order = by_size(unordered, clouds.centres)
        labels = np.argsort(order)[unordered]
        middles = means(fit.places, labels, k)
        names = [each.feature for each in fit.prepared]
        narrow = sorted({int(at) for _, places in flat(clouds) for at in places})
        customers = len(fit.places)
        return Mixed(
            rule=Mixture(fit.prepared, {f"s{n + 1}": clouds.cloud(each) for n, each in enumerate(order)}),
            labels=labels,
            centres=middles,
            inertia=inertia(fit.places, labels, middles),
            found=found,
            narrow=tuple(names[at] for at in narrow),
            bic=bic(found.log_likelihood * customers, clouds.parameters, customers),
        )
