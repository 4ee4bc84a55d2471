"""How a whole builds up: each segment's share begins where the one before it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from regulars.publish.charts.svg import element, percent, strip


@dataclass(frozen=True)
class Step:
    """One segment's row: shares in percent, None where suppressed, and the figure as written."""

    name: str
    classes: str
    share: float | None
    customers: float | None
    text: str
    customers_text: str


@dataclass(frozen=True)
class Row:
    """A row as drawn: the words stand in HTML, so that they wrap and keep their size on a phone."""

    step: Step
    track: Markup


def waterfall(steps: Sequence[Step]) -> list[Row]:
    """The rows, the largest share first: the coloured bar is the share of the whole, the thin one that of
    customers.
    """
    rows: list[Row] = []
    share = customers = 0.0
    for step in sorted(steps, key=lambda s: -(s.share or 0.0)):
        rows.append(Row(step, _track(step, share, customers)))
        share += step.share or 0.0
        customers += step.customers or 0.0
    return rows


def _track(step: Step, share: float, customers: float) -> Markup:
    parts: list[Markup] = []
    if step.share is not None:
        parts.append(_bar(share, step.share, 3, 15, "f"))
    if step.customers is not None:
        parts.append(_bar(customers, step.customers, 21, 6, "base"))
    return strip(parts, 30, "track")


def _bar(start: float, length: float, y: int, height: int, class_: str) -> Markup:
    long = percent(max(length, 0.4))
    return element("rect", x=percent(start), y=y, width=long, height=height, class_=class_)
