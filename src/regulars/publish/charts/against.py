"""What came against what was expected: two lines over one scale, solid and dashed."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from regulars.publish.charts.svg import drawing, element

WIDTH, HEIGHT = 440, 250
LEFT, RIGHT, TOP, BOTTOM = 54, 12, 26, 46
_FEWEST_TICKS = 3
_LETTER = 8.0
"""The width of a letter on a phone, where they are largest in relation to the drawing."""
_APART = 20.0
"""Two words at the ends of lines lie at least so far from one another."""

Corner = tuple[float, float]


@dataclass(frozen=True)
class Pair:
    """What came and what was expected at one place; ``name`` stands under it, where it has one."""

    at: float
    actual: float
    expected: float
    name: str = ""


@dataclass(frozen=True)
class Words:
    """What the axes and the two lines are called; ``cut`` names the mark, where there is one."""

    across: str
    up: str
    actual: str
    expected: str
    cut: str = ""


def against(
    pairs: Sequence[Pair],
    words: Words,
    label: str,
    tick: Callable[[float], str],
    cut: float | None = None,
    dots: bool = False,
) -> Markup:
    """The drawing. ``cut`` is a place to mark across, ``dots`` marks each place. Needs two pairs."""
    first, last = pairs[0].at, pairs[-1].at
    ticks = _ticks(max(max(p.actual, p.expected) for p in pairs))

    def x(at: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (at - first) / ((last - first) or 1.0)

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * max(value, 0.0) / ticks[-1]

    actual = [(x(p.at), y(p.actual)) for p in pairs]
    expected = [(x(p.at), y(p.expected)) for p in pairs]
    parts = [_tick(y(each), tick(each)) for each in ticks]
    if cut is not None:
        parts += _cut(x(cut), words.cut)
    parts.append(element("path", d=_joined(expected), class_="curve-line told-line"))
    parts.append(element("path", d=_joined(actual), class_="curve-line"))
    if dots:
        parts += [element("circle", cx=at, cy=up, r=4.2, class_="at") for at, up in actual]
    parts += _ends(actual, expected, words)
    names = [
        element("text", p.name, x=x(p.at), y=HEIGHT - BOTTOM + 18, text_anchor="middle", class_="t3")
        for p in pairs
        if p.name
    ]
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts += [*names, element("text", words.across, x=middle, y=HEIGHT - 6, text_anchor="middle")]
    parts.append(element("text", words.up, x=0, y=12))
    return drawing(parts, label, WIDTH, HEIGHT, "curve level")


def _ticks(most: float) -> list[float]:
    """Round values from 0 to the first at or above the most, three to six of them."""
    if most <= 0:
        return [0.0, 1.0]
    size = 10.0 ** math.floor(math.log10(most))
    step = next(
        each * size for each in (1.0, 0.5, 0.25, 0.2) if math.ceil(most / (each * size)) >= _FEWEST_TICKS
    )
    return [at * step for at in range(math.ceil(most / step) + 1)]


def _tick(y: float, text: str) -> Markup:
    return element(
        "g",
        element("path", d=f"M{LEFT} {y:.1f}H{WIDTH - RIGHT}", class_="ring"),
        element("text", text, x=LEFT - 7, y=y + 4, text_anchor="end", class_="t3"),
    )


def _cut(x: float, text: str) -> list[Markup]:
    """A dashed upright with its words at its foot, where lines that rise leave room."""
    side = 1 if x < WIDTH / 2 else -1
    anchor = "start" if side > 0 else "end"
    return [
        element("path", d=f"M{x:.1f} {TOP}V{HEIGHT - BOTTOM}", class_="avg"),
        element("text", text, x=x + 7 * side, y=HEIGHT - BOTTOM - 8, text_anchor=anchor, class_="over"),
    ]


def _ends(actual: Sequence[Corner], expected: Sequence[Corner], words: Words) -> list[Markup]:
    """The words of both lines at their ends: the upper above its line and the lower below, as far as the
    words reach."""
    ends = ((actual, words.actual, "t1 over"), (expected, words.expected, "over"))
    upper, lower = sorted(ends, key=lambda end: end[0][-1][1])
    above = min(_reached(upper[0], upper[1])) - 9
    below = max(max(_reached(lower[0], lower[1])) + 17, above + _APART)
    places = (max(above, TOP - 4.0), min(below, HEIGHT - BOTTOM - 6.0))
    return [
        element("text", text, x=WIDTH - RIGHT, y=at, text_anchor="end", class_=class_)
        for at, (_, text, class_) in zip(places, (upper, lower), strict=True)
    ]


def _reached(line: Sequence[Corner], text: str) -> list[float]:
    """How high and low a line runs where a word at its end would stand."""
    start = WIDTH - RIGHT - _LETTER * len(text)
    before = [corner for corner in line if corner[0] <= start][-1:]
    return [y for _, y in (*before, *(corner for corner in line if corner[0] > start))]


def _joined(corners: Sequence[Corner]) -> str:
    return "M" + "L".join(f"{round(x, 1):g} {round(y, 1):g}" for x, y in corners)
