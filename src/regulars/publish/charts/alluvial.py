"""Two runs side by side: a stack of segments each, and between them bands as high as customers are many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from regulars.publish.charts.flow import spread
from regulars.publish.charts.svg import drawing, element, shortened

WIDTH, TOP, STACK, GAP, LINE = 460, 26, 330, 4, 16.0
SIDE, BAR = 122, 11
"""Room for names beside each stack, and the width of a stack."""
_LETTERS = 16


@dataclass(frozen=True)
class Part:
    """A segment in one stack: its customers, and the classes that colour it."""

    id: str
    name: str
    classes: str
    customers: int


@dataclass(frozen=True)
class Band:
    """Customers who went from one part to another, or stayed in it."""

    before: str
    after: str
    customers: int


def alluvial(
    before: Sequence[Part], after: Sequence[Part], bands: Sequence[Band], heads: tuple[str, str], label: str
) -> Markup:
    """The drawing, one scale for both stacks. Where a part of a stack has no band, cells are not shown."""
    whole = max(sum(part.customers for part in side) for side in (before, after)) or 1
    most = max(len(before), len(after), 1)
    scale = (STACK - GAP * (most - 1)) / whole
    left, right = _tops(before, scale), _tops(after, scale)
    classes = {part.id: part.classes for part in before}
    x0, x1 = SIDE, WIDTH - SIDE - BAR
    parts = [
        element("text", heads[0], x=x0 + BAR, y=12, text_anchor="end", class_="t3"),
        element("text", heads[1], x=x1, y=12, class_="t3"),
    ]
    down, up = dict(left), dict(right)
    for band in bands:
        height = band.customers * scale
        a, b = down[band.before], up[band.after]
        down[band.before], up[band.after] = a + height, b + height
        is_same = " stays" if band.before == band.after else ""
        path = element("path", d=_path(x0 + BAR + 1.0, a, x1 - 1.0, b, height), class_=f"band{is_same}")
        parts.append(element("g", path, class_=f"{classes[band.before]} seg"))
    parts += _stack(before, left, scale, x0, SIDE - 8, "end")
    parts += _stack(after, right, scale, x1, WIDTH - SIDE + 8, "start")
    return drawing(parts, label, WIDTH, TOP + STACK + 6, "alluvial")


def _tops(side: Sequence[Part], scale: float) -> dict[str, float]:
    tops, y = {}, float(TOP)
    for part in side:
        tops[part.id] = y
        y += part.customers * scale + GAP
    return tops


def _path(x0: float, a: float, x1: float, b: float, height: float) -> str:
    middle = (x0 + x1) / 2
    return (
        f"M{x0:.1f} {a:.1f}C{middle:.1f} {a:.1f} {middle:.1f} {b:.1f} {x1:.1f} {b:.1f}V{b + height:.1f}"
        f"C{middle:.1f} {b + height:.1f} {middle:.1f} {a + height:.1f} {x0:.1f} {a + height:.1f}Z"
    )


def _stack(
    side: Sequence[Part], tops: Mapping[str, float], scale: float, x: float, name_at: float, anchor: str
) -> list[Markup]:
    middles = [tops[part.id] + part.customers * scale / 2 for part in side]
    made = []
    for part, y in zip(side, spread(middles, LINE, TOP + 5.0, TOP + STACK - 4.0), strict=True):
        bar = element(
            "rect", x=x, y=tops[part.id], width=BAR, height=max(1.0, part.customers * scale), class_="f"
        )
        name = element("text", shortened(part.name, _LETTERS), x=name_at, y=y + 4, text_anchor=anchor)
        made.append(element("g", bar, name, class_=f"{part.classes} seg"))
    return made
