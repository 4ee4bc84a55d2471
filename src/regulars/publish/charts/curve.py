"""How well each number of segments separates, with its interval, and which number was chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from regulars.publish.charts.svg import drawing, element

WIDTH, HEIGHT = 440, 208
LEFT, RIGHT, TOP, BOTTOM = 20, 20, 34, 34


@dataclass(frozen=True)
class Point:
    """One choice: its value with the ends of its interval, and whether it is the one chosen."""

    name: str
    value: float
    low: float
    high: float
    text: str
    is_chosen: bool


def curve(points: Sequence[Point], label: str) -> Markup:
    """The drawing. Needs two points or more."""
    low, high = min(p.low for p in points), max(p.high for p in points)
    room = (high - low) or 1.0
    step = (WIDTH - LEFT - RIGHT) / (len(points) - 1)

    def at(place: int, value: float) -> tuple[float, float]:
        return LEFT + step * place, TOP + (HEIGHT - TOP - BOTTOM) * (high - value) / room

    line = [at(i, p.value) for i, p in enumerate(points)]
    upper = [at(i, p.high) for i, p in enumerate(points)]
    lower = [at(i, p.low) for i, p in reversed(list(enumerate(points)))]
    parts = [
        element("path", d=f"M0 {HEIGHT - 26}H{WIDTH}", class_="ring"),
        element("path", d=_joined([*upper, *lower]) + "Z", class_="range"),
        element("path", d=_joined(line), class_="curve-line"),
    ]
    parts += [_point(p, *line[i], at(i, p.high)[1]) for i, p in enumerate(points)]
    return drawing(parts, label, WIDTH, HEIGHT, "curve")


def _joined(corners: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in corners)


def _point(point: Point, x: float, y: float, top: float) -> Markup:
    axis = element(
        "text", point.name, x=x, y=HEIGHT - 8, text_anchor="middle", class_="t1" if point.is_chosen else None
    )
    dot = element("circle", cx=x, cy=y, r=6.0 if point.is_chosen else 3.4, class_="at")
    if not point.is_chosen:
        return element("g", dot, axis)
    value = element("text", point.text, x=x, y=top - 12, text_anchor="middle", class_="t1 big-t")
    return element("g", dot, axis, value)
