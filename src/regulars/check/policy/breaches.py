"""A policy: the rules that hold together, and where a text breaks one of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from regulars.check.policy.denial import DENYING, is_denied
from regulars.check.policy.rules import AUDIENCES, Audience, Breach, Rule
from regulars.check.policy.terms import FIGURE, SENTENCE, Term, found, index_of
from regulars.check.policy.words import Word, words
from regulars.documents import digest_of

_BARS = {False: SENTENCE, True: SENTENCE | DENYING}
"""A term of a rule that a denial answers has none in its gaps either: "returns are never guaranteed"."""
_Asked = Mapping[str, Sequence[tuple[int, Term]]]
"""By the word that it begins with: the place of its rule, and the term."""


@dataclass(frozen=True)
class Policy:
    """The rules of a pack and a user's own, named, dated, and with a digest of all that they say."""

    name: str
    title: str
    version: str
    dated: date
    notice: str
    rules: tuple[Rule, ...]
    disclosures: Mapping[str, str]
    """Texts that templates put in word for word, by the name that they use."""

    @cached_property
    def digest(self) -> str:
        """sha256 of the rules and disclosures as they are: an approval holds for these, and for no others."""
        rules = [each.as_json() for each in self.rules]
        return digest_of(
            {
                "name": self.name,
                "version": self.version,
                "rules": rules,
                "disclosures": dict(self.disclosures),
            }
        )

    @cached_property
    def by_id(self) -> Mapping[str, Rule]:
        return {each.id: each for each in self.rules}

    def breaches(
        self, text: str, audience: Audience, *, is_whole: bool = True, names: Collection[str] = ()
    ) -> tuple[Breach, ...]:
        """Where a text for an audience breaks a rule, from left to right, at one place in the rules' order.

        A part of a text (``is_whole=False``) is not asked for disclosures: they may stand in another part.
        ``names`` are names from the data (products, categories, segments) that the text may hold: what stands
        wholly in one is a *warn*, because "Women" is a department before it is said of a customer.
        The same text and policy give the same breaches; time grows with the text's length alone.
        """
        said = words(text)
        hits = self._hits(said, audience)
        found = [
            each
            for place in sorted(hits)
            for each in self._broken(self.rules[place], sorted(hits[place].items()), said, text, is_whole)
        ]
        if is_whole:
            found += self._lacking(said, text, audience)
        found = [_within(each, text, names) for each in found]
        return tuple(sorted(found, key=lambda each: (each.start, each.end)))

    @cached_property
    def _asked(self) -> Mapping[Audience, _Asked]:
        return {audience: self._asked_of(audience) for audience in AUDIENCES}

    def _asked_of(self, audience: Audience) -> _Asked:
        asked: dict[str, list[tuple[int, Term]]] = {}
        for place, rule in enumerate(self.rules):
            for term in rule.terms if rule.is_for(audience) else ():
                for key in term.keys:
                    asked.setdefault(key, []).append((place, term))
        return asked

    def _hits(self, said: Sequence[Word], audience: Audience) -> dict[int, dict[int, int]]:
        """By rule: where its terms begin, and where the longest that begins there ends."""
        asked = self._asked[audience]
        hits: dict[int, dict[int, int]] = {}
        for start, word in enumerate(said):
            asks = asked.get(word.text, ())
            if word.number is not None:
                asks = [*asks, *asked.get(FIGURE, ())]
            for place, term in asks:
                end = term.end(said, start, _BARS[self.rules[place].unless_denied])
                if end is not None:
                    ends = hits.setdefault(place, {})
                    ends[start] = max(end, ends.get(start, 0))
        return hits

    def _broken(
        self, rule: Rule, hits: Sequence[tuple[int, int]], said: Sequence[Word], text: str, is_whole: bool
    ) -> Iterator[Breach]:
        is_disclosure = rule.kind == "disclosure"
        if is_disclosure and (not is_whole or found(said, index_of(rule.needs))):
            return
        unless = found(said, index_of(rule.unless)) if rule.unless else []
        spared = {at for start, end in unless for at in range(start, end)}
        reached = 0
        for start, end in hits:
            if start < reached or not spared.isdisjoint(range(start, end)):
                continue
            if rule.unless_denied and is_denied(said, start):
                continue
            yield _breach(rule, text, said[start].start, said[end - 1].end)
            if is_disclosure:
                return
            reached = end

    def _lacking(self, said: Sequence[Word], text: str, audience: Audience) -> list[Breach]:
        """The disclosures that every text for the audience needs, and that this one lacks."""
        always = (each for each in self.rules if each.kind == "disclosure" and not each.terms)
        return [
            _breach(each, text, 0, len(text))
            for each in always
            if each.is_for(audience) and not found(said, index_of(each.needs))
        ]


def _breach(rule: Rule, text: str, start: int, end: int) -> Breach:
    return Breach(rule.id, rule.kind, start, end, text[start:end], rule.why, rule.remedy, rule.severity)


def _within(breach: Breach, text: str, names: Collection[str]) -> Breach:
    """The breach, as a warning where it stands wholly in a name."""
    for name in names:
        start = text.find(name, max(breach.end - len(name), 0), breach.start + len(name))
        if start != -1 and start <= breach.start and breach.end <= start + len(name):
            return replace(breach, severity="warn")
    return breach
