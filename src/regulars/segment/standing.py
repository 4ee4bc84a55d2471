"""What the customers of a grid's segment are like beside the others, read off the cells themselves.

A cut point has a known share of customers at or below it, so a band says how its customers stand to all
those on whom the cuts were made: above the third of four cuts lie those with more than at least 60 % of
them have ("more than most"). Words are true for every customer of the segment, also where values are tied.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from regulars.segment.grid import Band, Grid

QUANTIFIERS = ((0.7, "almost all"), (0.5, "most"), (0.3, "many"), (0.1, "some"))
"""From which share of customers on each word may be said; below the last, "hardly anybody"."""
EVERYBODY = "all kinds of customers"


@dataclass(frozen=True)
class Axis:
    """The words of one axis: a value above a cut, one below it, one no more than it, and the middle."""

    above: str
    below: str
    up_to: str
    middle: str
    noun: str = ""


RECENCY = Axis(
    "silent longer than", "more recent than", "no less recent than", "neither the most nor the least recent"
)
ORDERS = Axis(
    "more orders than", "fewer orders than", "no more orders than", "a middling number of orders", "orders "
)
SPEND = Axis("more spend than", "less spend than", "no more spend than", "a middling spend", "spend ")
HOLDINGS = {"F": ORDERS, "M": SPEND}


def meanings(grid: Grid, beyond: Mapping[str, Sequence[float]]) -> dict[str, str]:
    """What each segment's customers are like, without figures: "more recent than most, with fewer …".

    ``beyond`` has for each feature the share of customers, 0 to 1, with a value above each of its cuts:
    where values are tied it may be none, and "fewer than most" becomes "no more than most". An axis on
    which a segment holds every score is left out.
    """
    return {each: _meaning(grid, each, beyond) for each in grid.segment_ids}


def _meaning(grid: Grid, segment_id: str, beyond: Mapping[str, Sequence[float]]) -> str:
    recency, holdings = "", []
    for at, band in enumerate(grid.bands):
        scores = [cell[at] for cell in grid.cells[segment_id]]
        axis = RECENCY if band.low_is_good else HOLDINGS[band.letter]
        said = _stands(axis, *_between(band, min(scores), max(scores)), beyond[band.feature])
        if said and band.low_is_good:
            recency = said
        elif said:
            holdings.append(said)
    having = f"with {_joined(holdings)}" if holdings else ""
    return ", ".join(filter(None, (recency, having))) or EVERYBODY


def _between(band: Band, low: int, high: int) -> tuple[int, int]:
    """How many cuts lie below every value that scores so, and the number of the cut that none exceeds."""
    return (band.top - high, band.top + 1 - low) if band.low_is_good else (low - 1, high)


def _stands(axis: Axis, over: int, under: int, beyond: Sequence[float]) -> str:
    """Above the cut ``over`` (0: none) and not above the cut ``under`` (one too many: none)."""
    bands = len(beyond) + 1
    said = [f"{axis.above} {_quantity(over / bands)}"] if over else []
    if under == bands:
        return "".join(said)
    least = _quantity(1 - under / bands)
    is_strict = _quantity(beyond[under - 1]) == least
    if said and is_strict and over == bands - under:
        return axis.middle
    below = axis.below if is_strict else axis.up_to
    # "more orders than some but no more than most": the noun once is enough.
    said.append(f"{below.replace(axis.noun, '') if said else below} {least}")
    return " but ".join(said)


def _quantity(share: float) -> str:
    return next((word for least, word in QUANTIFIERS if share >= least), "hardly anybody")


def _joined(said: Sequence[str]) -> str:
    """More orders and more spend than most: one comparison where both are made with the same customers."""
    if len(said) < 2:
        return "".join(said)
    (first, than), (second, also) = (each.rpartition(" than ")[::2] for each in said)
    if than and than == also and " but " not in f"{first}{second}":
        return f"{first} and {second} than {than}"
    return f"{said[0]} {'and' if _is_more(said[0]) == _is_more(said[1]) else 'but'} {said[1]}"


def _is_more(said: str) -> bool:
    return said.startswith("more")
