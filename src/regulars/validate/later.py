"""What customers did after the day of their segment: the behaviours that no segment is cut by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from regulars.figures import day
from regulars.types import Feature, Segment
from regulars.validate.people import People
from regulars.validate.prediction import Prediction

BOUGHT, DID_NOT = "bought", "did not buy"


@dataclass(frozen=True)
class Later:
    """What customers of an earlier day, in their segments of that day, did after it: a sample of them, with a
    column a feature."""

    sample: People
    features: tuple[Feature, ...]


def done_after_cut(found: Prediction | None, segments: Sequence[Segment]) -> Later | None:
    """What customers did after the cut of a prediction: whether they bought and, where orders have amounts,
    what they brought.

    ``segments`` are those of the pinned definition; where the recipe was fitted anew as of the cut, a segment
    that is akin to none of these is left out. None where nothing was tried, or where the segments of the cut
    may rest on what came after it.
    """
    if found is None or not found.cut.is_dated:
        return None
    at = {each.id: place for place, each in enumerate(segments)}
    places = np.array([at.get(each.id, -1) for each in found.cut.segments])[found.tried.segment]
    kept, since = places >= 0, f"after {day(found.cut.day)}"
    features = [Feature("bought_later", f"Buying again {since}", "category", "outcome", "")]
    columns = {"bought_later": np.where(found.tried.bought, BOUGHT, DID_NOT).astype(object)[kept]}
    if found.tried.revenue is not None:
        features.append(Feature("revenue_later", f"Revenue {since}", "currency", "outcome", ""))
        columns["revenue_later"] = found.tried.revenue[kept]
    n = int(kept.sum())
    return Later(People(n, np.arange(1, n + 1), places[kept], columns), tuple(features))
