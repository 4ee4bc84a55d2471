"""From one share to another: a grey point where it was, a coloured one where it is expected."""

from __future__ import annotations

from markupsafe import Markup

from regulars.publish.charts.svg import element, percent, strip


def shift(before: float, after: float, largest: float) -> Markup:
    """A track from 0 to ``largest`` with both points, joined; what lies below zero stands at its start."""
    start, end = (percent(100.0 * each / largest if largest > 0 else 0.0) for each in (before, after))
    return strip(
        (
            element("line", x1=start, x2=end, y1=11, y2=11, class_="way"),
            element("circle", cx=start, cy=11, r=4.5, class_="base"),
            element("circle", cx=end, cy=11, r=6.5, class_="f"),
        ),
        22,
        "track",
    )
