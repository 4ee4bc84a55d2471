"""What past experiments say of segments: does the treatment work differently in this one?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from regulars.measure.heterogeneity import Effect, Group, heterogeneity
from regulars.measure.small_cells import SMALLEST_SHOWN
from regulars.validate.dealt_out import MISMATCH, Matched, unevenness
from regulars.value.many import holm

FEWEST = 30
"""Customers that each arm needs in a segment; skewed amounts such as spend need many more."""
CHANCE = 0.05
ALIKE = 0.5
"""A difference of less than half the overall effect is no reason to treat anybody differently."""
ALIKE_OF_USUAL = 0.1
"""The same as a share of the control's mean, where no overall effect is seen."""
Reading = Literal["differs", "alike", "cannot tell"]


@dataclass(frozen=True)
class Experiment:
    """One experiment: its arms, each with what came of the customers of each segment.

    ``is_share``: the outcome is a share of customers who converted, and figures are percentage points.
    """

    name: str
    metric: str
    control: str
    is_share: bool
    arms: Mapping[str, Mapping[str, Group]]
    """By arm, the control among them, and segment id."""
    matched: Matched | None = None
    """Whose outcomes these are, where it is told by a row a customer."""

    @property
    def treatments(self) -> list[str]:
        return [arm for arm in self.arms if arm != self.control]


@dataclass(frozen=True)
class SegmentEffect:
    """What a treatment did in one segment, and by how much more or less than in the others (``apart``).

    ``p`` is adjusted by Holm over every segment, treatment and experiment asked. *alike*: the interval of
    the difference leaves no room for one of ``margin`` or more.
    """

    effect: Effect
    apart: Effect
    p: float
    margin: float
    customers: int
    is_hidden: bool = False
    """Whether ten customers or fewer who converted, or did not, stand behind its figures, or these would give
    such others away."""

    @property
    def reading(self) -> Reading:
        if self.p <= CHANCE:
            return "differs"
        low, high = self.apart.interval
        return "alike" if -self.margin < low and high < self.margin else "cannot tell"


@dataclass(frozen=True)
class Result:
    """One treatment of one experiment against its control.

    ``p`` is that the effect is the same in all segments (Cochran's Q by Welch's correction), adjusted by Holm
    over all that were asked; ``left_out`` are the segments with fewer than thirty customers in an arm.
    """

    experiment: Experiment
    arm: str
    overall: Effect
    q: float
    p: float
    segments: Mapping[str, SegmentEffect]
    left_out: tuple[str, ...]
    is_hidden: bool = False
    """Whether ten customers or fewer stand behind the effect over all."""


@dataclass(frozen=True)
class Results:
    """All that past experiments say of a segmentation, and why some say nothing."""

    each: tuple[Result, ...]
    silent: tuple[str, ...] = ()
    experiments: tuple[Experiment, ...] = ()

    def of(self, segment_id: str) -> list[tuple[Result, SegmentEffect]]:
        """What is told of one segment."""
        return [(each, each.segments[segment_id]) for each in self.each if segment_id in each.segments]


def results(experiments: Sequence[Experiment], segment_ids: Sequence[str]) -> Results:
    """Every treatment of every experiment, in the order of the segments.

    An effect is told where two segments or more have thirty customers in both arms and outcomes that are not
    all the same.
    """
    found, silent = [], []
    for each in experiments:
        for arm in each.treatments:
            arms = {
                name: (each.arms[arm].get(name), each.arms[each.control].get(name)) for name in segment_ids
            }
            usable = {name: (a, b) for name, (a, b) in arms.items() if a and b and _is_enough(a, b)}
            if len(usable) < 2:
                silent.append(
                    f"{each.name}, {arm}: fewer than two segments have {FEWEST} customers in both arms and "
                    "outcomes that differ."
                )
                continue
            found.append((each, arm, usable, heterogeneity(usable)))
    asked = {(at, name): one.p for at, (*_, told) in enumerate(found) for name, one in told.apart.items()}
    p, p_of_all = holm(asked), holm({at: told.p for at, (*_, told) in enumerate(found)})
    made = []
    for at, (each, arm, usable, told) in enumerate(found):
        margin, hidden = _margin(told.overall, usable), _hidden(usable) if each.is_share else set()
        is_hidden = each.is_share and any(_is_few(arm) for arm in zip(*usable.values(), strict=True))
        segments = {
            name: SegmentEffect(
                told.effects[name],
                told.apart[name],
                p[at, name],
                margin,
                sum(group.n for group in usable[name]),
                name in hidden,
            )
            for name in usable
        }
        left = tuple(name for name in segment_ids if name not in usable)
        made.append(Result(each, arm, told.overall, told.q, p_of_all[at], segments, left, is_hidden))
    return Results(tuple(made), tuple(silent), tuple(experiments))


def _is_enough(treated: Group, control: Group) -> bool:
    return min(treated.n, control.n) >= FEWEST and treated.variance + control.variance > 0


def _hidden(usable: Mapping[str, tuple[Group, Group]]) -> set[str]:
    """Segments with ten conversions or fewer in an arm, or so few without; where that is one alone, the next
    smallest too: its figures would follow from those of the others."""
    hidden = {name for name, arms in usable.items() if any(_is_few([arm]) for arm in arms)}
    if len(hidden) == 1:
        others = [name for name in usable if name not in hidden]
        hidden.add(min(others, key=lambda name: sum(arm.n for arm in usable[name])))
    return hidden


def _is_few(groups: Sequence[Group]) -> bool:
    converted = sum(round(each.n * each.mean) for each in groups)
    other = sum(each.n for each in groups) - converted
    return 0 < converted < SMALLEST_SHOWN or 0 < other < SMALLEST_SHOWN


def _margin(overall: Effect, usable: Mapping[str, tuple[Group, Group]]) -> float:
    """The difference from which on it is worth treating a segment differently."""
    low, high = overall.interval
    if low > 0 or high < 0:
        return ALIKE * abs(overall.size)
    controls = [control for _, control in usable.values()]
    usual = sum(each.n * each.mean for each in controls) / sum(each.n for each in controls)
    return ALIKE_OF_USUAL * abs(usual)


def told(result: Result, found: SegmentEffect, name: str) -> str:
    """One sentence on one segment: what the treatment did in it, and in the others."""
    experiment = result.experiment
    if found.is_hidden:
        said = {
            "differs": "it works differently here",
            "alike": "it works alike here, as far as it matters",
            "cannot tell": "too little to tell",
        }[found.reading]
        return f"{experiment.name}, {result.arm}: {said}; figures of so few customers are not shown."
    low, high = found.apart.interval
    size, apart = (_figure(each, experiment) for each in (found.effect.size, found.apart.size))
    span = f"{_figure(low, experiment)} to {_figure(high, experiment)}"
    said = (
        f"{experiment.name}, {result.arm}: {experiment.metric} {size} in {name}, {apart} against the others "
        f"({span}; p {found.p:.2g} by Holm, which decides)"
    )
    return {
        "differs": f"{said}: it works differently here.",
        "alike": f"{said}: it works alike here, as far as it matters.",
        "cannot tell": f"{said}: too little to tell.",
    }[found.reading]


def _figure(size: float, experiment: Experiment) -> str:
    """Signed; percentage points where the outcome is a share."""
    scaled = 100 * size if experiment.is_share else size
    text = f"{scaled:+.2f}".replace("-", "−")
    return f"{text} points" if experiment.is_share else text


def figures_of(found: Results, names: Mapping[str, str]) -> Iterator[str]:
    """What is asked of all segments together, a sentence a treatment, with whom it leaves out and what speaks
    against relying on it. ``names``: of all segments, by id."""
    for one in found.experiments:
        for said in _doubts(one):
            yield f"{one.name}: {said}"
    for each in found.each:
        said = "differs between segments" if each.p <= CHANCE else "is not shown to differ between segments"
        low, high = each.overall.interval
        span = f"{_figure(low, each.experiment)} to {_figure(high, each.experiment)}"
        over_all = f"{_figure(each.overall.size, each.experiment)} over all ({span})"
        shown = "not shown, of few customers" if each.is_hidden else over_all
        yield (
            f"{each.experiment.name}, {each.arm}: {each.experiment.metric} {shown}; what it does {said} "
            f"(Q {each.q:.1f} for {len(each.segments)} segments, p {each.p:.2g} by Holm)."
        )
        if each.left_out:
            left = ", ".join(names[segment] for segment in each.left_out)
            yield (
                f"{each.experiment.name}, {each.arm}, leaves out, with fewer than {FEWEST} customers in an "
                f"arm or nothing that differs: {left}."
            )
    yield from found.silent


def _doubts(experiment: Experiment) -> Iterator[str]:
    """Whose outcomes these are, and whether arms are as large in every segment as chance would have it."""
    if experiment.matched:
        yield from experiment.matched.told()
    segments = sorted({name for arm in experiment.arms.values() for name in arm})
    counts = [[arm[name].n if name in arm else 0 for name in segments] for arm in experiment.arms.values()]
    if segments and unevenness(counts) < MISMATCH:
        yield (
            "the arms share out segments otherwise than chance would. Unless that was planned, customers "
            "were not dealt out by chance, and effects may be those of the choice."
        )
