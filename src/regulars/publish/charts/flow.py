"""From customers to what they bring: two stacks of one whole each, joined segment by segment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from regulars.publish.charts.svg import drawing, element, shortened

WIDTH, TOP, STACK, GAP, LINE = 344, 26, 262, 3, 17.0
LEFT, RIGHT, BAR = 42, 176, 11
_SMALLEST = 11
"""A stack's part shorter than this has no room for a figure beside it."""


@dataclass(frozen=True)
class Stream:
    """One segment: its share (percent) of customers and of what they bring, and how both are written."""

    name: str
    colour: str
    customers: float
    brought: float
    customers_text: str
    brought_text: str


def flow(streams: Sequence[Stream], brought: str, label: str) -> Markup:
    """The drawing. ``brought`` heads the right stack ("Revenue")."""
    left = _stack([s.customers for s in streams])
    right = _stack([s.brought for s in streams])
    labels = spread([(a + b) / 2 for a, b in right], LINE, TOP + 5.0, TOP + STACK - 4.0)
    parts = [
        element("text", "Customers", x=0, y=12, class_="t3"),
        element("text", brought, x=RIGHT, y=12, class_="t3"),
    ]
    name_at = RIGHT + BAR + 19 + round(max(_wide(s.brought_text) for s in streams))
    for stream, a, b, y in zip(streams, left, right, labels, strict=True):
        parts.append(_stream(stream, a, b, y, name_at))
    return drawing(parts, label, WIDTH, TOP + STACK + 4, "flow")


def _stack(shares: Sequence[float]) -> list[tuple[float, float]]:
    """Top and bottom of each part, with a gap between parts."""
    room = STACK - GAP * (len(shares) - 1)
    whole = sum(shares) or 1.0
    ends: list[tuple[float, float]] = []
    y = float(TOP)
    for share in shares:
        height = max(1.0, room * share / whole)
        ends.append((y, y + height))
        y += height + GAP
    return ends


def spread(wanted: Sequence[float], apart: float, first: float, last: float) -> list[float]:
    """Places at least ``apart`` from one another, in order, as near to the wanted ones as fits."""
    places: list[float] = []
    for i, y in enumerate(wanted):
        room_below = last - apart * (len(wanted) - 1 - i)
        lowest = places[-1] + apart if places else first
        places.append(max(lowest, min(y, room_below)))
    return places


def _wide(share: str) -> float:
    """How wide a share stands in bold, in pixels: a point is narrow, and the sign of percent wide."""
    return sum({"%": 11.0, ".": 4.0}.get(each, 7.6) for each in share)


def _stream(stream: Stream, a: tuple[float, float], b: tuple[float, float], y: float, name_at: int) -> Markup:
    x0, x1 = LEFT + BAR + 1.0, RIGHT - 1.0
    middle = (x0 + x1) / 2
    path = (
        f"M{x0:.1f} {a[0]:.1f}C{middle:.1f} {a[0]:.1f} {middle:.1f} {b[0]:.1f} {x1:.1f} {b[0]:.1f}"
        f"V{b[1]:.1f}C{middle:.1f} {b[1]:.1f} {middle:.1f} {a[1]:.1f} {x0:.1f} {a[1]:.1f}Z"
    )
    end = RIGHT + BAR
    parts = [
        element("path", d=path, class_="band"),
        element("rect", x=LEFT, y=a[0], width=BAR, height=a[1] - a[0], rx=2.0, class_="f"),
        element("rect", x=RIGHT, y=b[0], width=BAR, height=b[1] - b[0], rx=2.0, class_="f"),
        element("path", d=f"M{end + 2} {(b[0] + b[1]) / 2:.1f}L{end + 9} {y:.1f}", class_="lead"),
        element("text", stream.brought_text, x=end + 13, y=y + 4, class_="t1"),
        element("text", shortened(stream.name, (WIDTH - name_at) // 6), x=name_at, y=y + 4),
    ]
    if a[1] - a[0] >= _SMALLEST:
        middle = (a[0] + a[1]) / 2 + 4
        parts.append(
            element("text", stream.customers_text, x=LEFT - 6, y=middle, text_anchor="end", class_="t1")
        )
    return element("g", *parts, class_=f"{stream.colour} seg")
