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
    """One choice: its value with the ends of its interval (None where it has none: a single batch gives
    none), and whether it is the one chosen.
    """

    name: str
    value: float
    low: float | None
    high: float | None
    text: str
    is_chosen: bool
    is_advised: bool = False
    """Whether it is the one recommended, where another was chosen."""


def curve(points: Sequence[Point], label: str) -> Markup:
    """The drawing: a band where neighbours have intervals, points alone elsewhere. Needs two or more."""
    low = min(_least(p) for p in points)
    high = max(_most(p) for p in points)
    room = (high - low) or 1.0
    step = (WIDTH - LEFT - RIGHT) / (len(points) - 1)

    def at(place: int, value: float) -> tuple[float, float]:
        return LEFT + step * place, TOP + (HEIGHT - TOP - BOTTOM) * (high - value) / room

    line = [at(i, p.value) for i, p in enumerate(points)]
    parts = [element("path", d=f"M0 {HEIGHT - 26}H{WIDTH}", class_="ring")]
    for band in _bands(points):
        upper = [at(i, _most(points[i])) for i in band]
        lower = [at(i, _least(points[i])) for i in reversed(band)]
        parts.append(element("path", d=_joined([*upper, *lower]) + "Z", class_="range"))
    parts.append(element("path", d=_joined(line), class_="curve-line"))
    parts += [_point(p, *line[i], at(i, _most(p))[1]) for i, p in enumerate(points)]
    return drawing(parts, label, WIDTH, HEIGHT, "curve")


def _least(point: Point) -> float:
    return point.value if point.low is None else point.low


def _most(point: Point) -> float:
    return point.value if point.high is None else point.high


def _bands(points: Sequence[Point]) -> list[list[int]]:
    """Places of neighbours that all have an interval, two or more together: a band needs a width."""
    bands: list[list[int]] = [[]]
    for place, point in enumerate(points):
        if point.low is None or point.high is None:
            bands.append([])
        else:
            bands[-1].append(place)
    return [band for band in bands if len(band) > 1]


def _joined(corners: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in corners)


def _point(point: Point, x: float, y: float, top: float) -> Markup:
    axis = element(
        "text", point.name, x=x, y=HEIGHT - 8, text_anchor="middle", class_="t1" if point.is_chosen else None
    )
    dot = element("circle", cx=x, cy=y, r=6.0 if point.is_chosen else 3.4, class_="at")
    if point.is_advised:
        ring = element("circle", cx=x, cy=y, r=7.0, class_="best")
        word = element("text", "recommended", x=x, y=top - 12, text_anchor=_anchor(x), class_="over")
        return element("g", ring, dot, axis, word)
    if not point.is_chosen:
        return element("g", dot, axis)
    value = element("text", point.text, x=x, y=top - 12, text_anchor="middle", class_="t1 big-t")
    return element("g", dot, axis, value)


def _anchor(x: float) -> str:
    """Where a word is held, so that it stays inside the drawing."""
    return "start" if x < WIDTH / 4 else "end" if x > WIDTH * 3 / 4 else "middle"
