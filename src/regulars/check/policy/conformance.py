"""Whether a text is its template: the same wording outside of the slots, and in them what may stand there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from regulars.check.policy.breaches import Policy
from regulars.check.policy.filling import content_faults, how_to_approve, unaccepted
from regulars.check.policy.rules import Severity
from regulars.check.policy.template import Slot, Template
from regulars.figures import SIGNS, written
from regulars.types import Profile

_NUMBER = r"\d{1,3}(?:,\d{3})*(?:\.\d{1,2})?"
_SIGN = "|".join(re.escape(each) for each in SIGNS.values() if each)
_PERCENT = re.compile(rf"[+−]?{_NUMBER}%")
_FIGURE = re.compile(
    rf"[+−]?{_NUMBER}(?:%| points| days?| months?| years?)?"
    rf"|[+−]?(?:{_SIGN}|(?!(?:{'|'.join(SIGNS)}) )[A-Z]{{3}} ){_NUMBER}"
    r"|\d{1,2} [A-Z][a-z]{2} \d{4}"
)
"""What :func:`regulars.figures.written` writes: thousands in threes, a currency or a unit and never both."""
_SHARES = ("_rate", "_share")
"""How the names of metrics end that are in percent."""
_Fits = Callable[[Slot, str], bool]
SHOWN = 40


@dataclass(frozen=True)
class Fault:
    """Where a text is not its template, why, and what to do."""

    kind: Literal["unapproved", "wording", "slot", "length", "policy"]
    start: int
    end: int
    why: str
    remedy: str
    severity: Severity = "fail"

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind, "severity": self.severity, "start": self.start, "end": self.end,
            "why": self.why, "remedy": self.remedy,
        }  # fmt: skip


def conformance(
    text: str,
    template: Template,
    policy: Policy,
    *,
    today: date,
    profile: Profile | None = None,
    segment_id: str | None = None,
) -> tuple[Fault, ...]:
    """Where a text is not its template, from left to right; empty where customers may read it.

    The text equals the template outside of the slots, to the letter; so its disclosures are in it word for
    word. Lines may end as on any system, and one line end may close the text.

    With a ``profile`` a figure is one of the slot's metrics (of ``segment_id`` or of everybody where it is
    given); without one only its form is looked at. Time grows with text times longest slot.
    """
    said = text.replace("\r\n", "\n")
    if not str(template.parts[-1]).endswith("\n"):
        said = said.removesuffix("\n")
    at = [place for place in range(len(text)) if text[place : place + 2] != "\r\n"] + [len(text)]
    found = _faults(said, template, policy, today, profile, segment_id)
    return tuple(replace(each, start=at[each.start], end=at[each.end]) for each in found)


def _faults(
    text: str,
    template: Template,
    policy: Policy,
    today: date,
    profile: Profile | None,
    segment_id: str | None,
) -> tuple[Fault, ...]:
    """The faults of a text whose lines end as the template's do."""
    faults = []
    if (refused := template.unapproved(today)) is not None:
        faults.append(Fault("unapproved", 0, len(text), refused, how_to_approve(template)))
    figures = None if profile is None else _figures(template, profile, segment_id)
    fits = _fits(figures, policy)
    spans = _parsed(text, template, fits)
    if spans is None:
        faults += _where_it_departs(text, template, figures, policy)
    if (too_long := template.is_too_long(text)) is not None:
        remedy = "Shorten what stands in the slots."
        faults.append(Fault("length", min(template.longest, len(text)), len(text), too_long, remedy))
    for each in unaccepted(template, policy.breaches(text, "customer")):
        faults.append(Fault("policy", each.start, each.end, each.why, each.remedy, each.severity))
    return tuple(sorted(faults, key=lambda each: (each.start, each.end)))


def _fits(figures: dict[str, set[str]] | None, policy: Policy) -> _Fits:
    return lambda slot, content: not any(_slot_faults(slot, content, figures, policy))


def _slot_faults(
    slot: Slot, content: str, figures: dict[str, set[str]] | None, policy: Policy
) -> Iterator[str]:
    if slot.kind != "figure":
        yield from content_faults(slot, content, policy)
    elif figures is None and not _form(slot).fullmatch(content):
        yield f"{content!r} is no figure of {', '.join(slot.metrics)}, as figures are written"
    elif figures is not None and content not in figures[slot.name]:
        yield f"{content!r} is no figure of {', '.join(slot.metrics)}"


def _form(slot: Slot) -> re.Pattern[str]:
    """How a slot's figures are written, where the facts are not known."""
    return _PERCENT if all(each.endswith(_SHARES) for each in slot.metrics) else _FIGURE


def _figures(template: Template, profile: Profile, segment_id: str | None) -> dict[str, set[str]]:
    """By slot, its metrics' figures as they are written; none that is hidden."""
    groups = [profile.overall, *(each for each in profile.segments if segment_id in (None, each.id))]
    return {
        slot.name: {
            written(fact.value, fact.unit)
            for group in groups
            for metric in slot.metrics
            if (fact := group.facts.get(metric)) is not None and fact.value is not None
        }
        for slot in template.slots
        if slot.kind == "figure"
    }


_Path = tuple[Any, int, int] | None
"""The slots behind a place: those before, and where the last of them begins and ends."""


def _parsed(
    text: str, template: Template, fits: _Fits, longest: int | None = None
) -> list[tuple[int, int]] | None:
    """Where each slot's content stands, in the first way in which the text is the template; None for none.

    All ways are followed at once, a set of places a part, so that no text makes it try one after another.
    """
    parts = template.parts
    reached: dict[int, _Path] = {0: None}
    for at, part in enumerate(parts):
        if isinstance(part, str):
            reached = {p + len(part): path for p, path in reached.items() if text.startswith(part, p)}
            continue
        following = parts[at + 1] if at + 1 < len(parts) else None
        ways: dict[int, _Path] = {}
        for place, path in reached.items():
            for end in _ends(text, place, following, longest or part.longest):
                if end not in ways and fits(part, text[place:end]):
                    ways[end] = (path, place, end)
        reached = ways
    return _walked(reached[len(text)]) if len(text) in reached else None


def _ends(text: str, place: int, following: str | Slot | None, longest: int) -> Iterator[int]:
    """Where content that begins at a place may end: before the text that follows, or at the end."""
    last = min(place + longest, len(text))
    if not isinstance(following, str):
        if last == len(text):
            yield last
        return
    end = text.find(following, place, last + len(following))
    while end != -1:
        yield end
        end = text.find(following, end + 1, last + len(following))


def _walked(path: _Path) -> list[tuple[int, int]]:
    spans = []
    while path is not None:
        path, start, end = path
        spans.append((start, end))
    return spans[::-1]


def _where_it_departs(
    text: str, template: Template, figures: dict[str, set[str]] | None, policy: Policy
) -> Iterator[Fault]:
    """The slots whose content does not obey, where the wording itself is there; else where it breaks off."""
    spans = _parsed(text, template, lambda _, __: True, longest=len(text) + 1)
    if spans is None:
        yield _broken_off(text, template)
        return
    for slot, (start, end) in zip(template.slots, spans, strict=True):
        for why in _slot_faults(slot, text[start:end], figures, policy):
            yield Fault("slot", start, end, f"slot {slot.name!r}: {why}", "Fill the slot in another way.")


def _broken_off(text: str, template: Template) -> Fault:
    """The first piece of the wording that does not come where it should, as far as it comes."""
    place = 0
    for at, part in enumerate(template.parts):
        if isinstance(part, Slot):
            continue
        found = text.find(part, place) if at else (0 if text.startswith(part) else -1)
        if found < 0:
            start = place + (_shared(text[place:], part) if not at else 0)
            why = f"the wording {_cut(part)!r} does not stand there; it reads {_cut(text[start:])!r}"
            return Fault(
                "wording",
                start,
                len(text),
                why,
                "Put the approved wording back, or have the new one approved.",
            )
        place = found + len(part)
    why = f"{_cut(text[place:])!r} is added to the wording"
    return Fault("wording", place, len(text), why, "Take it out, or have it approved.")


def _shared(text: str, part: str) -> int:
    same = (at for at, (a, b) in enumerate(zip(text, part, strict=False)) if a != b)
    return next(same, min(len(text), len(part)))


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
