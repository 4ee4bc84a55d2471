"""k-means on behaviour: customers grouped by what they do, told apart from what they spend."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # it carries no types

from regulars.engine import Engine
from regulars.errors import NotReady
from regulars.measure.separation import Batches
from regulars.segment.centres import Clustering, clusterings
from regulars.segment.choose import FEWEST, Candidate, choice
from regulars.segment.definition import Definition
from regulars.segment.eligible import Reason, eligible
from regulars.segment.methods import Ground, Method
from regulars.segment.naming import meanings, names
from regulars.segment.nearest import Nearest
from regulars.segment.prepared import UNITS, Preparation
from regulars.segment.sample import Fit, counts, distinct, drawn, fitted
from regulars.types import Segment

FEWEST_CUSTOMERS = 2 * (FEWEST + 1)
"""Below this, two segments that are large enough to be shown cannot be made of them."""
OTHERS_STAND = "The other segmentations stand without this one."


class KMeans(Method):
    """Groups of customers who behave alike, around centres of prepared features."""

    method: ClassVar[str] = "kmeans"

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

    def fit(self, ground: Ground, engine: Engine) -> Definition:
        """Centres of the customers' prepared features, and the evidence for their number.

        Raises SettingsError for a feature that may not be used; NotReady for too few customers, where
        nothing tells them apart, and for more segments than there are different customers.
        """
        used, notes = eligible(
            ground,
            self.features,
            allow_outcomes=self.allow_outcomes,
            allow_protected=self.allow_protected,
        )
        customers = engine.count(ground.table.name)
        sample = drawn(engine, ground.table, used, self.sample)
        fit = fitted(sample, ground.name)
        candidates = self._candidates(ground, fit, customers)
        with threadpool_limits(1):
            found = clusterings(fit.places, candidates, ground.seed)
            chosen = choice(_measured(found, fit, customers, ground.seed), ground.name, self.k)
        rule = _rule(fit.prepared, found[chosen.k])
        named, meant = names(rule, used), meanings(rule, used)
        return Definition(
            name=ground.name,
            method=self.method,
            recipe=self.recipe,
            ground=ground.constants,
            rule=rule,
            segments=tuple(
                Segment(each, named[each], rule.words(each), meant[each]) for each in rule.segment_ids
            ),
            fitted={
                "customers": customers,
                "sample": sample.customers,
                "as_of": ground.as_of.isoformat(),
                "seed": ground.seed,
                "inertia": _inertia(found[chosen.k]),
            },
            notes=(*notes, *fit.notes, *chosen.notes),
            choice=chosen.as_json(),
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


def _there_are(customers: int) -> str:
    if customers == 1:
        return "there is one customer"
    return f"there are {customers:,} customers" if customers else "there are no customers"


def _measured(found: dict[int, Clustering], fit: Fit, customers: int, seed: int) -> list[Candidate]:
    batches = Batches.drawn(fit.places, seed)
    measured = []
    for k, clustering in found.items():
        share = min(counts(clustering.labels, k)) / len(fit.places)
        silhouette = batches.silhouette(clustering.labels)
        measured.append(
            Candidate(
                k, silhouette.mean, silhouette.low, silhouette.high, _inertia(clustering),
                round(share, 4), round(share * customers),
            )
        )  # fmt: skip
    return measured


def _inertia(clustering: Clustering) -> float:
    """Mean squared distance to the centre, in squared standard deviations."""
    return round(clustering.inertia / len(clustering.labels) / UNITS**2, 6)


def _rule(prepared: tuple[Preparation, ...], clustering: Clustering) -> Nearest:
    """The centres as segments s1, s2, …: the largest first, equal ones by their place."""
    sizes = counts(clustering.labels, clustering.k)
    centres = [tuple(int(at) for at in centre) for centre in clustering.centres]
    order = sorted(range(clustering.k), key=lambda each: (-sizes[each], centres[each]))
    return Nearest(prepared, {f"s{at + 1}": centres[each] for at, each in enumerate(order)})
