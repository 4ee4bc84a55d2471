"""What the customers of a grid's segment are like beside the others, read off the cells themselves.

A cut point has a known share of customers at or below it, so a band says how its customers stand to all
those on whom the cuts were made: above the third of four cuts lie those with more than at least 60 % of
them have ("more than most"). Words are true for every customer of the segment, also where values are tied.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from regulars.segment.fitting.cuts import Cut
from regulars.segment.rules.grid import Band, Grid

QUANTIFIERS = (
    (Fraction(7, 10), "almost all"), (Fraction(1, 2), "most"), (Fraction(3, 10), "many"),
    (Fraction(1, 10), "some"),
)  # fmt: skip
"""From which share of customers on each word may be said; below the last there is nothing to say."""
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


def meanings(grid: Grid, stand: Mapping[str, Sequence[Cut]]) -> dict[str, str]:
    """What each segment's customers are like, without figures: "more recent than most, with fewer …".

    ``stand`` has for each feature where the customers lie to each of its cuts: where values are tied none
    may lie above one, and "fewer than most" becomes "no more than most". An axis on which a segment holds
    every score is left out.
    """
    return {each: _meaning(grid, each, stand) for each in grid.segment_ids}


def of_totals(grid: Grid, sizes: Mapping[str, int]) -> dict[str, str]:
    """The same for ranges of a sum of scores, the highest first: "a higher total score than most".

    ``sizes`` are the customers of each segment; those without any may be left out.
    """
    customers = sum(sizes.values())
    counted = [sizes.get(each, 0) for each in grid.segment_ids]
    return {
        each: _total(
            Fraction(sum(counted[place + 1 :]), customers), Fraction(sum(counted[:place]), customers)
        )
        for place, each in enumerate(grid.segment_ids)
    }


def _total(below: Fraction, above: Fraction) -> str:
    over, under = _quantity(below), _quantity(above)
    if over and under:
        return f"a total score above that of {over} and below that of {under}"
    if over or under:
        return f"a total score {'above' if over else 'below'} that of {over or under}"
    return EVERYBODY


def _meaning(grid: Grid, segment_id: str, stand: Mapping[str, Sequence[Cut]]) -> str:
    recency, holdings = "", []
    for at, band in enumerate(grid.bands):
        scores = [cell[at] for cell in grid.cells[segment_id]]
        axis = RECENCY if band.low_is_good else HOLDINGS[band.letter]
        said = _stands(axis, *_between(band, min(scores), max(scores)), stand[band.feature])
        if said and band.low_is_good:
            recency = said
        elif said:
            holdings.append(said)
    having = f"with {_joined(holdings)}" if holdings else ""
    return ", ".join(filter(None, (recency, having))) or EVERYBODY


def _between(band: Band, low: int, high: int) -> tuple[int, int]:
    """How many cuts lie below every value that scores so, and the number of the cut that none exceeds."""
    return (band.top - high, band.top + 1 - low) if band.low_is_good else (low - 1, high)


def _stands(axis: Axis, over: int, under: int, cuts: Sequence[Cut]) -> str:
    """Above the cut ``over`` (0: none) and not above the cut ``under`` (one too many: none)."""
    least = _quantity(cuts[over - 1].below) if over else ""
    said = [f"{axis.above} {least}"] if least else []
    if under > len(cuts):
        return "".join(said)
    cut = cuts[under - 1]
    # Where values are tied at the cut, fewer lie above it than are sure to lie at it or above.
    most = _quantity(1 - cut.below)
    is_strict = _quantity(cut.above) == most
    if said and is_strict and least == most:
        return axis.middle
    if most:
        below = axis.below if is_strict else axis.up_to
        # "more orders than some but no more than most": the noun once is enough.
        said.append(f"{below.replace(axis.noun, '') if said else below} {most}")
    return " but ".join(said)


def _quantity(share: Fraction) -> str:
    return next((word for least, word in QUANTIFIERS if share >= least), "")


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
