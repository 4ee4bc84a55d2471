"""A figure and how sure it is: a point on its interval, on a scale that its neighbours share."""

from __future__ import annotations

from markupsafe import Markup

from regulars.publish.charts.svg import element, percent, strip


def interval(
    at: float, low: float | None, high: float | None, least: float, most: float, mark: float | None = None
) -> Markup:
    """A track from ``least`` to ``most`` with the interval as a bar, the figure as a point on it and a tick
    at ``mark`` (no change, an average, a limit). What lies beyond the scale stands at its end."""

    def place(value: float) -> float:
        share = 100.0 * (value - least) / (most - least) if most > least else 0.0
        return max(0.0, min(100.0, share))

    parts = []
    if low is not None and high is not None:
        start, end = place(low), place(high)
        parts.append(
            element("rect", x=percent(start), width=percent(end - start), y=7, height=8, class_="sure")
        )
    if mark is not None:
        parts.append(element("rect", x=percent(place(mark)), y=1, width=2, height=20, class_="base"))
    parts.append(element("circle", cx=percent(place(at)), cy=11, r=5, class_="f"))
    return strip(parts, 22, "track")
