"""An invented study whose second segmentation was cut from a tree."""

from __future__ import annotations

from dataclasses import replace

from tests.publish.studies import choosing, retail

from regulars.types import Study


def hung(*, sized: bool = True) -> Study:
    """The second segmentation with its first four segments as branches 0, 1 and 2, 3 and 4, and 5."""
    base = retail()
    first, second = base.segmentations
    shares = [0.4, 0.1, 0.15, 0.05, 0.1, 0.2]
    branches = [
        {"segment": segment, "share": share if sized else None}
        for segment, share in zip((0, 1, 1, 2, 2, 3), shares, strict=True)
    ]
    tree = {"branches": branches, "joins": [[3, 4, 0.1], [1, 2, 0.2], [0, 7, 0.5], [6, 8, 0.9], [9, 5, 2.5]],
            "cut": [0.2, 0.5]}  # fmt: skip
    four = replace(second.profile, segments=second.profile.segments[:4])
    kept = choosing(replace(second, method="hierarchical", profile=four), {"k": 4, "dendrogram": tree})
    return replace(base, segmentations=(first, kept))
