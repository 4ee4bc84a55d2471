"""The bias audit: whom each segment holds, by attributes that no segment was made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from regulars.engine import Engine, quoted
from regulars.measure.association import Association, association
from regulars.measure.proportion import proportion_interval
from regulars.measure.small_cells import SMALLEST_SHOWN
from regulars.types import Segment
from regulars.validate.memberships import hidden_sizes
from regulars.validate.migration import ALL, Cell, hidden_cells
from regulars.validate.shift import shift
from regulars.value.many import holm

CHANCE = 0.05
"""Of anything being told to differ where nothing does, in the whole audit."""
FOUR_FIFTHS = 0.8
"""Uniform Guidelines on Employee Selection Procedures, 29 CFR 1607.4(D), 25 August 1978. They are about
hiring; here the figure says where to look."""
MOST_VALUES = 8
FEWEST_EXPECTED = 5
OTHER = "any other"
UNKNOWN = None
Reading = Literal["more", "fewer", "slightly more", "slightly fewer", "alike", "too few"]


@dataclass(frozen=True)
class Part:
    """Those with one value of an attribute in one segment.

    ``share``: of the segment's customers whose value is known, in percent, with its Wilson interval;
    ``others``: the same of all other customers. ``p`` that the two are one, adjusted by Holm over the whole
    audit. ``rate``: of all with this value the percentage that is in this segment, with its Wilson interval;
    ``others_rate``: the same of all with another value.
    """

    value: str
    customers: int
    share: float
    low: float
    high: float
    others: float
    p: float | None
    rate: float
    rate_low: float
    rate_high: float
    others_rate: float
    is_hidden: bool

    @property
    def rate_ratio(self) -> float | None:
        """The rate over that of all others; None where none of these is in the segment."""
        return self.rate / self.others_rate if self.others_rate else None

    @property
    def evenness(self) -> float:
        """The smaller rate over the larger: 0 is farthest apart, 1 is even."""
        larger = max(self.rate, self.others_rate)
        return min(self.rate, self.others_rate) / larger if larger else 1.0

    @property
    def reading(self) -> Reading:
        """Against the other customers: more or fewer where chance does not explain it, *slightly* where the
        smaller rate is four fifths of the larger or more."""
        if self.p is None:
            return "too few"
        if self.p > CHANCE:
            return "alike"
        what: Literal["more", "fewer"] = "more" if self.share > self.others else "fewer"
        if self.evenness < FOUR_FIFTHS:
            return what
        return "slightly more" if what == "more" else "slightly fewer"


@dataclass(frozen=True)
class Mix:
    """One segment by one attribute. ``unknown``: customers whose value nobody supplied."""

    segment: Segment
    customers: int
    unknown: int
    parts: tuple[Part, ...]
    is_hidden: bool


@dataclass(frozen=True)
class AttributeAudit:
    """One attribute: the share of all customers with each value (percent of those known), the mixes of the
    segments, and how closely the two go together (None where one of them is all the same).

    ``is_coarse``: of how many nobody knows the value is not shown somewhere, so that shares are told in whole
    percent and counts not at all: they would give it away.
    """

    name: str
    customers: int
    unknown: int
    overall: Mapping[str, float]
    mixes: tuple[Mix, ...]
    together: Association | None
    is_coarse: bool

    def told(self) -> list[tuple[Mix, Part]]:
        """What is more or fewer than elsewhere and may be shown, the farthest apart first."""
        found = [
            (mix, part)
            for mix in self.mixes
            for part in mix.parts
            if not (mix.is_hidden or part.is_hidden) and part.reading in ("more", "fewer")
        ]
        return sorted(found, key=lambda each: each[1].evenness)


@dataclass(frozen=True)
class Audit:
    """The audit of every attribute supplied, and what is to be known of it."""

    each: tuple[AttributeAudit, ...]
    doubts: tuple[str, ...] = ()


def audit(
    engine: Engine, attributes: Mapping[str, str], segments: Sequence[Segment], customers: str, supplied: str
) -> Audit:
    """The audit from a table of ``customers`` with customer_id and segment_id and one of what was
    ``supplied``: customer_id, once each, and a text column for each attribute (name to column).

    The eight commonest values of more than ten customers stand alone, the others together. Whoever is not in
    the table is unknown. Where fewer than five are expected in or out of a segment, nothing is tested.
    """
    found = [
        (name, _counted(engine, column, segments, customers, supplied)) for name, column in attributes.items()
    ]
    asked = {
        (name, segment, value): p
        for name, counts in found
        for (segment, value), p in _tests(counts, segments).items()
    }
    adjusted = holm({key: p for key, p in asked.items() if p is not None})
    return Audit(tuple(_audited(name, counts, segments, adjusted) for name, counts in found))


_Counts = dict[Cell, int]


def _counted(
    engine: Engine, column: str, segments: Sequence[Segment], customers: str, supplied: str
) -> _Counts:
    """Customers by segment and value, the rare values together, and their sums."""
    rows = engine.rows(
        f"select segment_id, {quoted(column)}, count(*) from {quoted(customers)} "
        f"left join {quoted(supplied)} using (customer_id) group by all order by all"
    )
    totals: dict[str, int] = {}
    for _, value, n in rows:
        if value is not None:
            totals[str(value)] = totals.get(str(value), 0) + int(n)
    large = sorted(
        (each for each, n in totals.items() if n >= SMALLEST_SHOWN), key=lambda each: (-totals[each], each)
    )
    alone = set(large[:MOST_VALUES])
    values: list[str | None] = [*large[:MOST_VALUES], *([OTHER] if set(totals) - alone else []), UNKNOWN]
    counts: _Counts = {(each.id, value): 0 for each in segments for value in values}
    for segment, value, n in rows:
        known = UNKNOWN if value is None else str(value) if str(value) in alone else OTHER
        counts[str(segment), known] += int(n)
    for each in segments:
        counts[each.id, ALL] = sum(counts[each.id, value] for value in values)
    for value in values:
        counts[ALL, value] = sum(counts[each.id, value] for each in segments)
    return counts


def _values(counts: Mapping[Cell, int]) -> list[str]:
    return [str(value) for row, value in counts if row == ALL and value is not UNKNOWN]


def _known(counts: Mapping[Cell, int], row: str, values: Sequence[str]) -> int:
    return sum(counts[row, value] for value in values)


def _tests(counts: Mapping[Cell, int], segments: Sequence[Segment]) -> dict[tuple[str, str], float | None]:
    values = _values(counts)
    everyone = _known(counts, ALL, values)
    found: dict[tuple[str, str], float | None] = {}
    for each in segments:
        n = _known(counts, each.id, values)
        for value in values:
            k, of = counts[each.id, value], counts[ALL, value]
            fewest = min(n, everyone - n) * min(of, everyone - of) / everyone if everyone else 0
            is_enough = fewest >= FEWEST_EXPECTED
            pairs = [k, n - k], [of - k, everyone - n - of + k]
            found[each.id, value] = shift(*pairs, ordered=False).p if is_enough else None
    return found


def _audited(
    name: str, counts: Mapping[Cell, int], segments: Sequence[Segment],
    p: Mapping[tuple[str, str, str], float],
) -> AttributeAudit:  # fmt: skip
    values, hidden = _values(counts), _hidden(counts, segments)
    everyone = _known(counts, ALL, values)
    mixes = tuple(
        Mix(
            each, counts[each.id, ALL], counts[each.id, UNKNOWN],
            tuple(_parts(name, counts, each.id, values, hidden, p)),
            is_hidden=(each.id, ALL) in hidden,
        )
        for each in segments
    )  # fmt: skip
    overall = {value: 100 * counts[ALL, value] / everyone for value in values if everyone}
    together = association([[counts[each.id, value] for value in values] for each in segments])
    return AttributeAudit(
        name, everyone + counts[ALL, UNKNOWN], counts[ALL, UNKNOWN], overall, mixes, together,
        is_coarse=any((row, UNKNOWN) in hidden for row in (ALL, *(each.id for each in segments))),
    )  # fmt: skip


def _parts(
    name: str, counts: Mapping[Cell, int], segment: str, values: Sequence[str], hidden: set[Cell],
    p: Mapping[tuple[str, str, str], float],
) -> Iterator[Part]:  # fmt: skip
    n, everyone = _known(counts, segment, values), _known(counts, ALL, values)
    for value in values:
        k, of = counts[segment, value], counts[ALL, value]
        if not (n and of):
            continue
        low, high = proportion_interval(k, n)
        rest, different = everyone - n, everyone - of
        yield Part(
            value, k, 100 * k / n, low, high, 100 * (of - k) / rest if rest else 0.0,
            p.get((name, segment, value)), 100 * k / of, *proportion_interval(k, of),
            100 * (n - k) / different if different else 0.0,
            is_hidden=(segment, value) in hidden,
        )  # fmt: skip


def _hidden(counts: Mapping[Cell, int], segments: Sequence[Segment]) -> set[Cell]:
    """Cells of ten customers or fewer, and those that would give them away with the sums that are shown."""
    ids = [each.id for each in segments]
    columns = [value for row, value in counts if row == ALL]
    small: set[Cell] = {(each, ALL) for each in hidden_sizes({each: counts[each, ALL] for each in ids})}
    totals = {str(at): counts[ALL, value] for at, value in enumerate(columns)}
    small |= {(ALL, columns[int(at)]) for at in hidden_sizes(totals) if totals[at]}
    small |= {cell for cell, n in counts.items() if 0 < n < SMALLEST_SHOWN}
    shown = {cell for cell in counts if ALL in cell and cell not in small}
    lines = [
        *((*((each, value) for value in columns), (each, ALL)) for each in ids),
        *((*((each, value) for each in ids), (ALL, value)) for value in columns),
        tuple((each, ALL) for each in ids),
        tuple((ALL, value) for value in columns),
    ]
    return hidden_cells(counts, [tuple(cell for cell in line if cell not in shown) for line in lines], small)
