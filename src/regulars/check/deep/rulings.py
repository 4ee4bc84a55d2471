"""Rulings: where a claim about behaviour holds and where not, and what that comes to for the claim."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from regulars.check.deep.claims import Claim
from regulars.check.deep.estimates import CHANCE, Difference, difference, standardised
from regulars.check.deep.measures import Measure
from regulars.check.deep.queries import WHOLE, Counted, Place
from regulars.measure.small_cells import SMALLEST_SHOWN, covered
from regulars.value.many import holm

MATERIAL = 0.15
"""Smallest relative difference on which a segment stands out, as in what is told of it anywhere."""
MATERIAL_POINTS = 2.0
"""Smallest difference of two percentages, likewise."""
MOST_OF_IT = 0.8
"""What share of the segment's measure must lie in categories that can be taken alike, to take them alike."""
State = Literal["holds", "does_not_hold", "cannot_be_told"]
Outcome = Literal["holds", "holds_in_part", "does_not_hold", "cannot_be_told"]
Cut = Literal["whole", "mix", "category", "period", "segment"]
HIDDEN = "not shown: ten customers or fewer, or with the others it would give away such a group"
FEW = "too few customers, or a few of them hold most of it"
_FLIPPED: Mapping[str, Any] = {
    "holds": "does_not_hold", "does_not_hold": "holds", "cannot_be_told": "cannot_be_told",
    "holds_in_part": "holds_in_part",
}  # fmt: skip


@dataclass(frozen=True)
class Cell:
    """The claim in one place: all of it, one category or one period, or with the mix of categories alike.

    ``customers``: those of the segment who have anything there; None where that is hidden, and then
    ``found`` is too. ``p`` is adjusted for all the cells of the claim (Holm 1979).
    """

    cut: Cut
    name: str
    customers: int | None
    found: Difference | None
    state: State
    p: float | None = None
    note: str = ""


@dataclass(frozen=True)
class Ruling:
    """What a claim comes to. ``is_mix``: the segment stands out overall, and with what it buys taken alike
    it does not; ``is_masked`` the other way round. ``rivals``: other segments that stand out as well, where
    it is said of the one only."""

    outcome: Outcome
    cells: tuple[Cell, ...]
    is_mix: bool = False
    is_masked: bool = False
    rivals: tuple[str, ...] = ()

    def of(self, cut: Cut) -> tuple[Cell, ...]:
        return tuple(each for each in self.cells if each.cut == cut)

    @property
    def whole(self) -> Cell:
        return self.cells[0]


@dataclass(frozen=True)
class _Asked:
    """One claim being ruled on."""

    claim: Claim
    measure: Measure
    counted: Counted
    segments: tuple[str, ...]

    @property
    def others(self) -> tuple[str, ...]:
        return self.claim.against or self.rest_of(self.claim.segment)

    def rest_of(self, segment: str) -> tuple[str, ...]:
        return tuple(each for each in self.segments if each != segment)

    @property
    def factor(self) -> float:
        hundred = 100.0 if self.measure.unit == "percent" else 1.0
        return hundred * self.measure.whole_of_one / self.measure.part_of_one


def ruled(claim: Claim, measure: Measure, counted: Counted, segments: Sequence[str]) -> Ruling:
    """Whether the claim holds, as a whole and in each place.

    In a place it *holds* where the difference is as the claim has it, larger than chance (p < .05 after Holm,
    over all places of the claim) and material; it *does not hold* where the whole 95 % interval lies below
    what is material; else it *cannot be told*. Of a denial the reverse.
    """
    asked = _Asked(claim, measure, counted, tuple(segments))
    cells = _judged(list(_cells(asked)), asked)
    ruling = _outcome(cells)
    if claim.is_only:
        ruling = _alone(ruling)
    return _denied(ruling) if claim.is_denied else ruling


def _cells(asked: _Asked) -> Iterator[Cell]:
    """Every cell of the claim, measured and not yet judged."""
    ours = (asked.claim.segment,)
    whole = list(_cut(asked, "whole", {"": WHOLE}))
    yield from whole
    places = {name: (at, 0) for name, at in asked.counted.categories.items()}
    categories = list(_cut(asked, "category", places))
    if whole[0].customers is not None and asked.measure.has_mix:
        yield from _mix(asked, categories, places)
    yield from categories
    yield from _cut(asked, "period", {name: (0, at) for name, at in asked.counted.periods.items()})
    if asked.claim.is_only and whole[0].customers is not None:
        for rival in asked.rest_of(ours[0]):
            yield _measured(asked, "segment", rival, (rival,), asked.rest_of(rival), WHOLE)


def _cut(asked: _Asked, cut: Cut, places: Mapping[str, Place]) -> Iterator[Cell]:
    """The cells of one cut; small ones are hidden, and others with them that would give them away."""
    ours = {name: asked.counted.at((asked.claim.segment,), place).n for name, place in places.items()}
    rest = {name: asked.counted.at(asked.others, place).n for name, place in places.items()}
    small = {name for name in places if ours[name] < SMALLEST_SHOWN or rest[name] < SMALLEST_SHOWN}
    hidden = small | covered(ours, small & _some(ours)) | covered(rest, small & _some(rest))
    for name, place in places.items():
        if not ours[name] and not rest[name]:
            continue
        if name in hidden:
            yield Cell(cut, name, None, None, "cannot_be_told", note=HIDDEN)
        else:
            yield _measured(asked, cut, name, (asked.claim.segment,), asked.others, place)


def _some(counts: Mapping[str, int]) -> set[str]:
    return {name for name, count in counts.items() if count < SMALLEST_SHOWN}


def _measured(
    asked: _Asked, cut: Cut, name: str, ours: Sequence[str], others: Sequence[str], place: Place
) -> Cell:
    one, two = asked.counted.at(ours, place), asked.counted.at(others, place)
    if min(one.n, two.n) < SMALLEST_SHOWN:
        return Cell(cut, name, None, None, "cannot_be_told", note=HIDDEN)
    found = difference(one, two)
    if found is None:
        return Cell(cut, name, one.n, None, "cannot_be_told", note=FEW)
    return Cell(cut, name, one.n, found.times(asked.factor), "cannot_be_told")


def _mix(asked: _Asked, categories: Sequence[Cell], places: Mapping[str, Place]) -> Iterator[Cell]:
    """The claim with what is bought taken alike, where most of it lies in categories that can be told."""
    known = [places[each.name][0] for each in categories if each.found is not None]
    if len(known) < 2:
        return
    ours = {at: asked.counted.at((asked.claim.segment,), (at, 0)).whole for at in known}
    total = sum(asked.counted.at((asked.claim.segment,), (at, 0)).whole for at, _ in places.values())
    if sum(ours.values()) < MOST_OF_IT * total:
        return
    found = standardised(asked.counted, (asked.claim.segment,), asked.others, known)
    if found is not None:
        customers = asked.counted.at((asked.claim.segment,), WHOLE).n
        yield Cell("mix", "", customers, found.times(asked.factor), "cannot_be_told")


def _judged(cells: Sequence[Cell], asked: _Asked) -> tuple[Cell, ...]:
    adjusted = holm({at: each.found.p for at, each in enumerate(cells) if each.found is not None})
    return tuple(
        each
        if each.found is None
        else replace(each, p=adjusted[at], state=_state(each.found, adjusted[at], asked))
        for at, each in enumerate(cells)
    )


def _state(found: Difference, p: float, asked: _Asked) -> State:
    sign = asked.claim.sign
    material = MATERIAL * abs(found.others)
    if asked.measure.unit == "percent":
        material = max(material, MATERIAL_POINTS)
    farthest = sign * (found.high if sign > 0 else found.low)
    if p < CHANCE and sign * found.difference >= material > 0:
        return "holds"
    return "does_not_hold" if farthest < material else "cannot_be_told"


def _outcome(cells: Sequence[Cell]) -> Ruling:
    """What the cells come to: the whole, with what is bought taken alike where that can be, and the parts."""
    whole, mix = cells[0].state, next((each.state for each in cells if each.cut == "mix"), None)
    parts = [each for each in cells if each.cut in {"category", "period"}]
    in_category = any(each.state == "holds" for each in parts if each.cut == "category")
    # What they buy may explain a period as it may explain the whole.
    in_period = mix in {None, "holds"} and any(
        each.state == "holds" for each in parts if each.cut == "period"
    )
    fails = any(each.state == "does_not_hold" for each in parts)
    made: Outcome = "cannot_be_told"
    is_mix = whole == "holds" and mix == "does_not_hold"
    if whole == "holds" and mix in {None, "holds"}:
        made = "holds_in_part" if fails else "holds"
    elif is_mix and not in_category:
        made = "does_not_hold"
    elif in_category or in_period or (mix == "holds" and whole != "holds"):
        made = "holds_in_part"
    elif whole == "does_not_hold" and mix != "holds":
        made = "does_not_hold"
    return Ruling(made, tuple(cells), is_mix, is_masked=mix == "holds" and whole == "does_not_hold")


def _alone(ruling: Ruling) -> Ruling:
    """Only they: it fails where another segment stands out as well."""
    rivals = tuple(each.name for each in ruling.of("segment") if each.state == "holds")
    open_ = any(each.state == "cannot_be_told" for each in ruling.of("segment"))
    if rivals and ruling.outcome != "cannot_be_told":
        return replace(ruling, outcome="does_not_hold", rivals=rivals)
    if open_ and ruling.outcome in {"holds", "holds_in_part"}:
        return replace(ruling, outcome="cannot_be_told")
    return replace(ruling, rivals=rivals)


def _denied(ruling: Ruling) -> Ruling:
    cells = tuple(replace(each, state=_FLIPPED[each.state]) for each in ruling.cells)
    return replace(ruling, outcome=_FLIPPED[ruling.outcome], cells=cells)
