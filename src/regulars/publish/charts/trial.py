"""One measure over the numbers of segments tried, in small: a line, the number taken, the best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from regulars.publish.charts.svg import drawing, element

WIDTH, HEIGHT = 240, 112
SIDE, TOP, BOTTOM = 14, 26, 28
_MANY = 10


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
    taken = "".join(f"M{_at(x(at), TOP)}V{HEIGHT - 20}" for at, each in enumerate(trials) if each.is_taken)
    parts = [element("path", d=f"M0 {HEIGHT - 20}H{WIDTH}{taken}", class_="ring")]
    if threshold is not None:
        parts.append(element("path", d=f"M0 {y(threshold):.1f}H{WIDTH}", class_="avg"))
    if all(each.least is not None for _, each, _ in shown):
        lower = [(x(at), y(each.least or 0.0)) for at, each, _ in reversed(shown)]
        parts.append(element("path", d=_joined([*corners, *lower]) + "Z", class_="range"))
    parts.append(element("path", d=_joined(corners), class_="curve-line"))
    parts.append(element("path", d="".join(f"M{_at(*corner)}h0" for corner in corners), class_="knots"))
    for (_, each, _), corner in zip(shown, corners, strict=True):
        parts += _marks(each, *corner)
    names = [_name(each, x(at)) for at, each in enumerate(trials) if _is_named(at, trials)]
    return drawing([*parts, element("g", *names, text_anchor="middle")], label, WIDTH, HEIGHT, "trial")


def _marks(each: Trial, x: float, y: float) -> list[Markup]:
    parts = []
    if each.is_taken:
        parts.append(element("circle", cx=x, cy=y, r=5, class_="at"))
        parts.append(element("text", each.text, x=x, y=y - 12, text_anchor=_anchor(x), class_="t1 over"))
    if each.is_best:
        parts.append(element("circle", cx=x, cy=y, r=8 if each.is_taken else 6, class_="best"))
    return parts


def _anchor(x: float) -> str:
    """Where a text is held, so that it stays inside the drawing."""
    return "start" if x < SIDE + 10 else "end" if x > WIDTH - SIDE - 10 else "middle"


def _name(each: Trial, x: float) -> Markup:
    return element("text", each.name, x=x, y=HEIGHT - 5, class_="t1" if each.is_taken else None)


def _is_named(at: int, trials: Sequence[Trial]) -> bool:
    """The one taken; the best and the ends, where of many they do not run into it."""
    if trials[at].is_taken:
        return True
    beside = any(trials[near].is_taken for near in range(max(0, at - 1), min(len(trials), at + 2)))
    return (at in (0, len(trials) - 1) or trials[at].is_best) and not (beside and len(trials) > _MANY)


def _joined(corners: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(_at(x, y) for x, y in corners)


def _at(x: float, y: float) -> str:
    return f"{round(x, 1):g} {round(y, 1):g}"
