"""The share of one segment run by run, in small: a line from the first run to the last, one scale for all."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from markupsafe import Markup

from regulars.publish.charts.svg import drawing, element

WIDTH, HEIGHT, PAD = 230, 64, 6


def spark(
    days: Sequence[int], shares: Sequence[float | None], most: float, breaks: Sequence[int], label: str
) -> Markup:
    """The drawing. ``days`` place each run (any origin), ``shares`` may be unknown and ``most`` is the height
    of the scale, which starts at nothing. Dashed before each run of ``breaks``: another definition.
    """
    whole = (days[-1] - days[0]) or 1
    xs = [PAD + (WIDTH - 2 * PAD) * (day - days[0]) / whole for day in days]
    ys = [None if s is None else HEIGHT - PAD - (HEIGHT - 2 * PAD) * s / (most or 1.0) for s in shares]
    parts = [element("path", d=f"M0 {HEIGHT - PAD}H{WIDTH}", class_="ring")]
    for at in breaks:
        x = (xs[at - 1] + xs[at]) / 2
        parts.append(element("path", d=f"M{x:.1f} 0V{HEIGHT - PAD}", class_="avg"))
    points = list(zip(xs, ys, strict=True))
    lines = "".join(
        f"M{x0:.1f} {y0:.1f}L{x1:.1f} {y1:.1f}"
        for (x0, y0), (x1, y1) in pairwise(points)
        if y0 is not None and y1 is not None
    )
    dots = "".join(f"M{x:.1f} {y:.1f}h0" for x, y in points if y is not None)
    parts += [element("path", d=lines, class_="line"), element("path", d=dots, class_="dots")]
    return drawing(parts, label, WIDTH, HEIGHT, "spark")
