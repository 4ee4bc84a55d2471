"""Stability in words: what would come back, what would not, and what that means for plans."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from regulars.figures import written
from regulars.segment.choosing.candidates import Candidate, Verdict
from regulars.segment.choosing.choice_words import listed, overlap, standing
from regulars.validate.refitting import Refit
from regulars.validate.stability import Groups, SegmentStability, Stability, Versions

OFTEN = 0.2
"""Share of customers who leave a segment when it is made anew from which it is told though it is stable."""
TOGETHER = 0.8
"""Below this a segment is told to fall apart where there is one fewer: there is no published step."""
MOST_TOLD = 3
HEADLINES: Mapping[Verdict, str] = {
    "natural": "The segments are natural groups: they would come back",
    "reproducible": "The segments are reproducible: the same cut would come back, though no gaps part them",
    "constructive": "The segments are constructive: other customers like these would be cut elsewhere",
}
MEANT: Mapping[Verdict, str] = {
    "natural": "For plans: other customers like these would show the same groups. Plan on them as on "
    "something that is there.",
    "reproducible": "For plans: the cut can be relied on, but where it runs is a choice. Customers near a "
    "border could be treated either way.",
    "constructive": "For plans: use them as parts that you chose. Expect other members after any refit, and "
    "tell nobody that such groups exist.",
}


def headline(found: Stability, exceeded: int) -> str:
    """What it comes to, in one sentence; ``exceeded``: how many limits of the settings do not hold."""
    if exceeded:
        return f"{exceeded} {'limit' if exceeded == 1 else 'limits'} of stability in the settings not met."
    if found.groups and found.verdict:
        weak, of = sum(each.is_weak for each in found.groups.segments), len(found.groups.segments)
        return f"{HEADLINES[found.verdict]}{f'; {weak} of {of} are weak' if weak else ''}."
    if found.refit is None:
        return "Not measured."
    if found.refit.is_still:
        return "The same segments would come back: no draw of these customers moves them."
    return (
        f"Fitted anew, {_percent(found.refit.floor.mean)} of customers would change segment by chance alone."
    )


def words(found: Stability, version: int, verdict_then: str | None) -> list[str]:
    """What was found, a sentence or two each. ``version`` of the definition; ``verdict_then``: its verdict
    when it was fitted."""
    told: list[str] = []
    if found.groups:
        told += _groups(found.groups, verdict_then)
    else:
        told.append(found.why_no_groups)
    if found.refit:
        names = {each.id: each.name for each in found.segments}
        told += _refit(found.refit, names, version)
        if found.versions:
            told += _versions(found.versions, found.refit)
    else:
        told.append(found.why_no_refit)
    return [each for each in told if each]


def _groups(found: Groups, verdict_then: str | None) -> Iterator[str]:
    taken = found.candidate
    yield f"On this day's customers: {standing(taken)}"
    if taken.verdict:
        yield MEANT[taken.verdict]
    if verdict_then and verdict_then != taken.verdict:
        yield f"When they were fitted they were {verdict_then}."
    yield _apart(taken)
    shown = [each for each in found.segments if each.is_shown]
    yield (
        f"How far each comes back within {taken.k} segments (SLSw; 1 is whole), the surest first: "
        f"{_ranked((each.segment.name, each.within.mean) for each in shown)}."
    )
    across = [(each.segment.name, each.fewer) for each in shown if each.fewer is not None]
    if across:
        last = (
            " A segment that is low there was made by the last split, and is the first to give up where "
            "fewer would do."
        )
        yield (
            f"How far the customers of each are together in {taken.k - 1} segments (SLSa; 1 is wholly): "
            f"{_ranked(across)}.{last if min(value for _, value in across) < TOGETHER else ''}"
        )
    yield from (told_weak(each) for each in shown if each.is_weak or each.leave >= OFTEN)


def _apart(taken: Candidate) -> str:
    """How far apart the segments lie, by each measure that choosing k has."""
    interval = "" if taken.low is None else f" ({_signed(taken.low)} to {_signed(taken.high or 0.0)})"
    told = [f"silhouette {_signed(taken.silhouette)}{interval}"]
    if taken.calinski_harabasz is not None:
        told.append(f"Calinski-Harabasz {taken.calinski_harabasz:,.0f}")
    if taken.davies_bouldin is not None:
        told.append(f"Davies-Bouldin {taken.davies_bouldin:.2f}")
    return " ".join(filter(None, [f"Apart by {listed(told)}.", overlap(taken)]))


def told_weak(each: SegmentStability) -> str:
    """Where a segment is weak: which other it runs into, and what to do."""
    name = each.segment.name
    said = [f"{name} {'is weak' if each.is_weak else 'is stable, but loses customers'}"]
    if each.joined:
        said.append(
            f"made anew, {_percent(each.leave)} of its customers come out in {each.joined.name}, more than "
            "in any other"
        )
    if each.neighbour and each.nearer:
        there = (
            "there" if each.joined and each.joined.id == each.neighbour.id else f"to {each.neighbour.name}"
        )
        nearer = "nearer to those" if there == "there" else "nearer"
        said.append(f"{_percent(each.nearer)} lie {nearer} {there} than to their own")
    rest = "; ".join(said[1:])
    told = f"{said[0]} (Jaccard {each.jaccard:.2f})" + (f": {rest}." if rest else ".")
    other = each.joined or each.neighbour
    if other is None:
        return told
    plans = f"Plan nothing that hangs on who is in {name} and who in {other.name}"
    return f"{told} {plans}; if both are treated alike, merge them."


def _refit(found: Refit, names: Mapping[str, str], version: int) -> Iterator[str]:
    if found.is_still:
        yield (
            f"Fitted anew on each of {found.draws} draws of these customers, nobody would be in another "
            "segment: nothing is fitted that customers could move."
        )
    else:
        yield told_floor(found)
        worst = sorted(found.segments.items(), key=lambda each: -each[1].mean)[:MOST_TOLD]
        told = [f"{names[segment]} ({_percent(share.mean)})" for segment, share in worst if share.mean]
        if told:
            yield f"Most of it in {listed(told)}."
        yield (
            "For plans: a list of members drawn after a refit differs by that much though no customer "
            "changed. Refit seldom, and measure no campaign across a refit."
        )
    if found.today:
        yield (
            f"Fitted anew on this day, {_percent(found.today)} would be elsewhere than by version {version}: "
            f"{_explained(found)}."
        )
    if found.sample < found.customers and not found.is_still:
        yield (
            f"That was measured on {found.sample:,} of {found.customers:,} customers: chance would move "
            "fewer where all are fitted on."
        )
    if found.failed:
        yield f"{found.failed} of {found.draws + found.failed} draws could not be fitted on at all."


def _explained(found: Refit) -> str:
    """What may explain a refit of today; time only of a definition that has seen some."""
    if not found.is_beyond_chance:
        return "chance alone explains as much, so that there is little to gain by it"
    told = (
        f"that is more than in any of the {found.draws - 1} pairs of draws ({_percent(found.most)} at most)"
    )
    if not found.has_aged:
        return told
    return f"{told}, so that the {written(found.since, 'days')} since it was fitted may have moved it"


def told_floor(found: Refit) -> str:
    """How many chance alone would put elsewhere."""
    spread = _spread(found.floor.low, found.floor.high)
    return (
        f"Fitted anew on two draws of these customers, {_percent(found.floor.mean)} of the same customers "
        f"({spread} in nine of ten pairs) would be in different segments: so many change by refitting alone."
    )


def _versions(found: Versions, refit: Refit) -> Iterator[str]:
    if not found.is_told:
        return
    moved, by_chance = _percent(found.moved / found.both), _percent(refit.floor.mean)
    yield (
        f"Version {found.before} gave way to version {found.after} between the runs. As they were saved, "
        f"{moved} of those known on both days changed segment, of which refitting alone would explain "
        f"{by_chance} ({_spread(refit.floor.low, refit.floor.high)}). Drift, above, counts by one version "
        "and is free of that."
    )


def _ranked(told: Iterable[tuple[str, float]]) -> str:
    return ", ".join(f"{name} {value:.2f}" for name, value in sorted(told, key=lambda each: -each[1]))


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


def _spread(low: float, high: float) -> str:
    return f"{_percent(low)} to {_percent(high)}"


def _percent(share: float) -> str:
    return written(100 * share, "percent")
