"""One measure over the numbers of segments tried, in small: a line, the number taken, the best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from regulars.publish.charts.svg import drawing, element

WIDTH, HEIGHT = 240, 112
SIDE, TOP, BOTTOM = 14, 26, 28


@dataclass(frozen=True)
class Trial:
    """One number of segments: the measure's value (None where it has none) and how it is written, the least
    of its parts, and whether it is the number taken, and the one that the measure speaks for."""

    name: str
    value: float | None
    text: str
    least: float | None
    is_taken: bool
    is_best: bool


def trial(trials: Sequence[Trial], label: str, threshold: float | None = None) -> Markup:
    """The drawing, with the value of the number taken. A threshold is dashed, on a scale from 0 to 1.

    Filled: taken. Ringed: best. A band runs down to the least of each. Needs a value, and two trials.
    """
    shown = [(at, each, each.value) for at, each in enumerate(trials) if each.value is not None]
    ends = [end for _, each, value in shown for end in (value, each.least) if end is not None]
    low, high = (min(ends), max(ends)) if threshold is None else (0.0, 1.0)
    step = (WIDTH - 2 * SIDE) / (len(trials) - 1)

    def x(place: int) -> float:
        return SIDE + step * place

    def y(value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (high - value) / ((high - low) or 1.0)

    corners = [(x(at), y(value)) for at, _, value in shown]
    parts = [element("path", d=f"M0 {HEIGHT - 20}H{WIDTH}", class_="ring")]
    for at, each in enumerate(trials):
        if each.is_taken:
            parts.append(element("path", d=f"M{x(at):.1f} {TOP}V{HEIGHT - 20}", class_="ring"))
    if threshold is not None:
        parts.append(element("path", d=f"M0 {y(threshold):.1f}H{WIDTH}", class_="avg"))
    if all(each.least is not None for _, each, _ in shown):
        lower = [(x(at), y(each.least or 0.0)) for at, each, _ in reversed(shown)]
        parts.append(element("path", d=_joined([*corners, *lower]) + "Z", class_="range"))
    parts.append(element("path", d=_joined(corners), class_="curve-line"))
    parts += [_dot(each, *corner) for (_, each, _), corner in zip(shown, corners, strict=True)]
    parts += [_name(each, x(at)) for at, each in enumerate(trials) if _is_named(at, trials)]
    return drawing(parts, label, WIDTH, HEIGHT, "trial")


def _dot(each: Trial, x: float, y: float) -> Markup:
    size = 5.0 if each.is_taken else 2.2
    parts = [element("circle", cx=x, cy=y, r=size, class_="at" if each.is_taken else "f0")]
    if each.is_best:
        parts.append(element("circle", cx=x, cy=y, r=size + 3.5, class_="best"))
    if each.is_taken:
        parts.append(element("text", each.text, x=x, y=y - 12, text_anchor=_anchor(x), class_="t1 over"))
    return element("g", *parts) if len(parts) > 1 else parts[0]


def _anchor(x: float) -> str:
    """Where a text is held, so that it stays inside the drawing."""
    return "start" if x < SIDE + 10 else "end" if x > WIDTH - SIDE - 10 else "middle"


def _name(each: Trial, x: float) -> Markup:
    kind = "t1" if each.is_taken else None
    return element("text", each.name, x=x, y=HEIGHT - 5, text_anchor="middle", class_=kind)


def _is_named(at: int, trials: Sequence[Trial]) -> bool:
    """All of a few; of many the one taken, and the ends where they do not run into it."""
    if len(trials) <= 10 or trials[at].is_taken:
        return True
    beside = any(trials[near].is_taken for near in range(max(0, at - 1), min(len(trials), at + 2)))
    return at in (0, len(trials) - 1) and not beside


def _joined(corners: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in corners)
