"""A tree of groups that join, two by two: branches on the right, the root on the left, a line at the cut."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from regulars.publish.charts.svg import drawing, element, shortened

ROW, TOP, BOTTOM = 13.0, 18, 6
ROOT, TIPS, BAR = 8.0, 150.0, 8
NAME_AT = TIPS + BAR + 10
_LETTER = 6.6
_FEWEST, _MOST = 27, 48
"""Letters that there is room for: as many as the longest name has, within these."""


@dataclass(frozen=True)
class Label:
    """One segment: its name, its colour, and the places of its first and last branch."""

    name: str
    colour: str
    first: int
    last: int


@dataclass(frozen=True)
class Knot:
    """One join: the two nodes (branches are 0 to n − 1, joins go on from there) and its cost."""

    left: int
    right: int
    cost: float
    colour: str | None
    """None where it joins segments."""


def dendrogram(
    knots: Sequence[Knot], labels: Sequence[Label], cut: tuple[float, float], label: str
) -> Markup:
    """The drawing. A join stands the farther left the more it costs, by the square root: a distance."""
    branches = len(knots) + 1
    farthest = math.sqrt(knots[-1].cost) or 1.0

    def across(cost: float) -> float:
        return TIPS - (TIPS - ROOT) * math.sqrt(max(cost, 0.0)) / farthest

    at = [(TIPS, TOP + ROW * (place + 0.5)) for place in range(branches)]
    lines = []
    for knot in knots:
        (x1, y1), (x2, y2) = at[knot.left], at[knot.right]
        x = across(knot.cost)
        path = f"M{x1:.1f} {y1:.1f}H{x:.1f}V{y2:.1f}H{x2:.1f}"
        lines.append(element("path", d=path, class_=f"{knot.colour} twig seg" if knot.colour else "twig"))
        at.append((x, (y1 + y2) / 2))
    height = TOP + ROW * branches
    here = across(((math.sqrt(max(cut[0], 0.0)) + math.sqrt(cut[1])) / 2) ** 2)
    letters = max(_FEWEST, *(min(len(each.name), _MOST) for each in labels))
    parts = [
        element("path", d=f"M{here:.1f} {TOP - 4}V{height + 2:.1f}", class_="cut"),
        element("text", "cut", x=here, y=TOP - 8, text_anchor="middle", class_="t3"),
        *lines,
    ]
    for each in labels:
        top, end = TOP + ROW * each.first + 1.5, TOP + ROW * (each.last + 1) - 1.5
        bar = element("rect", x=TIPS + 2, y=top, width=BAR, height=end - top, rx=2.0, class_="f")
        text = element("text", shortened(each.name, letters), x=NAME_AT, y=(top + end) / 2 + 4)
        parts.append(element("g", bar, text, class_=f"{each.colour} seg"))
    return drawing(parts, label, round(NAME_AT + _LETTER * letters), round(height + BOTTOM), "tree")
