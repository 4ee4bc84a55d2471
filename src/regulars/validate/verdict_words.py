"""The verdicts in words: what becomes of each segment and why, and what nobody knows yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from regulars.segment.choosing.choice_words import listed
from regulars.types import Segment
from regulars.validate.reasons import MEANINGS, QUESTIONS, Code, Reason
from regulars.validate.verdict import Verdict, Verdicts, few


def headline(found: Verdicts) -> str:
    """What becomes of all of them, in a sentence; never that one is right, only what speaks against."""
    total, dropped = len(found.each), sum(each.decision == "drop" for each in found.each)
    alone = sum(len(group) == 1 for group in found.groups)
    if found.is_unchanged:
        whom = f"All {total} segments are kept, as far as they" if total > 1 else "It is kept, as far as it"
        what = f"{whom} could be assessed."
    else:
        joined, made = total - alone - dropped, len(found.groups) - alone
        parts = [
            *([f"{alone} {'stays as it is' if alone == 1 else 'stay as they are'}"] if alone else []),
            *([f"{joined} become {made}"] if made else []),
            *([f"{dropped} {'is' if dropped == 1 else 'are'} dropped"] if dropped else []),
        ]
        what = f"Of {_many(total, 'segment')} {listed(parts)}: {len(found.groups)} would be left."
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
        return f"{name}: keep, and take in {few(verdict.others)}." if verdict.others else f"{name}: keep."
    what = (
        "drop; its customers go to the rest"
        if verdict.decision == "drop"
        else f"merge with {few(verdict.others)}"
    )
    return f"{name}: {what}. {' '.join(map(_held, verdict.held))}"


def _held(reason: Reason) -> str:
    meaning = MEANINGS[reason.code]
    return f"{meaning[0].upper()}{meaning[1:]} ({reason.code}): {reason.words}"


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
        yield f"Whether {QUESTIONS[code][1]} ({code}) is not assessed {whom}.{said}"


def _names(segments: Iterable[Segment]) -> str:
    return listed([each.name for each in segments])


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
