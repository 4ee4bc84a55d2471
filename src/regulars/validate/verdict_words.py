"""The verdicts in words: what becomes of each segment and why, and what nobody knows yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from regulars.types import Segment
from regulars.validate.reasons import Code
from regulars.validate.verdict import Verdict, Verdicts


def headline(found: Verdicts) -> str:
    """What becomes of all of them, in a sentence; never that one is right, only what speaks against."""
    total, kept = len(found.each), sum(each.decision == "keep" for each in found.each)
    merged, dropped = (sum(each.decision == what for each in found.each) for what in ("merge", "drop"))
    if kept == total:
        whom = f"All {total} segments are kept, as far as they" if total > 1 else "It is kept, as far as it"
        what = f"{whom} could be assessed."
    else:
        parts = [f"{kept} kept"] + [
            f"{n} {said}" for n, said in ((merged, "merged"), (dropped, "dropped")) if n
        ]
        what = f"Of {total} segments: {_listed(parts)}; {len(found.groups)} would be left."
    return what


def words(found: Verdicts) -> list[str]:
    """The sentences under the headline: who is not kept as they are, then what was not assessed."""
    told = [sentence(each) for each in found.each if each.decision != "keep" or each.others]
    if len(found.groups) < 2 <= len(found.each):
        told.append("So few would be left that this segmentation, as it stands, tells no customers apart.")
    if found.capacity is not None and any(each.of("OVER_CAPACITY").holds for each in found.each):
        told.append(
            f"The team can treat {_many(found.capacity, 'segment')} differently; those that bring least "
            f"{found.weighed_by} go first, each to the nearest."
        )
    told.extend(_unassessed(found))
    return [*told, *found.notes]


def sentence(verdict: Verdict) -> str:
    """What becomes of one segment and why, in a sentence or a few."""
    name = verdict.segment.name
    if verdict.decision == "keep":
        return f"{name}: keep, and take in {_names(verdict.others)}." if verdict.others else f"{name}: keep."
    what = (
        "drop; its customers go to the rest"
        if verdict.decision == "drop"
        else f"merge with {_names(verdict.others)}"
    )
    return f"{name}: {what}. {' '.join(f'{each.code}: {each.words}' for each in verdict.held)}"


def _unassessed(found: Verdicts) -> Iterator[str]:
    """What is not known, by reason: of which segments, and why where that is one thing for all."""
    codes: dict[Code, list[Verdict]] = {}
    for each in found.each:
        for code in each.unassessed:
            codes.setdefault(code, []).append(each)
    for code, of in codes.items():
        why = {each.of(code).words for each in of}
        said = f" {next(iter(why))}" if len(why) == 1 else ""
        whom = "of any segment" if len(of) == len(found.each) else f"of {_names(each.segment for each in of)}"
        yield f"{code} is not assessed {whom}.{said}"


def _names(segments: Iterable[Segment]) -> str:
    return _listed([each.name for each in segments])


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
