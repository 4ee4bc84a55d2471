"""Filling a template: figures by the facts they cite, names and choices as approved, phrases by policy."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from regulars.check.locale import english
from regulars.check.policy.breaches import Policy
from regulars.check.policy.rules import Breach
from regulars.check.policy.template import Slot, Template
from regulars.check.policy.words import SIGN, words
from regulars.errors import CheckFailed, did_you_mean
from regulars.figures import written
from regulars.types import Profile, Sentence, Span, plain

_STRANGE = re.compile(r"[{}<>\[\]*`@\\/]|&#?\w+;|www\.|https?:|\w[.。][^\W\d_]{2,}", re.IGNORECASE)
"""Marks of markup and of addresses; a dot between two words is one, since telephones make a link of it."""
_UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
"""Categories of characters that break lines, turn the text round, or that nobody sees or knows."""


@dataclass(frozen=True)
class Filled:
    """A text for customers: ``sentence`` in spans, a figure with its fact; by which wording and policy."""

    sentence: Sentence
    template: str
    template_digest: str
    policy_digest: str
    warnings: tuple[Breach, ...]
    """Rules of severity *warn* that the text breaks and that the approval does not name."""

    @property
    def text(self) -> str:
        return plain(self.sentence)


def fill(
    template: Template, slots: Mapping[str, str], profile: Profile, policy: Policy, *, today: date
) -> Filled:
    """The template with its slots filled, fit for customers on a day.

    ``slots`` gives each slot a fact id (figure), a segment id (name), one of the listed wordings (choice), or
    words (phrase). Raises CheckFailed with every fault: a wording that is not approved, a slot that is
    missing or does not obey its kind, a hidden figure, a rule of the policy, a text too long for its channel.
    """
    refused = template.unapproved(today)
    if refused is not None:
        raise CheckFailed(f"template {template.name!r}", refused, how_to_approve(template))
    given = _given(template, slots)
    spans: list[Span] = []
    faults: list[str] = list(given)
    for part in template.parts if not faults else ():
        if isinstance(part, str):
            spans.append(Span(part))
            continue
        span = _span(part, slots[part.name], profile)
        if isinstance(span, str):
            faults.append(f"slot {part.name!r}: {span}")
        else:
            spans.append(span)
            faults += [f"slot {part.name!r}: {each}" for each in content_faults(part, span.text, policy)]
    text = plain(tuple(spans))
    found = () if faults else unaccepted(template, policy.breaches(text, "customer"))
    faults += [f"{each.text!r}: {each.why}" for each in found if each.severity == "fail"]
    if not faults and (too_long := template.is_too_long(text)):
        faults.append(too_long)
    if faults:
        raise CheckFailed(
            f"template {template.name!r}", "; ".join(faults), "Fill these slots in another way."
        )
    warnings = tuple(each for each in found if each.severity == "warn")
    return Filled(tuple(spans), template.name, template.digest, policy.digest, warnings)


@cache
def _counting() -> frozenset[str]:
    """Words that count: two, dozens, a third, twice. "One" is more often no figure."""
    language = english()
    scales = {each for each in language.scales if len(each) > 3}
    said = {*language.numbers, *language.times, *language.parts, *scales, "dozen", "half", "halves"}
    return frozenset({*said, *(f"{each}s" for each in said)} - {"one", "ones"})


def how_to_approve(template: Template) -> str:
    return (
        "Have it approved: whoever may do so adds to its file a table [approval] with by, on and "
        f'digest = "{template.digest}".'
    )


def unaccepted(template: Template, found: tuple[Breach, ...]) -> tuple[Breach, ...]:
    """The breaches that the template's approver has not let stand. What is in slots was never approved: it is
    judged by itself beforehand. A disclosure that the template has by the rule's name is not lacking, in
    whatever words."""
    accepted = template.approval.accepts if template.approval else {}
    has = {*template.disclosures}
    return tuple(
        each
        for each in found
        if each.rule not in accepted and not (each.kind == "disclosure" and each.rule in has)
    )


def _given(template: Template, slots: Mapping[str, str]) -> Iterator[str]:
    names = [each.name for each in template.slots]
    yield from (f"slot {each!r} is not filled" for each in names if each not in slots)
    yield from (
        f"{each!r} is no slot of it.{did_you_mean(each, names)}" for each in slots if each not in names
    )


def _span(slot: Slot, given: str, profile: Profile) -> Span | str:
    """The slot's text, or why there is none."""
    if slot.kind == "name":
        public = slot.names.get(given)
        return Span(public) if public else f"no public name for segment {given!r}"
    if slot.kind != "figure":
        return Span(given)
    metric = given.partition(".")[2]
    if metric not in slot.metrics:
        return f"{given!r} is no fact of {', '.join(slot.metrics)}"
    try:
        fact = profile.fact(given)
    except KeyError:
        return f"the facts have no {given!r}"
    if fact.value is None:
        return f"{given!r} is not shown: {fact.note or 'it has no value'}"
    return Span(written(fact.value, fact.unit), given)


def content_faults(slot: Slot, content: str, policy: Policy) -> Iterator[str]:
    """Why something may not stand in a slot, by the slot's kind and by the policy."""
    if slot.kind in ("choice", "name"):
        if content not in slot.wordings:
            yield f"{content!r} is none of the wordings listed.{did_you_mean(content, slot.wordings)}"
        return
    if slot.kind == "figure":
        return
    if not content.strip() or content != content.strip():
        yield "it is empty, or begins or ends with a space"
    if len(content) > slot.longest:
        yield f"{len(content)} characters, where {slot.longest} fit"
    if strange := _strange(unicodedata.normalize("NFKC", content)):
        yield f"{strange!r} is no part of plain words"
    if any(each.text in (SIGN, "percent", *_counting()) or each.text[0].isdigit() for each in words(content)):
        yield "free words hold no figures: give them a slot of kind figure"
    for breach in policy.breaches(content, "customer", is_whole=False):
        if breach.severity == "fail":
            yield f"{breach.text!r}: {breach.why}"


def _strange(content: str) -> str | None:
    """The first thing in a text that is no part of plain words; None where all of it is."""
    unseen = next((each for each in content if unicodedata.category(each) in _UNSEEN), None)
    found = _STRANGE.search(content)
    return unseen or (found[0] if found else None)
