"""NO_ACTION_DELTA: is a segment treated differently, and does that change anything?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from regulars.types import Segment
from regulars.validate.experiments import Results, SegmentEffect, told
from regulars.validate.reasons import Code, Figure, Reason, not_assessed

CODE: Code = "NO_ACTION_DELTA"
NEITHER = "Neither actions nor results of past experiments are given."
NO_ACTIONS = "Results of experiments are given, but not what is done with each segment."
NO_RESULTS = "What is done is given, but no past experiment tells whether it pays here."


def no_action_delta(
    segment: Segment,
    actions: Mapping[str, str] | None,
    results: Results | None,
    names: Mapping[str, str],
    nearest: Sequence[str],
) -> Reason:
    """The reason for one segment, from the action of each (None: no table of actions names this
    segmentation) and the results of experiments (None: there are none).

    Both are needed: until then it is not assessed. It holds for a segment without an action, for one that is
    treated like another (``like``: the first of those among ``nearest``, the other segments from the nearest
    on), and for one in which experiments leave no room for a difference that matters. It does not hold where
    an experiment shows that what is done works differently here. ``names``: of all segments, by id.
    """
    found = results.of(segment.id) if results else []
    if not (actions and found):
        why = NEITHER if not (actions or results) else NO_RESULTS if actions else NO_ACTIONS
        return not_assessed(CODE, f"{why}{_today(segment, actions, names)}")
    said = " ".join(told(result, one, segment.name) for result, one in found)
    figures = tuple(
        _figure(result.experiment.name, result.arm, one, result.experiment.is_share) for result, one in found
    )
    differs = any(one.reading == "differs" for _, one in found)
    advice = " Give it an action of its own before it is merged." if differs else ""
    own = actions.get(segment.id)
    if own is None:
        return Reason(CODE, "holds", f"Nothing is done with it.{advice} {said}", figures, drops=True)
    alike = [each for each in nearest if actions.get(each) == own]
    if alike:
        others = ", ".join(names[each] for each in alike)
        what = f"It is treated like {others} ({own}).{advice} {said}"
        return Reason(CODE, "holds", what, figures, like=alike[0])
    if differs:
        return Reason(CODE, "does not hold", f"It alone gets: {own}. {said}", figures)
    if any(one.reading == "cannot tell" for _, one in found):
        return Reason(CODE, "not assessed", f"It alone gets: {own}. {said}", figures)
    return Reason(CODE, "holds", f"It alone gets: {own}, but works as for the others. {said}", figures)


def _today(segment: Segment, actions: Mapping[str, str] | None, names: Mapping[str, str]) -> str:
    """What the table of actions says by itself: a plan, and no evidence that it pays."""
    if not actions:
        return ""
    own = actions.get(segment.id)
    if own is None:
        return " No action is planned for it."
    alike = [names[each] for each in names if each != segment.id and actions.get(each) == own]
    return f" It is treated like {', '.join(alike)} ({own})." if alike else f" It alone gets: {own}."


def _figure(experiment: str, arm: str, found: SegmentEffect, is_share: bool) -> Figure:
    by = 100.0 if is_share else 1.0
    low, high = (by * each for each in found.apart.interval)
    return Figure(
        f"effect of {arm} less that in the others", by * found.apart.size, "points" if is_share else "amount",
        f"experiment {experiment}, {found.customers:,} customers", low, high,
    )  # fmt: skip
