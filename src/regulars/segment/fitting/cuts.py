"""Cut points: where a feature is cut into bands, and where the customers stand to each cut."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from regulars.engine import Engine, literal, quoted
from regulars.segment.rules import Number
from regulars.segment.rules.grid import Band
from regulars.types import Finding

CROWDED = Fraction(3, 2)
"""A value that this many times a band's share of customers share makes bands uneven: worth a note."""
MEAN_PLACES = 6
"""Decimals of a mean: shares are measured to a millionth."""


@dataclass(frozen=True)
class Cut:
    """One cut point: the share of customers that is certain to lie at or below it, and the share above it.

    A quantile is sure of its share however values are tied: one more than that may lie below it. Of a cut
    that was set by hand only what was counted is known.
    """

    below: Fraction
    above: Fraction


def quantiles(engine: Engine, table: str, feature: str, bands: int) -> tuple[Decimal, ...]:
    """Values that cut the customers into equal parts: exact, and blind to the order of rows.

    Cut k is the smallest value with at least k/bands of those known at or below it.
    """
    return tuple(Decimal(str(cut)) for cut in engine.cut_points(table, feature, bands))


def standings(
    engine: Engine, table: str, bands: Sequence[Band], set_by_hand: Sequence[str]
) -> dict[str, list[Cut]]:
    """Where the customers of whom a feature is known stand to each of its cuts, counted in one walk."""
    counts = []
    for band in bands:
        name = quoted(band.feature)
        counts.append(f"count({name})")
        counts += [
            f"count(case when {name} > {literal(cut).sql(engine.dialect)} then 1 end)" for cut in band.cuts
        ]
    (row,) = engine.rows(f"select {', '.join(counts)} from {quoted(table)}", "beyond_cuts")
    counted = iter(map(int, row))
    stand = {}
    for band in bands:
        # Of a feature that is known for nobody, nobody lies beyond a cut.
        known = next(counted) or 1
        above = [Fraction(next(counted), known) for _ in band.cuts]
        stand[band.feature] = [
            Cut(1 - share if band.feature in set_by_hand else Fraction(place, band.top), share)
            for place, share in enumerate(above, 1)
        ]
    return stand


def unmet(engine: Engine, table: str, where: str, band: Band, cuts: Sequence[Cut]) -> Iterator[Finding]:
    """A note where no customer stands in a band that was set by hand. Unknown values score 1."""
    name = quoted(band.feature)
    ((known, unknown),) = engine.rows(f"select count({name}), count(*) - count({name}) from {quoted(table)}")
    if not known:
        return
    above = [Fraction(1), *(cut.above for cut in cuts), Fraction(0)]
    nobody = [place for place, (start, end) in enumerate(pairwise(above), 1) if start == end]
    scores = {band.top + 1 - place if band.low_is_good else place for place in nobody}
    scores -= {1} if unknown else set()
    if listed := _told(scores):
        yield Finding(
            "note", f"{where}.{band.feature}",
            f"By the cuts that were set, no customer scored {band.letter} {listed}.",
            "Segments of these scores stay empty until somebody does; move the cuts if that was not meant.",
        )  # fmt: skip


def crowding(engine: Engine, table: str, where: str, band: Band) -> Iterator[Finding]:
    """A note where many customers share one value, so that quantiles make bands of unequal size."""
    customers = engine.count(table)
    value, count = _commonest(engine, table, band)
    share = Fraction(count, customers)
    used = {band.of(cut) for cut in band.cuts} | {1 if band.low_is_good else band.top}
    unused = _told(set(range(1, band.top + 1)) - used)
    if share < CROWDED / band.top and not unused:
        return
    what = (
        f"{count:,} of {customers:,} customers ({float(share):.0%}) had {band.feature} = {value}; "
        f"they all scored {band.letter} {band.of(value)}"
    )
    if unused:
        what += f", and no cut led to a score of {unused}"
    yield Finding(
        "note", f"{where}.{band.feature}", f"{what}.",
        "Bands of unequal size are right here: equal customers must score equally.",
    )  # fmt: skip


def _told(scores: Iterable[int]) -> str:
    """Scores in words, ascending, three in a row or more as a range: "1 or 4 to 9"."""
    runs: list[list[int]] = []
    for score in sorted(scores):
        if runs and score == runs[-1][-1] + 1:
            runs[-1].append(score)
        else:
            runs.append([score])
    said = [[f"{run[0]} to {run[-1]}"] if len(run) > 2 else list(map(str, run)) for run in runs]
    return " or ".join(each for run in said for each in run)


def _commonest(engine: Engine, table: str, band: Band) -> tuple[Number, int]:
    """The value that most customers share, with their number; of equally common ones, the lowest.

    Looked for among the cut points and unknown alone: a value that fills a band's share is a cut point,
    and one that fewer have crowds no band.
    """
    name = quoted(band.feature)
    met = " or ".join(
        [f"{name} is null", *(f"{name} = {literal(cut).sql(engine.dialect)}" for cut in band.cuts)]
    )
    ((value, count),) = engine.rows(
        f"select {name} as value, count(*) as customers from {quoted(table)} where {met} "
        f"group by {name} order by customers desc, value limit 1",
        "commonest_value",
    )
    return value, int(count)


def middle(
    engine: Engine, table: str, feature: str, how: Literal["median", "mean"], among: str
) -> Decimal | None:
    """The middle of a feature among the customers of whom another (or itself) is known; None without any.

    The median is the smallest value with at least half of them at or below it. The mean is the exact sum of
    values at six decimals over their number, rounded to six decimals with halves to even: no order of rows
    can move it.
    """
    value = f"case when {quoted(among)} is not null then {quoted(feature)} end"
    if how == "median":
        ((found,),) = engine.rows(f"select quantile_disc({value}, 0.5) from {quoted(table)}", "median")
        return None if found is None else Decimal(str(found))
    exact = f"cast({value} as decimal(38, {MEAN_PLACES}))"
    ((total, count),) = engine.rows(f"select sum({exact}), count({exact}) from {quoted(table)}", "mean")
    if not count:
        return None
    whole = Fraction(total) * 10**MEAN_PLACES / count
    mean = Decimal(round(whole)).scaleb(-MEAN_PLACES)
    return Decimal(f"{mean.normalize():f}")
