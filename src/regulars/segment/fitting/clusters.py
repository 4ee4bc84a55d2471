"""What every clusterer shares: settings, the sample, the choice of k, names, and the definition in the end.

A clusterer says how customers are grouped (:meth:`Clusters.grouped`); all else is the same for each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import Field
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # it carries no types

from regulars.engine import Engine
from regulars.errors import NotReady, SettingsError
from regulars.measure.refit import Assign, Labels, Places
from regulars.segment.choosing.candidates import FEWEST
from regulars.segment.choosing.choose import choice
from regulars.segment.choosing.trials import trials
from regulars.segment.definition import Definition
from regulars.segment.eligible import Reason, eligible
from regulars.segment.fitting.sample import Fit, counts, distinct, drawn, fitted
from regulars.segment.methods import Ground, Method
from regulars.segment.naming import meanings, names
from regulars.segment.rules import Rule
from regulars.segment.rules.nearest import Nearest
from regulars.segment.rules.prepared import UNITS
from regulars.types import Feature, Finding, Segment, Table

FEWEST_CUSTOMERS = 2 * (FEWEST + 1)
"""Below this, two segments that are large enough to be shown cannot be made of them."""
OTHERS_STAND = "The other segmentations stand without this one."


@dataclass(frozen=True)
class Grouping:
    """One number of segments, as fitted on the sample.

    ``rule`` places any customer; ``labels`` are the sample's, as places in ``rule.segment_ids``;
    ``centres`` (segments × features, whole numbers) is where the customers of each stand, and ``inertia``
    the sum of squared distances to it, in squared units.
    """

    rule: Rule
    labels: Labels
    centres: Places
    inertia: int
    bic: float | None = field(default=None, kw_only=True)
    """A mixture's own (:func:`regulars.measure.likelihood.bic`); without it, that of round clouds alike."""

    @property
    def mean_square(self) -> float:
        """Mean squared distance to the centre, in squared standard deviations."""
        return round(self.inertia / len(self.labels) / UNITS**2, 6)

    def doubts(self, where: str) -> Sequence[Finding]:
        """What is to be doubted about it, beside what its measures say."""
        return ()

    def evidence(self) -> Mapping[str, Any]:
        """What else is to be kept beside the choice of k."""
        return {}


class Clusters(Method):
    """Base of the clusterers: groups of customers who behave alike, found on a sample of them."""

    refit_customers: ClassVar[int] = 10_000
    takes_text: ClassVar[bool] = True
    """Whether features of text may be grouped by, as indicators of their categories."""

    k: int | None = Field(None, ge=2, le=50)
    """How many segments. None: chosen from 2 to ``max_k``, with the reason in the definition."""
    features: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    """The features to group by. None: every cause that this data can give."""
    max_k: int = Field(8, ge=2, le=20)
    """Teams rarely keep more than 8 segments in mind; more than 10 are rarely used."""
    sample: int = Field(50_000, ge=100)
    """Customers to fit on. Centres from 50,000 stand within 0.01 sd of those from millions."""
    allow_outcomes: Reason | None = None
    """The reason for which outcomes may stand in ``features``; it is kept in the definition."""
    allow_protected: Reason | None = None
    """The reason for which protected attributes, or proxies for them, may stand in ``features``."""

    def grouped(self, fit: Fit, ks: Sequence[int], seed: int) -> Mapping[int, Grouping]:
        """The sample in each of these numbers of segments, the largest segment first.

        Each k is at most the number of different customers; the same sample gives the same groups.
        """
        raise TypeError(f"{type(self).__name__} does not say how to group")

    def settled(self, engine: Engine, table: Table, taken: Grouping) -> Grouping:
        """The grouping that was taken, moved by all customers of the table; by default as it was.

        Asked where the sample is but a part of them; only totals may leave the engine.
        """
        return taken

    def again(self, places: Places, ks: Sequence[int], seed: str) -> Mapping[int, Assign]:
        """The same kind of groups made anew from other customers (a
        :class:`~regulars.measure.refit.Clusterer`), quickly: 90 times, with up to 2,000 customers each.

        By number of segments, what puts any customers (× features, as in ``fit.places``) in segments 0 to
        k − 1. Customers who differ in fewer than k ways may give fewer segments; ``seed`` names all chance.
        """
        raise TypeError(f"{type(self).__name__} does not say how to group anew")

    def preflight(self, ground: Ground, engine: Engine) -> None:
        self._used(ground)

    def fit(self, ground: Ground, engine: Engine) -> Definition:
        """The groups of the customers' prepared features, and the evidence for their number.

        Raises SettingsError for a feature that may not be used; NotReady for too few customers, where
        nothing tells them apart, and for more segments than there are different customers.
        """
        used, notes = self._used(ground)
        customers = engine.count(ground.table.name)
        sample = drawn(engine, ground.table, used, self.sample)
        fit = fitted(sample, ground.name)
        ks = self._candidates(ground, fit, customers)
        with threadpool_limits(1):
            found = self.grouped(fit, ks, ground.seed)
            tried = trials(
                fit.places,
                {k: each.labels for k, each in found.items()},
                self.again,
                customers,
                ground.seed,
                {k: each.bic for k, each in found.items() if each.bic is not None},
            )
            chosen = choice(tried, ground.name, self.k)
            taken = found[chosen.k]
            notes = [*notes, *fit.notes, *chosen.notes, *taken.doubts(ground.name)]
            evidence = {**chosen.as_json(), **taken.evidence()}
        if customers > sample.customers:
            taken = self.settled(engine, ground.table, taken)
        rule = taken.rule
        middles = Nearest(fit.prepared, dict(zip(rule.segment_ids, _whole(taken.centres), strict=True)))
        who = "buyers" if ground.has_orders else "customers"
        named, meant = names(middles, used, who=who), meanings(middles, used)
        return self.defined(
            ground,
            rule=rule,
            segments=tuple(
                Segment(each, named[each], rule.words(each), meant[each]) for each in rule.segment_ids
            ),
            fitted={
                "customers": customers,
                "sample": sample.customers,
                "seed": ground.seed,
                "inertia": taken.mean_square,
            },
            notes=tuple(notes),
            choice=evidence,
        )

    def refit(self, ground: Ground, engine: Engine, segments: int) -> Definition:
        """The groups of the sample as ``fit`` finds them in so many segments; no number is chosen, and the
        customers beyond the sample move nothing.

        Raises NotReady where these customers differ in fewer ways than there are segments.
        """
        used, _ = self._used(ground)
        fit = fitted(drawn(engine, ground.table, used, self.sample), ground.name)
        if distinct(fit.places) < segments:
            raise NotReady(
                f"segmentations.{ground.name}", f"these customers differ in fewer than {segments} ways",
                "Use more customers, or fewer segments.",
            )  # fmt: skip
        with threadpool_limits(1):
            rule = self.grouped(fit, [segments], ground.seed)[segments].rule
        named = tuple(Segment(each, each, "") for each in rule.segment_ids)
        return self.defined(ground, rule=rule, segments=named, fitted={})

    def _used(self, ground: Ground) -> tuple[list[Feature], list[Finding]]:
        """The features to group by, and what is to be said about them."""
        used, notes = eligible(
            ground,
            self.features,
            allow_outcomes=self.allow_outcomes,
            allow_protected=self.allow_protected,
        )
        self._refuse_text(ground, used)
        return used, notes

    def _refuse_text(self, ground: Ground, used: Sequence[Feature]) -> None:
        text = ", ".join(each.name for each in used if each.is_text)
        if text and not self.takes_text:
            raise SettingsError(
                f"segmentations.{ground.name}.features",
                f"{self.method} groups by numbers, and {text} is text: a category is no cloud of values",
                f"Leave {text} out, or set segmentations.{ground.name}.method to kmeans or hierarchical.",
            )

    def _candidates(self, ground: Ground, fit: Fit, customers: int) -> list[int]:
        """The numbers of segments to try: what is asked for, beside 2 to ``max_k`` as far as they go."""
        asked = f"segmentations.{ground.name}"
        if customers < FEWEST_CUSTOMERS:
            raise NotReady(
                asked, f"{_there_are(customers)} to put in groups; two groups of more than {FEWEST} need "
                f"{FEWEST_CUSTOMERS}",
                f"Check the ledger for what set rows aside, or add customers. {OTHERS_STAND}",
            )  # fmt: skip
        different = distinct(fit.places)
        if not fit.prepared or different < 2:
            said = [note.what for note in fit.notes]
            raise NotReady(
                asked, "no feature of behaviour tells these customers apart",
                f"Map more columns (product, category, time of day). {OTHERS_STAND}",
                examples=said, count=len(said),
            )  # fmt: skip
        if self.k is not None and self.k > different:
            raise NotReady(
                f"{asked}.k",
                f"{self.k} segments are asked for, but {len(fit.places):,} customers differ in only "
                f"{different:,} ways",
                f"Set k to at most {different}, or use more features. {OTHERS_STAND}",
            )
        return sorted({*range(2, min(self.max_k, different) + 1), *([] if self.k is None else [self.k])})


def by_size(labels: Labels, centres: Places) -> list[int]:
    """The groups in the order of their segments: the largest first, equal ones by their centres."""
    sizes, places = counts(labels, len(centres)), _whole(centres)
    return sorted(range(len(centres)), key=lambda each: (-sizes[each], places[each]))


def means(places: Places, labels: Labels, k: int) -> Places:
    """Where the customers with each label stand on average, in whole units; with none, at the middle."""
    sums = [np.bincount(labels, weights=values, minlength=k) for values in places.T]
    sizes = np.maximum(np.bincount(labels, minlength=k), 1)
    middles: Places = np.floor(np.stack(sums, axis=1) / sizes[:, None] + 0.5) + 0.0
    return middles


def inertia(places: Places, labels: Labels, centres: Places) -> int:
    """The sum of squared distances of the customers to the centre of their label, in squared units."""
    return int(((places - centres[labels]) ** 2).sum())


def _whole(centres: Places) -> list[tuple[int, ...]]:
    return [tuple(int(at) for at in centre) for centre in centres]


def _there_are(customers: int) -> str:
    if customers == 1:
        return "there is one customer"
    return f"there are {customers:,} customers" if customers else "there are no customers"
