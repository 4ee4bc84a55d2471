"""What customers did after the day of their segment: the behaviours that no segment is cut by."""

from __future__ import annotations

from dataclasses import dataclass

from regulars.types import Feature
from regulars.validate.people import People


@dataclass(frozen=True)
class Later:
    """What customers of an earlier day, in their segments of that day, did after it: a sample of them, with a
    column a feature."""

    sample: People
    features: tuple[Feature, ...]
