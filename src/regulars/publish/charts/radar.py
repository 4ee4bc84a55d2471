"""A segment's shape: one axis a behaviour, from the lowest segment (centre) to the highest (rim).

The web (rings, axes, their names and the average customer) is the same for every segment of a
segmentation, so it is drawn once and used by each.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, pi, sin

from markupsafe import Markup

from regulars.publish.charts.svg import drawing, element

WIDTH, RADIUS = 300, 70
CENTRE = (WIDTH / 2, 106.0)
_BELOW = 36
"""Room beneath the lowest corner for its name."""
_INNER = 0.12
"""The lowest segment stands here and not at the centre, so that its shape can still be seen."""
_MIDDLE = 12
"""A label nearer to the vertical than this is centred over its axis."""

Reach = Sequence[float | None]
"""Where a shape lies on each axis, 0 (lowest segment) to 1 (highest); None where there is no figure."""


def web(average: Reach, axes: Sequence[str], anchor: str) -> Markup:
    """What every radar of a segmentation shares, to be placed once on the page. Needs three axes or more."""
    rings = "".join(_path([r] * len(axes)) for r in (1 / 3, 2 / 3, 1.0))
    spokes = "".join(_spoke(i, len(axes)) for i in range(len(axes)))
    names = [_name(i, len(axes), text) for i, text in enumerate(axes)]
    parts = element(
        "g",
        element("path", d=rings + spokes, class_="ring"),
        element("path", d=_outline(_corners(average)), class_="avg"),
        *names,
        id=anchor,
        class_="axes",
    )
    return element("svg", element("defs", parts), class_="web", width=0, height=0, aria_hidden="true")


def radar(reach: Reach, anchor: str, label: str) -> Markup:
    """One segment's drawing: the web of that anchor, and the segment's own shape on it.

    The shape breaks at an axis without a figure, which carries a dash: no figure is not the least figure.
    """
    corners = _corners(reach)
    dots = "".join(f"M{x:.1f} {y:.1f}h0" for x, y in filter(None, corners))
    parts = [element("use", href=f"#{anchor}"), *_shape(corners), element("path", d=dots, class_="dots")]
    parts += [_no_figure(i, len(reach)) for i, r in enumerate(reach) if r is None]
    height = round(max(y for _, y in _points([1.0] * len(reach)))) + _BELOW
    return drawing(parts, label, WIDTH, height, "radar")


Corner = tuple[float, float] | None


def _corners(reach: Reach) -> list[Corner]:
    inside = [None if r is None else _INNER + (1 - _INNER) * max(0.0, min(1.0, r)) for r in reach]
    return [None if r is None else _at(i, len(reach), r * RADIUS) for i, r in enumerate(inside)]


def _shape(corners: Sequence[Corner]) -> list[Markup]:
    """Line and fill: one closed path where every axis has a figure, else a wedge for each run of them."""
    if None not in corners:
        return [element("path", d=_outline(corners), class_="shape")]
    outline = _outline(corners)
    if not outline:
        return []
    hub = f"{CENTRE[0]:.1f} {CENTRE[1]:.1f}"
    wedges = "".join(f"M{hub}L{_joined(run)}Z" for run in _runs(corners))
    return [element("path", d=wedges, class_="area"), element("path", d=outline, class_="line")]


def _outline(corners: Sequence[Corner]) -> str:
    """The way around: closed where it is whole, else a line for each run of neighbours."""
    known = [c for c in corners if c is not None]
    if len(known) == len(corners):
        return f"M{_joined(known)}Z"
    return "".join(f"M{_joined(run)}" for run in _runs(corners))


def _runs(corners: Sequence[Corner]) -> list[list[tuple[float, float]]]:
    """Neighbours around the web that all have a figure, two or more together; begins after a gap."""
    gap = corners.index(None)
    runs: list[list[tuple[float, float]]] = [[]]
    for corner in (*corners[gap + 1 :], *corners[:gap], None):
        if corner is None:
            runs.append([])
        else:
            runs[-1].append(corner)
    return [run for run in runs if len(run) > 1]


def _joined(corners: Sequence[tuple[float, float]]) -> str:
    return "L".join(f"{x:.1f} {y:.1f}" for x, y in corners)


def _no_figure(axis: int, axes: int) -> Markup:
    """Halfway out, where neither the lowest nor the highest stands."""
    x, y = _at(axis, axes, RADIUS / 2)
    return element("text", "–", x=x, y=y + 4, text_anchor="middle", class_="none")


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
    if abs(side) < _MIDDLE:
        return element("text", text, x=x, y=y if y < CENTRE[1] else y + 8, text_anchor="middle")
    return element("text", text, x=x, y=y + 4, text_anchor="start" if side > 0 else "end")
