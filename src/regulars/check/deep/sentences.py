"""Sentences: what was found of a claim, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from regulars.check.deep.answers import Answer
from regulars.check.deep.estimates import CHANCE
from regulars.check.deep.measures import BEHAVIOURS
from regulars.check.deep.rulings import Cell, Outcome, State
from regulars.check.deep.scope import said as days_said
from regulars.figures import money, signed, written

OUTCOMES: dict[Outcome, str] = {
    "holds": "holds", "holds_in_part": "holds in part", "does_not_hold": "does not hold",
    "cannot_be_told": "cannot be told",
}  # fmt: skip
_STATES: dict[State, str] = {
    "holds": "it holds", "does_not_hold": "it does not hold", "cannot_be_told": "it cannot be told",
}  # fmt: skip


def words(answer: Answer, names: Mapping[str, str]) -> str:
    """What was found, as sentences: the verdict, the two rates, where it holds and where not, and doubts."""
    return " ".join(_sentences(answer, names))


def _sentences(answer: Answer, names: Mapping[str, str]) -> Iterator[str]:
    claim = answer.claim
    denied = "not " if claim.is_denied else ""
    yield f'{names[claim.segment]}, {denied}"{claim.text}"{_limits(answer)}: {OUTCOMES[answer.outcome]}.'
    if answer.ruling is None or answer.measure is None:
        yield f"The data lacks what it could be asked by. {answer.why}."
        return
    yield _whole(answer, names)
    yield from _mix(answer, names)
    for cut, label in (("category", "category"), ("period", "period")):
        cells = [each for each in answer.ruling.cells if each.cut == cut]
        if cells:
            yield f"By {label}: {_where(cells)}."
    yield from _rivals(answer, names)
    if answer.since is not None:
        yield f"In the days since: {_rates(answer, answer.since, names)}: {_STATES[answer.since.state]}."
    yield from _doubts(answer)


def headline(answer: Answer, names: Mapping[str, str]) -> str:
    """The verdict and the two rates alone, and what else decided, the mix or others who do it too."""
    said = list(_sentences(answer, names))[: 3 if answer.ruling and answer.ruling.is_mix else 2]
    return " ".join([*said, *_rivals(answer, names)])


def _whole(answer: Answer, names: Mapping[str, str]) -> str:
    """The two rates, and where they lie apart by more than chance and too little to matter, that."""
    if answer.measure is None or answer.ruling is None:
        return ""
    whole = answer.ruling.whole
    little = ", too little to matter" if is_little(answer, whole) else ""
    label = f"{answer.measure.label}{_wanted(answer)} ({_claimed(answer)})"
    return f"{label}: {_rates(answer, whole, names)}{little}."


def _claimed(answer: Answer) -> str:
    """Which way the measure is said to lie: a behaviour's own words do not tell."""
    denied = "not " if answer.claim.is_denied else ""
    return f"claimed: {denied}{'more' if _sign(answer) > 0 else 'less'}"


def _sign(answer: Answer) -> int:
    return answer.claim.sign * BEHAVIOURS[answer.claim.behaviour][1]


def _rivals(answer: Answer, names: Mapping[str, str]) -> Iterator[str]:
    if answer.ruling and answer.ruling.rivals:
        yield f"Not they alone: {_listed([names[each] for each in answer.ruling.rivals])} as well."


def is_little(answer: Answer, cell: Cell) -> bool:
    """Whether a difference is as it is claimed and more than chance, and less than what is material."""
    found = cell.found
    if found is None or cell.p is None or answer.measure is None:
        return False
    fails = cell.state == ("holds" if answer.claim.is_denied else "does_not_hold")
    return fails and cell.p < CHANCE and _sign(answer) * found.difference > 0


def _limits(answer: Answer) -> str:
    claim = answer.claim
    where = f" in {_listed(claim.categories)}" if claim.categories else ""
    when = f", {days_said(claim.spans)}" if claim.spans else ""
    return where + (when or (", in the first half of the days" if claim.is_past else ""))


def _wanted(answer: Answer) -> str:
    return f" {answer.claim.wanted}" if answer.claim.wanted else ""


def _rates(answer: Answer, cell: Cell, names: Mapping[str, str]) -> str:
    found, against = cell.found, answer.claim.against
    whom = _listed([names[each] for each in against]) if against else "all other customers"
    if found is None:
        return cell.note
    rate, others = (_figure(each, answer.unit) for each in (found.rate, found.others))
    return f"{rate}, {whom} {others}: {_apart(answer, cell)}"


def _apart(answer: Answer, cell: Cell) -> str:
    found = cell.found
    if found is None:
        return cell.note
    if answer.unit == "percent":
        gap, ends = f"{signed(found.difference)} points", (signed(found.low), signed(found.high))
    else:
        low, gap, high = (_signed(each, answer.unit) for each in (found.low, found.difference, found.high))
        ends = low, high
    return f"{gap} (95% interval {ends[0]} to {ends[1]})"


def _mix(answer: Answer, names: Mapping[str, str]) -> Iterator[str]:
    ruling = answer.ruling
    mix = next((each for each in ruling.cells if each.cut == "mix"), None) if ruling else None
    if ruling is None or mix is None or mix.found is None:
        return
    rate, others = (_figure(each, answer.unit) for each in (mix.found.rate, mix.found.others))
    whom = _listed([names[each] for each in answer.claim.against]) if answer.claim.against else "others"
    told = f"Category by category, in their own mix: {rate}, {whom} {others}: {_apart(answer, mix)}"
    if ruling.is_mix and not is_little(answer, mix):
        yield f"{told}. It is what they buy, not how."
    elif ruling.is_mix:
        yield f"{told}, too little to matter. Much of it is what they buy, not how."
    elif ruling.is_masked:
        yield f"{told}. What they buy hides it."
    else:
        yield f"{told}."


def _where(cells: Sequence[Cell]) -> str:
    """Where it holds, where not and where that cannot be told: "it holds in A and B; it does not in C"."""
    told = []
    for state, said in _STATES.items():
        here = [each.name for each in cells if each.state == state]
        if len(here) == len(cells) > 1:
            told.append(f"{said} in any" if state != "holds" else f"{said} in each")
        elif here:
            told.append(f"{said} in {_listed(here)}")
    return "; ".join(told)


def _doubts(answer: Answer) -> Iterator[str]:
    if answer.is_made_by and answer.outcome in {"holds", "holds_in_part"} and not answer.claim.is_denied:
        yield "The segments are made by this behaviour among others: that they differ in it is no discovery."
    measure = answer.measure
    if measure is not None and measure.by_category and not answer.claim.wanted:
        cuts = {each.cut for each in answer.ruling.cells} if answer.ruling else set()
        if "category" not in cuts and not answer.claim.categories:
            yield "The data names no categories, so it was not asked by category."
    if answer.claim.not_read:
        yield f"Not read, and so not asked: {_listed([repr(each) for each in answer.claim.not_read])}."


def _figure(value: float, unit: str) -> str:
    return written(value, unit)


def _signed(value: float, unit: str) -> str:
    if unit == "ratio":
        return signed(value, 2)
    return f"{'+' if value > 0 else ''}{money(value, unit)}"


def _listed(names: Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def figures(answer: Answer, cell: Cell) -> tuple[str, str, str, str]:
    """The cells of a table's row: the two rates, the difference and its interval."""
    found = cell.found
    if found is None:
        return ("–", "–", "–", "–")
    if answer.unit == "percent":
        apart = [signed(each) for each in (found.difference, found.low, found.high)]
    else:
        apart = [_signed(each, answer.unit) for each in (found.difference, found.low, found.high)]
    return (
        _figure(found.rate, answer.unit), _figure(found.others, answer.unit), apart[0],
        f"{apart[1]} to {apart[2]}",
    )  # fmt: skip
