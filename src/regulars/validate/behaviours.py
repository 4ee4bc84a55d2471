"""Which features may say whether segments behave differently: those that do not repeat their cuts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from regulars.measure.effects import Spread, between, between_categories
from regulars.segment.definition import Definition
from regulars.types import Feature
from regulars.validate.people import People
from regulars.value.features import money_features, purchase_features

Relation = Literal["read", "kin", "foretold", "attribute", "apart", "later"]
"""What a feature is to the segments: read by the definition; measured on the same things as what it reads; a
model's expectation; what customers are and not what they do; a behaviour apart; done in the later period."""
FORETOLD = frozenset(each.name for each in (*purchase_features(1), *money_features(1, 0.0)))
KNOWN_SHARE = 0.5
"""A behaviour known of fewer customers than this tells mostly of who is known."""
COMMON_SHARE = 0.95
"""Where more customers than this have one value, what the others do tells no segments apart."""


@dataclass(frozen=True)
class Behaviour:
    """One feature of the run: what it is to the segments, and what share of it lies between them.

    ``like`` are the features that the definition reads and that are measured on the same things.
    ``why`` says why segments are not judged by it; empty where they are.
    """

    feature: Feature
    relation: Relation
    like: tuple[str, ...]
    unknown: int
    spread: Spread
    why: str

    @property
    def is_judged(self) -> bool:
        return not self.why


def behaviours(people: People, definition: Definition, features: Sequence[Feature]) -> tuple[Behaviour, ...]:
    """Each feature of the run, in its order."""
    read = [each for each in features if each.name in definition.rule.features]
    return tuple(_behaviour(people, each, read) for each in features)


def done_later(people: People, features: Sequence[Feature]) -> tuple[Behaviour, ...]:
    """What customers did after their segment was known: judged by, whatever the segments are cut by."""
    return tuple(_told(people, each, "later", ()) for each in features)


def _behaviour(people: People, feature: Feature, read: Sequence[Feature]) -> Behaviour:
    like = tuple(each.name for each in read if each.name != feature.name and set(each.kin) & set(feature.kin))
    return _told(people, feature, _relation(feature, {each.name for each in read}, like), like)


def _told(people: People, feature: Feature, relation: Relation, like: tuple[str, ...]) -> Behaviour:
    unknown = int((people.of_all & ~people.known(feature)).sum())
    why = _WHY.get(relation, "") or _useless(people, feature)
    return Behaviour(feature, relation, like, unknown, _spread(people, feature), why)


_WHY = {
    "read": "the segments are cut by it",
    "kin": "it is measured on the same things as what the segments are cut by",
    "foretold": "a model expects it; nobody has seen it",
    "attribute": "it is what customers are, not what they do",
}


def _relation(feature: Feature, read: Collection[str], like: Collection[str]) -> Relation:
    if feature.name in read:
        return "read"
    if feature.name in FORETOLD:
        return "foretold"
    if feature.role == "attribute":
        return "attribute"
    return "kin" if like else "apart"


def _useless(people: People, feature: Feature) -> str:
    known = people.known(feature) & people.of_all
    n, there = int(known.sum()), int(people.of_all.sum())
    if n < KNOWN_SHARE * there:
        return "it is known of fewer than half of the customers"
    commonest = max(Counter(people.columns[feature.name][known].tolist()).values())
    return "it is the same for almost every customer" if commonest > COMMON_SHARE * n else ""


def _spread(people: People, feature: Feature) -> Spread:
    known = people.known(feature) & people.of_all
    values, segments = people.columns[feature.name][known], people.segments[known]
    if not feature.is_text:
        return between(values, segments)
    categories, at = np.unique(values.astype(str), return_inverse=True)
    table = np.zeros((int(people.segments.max(initial=0)) + 1, len(categories)), dtype=np.int64)
    np.add.at(table, (segments, at), 1)
    return between_categories(table)
