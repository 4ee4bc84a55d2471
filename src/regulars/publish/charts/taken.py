"""What a rule takes: a step across all customers, above the bar of those who meet the rule at all."""

from __future__ import annotations

from markupsafe import Markup

from regulars.publish.charts.svg import element, percent, strip


def bar(start: float, takes: float | None, meets: float | None) -> Markup:
    """Shares in percent of all customers: the coloured step begins at ``start``, where the rule before it
    ended; the grey bar begins at nothing, for those taken before are in it too. None is not drawn."""
    parts = []
    if takes:
        parts.append(_part(start, takes, 3, 15, "f"))
    if meets:
        parts.append(_part(0.0, meets, 21, 6, "base"))
    return strip(parts, 30, "track")


def _part(start: float, length: float, y: int, height: int, class_: str) -> Markup:
    long = percent(max(length, 0.4))
    return element("rect", x=percent(start), y=y, width=long, height=height, class_=class_)
