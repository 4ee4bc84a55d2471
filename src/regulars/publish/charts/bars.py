"""Small bars: a share of a track, a lean to either side of the average, a whole in its parts.

Tracks, middle lines and round corners are the style sheet's: a page has a hundred of these.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from regulars.publish.charts.svg import element, percent, strip


def share(value: float, largest: float, class_: str) -> Markup:
    """A bar as long as ``value`` is of ``largest``."""
    long = 100.0 * value / largest if largest > 0 else 0.0
    return strip((element("rect", width=percent(max(long, 1.5)), height=8, class_=class_),), None, "share")


def lean(index: float) -> Markup:
    """A bar to the left (below) or right (above) of the average; it ends at a third and at three times it."""
    side = _lean(index)
    start = 50.0 + min(side, 0.0)
    bar = element("rect", x=percent(start), width=percent(abs(side)), height=6, class_="f")
    return strip((bar,), None, "lean")


def _lean(index: float) -> float:
    """Percent of the strip to the side of its middle. Halves and doubles lean equally far."""
    if index <= 0:
        return -50.0
    times = index / 100.0
    far = times - 1.0 if times >= 1.0 else 1.0 - 1.0 / times
    return max(-50.0, min(50.0, 25.0 * far))


def parts(shares: Sequence[tuple[float, str]], height: int = 14) -> Markup:
    """A whole in its parts: (percent, class) each, in order."""
    drawn: list[Markup] = []
    start = 0.0
    for length, class_ in shares:
        drawn.append(element("rect", x=percent(start), width=percent(length), height=height, class_=class_))
        start += length
    return strip(drawn, height, "parts")
