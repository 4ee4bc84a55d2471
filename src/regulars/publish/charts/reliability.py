"""What was told against what came true: a point a group of customers, on the diagonal where it held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from regulars.publish.charts.svg import drawing, element

WIDTH, HEIGHT = 440, 300
LEFT, RIGHT, TOP, BOTTOM = 44, 14, 30, 46
TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class Group:
    """Customers who were told about the same probability: what, and the share for whom it came true, with
    the ends of its interval; all 0 to 1."""

    told: float
    right: float
    low: float
    high: float


def reliability(groups: Sequence[Group], label: str) -> Markup:
    """The drawing: probability told across, share that came true upwards, a dashed line where both agree."""
    parts = [_tick(each) for each in TICKS]
    parts.append(element("path", d=f"M{_across(0)} {_up(0)}L{_across(1)} {_up(1)}", class_="avg"))
    parts += [_point(each) for each in groups]
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(element("text", "probability told", x=middle, y=HEIGHT - 8, text_anchor="middle"))
    parts.append(element("text", "came true", x=0, y=12))
    return drawing(parts, label, WIDTH, HEIGHT, "curve level")


def _across(share: float) -> float:
    return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)


def _up(share: float) -> float:
    return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)


def _tick(share: float) -> Markup:
    text = f"{share:.0%}"
    return element(
        "g",
        element("path", d=f"M{_across(0)} {_up(share)}H{_across(1)}", class_="ring"),
        element("text", text, x=LEFT - 7, y=_up(share) + 4, text_anchor="end", class_="t3"),
        element("text", text, x=_across(share), y=HEIGHT - BOTTOM + 18, text_anchor="middle", class_="t3"),
    )


def _point(group: Group) -> Markup:
    x = _across(group.told)
    reach = element("path", d=f"M{x} {_up(group.low)}V{_up(group.high)}", class_="reach")
    return element("g", reach, element("circle", cx=x, cy=_up(group.right), r=5.0, class_="at"))
