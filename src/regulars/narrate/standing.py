"""Standing: where a segment lies against all customers, metric by metric, for words that have no figures."""

from __future__ import annotations

from typing import Literal

from regulars.narrate import foretold
from regulars.narrate.saying import number
from regulars.narrate.statements import MATERIAL, MATERIAL_POINTS, compared, contrasts
from regulars.types import Profile, SegmentFacts

Place = Literal["above", "near", "below"]


def standing(profile: Profile, segment: SegmentFacts) -> dict[str, Place]:
    """By metric: above or below all customers where that is material and beyond chance, near otherwise.

    A share of revenue lies against the share of customers; a share of customers against that of segments of
    one size; what is foretold against what was. Metrics that cannot be compared are not in it.
    """
    found: dict[str, Place] = {metric: "near" for metric, _ in compared(profile, segment)}
    found |= {each.metric: "above" if each.is_above else "below" for each in contrasts(profile, segment)}
    customers, revenue = number(segment, "customer_share"), number(segment, "revenue_share")
    if customers is not None:
        found["customer_share"] = between(customers, 100 / len(profile.segments))
        if revenue is not None:
            found["revenue_share"] = between(revenue, customers)
    if number(segment, "predicted_value_share") is not None:
        found["predicted_value_share"] = foretold.shift(segment) or "near"
    return found


def between(share: float, against: float) -> Place:
    """Where one share (percent) lies against another: near, unless the gap is material both ways."""
    if abs(share - against) < MATERIAL_POINTS or against <= 0 or abs(share / against - 1) < MATERIAL:
        return "near"
    return "above" if share > against else "below"
