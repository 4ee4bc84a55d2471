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

    Both are needed: until then it is not assessed. What was tried outweighs what is planned: it does not hold
    where an experiment shows that what is done works differently here, whatever the actions are. Else it
    holds for a segment that is treated like another that does not answer differently either (``like``: the
    first of those among ``nearest``, the other segments from the nearest on), and where experiments leave no
    room for a difference that matters; such a one without an action is to be dropped. Where they leave room
    it is not assessed: a row that is missing is no evidence. ``names``: of all segments, by id.
    """
    found = results.of(segment.id) if results else []
    if not (results and actions and found):
        why = NEITHER if not (actions or results) else NO_RESULTS if actions else NO_ACTIONS
        return not_assessed(CODE, f"{why}{_today(segment, actions, names)}")
    said = " ".join(told(result, one, segment.name) for result, one in found)
    figures = tuple(
        _figure(result.experiment.name, result.arm, one, result.experiment.is_share)
        for result, one in found
        if not one.is_hidden
    )
    own = actions.get(segment.id)
    same = [each for each in nearest if own is not None and actions.get(each) == own]
    what = f"It is treated like {', '.join(names[each] for each in same)} ({own})" if same else _alone(own)
    if _answers_otherwise(results, segment.id):
        advice = "" if own is not None and not same else " Give it an action of its own."
        return Reason(CODE, "does not hold", f"{what}.{advice} {said}", figures)
    alike = [each for each in same if not _answers_otherwise(results, each)]
    if alike:
        return Reason(CODE, "holds", f"{what}. {said}", figures, like=alike[0])
    if any(one.reading == "cannot tell" for _, one in found):
        return Reason(CODE, "not assessed", f"{what}. {said}", figures)
    if own is None:
        return Reason(CODE, "holds", f"{what}, and it works as for the others. {said}", figures, drops=True)
    return Reason(CODE, "holds", f"{what}, but it works as for the others. {said}", figures)


def _alone(own: str | None) -> str:
    return "Nothing is done with it" if own is None else f"It alone gets: {own}"


def _answers_otherwise(results: Results, segment_id: str) -> bool:
    return any(one.reading == "differs" for _, one in results.of(segment_id))


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
