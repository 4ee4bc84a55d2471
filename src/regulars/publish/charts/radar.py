"""A segment's shape: one axis a behaviour, from the lowest segment (centre) to the highest (rim)."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, pi, sin

from markupsafe import Markup

from regulars.publish.charts.svg import drawing, element

WIDTH, HEIGHT, RADIUS = 300, 212, 70
CENTRE = (WIDTH / 2, HEIGHT / 2)
_INNER = 0.12
"""The lowest segment stands here and not at the centre, so that its shape can still be seen."""

Reach = Sequence[float | None]
"""Where a shape lies on each axis, 0 (lowest segment) to 1 (highest); None where there is no figure."""


def radar(reach: Reach, average: Reach, axes: Sequence[str], label: str) -> Markup:
    """The drawing: the segment's shape filled, the average customer dashed. Needs three axes or more."""
    rings = [element("path", d=_path([r] * len(axes)), class_="ring") for r in (1 / 3, 2 / 3, 1.0)]
    spokes = [element("path", d=_spoke(i, len(axes)), class_="ring") for i in range(len(axes))]
    shape = element("path", d=_path(_inside(reach)), class_="shape")
    dots = [element("circle", cx=x, cy=y, r=2.6, class_="f") for x, y in _points(_inside(reach))]
    dashed = element("path", d=_path(_inside(average)), class_="avg")
    names = [_name(i, len(axes), text) for i, text in enumerate(axes)]
    return drawing([*rings, *spokes, dashed, shape, *dots, *names], label, WIDTH, HEIGHT, "radar")


def _inside(reach: Reach) -> list[float]:
    return [_INNER if r is None else _INNER + (1 - _INNER) * max(0.0, min(1.0, r)) for r in reach]


def _points(reach: Sequence[float]) -> list[tuple[float, float]]:
    return [_at(i, len(reach), r * RADIUS) for i, r in enumerate(reach)]


def _at(axis: int, axes: int, distance: float) -> tuple[float, float]:
    turn = 2 * pi * axis / axes - pi / 2
    return CENTRE[0] + distance * cos(turn), CENTRE[1] + distance * sin(turn)


def _path(reach: Sequence[float]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in _points(reach)) + "Z"


def _spoke(axis: int, axes: int) -> str:
    x, y = _at(axis, axes, RADIUS)
    return f"M{CENTRE[0]:.0f} {CENTRE[1]:.0f}L{x:.1f} {y:.1f}"


def _name(axis: int, axes: int, text: str) -> Markup:
    x, y = _at(axis, axes, RADIUS + 10)
    side = x - CENTRE[0]
    anchor = "middle" if abs(side) < 12 else "start" if side > 0 else "end"
    lift = 0 if abs(side) < 12 and y < CENTRE[1] else 8 if abs(side) < 12 else 4
    return element("text", text, x=x, y=y + lift, text_anchor=anchor)
