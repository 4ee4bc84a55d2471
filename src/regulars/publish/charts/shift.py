"""From one share to another: a grey mark where it was, a coloured point where it is expected."""

from __future__ import annotations

from markupsafe import Markup

from regulars.publish.charts.svg import element, percent, strip


def shift(before: float, after: float, largest: float) -> Markup:
    """A track from 0 to ``largest`` with both, joined; what lies below zero stands at its start."""
    start, end = (percent(100.0 * each / largest if largest > 0 else 0.0) for each in (before, after))
    return strip(
        (
            element("line", x1=start, x2=end, y1=11, y2=11, class_="way"),
            # Taller than the point, so that it is seen where both are the same.
            element("rect", x=start, y=1, width=3, height=20, class_="base"),
            element("circle", cx=end, cy=11, r=6, class_="f"),
        ),
        22,
        "track",
    )
