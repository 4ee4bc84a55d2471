"""The checker: texts about segments in, verdicts out. No model, no network, the same answer every time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from regulars.check.locale import Language, english
from regulars.check.reading import read
from regulars.check.scene import Reader
from regulars.check.subjects import Kind, Mention
from regulars.check.table import Facts
from regulars.check.tokens import sentences
from regulars.check.verdicts import Finding, Verdict, ruled


@dataclass(frozen=True)
class Text:
    """A text to check: its id, and the segment that "they" are at its start (an id, name or code), if any."""

    id: str
    text: str
    context_segment: str | None = None


def check(facts: Facts, texts: Iterable[Text], language: Language | None = None) -> Iterator[Verdict]:
    """The verdict on each text, in their order."""
    reader = Reader.of(facts, language or english())
    for each in texts:
        yield _checked(each, reader)


def _checked(each: Text, reader: Reader) -> Verdict:
    spoken = context_of(each.context_segment, reader.facts)
    findings: list[Finding] = []
    for start, sentence in sentences(each.text):
        made, spoken = read(sentence, reader, start, spoken)
        findings += made
    return ruled(each.id, each.text, findings)


def is_segment(said: str, facts: Facts) -> bool:
    """Whether that is the id, code, name or alias of a segment, or of all customers."""
    return context_of(said, facts) is not None


def context_of(said: str | None, facts: Facts) -> Mention | None:
    """Whom "they" are at the start of a text: the segment of that id, code, name or alias, if any."""
    for group in (facts.overall, *facts.segments.values()):
        if said and said in {group.id, group.code, group.name, *group.aliases}:
            kind: Kind = "overall" if group is facts.overall else "segments"
            return Mention(kind, 0, 0, (group.id,))
    return None
