"""Reading: the claims about behaviour in a text. Whom they are of is told as the checker tells it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from regulars.check.checker import Text, context_of
from regulars.check.clause import everything
from regulars.check.comparands import is_compared
from regulars.check.dates import Day
from regulars.check.deep.claims import Claim, NotAsked
from regulars.check.deep.near import Near, without_adverbs
from regulars.check.deep.scope import Span, spans_of
from regulars.check.deep.words import Words, categories_of, words_of
from regulars.check.locale import Found, Language, Phrases, english
from regulars.check.moods import moods
from regulars.check.reading import read
from regulars.check.scene import Reader, Scene, scene
from regulars.check.subjects import Mention
from regulars.check.table import Facts
from regulars.check.tokens import sentences

_NOT_STATED = {
    "question": "it is a question", "advice": "it is advice", "hypothesis": "it is a supposition",
    "conditional": "it is a condition", "forecast": "it is of what is to come, which no order tells",
}  # fmt: skip
_INTO = frozenset({"in", "for", "within"})


@dataclass(frozen=True)
class Asking:
    """All that claims are read with: the facts' names, the words for behaviours, and what the data has."""

    reader: Reader
    words: Words
    categories: Phrases
    start: date
    end: date


def asking(
    facts: Facts, categories: Collection[str], start: date, end: date, language: Language | None = None
) -> Asking:
    """What to read claims with, about orders of these categories from ``start`` to ``end``."""
    known = language or english()
    return Asking(
        Reader.of(facts, known), words_of(facts, known), categories_of(categories, known), start, end
    )


def claims_in(text: Text, asked: Asking) -> Iterator[Claim | NotAsked]:
    """The claims about behaviour in a text, in its order, and what could be one and is not asked."""
    spoken = context_of(text.context_segment, asked.reader.facts)
    for start, sentence in sentences(text.text):
        found = scene(sentence, asked.reader, start)
        yield from _Sentence(text.text, found, asked, spoken).claims((start, start + len(sentence)))
        _, spoken = read(sentence, asked.reader, start, spoken)


@dataclass
class _Sentence:
    """One sentence: its behaviours, and what of it belongs to each."""

    text: str
    found: Scene
    asked: Asking
    context: Mention | None
    behaviours: list[Found] = field(default_factory=list)
    places: list[Found] = field(default_factory=list)

    @property
    def near(self) -> Near:
        return Near(self.found, self.behaviours, self.asked.words.marks)

    def claims(self, span: tuple[int, int]) -> Iterator[Claim | NotAsked]:
        tokens, names = self.found.tokens, self.found.names
        said = without_adverbs(list(self.asked.words.behaviours.all(tokens, names)), tokens)
        taken = names | _tokens_of(said) | _tokens_of(self.found.days)
        self.places = [each for each in self.asked.categories.all(tokens, taken) if self._is_place(each)]
        wants = list(self.asked.words.wants.all(tokens, taken | _tokens_of(self.places)))
        self.behaviours = said or self._wanting(wants)
        if not self.behaviours:
            yield from self._unknown_wants(wants)
            return
        mood = self._mood()
        for at, phrase in enumerate(self.behaviours):
            why = mood or self._why_not(at)
            if why:
                yield NotAsked(*self._span(phrase), why)
            else:
                yield from self._claims(at, span)

    def _is_place(self, phrase: Found) -> bool:
        """Whether a category is meant: one that is called by a plain word ("Other", "Home") only after "in"
        and the like, or with the capital that it has in the data."""
        tokens = self.found.tokens
        if phrase.end - phrase.start > 1 or tokens[phrase.start].stem not in self.found.language.neutral:
            return True
        before = tokens[phrase.start - 1].low if phrase.start else ""
        is_written = (
            phrase.start > 0 and tokens[phrase.start].text == phrase.kinds[0] != tokens[phrase.start].low
        )
        return before in _INTO or is_written

    def _mood(self) -> str:
        found = moods(self.found.tokens, self.found.language, self.found.names, ())
        return next((why for mood, why in _NOT_STATED.items() if mood in found), "")

    def _wanting(self, wants: Sequence[Found]) -> list[Found]:
        """Words such as "come back for" that a category follows, with it."""
        return [
            Found(("more category",), each.start, place.end)
            for each in wants
            for place in self.places
            if each.end <= place.start <= each.end + 2
        ]

    def _unknown_wants(self, wants: Sequence[Found]) -> Iterator[NotAsked]:
        for each in wants:
            if "surely" in each.kinds:
                yield NotAsked(
                    *self._span(each), "what follows is no category of the data, so no order tells of it"
                )

    def _why_not(self, at: int) -> str:
        inside = range(self.near.opens(at), self.near.closes(at))
        phrase = self.behaviours[at]
        own = set(range(phrase.start, phrase.end))
        for each in self.found.quantities:
            is_own = own & set(range(each.start, each.end))
            if each.start in inside and not is_own and each.measure != "duration":
                return "it states a figure, which the facts decide and no comparison"
        return ""

    def _claims(self, at: int, span: tuple[int, int]) -> Iterator[Claim | NotAsked]:
        phrase = self.behaviours[at]
        whole = everything(self.found)
        free = [each for each in self.found.mentions if each.kind != "scope" and not is_compared(whole, each)]
        subject = self._subject(phrase, free)
        if isinstance(subject, str):
            yield NotAsked(*self._span(phrase), subject)
            return
        days = [each for each in self.found.days if self.near.owner(each.start) == at]
        if alike := self._compares_otherwise(phrase, days):
            yield NotAsked(*self._span(phrase), alike)
            return
        spans = spans_of(days, self.found.tokens, self.found.language, self.asked.start, self.asked.end)
        if spans == ():
            why = f"the days it names are none of the study, which runs from {self.asked.start} to "
            yield NotAsked(*self._span(phrase), f"{why}{self.asked.end}")
            return
        way, behaviour = phrase.kinds[0].split(" ", 1)
        against = self._against(free, phrase)
        sign = (1 if way == "more" else -1) * (-1 if self.near.is_little(at) else 1)
        is_denied = self.near.is_denied(at) or self._is_neither(subject)
        is_past = self.near.marked("past", 0, phrase.start + 2)
        for group in subject.groups:
            yield Claim(
                *self._span(phrase), group, behaviour, sign, is_denied, self._is_only(subject), is_past,
                tuple(each for each in against if each != group), *self._where(at, behaviour, spans),
                self._not_read(), span,
            )  # fmt: skip

    def _compares_otherwise(self, phrase: Found, days: Sequence[Day]) -> str:
        """Why a comparison cannot be asked: it says that two are alike, or it is one of times."""
        tokens = self.found.tokens
        if phrase.start and tokens[phrase.start - 1].low == "as":
            return "it says that two are alike: ask whether one is it more than the other"
        before = {token.low for each in days for token in tokens[max(0, each.start - 2) : each.start]}
        return "it compares times with one another, and not segments" if "than" in before else ""

    def _is_neither(self, subject: Mention) -> bool:
        """Whether a "not" stands right before whom it is said of."""
        is_here = subject is not self.context
        return is_here and any("not" in each.kinds and each.end == subject.start for each in self.found.marks)

    def _where(
        self, at: int, behaviour: str, spans: tuple[Span, ...] | None
    ) -> tuple[tuple[str, ...], tuple[Span, ...] | None, str]:
        own = [each for each in self.places if self.near.owner(each.start) == at]
        named = tuple(dict.fromkeys(each.kinds[0] for each in own))
        if behaviour == "category":
            inside = range(self.behaviours[at].start, self.behaviours[at].end)
            return (), spans, next(each.kinds[0] for each in own if each.start in inside)
        return named, spans, ""

    def _subject(self, phrase: Found, free: Sequence[Mention]) -> Mention | str:
        """Whom it is of: who is named last before it, or else "they", or else who is named after it."""
        before = [each for each in free if each.start < phrase.start]
        named = before[-1] if before else self.context
        if named is None:
            named = next((each for each in free if each.kind == "segments"), None)
        if named is not None and named.kind == "them":
            earlier = [each for each in before[:-1] if each.kind == "segments"]
            named = earlier[-1] if earlier else self.context
        if named is None:
            return "it is not said of whom: name the segment, or give context_segment"
        if named.kind == "overall":
            return "it is of all customers, and there is nobody to hold them against"
        if named.kind != "segments":
            return "it is of no one segment: ask of each by its name"
        return named

    def _against(self, free: Sequence[Mention], phrase: Found) -> tuple[str, ...]:
        at = self.behaviours.index(phrase)
        named = [each for each in self.found.mentions if each.kind == "segments" and each not in free]
        compared = [each for each in named if self.near.owner(each.start) == at]
        return compared[0].groups if compared else ()

    def _is_only(self, subject: Mention) -> bool:
        if subject is self.context or subject.end > len(self.found.tokens):
            return False
        tokens = self.found.tokens
        after = tokens[subject.end].low if subject.end < len(tokens) else ""
        return (subject.start > 0 and tokens[subject.start - 1].low == "only") or after == "alone"

    def _not_read(self) -> tuple[str, ...]:
        """Words that name something, of which nobody knows what they say about the claim."""
        found, language = self.found, self.found.language
        known = found.names | found.figures | _tokens_of(self.behaviours) | _tokens_of(self.places)
        known |= _tokens_of(found.days) | _tokens_of(found.mentions)
        # "In winter" is a time that these words do not place.
        known |= _tokens_of([each for each in found.marks if each.kinds != ("other_period",)])
        known |= _tokens_of(self.asked.words.marks.all(found.tokens))
        idle = language.neutral | self.asked.words.idle
        return tuple(
            each.text
            for n, each in enumerate(found.tokens)
            if each.is_word and n not in known and each.stem not in idle and each.low not in idle
        )

    def _span(self, phrase: Found) -> tuple[int, int, str]:
        tokens = self.found.tokens
        start, end = tokens[phrase.start].start, tokens[phrase.end - 1].end
        return start, end, self.text[start:end]


class _Placed(Protocol):
    """Whatever was found in tokens ``start`` up to ``end``."""

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


def _tokens_of(found: Iterable[_Placed]) -> set[int]:
    return {n for each in found for n in range(each.start, each.end)}
